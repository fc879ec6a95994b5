"""Django looks for models here; ours stands in the module that says what it is about."""

from bilan.publication import ChiffrePublie

__all__ = ["ChiffrePublie"]
