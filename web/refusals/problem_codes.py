"""What can be wrong with a request, by a code that stays: programs tell problems apart by it, whatever is said of them.

Convention: what is wrong with a request itself has a code here. What the business refuses has the name of its class as
its code (`InvoiceUnknown` is INVOICE_UNKNOWN), so that a new refusal has one without being told; a test holds them all
to a list, since a code that is changed breaks somebody's program.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from foundation.errors import Refused

_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class ProblemCode(StrEnum):
    """What is wrong with a request, whoever sends it and whatever it is about."""

    HTTP_MALFORMED = "HTTP_MALFORMED"
    BODY_UNREADABLE = "BODY_UNREADABLE"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    BODY_TOO_SLOW = "BODY_TOO_SLOW"
    MEDIA_TYPE_NOT_TAKEN = "MEDIA_TYPE_NOT_TAKEN"
    FIELD_NOT_ALLOWED = "FIELD_NOT_ALLOWED"
    PARAMETER_NOT_ALLOWED = "PARAMETER_NOT_ALLOWED"
    QUESTION_WITHOUT_ANSWER = "QUESTION_WITHOUT_ANSWER"
    ADDRESS_UNKNOWN = "ADDRESS_UNKNOWN"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    MATCH_MISSING = "MATCH_MISSING"
    CHANGED_SINCE_READ = "CHANGED_SINCE_READ"
    SIGNATURE_WRONG = "SIGNATURE_WRONG"
    LIMIT_REACHED = "LIMIT_REACHED"
    BOOKS_AWAY = "BOOKS_AWAY"
    BOOKS_HELD = "BOOKS_HELD"
    FAULT = "FAULT"


STATUS_OF: Final[Mapping[ProblemCode, int]] = {
    ProblemCode.HTTP_MALFORMED: 400,
    ProblemCode.BODY_UNREADABLE: 400,
    ProblemCode.BODY_TOO_LARGE: 413,
    ProblemCode.BODY_TOO_SLOW: 408,
    ProblemCode.MEDIA_TYPE_NOT_TAKEN: 415,
    ProblemCode.FIELD_NOT_ALLOWED: 422,
    ProblemCode.PARAMETER_NOT_ALLOWED: 422,
    ProblemCode.QUESTION_WITHOUT_ANSWER: 409,
    ProblemCode.ADDRESS_UNKNOWN: 404,
    ProblemCode.METHOD_NOT_ALLOWED: 405,
    ProblemCode.MATCH_MISSING: 428,
    ProblemCode.CHANGED_SINCE_READ: 412,
    ProblemCode.SIGNATURE_WRONG: 401,
    ProblemCode.LIMIT_REACHED: 429,
    ProblemCode.BOOKS_AWAY: 503,
    ProblemCode.BOOKS_HELD: 503,
    ProblemCode.FAULT: 500,
}
"""The status each is answered with."""

RETRYABLE_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses after which the very same request may come through later."""


def code_of(refusal: type[Refused]) -> str:
    """The code of a refusal, from the name of its class.

    >>> from foundation.errors import NotThere
    >>> code_of(NotThere), code_of(Refused)
    ('NOT_THERE', 'REFUSED')
    """
    return _WORD.sub("_", refusal.__name__.lstrip("_")).upper()


def refusals() -> Mapping[str, type[Refused]]:
    """Every refusal there is among what has been loaded, by its code."""
    found: dict[str, type[Refused]] = {}
    left: list[type[Refused]] = [Refused]
    while left:
        each = left.pop()
        found.setdefault(code_of(each), each)
        left += each.__subclasses__()
    return found
