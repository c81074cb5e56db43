"""What a typed reader has to say, as sentences people can act on.

Convention: a sentence names the field and what belongs there, in Swedish and English, and never the value
that stood there: it may be personal data. A Refused raised by a value keeps its own sentences.
"""

from pydantic_core import ErrorDetails

from foundation.errors import Refused

_DECIMAL = (
    "{named} ska vara ett tal inom citattecken med decimalpunkt, till exempel ”95.00”.",
    "{named} must be a number in quotation marks with a decimal point, such as “95.00”.",
)
_DATE = ("{named} ska vara ett datum, ÅÅÅÅ-MM-DD.", "{named} must be a date, YYYY-MM-DD.")
_INSTANT = (
    "{named} ska vara ett klockslag med tidszon, till exempel 2026-01-31T16:00:00+01:00.",
    "{named} must be a time with its zone, such as 2026-01-31T16:00:00+01:00.",
)
_WHOLE = ("{named} ska vara ett heltal utan citattecken.", "{named} must be a whole number, unquoted.")
_TEXT = ("{named} ska vara text inom citattecken.", "{named} must be text in quotation marks.")
_TABLE = ("{named} ska vara en tabell med egna nycklar.", "{named} must be a table with keys of its own.")
_UNKNOWN = (
    "{named} är en okänd nyckel. Ta bort eller rätta den.",
    "{named} is an unknown key. Remove or correct it.",
)
_ONE_OF = ("{named} ska vara ett av {expected}.", "{named} must be one of {expected}.")
_BOUNDS = ("{named} ligger utanför det tillåtna.", "{named} lies outside what is allowed.")

_SENTENCES = {
    "missing": ("{named} saknas. Lägg till den.", "{named} is missing. Add it."),
    "unexpected_keyword_argument": _UNKNOWN,
    "extra_forbidden": _UNKNOWN,
    "enum": _ONE_OF,
    "literal_error": _ONE_OF,
    "bool_type": (
        "{named} ska vara true eller false utan citattecken.",
        "{named} must be true or false, unquoted.",
    ),
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "string_type": _TEXT,
    "string_pattern_mismatch": ("{named} har fel form.", "{named} has the wrong form."),
    "string_too_short": ("{named} får inte vara tom.", "{named} may not be empty."),
    "string_too_long": ("{named} är för lång.", "{named} is too long."),
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
    "tuple_type": ("{named} ska vara en lista.", "{named} must be a list."),
    "dataclass_type": _TABLE,
    "model_type": _TABLE,
    "greater_than": _BOUNDS,
    "greater_than_equal": _BOUNDS,
    "less_than": _BOUNDS,
    "less_than_equal": _BOUNDS,
}
_OTHERWISE = ("{named} har fel form.", "{named} has the wrong form.")


def sentences_of(details: ErrorDetails, *, named: str) -> tuple[str, str]:
    """The Swedish and the English sentence for one error, the field written as `named`."""
    context = details.get("ctx", {})
    error = context.get("error")
    if isinstance(error, Refused):
        return f"{named}: {error.sentence_sv}", f"{named}: {error.sentence}"
    swedish, english = _SENTENCES.get(details["type"], _OTHERWISE)
    expected = str(context.get("expected", ""))
    return (
        swedish.format(named=named, expected=expected.replace(" or ", " eller ")),
        english.format(named=named, expected=expected),
    )
