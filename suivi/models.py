"""Django looks for models here; ours stands in the module that says what it is about."""

from suivi.revision import Revision

__all__ = ["Revision"]
