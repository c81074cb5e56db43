"""The words of a deviation and of a verdict.

A deviation says what was found, what was expected, why, and what to do: one row per code, and a more telling one
per variant where a code has several causes. The rows stand in `deviation_words/`, by what they are about; the values
come from the deviation.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from foundation.formatting import number, unbroken
from foundation.identifiers import hidden_in, visible
from foundation.text import NO_TEXT, JoinedText, Text, WrittenText
from foundation.units import unit_name
from invoicing.matching.deviation_words import (
    amounts,
    credits,
    dates,
    late_payment,
    payment,
    receipts,
    references,
)
from invoicing.matching.deviation_words.words import PLACES, DeviationText
from invoicing.matching.deviations import (
    SUGGESTED,
    Deviation,
    DeviationCode,
    Source,
    Verdict,
)

# With decimals: what has none may as well be an order number.
_NUMBER = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,4}")
# A number alone, or one reckoned with: 95.00 / 10, 2945.00 x 25 %.
_CALCULATION = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,4}( [x/] [0-9]{1,12}(\.[0-9]{1,4})?( %)?)?")
_PERIOD = re.compile(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)")
_VALUE = re.compile(r"%\((\w+)\)s")

_SOURCES: dict[Source, Text] = {
    Source.INVOICE: Text("fakturan"),
    Source.ORDER: Text("ordern"),
    Source.ORDER_LINE: Text("orderraden"),
    Source.RECEIPT: Text("inleveransen"),
    Source.INTERRUPTION: Text("avbrottet"),
    Source.CANCELLATION: Text("återkallelsen"),
    Source.REGISTER: Text("leverantörsregistret"),
    Source.ARITHMETIC: Text("uträkningen"),
    Source.EARLIER_INVOICE: Text("den tidigare fakturan"),
    Source.BUYER: Text("köparens uppgifter"),
    Source.POLICY: Text("köparens villkor"),
    Source.NOTHING: NO_TEXT,
}

_VERDICTS: dict[Verdict, Text] = {
    Verdict.ACCEPT: Text("stämmer"),
    Verdict.HOLD: Text("hålls"),
    Verdict.PARK: Text("väntar"),
    Verdict.QUESTION: Text("i fråga"),
}


WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    **references.WORDS,
    **receipts.WORDS,
    **amounts.WORDS,
    **payment.WORDS,
    **dates.WORDS,
    **late_payment.WORDS,
    **credits.WORDS,
}
"""Every code has a row of its own, under no variant, and one for each variant that is told otherwise."""

# What differs and is let through: by the buyer's own limits, or by a person with a reason.
_LET_THROUGH = {
    "tolerated": Text("Skillnaden ryms i köparens tolerans, så fakturan godtas."),
    "accepted": Text("En handläggare har godtagit det med ett skäl."),
}
_DIFFERS = (
    Text("%(title)s: %(found)s på fakturan, %(expected)s väntat."),
    Text("%(title)s: %(found)s på fakturan."),
    Text("%(title)s: %(expected)s väntat."),
)


def words(deviation: Deviation) -> DeviationText:
    """The row for this deviation: its variant's, or its code's own."""
    variant = deviation.variant.split(" ", 1)[0]
    if variant in _LET_THROUGH and (deviation.code, variant) not in WORDS:
        own = WORDS[deviation.code, ""].title
        return DeviationText(
            own,
            _DIFFERS[0].with_values(title=own),
            _LET_THROUGH[variant],
            otherwise=tuple(each.with_values(title=own) for each in _DIFFERS[1:]),
        )
    return WORDS.get((deviation.code, variant)) or WORDS[deviation.code, ""]


def title(deviation: Deviation) -> Text:
    """Two or three words for a list."""
    return words(deviation).title


def sentence(deviation: Deviation, *, in_part: bool = False) -> Text:
    """The whole sentence, with both values, what is suggested and what to do; without holes where a value is absent.

    Where the invoice is accepted `in_part` the advice at its end is left out: what is to be credited is said by itself.
    """
    chosen = words(deviation)
    written = _unit if deviation.code is DeviationCode.UNIT else _written
    detail = deviation.variant.partition(" ")[2]
    values: dict[str, Text] = {
        "found": written(deviation.found),
        "expected": written(deviation.expected),
        "line": WrittenText(deviation.line),
        "reference": _written(deviation.reference),
        "detail": PLACES.get(detail, WrittenText(detail)),
        "source": source_name(deviation.expected_from),
    }
    told = next(
        (each for each in (chosen.sentence, *chosen.otherwise) if _has_all(each, values)),
        Text("%(title)s.", title=chosen.title),
    )
    suggestion = chosen.suggestion if _has_all(chosen.suggestion, values) else NO_TEXT
    parts = (told, suggestion, NO_TEXT if in_part else chosen.ending)
    return JoinedText(" ", (each.with_values(**values) for each in parts if each))


def _has_all(wording: Text, values: Mapping[str, Text]) -> bool:
    """Whether every value that the wording names is there."""
    own = {name for name, _ in wording.values}
    return all(values[name] for name in _VALUE.findall(wording.message) if name not in own)


# Their values are the sentence's own: a day, a tax. Beside each other they say nothing.
_NOT_COMPARED = frozenset(
    {
        (DeviationCode.F_TAX, ""),
        (DeviationCode.LATE_PAYMENT_CLAIM, ""),
        (DeviationCode.PAYEE_ACCOUNT, "absent"),
        (DeviationCode.ORDER_NOT_SUPPLIERS, "early"),
        (DeviationCode.ORDER_NOT_SUPPLIERS, "succeeded"),
    }
)


def compares(deviation: Deviation) -> bool:
    """Whether what was found and what was expected are of one kind, so that they can stand beside each other."""
    code = deviation.code
    return (
        bool(deviation.expected) and code not in SUGGESTED and (code, deviation.variant) not in _NOT_COMPARED
    )


def sentences(deviations: Iterable[Deviation]) -> Text:
    """The sentences of several deviations after one another, what reads the same said once."""
    said = (sentence(each) for each in deviations)
    return JoinedText(" ", {each.sv: each for each in said}.values())


def _written(value: str) -> Text:
    """A number in Swedish as people write it in a sentence, 1 347,50; an identifier as it came, hidden signs named."""
    period = _PERIOD.fullmatch(value)
    if period is not None:
        return WrittenText(" – ".join(period.groups()))
    if _CALCULATION.fullmatch(value):
        return WrittenText(_NUMBER.sub(_in_swedish, value).replace(" x ", " × "), value.replace(" x ", " × "))
    hidden = hidden_in(value)
    if not hidden:
        return WrittenText(value)
    return Text(
        "%(value)s (med dolt tecken: %(hidden)s)",
        value=visible(value),
        hidden=JoinedText(", ", (each.text for each in hidden)),
    )


def _unit(code: str) -> Text:
    """A unit as people say it, with its code, which is what stands in the document: dagar (DAY)."""
    name = unit_name(code, Decimal(2))
    return WrittenText(code) if name.sv == code else Text("%(unit)s (%(code)s)", unit=name, code=code)


def _in_swedish(number_found: re.Match[str]) -> str:
    whole, _, decimals = number_found.group().partition(".")
    sign = "-" if whole == "-0" else ""
    return f"{sign}{unbroken(number(Decimal(whole)))},{decimals}"


def source_name(source: Source) -> Text:
    """Where a value comes from, in words."""
    return _SOURCES[source]


def verdict_name(verdict: Verdict) -> Text:
    """A verdict in a word or two."""
    return _VERDICTS[verdict]
