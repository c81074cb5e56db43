"""What this machine is called by itself: what is spoken with it leaves it nowhere."""

from typing import Final

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
"""Its names and addresses in a URL."""
