"""A field of a form as text: whole, or refused with how long it may be; nothing that somebody wrote is cut.

Convention: what a field may hold is said where it is used, in a sentence on its own page. Here only what no field of
ours could have sent is refused.
"""

from typing import Final

from fastapi import Request

from foundation.errors import Refused
from foundation.written import kept_words
from web.csrf import form_of

LONGEST: Final = 2_000


class FieldTooLong(Refused):
    """A field holds more than any field of that form takes."""


def text_of(request: Request, name: str, *, longest: int = LONGEST) -> str:
    """A field of the form, without spaces around it; empty where it was not sent. Raises FieldTooLong."""
    given = form_of(request).get(name)
    said = given.strip() if isinstance(given, str) else ""
    if len(said) > longest:
        raise FieldTooLong(kept_words.too_long(said, longest)).at(name)
    return said
