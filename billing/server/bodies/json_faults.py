"""What is wrong with a value in a JSON body, in both languages: what pydantic says is English, and for programmers."""

from collections.abc import Mapping
from typing import Any, Final

from foundation.text import Text

_DAY: Final = Text("skriv en dag som 2026-11-30")
_MOMENT: Final = Text("skriv en tid som 2026-11-30T08:00:00Z")
_OBJECT: Final = Text("skriv ett objekt")
_LIST: Final = Text("skriv en lista")
_WHOLE: Final = Text("skriv ett heltal")
_CHOICE: Final = Text("välj %(expected)s")

FAULTS: Final[Mapping[str, Text]] = {
    "string_type": Text("skriv text"),
    "missing": Text("den saknas"),
    "extra_forbidden": Text("den finns inte här"),
    "string_unicode": Text("skriv text i UTF-8"),
    "string_pattern_mismatch": Text("den följer inte mönstret %(pattern)s"),
    "string_too_long": Text("skriv högst %(max_length)s tecken"),
    "string_too_short": Text("skriv minst %(min_length)s tecken"),
    "too_long": Text("skriv högst %(max_length)s i listan"),
    "too_short": Text("skriv minst %(min_length)s i listan"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": _WHOLE,
    "bool_type": Text("skriv true eller false"),
    "bool_parsing": Text("skriv true eller false"),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "frozen_set_type": _LIST,
    "set_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "greater_than": Text("skriv mer än %(gt)s"),
    "greater_than_equal": Text("skriv minst %(ge)s"),
    "less_than": Text("skriv mindre än %(lt)s"),
    "less_than_equal": Text("skriv högst %(le)s"),
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": _MOMENT,
    "none_required": Text("skriv null"),
}
"""By pydantic's word for a fault, what to do about it; names in the texts are those of its context."""

_OTHER: Final = Text("värdet är inte som beskrivningen säger")


def said_of(fault: Mapping[str, Any]) -> Text:
    """What is said of one error of pydantic's, with its context; what it finds that no row has is said in general."""
    told = FAULTS.get(fault["type"], _OTHER)
    given = {
        name: str(value) for name, value in fault.get("ctx", {}).items() if f"%({name})s" in told.message
    }
    return told.with_values(**given) if given else told
