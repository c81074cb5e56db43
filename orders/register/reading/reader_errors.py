"""What a typed reader has to say, as sentences people can act on.

Convention: a sentence names the field and what belongs there, and never the value
that stood there: it may be personal data. A Refused raised by a value keeps its own sentence.
"""

from pydantic import ConfigDict
from pydantic_core import ErrorDetails

from foundation.errors import Refused
from foundation.text import Text

# How JSON becomes values: no unknown keys, no converting between types.
STRICT = ConfigDict(strict=True, extra="forbid")

_DECIMAL = Text("%(named)s ska vara ett tal inom citattecken med decimalpunkt, till exempel ”95.00”.")
_DATE = Text("%(named)s ska vara ett datum, ÅÅÅÅ-MM-DD.")
_INSTANT = Text("%(named)s ska vara ett klockslag med tidszon, till exempel 2026-01-31T16:00:00+01:00.")
_WHOLE = Text("%(named)s ska vara ett heltal utan citattecken.")
_TEXT = Text("%(named)s ska vara text inom citattecken.")
_TABLE = Text("%(named)s ska vara en tabell med egna nycklar.")
_UNKNOWN = Text("%(named)s är en okänd nyckel. Ta bort eller rätta den.")
_ONE_OF = Text("%(named)s ska vara ett av %(expected)s.")
_BOUNDS = Text("%(named)s ligger utanför det tillåtna.")

_SENTENCES = {
    "missing": Text("%(named)s saknas. Lägg till den."),
    "unexpected_keyword_argument": _UNKNOWN,
    "extra_forbidden": _UNKNOWN,
    "enum": _ONE_OF,
    "literal_error": _ONE_OF,
    "bool_type": Text("%(named)s ska vara true eller false utan citattecken."),
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "string_type": _TEXT,
    "string_pattern_mismatch": Text("%(named)s har fel form."),
    "string_too_short": Text("%(named)s får inte vara tom."),
    "string_too_long": Text("%(named)s är för lång."),
    "decimal_type": _DECIMAL,
    "decimal_parsing": _DECIMAL,
    "finite_number": _DECIMAL,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "timezone_aware": _INSTANT,
    "tuple_type": Text("%(named)s ska vara en lista."),
    "dataclass_type": _TABLE,
    "model_type": _TABLE,
    "greater_than": _BOUNDS,
    "greater_than_equal": _BOUNDS,
    "less_than": _BOUNDS,
    "less_than_equal": _BOUNDS,
}
_OTHERWISE = Text("%(named)s har fel form.")


def sentence_of(details: ErrorDetails, *, named: str) -> Text:
    """The sentence for one error, the field written as `named`."""
    context = details.get("ctx", {})
    error = context.get("error")
    if isinstance(error, Refused):
        return Text("%(named)s: %(reason)s", named=named, reason=error.text)
    sentence = _SENTENCES.get(details["type"], _OTHERWISE)
    *firsts, last = str(context.get("expected", "")).split(" or ")
    expected = Text("%(firsts)s eller %(last)s", firsts=", ".join(firsts), last=last) if firsts else last
    return sentence.with_values(named=named, expected=expected)
