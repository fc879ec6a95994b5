"""A process of its own for what touches a file that someone sent: it dies alone, and knows nothing
of our secrets.
"""

import subprocess
import sys
from pathlib import Path

_RACINE = Path(__file__).resolve().parent.parent


def ouvrir(
    module: str, *arguments: str, entree: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start one of our modules, which sets its own limits; what it prints is to be read."""
    # Our own module on a file that the caller stored: no shell.
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-sP", "-m", module, *arguments],
        env={"PYTHONPATH": str(_RACINE)},
        stdin=entree,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
