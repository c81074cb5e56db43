"""What a file of ours and the payments in it are called, as the bank sends the names back. Pure."""

import re
from typing import Final

_FILE: Final = re.compile(r"RM(3[0-9]{7,})")
_TRANSFER: Final = re.compile(r"RM3[0-9]{7}.*")


def message_id(number: str) -> str:
    """What the bank knows the proposal's file by; its transfers are this, a hyphen and five digits."""
    return f"RM{number}"


def message_number(batch: str) -> str:
    """The proposal whose file the bank knows by this id; nothing where the id is not ours.

    >>> message_number("RM30000001"), message_number("MSG-1")
    ('30000001', '')
    """
    found = _FILE.fullmatch(batch)
    return found[1] if found else ""


def is_our_form(end_to_end: str) -> bool:
    """Whether an end-to-end id is written as ours are."""
    return _TRANSFER.fullmatch(end_to_end) is not None
