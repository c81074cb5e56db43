"""No page takes a personal identity number: not in a form, and not in an address, which browsers and proxies keep.

Convention: fields for a person's own words are refused what any such number looks like; the others, where numbers of
other things stand, what nothing else looks like. Passwords, codes and an organisation's own number are left alone; so
is the one field in which a permission administrator binds a number to an account, of which a keyed hash is kept.
"""

from collections.abc import Iterable
from typing import Final

from foundation import personal_numbers
from foundation.errors import Refused
from foundation.text import Text

WORDS: Final = frozenset(
    {
        *("reason", "text", "note", "call_back", "units", "name", "contact_name", "street", "city"),
        *("action", "actor", "author", "description"),
    }
)
"""The fields of forms where people write words of their own."""

LEFT_ALONE: Final = frozenset(
    {
        *("password", "again", "current", "code", "form_token", "organisation", "number"),
        *("personal_number", "credential"),
    }
)
"""Secrets, which no text resembles on purpose, what a browser signed, an organisation's or an account's own number, and
the one that is bound to an account: hashed with a key in the same request, and kept nowhere (decision 110)."""


FROM_A_PROVIDER: Final = frozenset(
    {"code", "state", "session_state", "iss", "error", "error_description", "error_uri"}
)
"""What a provider sends a browser back with: nobody here has written it or can mend it, and none of it is kept."""


class PersonalNumberInAddress(Refused):
    """An address of ours was asked with what looks like a personal identity number in it."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "I adressen står något som ser ut som ett personnummer. Sök på genomförandereferensen i stället, och "
                "ta bort adressen ur webbläsarens historik."
            )
        )


def check_form(fields: Iterable[tuple[str, object]]) -> None:
    """Raise PersonalNumber where a field of a form holds one; a file is judged by who takes it in."""
    for name, value in fields:
        if name in LEFT_ALONE:
            continue
        if not isinstance(value, str):
            # Of a file the name alone is looked at here.
            value = getattr(value, "filename", None) or ""
        if personal_numbers.found_in(value) if name in WORDS else personal_numbers.is_written_out(value):
            raise personal_numbers.PersonalNumber


def check_address(path: str, query: Iterable[tuple[str, str]]) -> None:
    """Raise PersonalNumberInAddress where the path or a value of the query holds one, written out."""
    is_from_provider = path.endswith("/callback")
    values = (value for name, value in query if not (is_from_provider and name in FROM_A_PROVIDER))
    if any(personal_numbers.is_written_out(each) for each in (path, *values)):
        raise PersonalNumberInAddress
