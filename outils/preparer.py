"""Before the first start: the folder var/ and the settings of this installation, once.

Plain Python. ``var/local.env`` gets a random SECRET_KEY; whatever the real environment says wins.
"""

import os
import secrets
import sys
import tempfile
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent / "var"
REGLAGES = VAR / "local.env"


def preparer() -> None:
    """Create var/ and var/local.env (mode 600) where they are missing.

    Raises OSError where var/ can't be written.
    """
    VAR.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=VAR, delete=False) as brouillon:
        brouillon.write(
            "# Réglages de cette installation ; les variables d'environnement l'emportent.\n"
            f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
        )
    try:
        # A link is made whole or not at all, and never over an existing file.
        os.link(brouillon.name, REGLAGES)
    except FileExistsError:
        pass
    finally:
        os.unlink(brouillon.name)


if __name__ == "__main__":
    try:
        preparer()
    except OSError:
        sys.exit(
            f"Le dossier {VAR} ne peut pas être créé ou écrit : corrigez ses droits "
            "(ou la place sur le disque), puis recommencez."
        )
