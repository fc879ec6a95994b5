"""What a page shows once it is there: read again until it is so, never once and too early."""

import time
from collections.abc import Callable
from difflib import ndiff
from pprint import pformat
from typing import TypeVar

from playwright.sync_api import Error, Page

DELAI = 60_000
"""How long a page may take, in ms: far more than it does, for a machine that has much to do."""

T = TypeVar("T")


def attendre(page: Page, lire: Callable[[], T], attendu: T) -> None:
    """Wait for a reading to be what is expected; in the end, fail with all that differs.

    A reading that the page's own change interrupts is taken again.
    """
    fin = time.monotonic() + DELAI / 1000
    while time.monotonic() < fin:
        try:
            if lire() == attendu:
                return
        except (Error, LookupError, ValueError):
            pass
        page.wait_for_timeout(50)
    lu = lire()
    assert lu == attendu, "\n" + "\n".join(
        ndiff(pformat(attendu).splitlines(), pformat(lu).splitlines())
    )
