"""gunicorn's settings for ``make run``: one person, on this machine."""

import os
import socket
import sys
from typing import Any


def _adresse() -> str:
    """``127.0.0.1:PORT``, refused in one sentence where the port can't be taken."""
    texte = os.environ.get("PORT") or "8000"
    if not texte.isascii() or not texte.isdigit() or not 0 < int(texte) < 65536:
        sys.exit(f"PORT={texte} n'est pas un numéro de port (1 à 65535).")
    with socket.socket() as essai:
        essai.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            essai.bind(("127.0.0.1", int(texte)))
        except OSError:
            sys.exit(
                f"Le port {texte} est déjà pris : arrêtez ce qui l'occupe ou choisissez-en un "
                "autre, par exemple « make run PORT=8100 »."
            )
    return f"127.0.0.1:{texte}"


def when_ready(server: Any) -> None:
    """Say where to look, once the address really answers."""
    sys.stdout.write(f"Application servie sur http://{bind}/ (Ctrl-C pour l'arrêter).\n")
    sys.stdout.flush()


bind = _adresse()
worker_class = "gthread"
workers = 1
threads = 4
loglevel = "error"
control_socket_disable = True
# An address of any length reaches the application, which answers in French.
limit_request_line = 0
