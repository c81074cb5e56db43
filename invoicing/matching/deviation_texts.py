"""The words of a deviation and of a verdict.

A deviation says what was found, what was expected, why, and what to do: one row per code, and a more telling one
per variant where a code has several causes. The rows stand in `deviation_words/`, by what they are about; the values
come from the deviation.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from foundation.formatting import number, unbroken
from foundation.text import NO_TEXT, JoinedText, Text, WrittenText
from invoicing.matching.deviation_words import amounts, credits, payment, receipts, references
from invoicing.matching.deviation_words.words import DeviationText
from invoicing.matching.deviations import (
    Deviation,
    DeviationCode,
    Source,
    Verdict,
)

# With decimals: what has none may as well be an order number.
_NUMBER = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,4}")
_NOTHING = Text("inget", context="deviation")

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
    **credits.WORDS,
}
"""Every code has a row of its own, under no variant, and one for each variant that is told otherwise."""

# What differs and is let through: by the buyer's own limits, or by a person with a reason.
_LET_THROUGH = {
    "tolerated": Text("Skillnaden ryms i köparens tolerans, så fakturan godtas."),
    "accepted": Text("En handläggare har godtagit det med ett skäl."),
}


def words(deviation: Deviation) -> DeviationText:
    """The row for this deviation: its variant's, or its code's own."""
    variant = deviation.variant.split(" ", 1)[0]
    if variant in _LET_THROUGH:
        own = WORDS[deviation.code, ""].title
        differs = Text("%(title)s: %(found)s på fakturan, %(expected)s väntat.", title=own)
        return DeviationText(own, differs, _LET_THROUGH[variant])
    return WORDS.get((deviation.code, variant)) or WORDS[deviation.code, ""]


def title(deviation: Deviation) -> Text:
    """Two or three words for a list."""
    return words(deviation).title


def sentence(deviation: Deviation) -> Text:
    """The whole sentence, with both values and what to do."""
    chosen = words(deviation)
    said = chosen.sentence.with_values(
        found=_written(deviation.found),
        expected=_written(deviation.expected),
        line=deviation.line,
        reference=deviation.reference,
        detail=deviation.variant.partition(" ")[2],
        source=source_name(deviation.expected_from),
    )
    return JoinedText(" ", (said, chosen.ending))


# Their values are the sentence's own: a day, a tax. Beside each other they say nothing.
_NOT_COMPARED = frozenset(
    {
        (DeviationCode.F_TAX, ""),
        (DeviationCode.ORDER_NOT_SUPPLIERS, "early"),
        (DeviationCode.ORDER_NOT_SUPPLIERS, "succeeded"),
    }
)


def compares(deviation: Deviation) -> bool:
    """Whether what was found and what was expected are of one kind, so that they can stand beside each other."""
    return (deviation.code, deviation.variant) not in _NOT_COMPARED


def sentences(deviations: Iterable[Deviation]) -> Text:
    """The sentences of several deviations after one another, what reads the same said once."""
    said = (sentence(each) for each in deviations)
    return JoinedText(" ", {each.sv: each for each in said}.values())


def _written(value: str) -> Text:
    """A number in Swedish as people write it in a sentence, 1 347,50; an identifier and the like as it came."""
    if not value:
        return _NOTHING
    if not _NUMBER.fullmatch(value):
        return WrittenText(value)
    whole, _, decimals = value.partition(".")
    return WrittenText(f"{unbroken(number(Decimal(whole)))},{decimals}", value)


def source_name(source: Source) -> Text:
    """Where a value comes from, in words."""
    return _SOURCES[source]


def verdict_name(verdict: Verdict) -> Text:
    """A verdict in a word or two."""
    return _VERDICTS[verdict]
