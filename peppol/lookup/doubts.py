"""What a directory says no by, and why such a no may not be believed: words for those who never ask one themselves."""

from enum import StrEnum
from typing import Final

from peppol.access_points.protocol import PeerVerdict

NOT_TAKEN: Final = (PeerVerdict.OTHER_KINDS_ONLY, PeerVerdict.NOT_REGISTERED)
"""What a directory says no by."""


class DirectoryDoubt(StrEnum):
    """Why a no of the directory is not believed."""

    CANARY_MISSING = "CANARY_MISSING"  # our own entry is not found in the same directory
    CANARY_UNCERTAIN = (
        "CANARY_UNCERTAIN"  # what is said of our own entry cannot be verified, or nobody answers
    )
    ANSWERS_ANYBODY = "ANSWERS_ANYBODY"  # an address that nobody has is found too
    CHANGED = "CHANGED"  # the second answer was not the first
    MANY = "MANY"  # no to more receivers in an hour than is likely
