"""The words of a deviation and of a verdict.

A deviation says what was found, what was expected, why, and what to do: one row per code, and a more telling one
per variant where a code has several causes. The rows stand in `deviation_words/`, by what they are about; the values
come from the deviation.
"""

import re
from collections.abc import Iterable, Mapping

from foundation.text import NO_TEXT, JoinedText, Text, WrittenText
from invoicing.matching.deviation_words import (
    amounts,
    credits,
    dates,
    late_payment,
    payment,
    receipts,
    references,
)
from invoicing.matching.deviation_words.values import reference_of, written_as
from invoicing.matching.deviation_words.words import PLACES, DeviationText
from invoicing.matching.deviations import (
    SUGGESTED,
    Deviation,
    DeviationCode,
    Source,
    Verdict,
)

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
    Verdict.HOLD: Text("hålls för kontroll"),
    Verdict.PARK: Text("väntar"),
    Verdict.QUESTION: Text("stämmer inte"),
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
    "tolerated": Text("Skillnaden ryms i köparens tolerans och godtas."),
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


def sentence(deviation: Deviation, *, advises: bool = True) -> Text:
    """The whole sentence, with both values, what is suggested and what to do; without holes where a value is absent.

    Where it does not advise it says what is so, and neither suggests nor says what comes of it.
    """
    chosen = words(deviation)
    said = written_as(deviation)
    detail = deviation.variant.partition(" ")[2]
    values: dict[str, Text] = {
        "found": said(deviation.found),
        "expected": said(deviation.expected),
        "line": WrittenText(deviation.line),
        "reference": reference_of(deviation),
        "detail": PLACES.get(detail, WrittenText(detail)),
        "source": source_name(deviation.expected_from),
    }
    told = next(
        (each for each in (chosen.sentence, *chosen.otherwise) if _has_all(each, values)),
        Text("%(title)s.", title=chosen.title),
    )
    suggestion = chosen.suggestion if _has_all(chosen.suggestion, values) else NO_TEXT
    parts = (told, suggestion, chosen.ending) if advises else (told,)
    return JoinedText(" ", (each.with_values(**values) for each in parts if each))


def value_text(deviation: Deviation, value: str) -> Text:
    """A value of the deviation, found or expected, as its sentence says it."""
    return written_as(deviation)(value)


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
        (DeviationCode.PAYEE_ACCOUNT, "debited"),
        (DeviationCode.PAYEE_ACCOUNT, "by_card"),
        (DeviationCode.ORDER_NOT_SUPPLIERS, "early"),
        (DeviationCode.ORDER_NOT_SUPPLIERS, "succeeded"),
    }
)
# What they expect is a day that the other may not be before or after.
_LIMITS = frozenset({DeviationCode.ISSUE_DATE})


def compares(deviation: Deviation) -> bool:
    """Whether what was found and what was expected are of one kind, so that they can stand beside each other."""
    code = deviation.code
    return (
        bool(deviation.expected)
        and code not in SUGGESTED | _LIMITS
        and (code, deviation.variant) not in _NOT_COMPARED
    )


def sentences(deviations: Iterable[Deviation]) -> Text:
    """The sentences of several deviations after one another, what reads the same said once."""
    said = (sentence(each) for each in deviations)
    return JoinedText(" ", {each.sv: each for each in said}.values())


def expected_in(deviation: Deviation) -> Text:
    """Where the value expected stands, with what it refers to: uträkningen 2 090,00 × 25 %."""
    return JoinedText(" ", (source_name(deviation.expected_from), reference_of(deviation)))


def source_name(source: Source) -> Text:
    """Where a value comes from, in words."""
    return _SOURCES[source]


def verdict_name(verdict: Verdict) -> Text:
    """A verdict in a word or two."""
    return _VERDICTS[verdict]
