"""What the page of one document is made of: values side by side, the tree of reasons, answers and units in words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from foundation import formatting
from foundation.money import Money, Quantity
from foundation.periods import Period
from foundation.text import JoinedText, Language, Text
from foundation.units import unit_name
from invoicing.exceptions.comparison_rows import ComparisonRow as Compared
from invoicing.matching.deviation_texts import compares, expected_in, source_name, title, value_text
from invoicing.matching.deviations import Check, Deviation, Group
from web import i18n
from web.verdict_words import check_name


def cells(row: Compared, language: Language) -> dict[str, Any]:
    """A row of what is compared, as the template writes it."""
    values = (row.invoice, row.order_line, row.receipt, row.report, row.interruption)
    return {
        "name": row.name,
        "term": row.term,
        "values": [_value(each, language) for each in values],
        "deviates": row.deviates,
        "noted": row.noted,
        "part": row.part,
        "differs": _differs(row),
        "because": [_because(each) for each in row.deviations],
    }


def _differs(row: Compared) -> bool:
    """Whether an amount, a quantity, a price or a period is another than was received, or before that ordered.

    A price that deviates makes the amount another too, and of that nothing more is said; it does not agree either.
    """
    beside = row.receipt if row.receipt is not None else row.order_line
    kinds = (Money, Quantity, Period, Decimal)
    return isinstance(row.invoice, kinds) and type(row.invoice) is type(beside) and row.invoice != beside


def _because(deviation: Deviation) -> Text:
    """What a row deviates by: its values may be alike, and what differs stand elsewhere."""
    if not compares(deviation):
        return title(deviation)
    return JoinedText(
        ": ", (title(deviation), Text("väntat %(value)s", value=value_text(deviation, deviation.expected)))
    )


def _value(value: object, language: Language) -> str:
    match value:
        case None:
            return ""
        case Money():
            return i18n.money(value, language)
        case Quantity():
            return (
                f"{i18n.number(value, language)} {unit_name(value.unit, value.value).in_language(language)}"
            )
        case Period():
            return formatting.period(value)
        case Decimal():
            return i18n.unit_price(value, language)
        case date():
            return value.isoformat()
        case Text():
            return value.in_language(language)
        case _:
            return str(value)


def branch(node: Check | Group, said: Mapping[Deviation, Text]) -> dict[str, Any]:
    """The tree as the template walks it."""
    name = check_name(node.name)
    if isinstance(node, Group):
        return {"name": name, "below": [branch(each, said) for each in node.checks]}
    return {
        "name": name,
        "outcome": node.outcome.value,
        "deviations": [
            {
                "title": title(each),
                "sentence": said[each],
                "compared": compares(each),
                "found": value_text(each, each.found),
                "expected": value_text(each, each.expected),
                "term": each.term,
                "found_from": source_name(each.found_from),
                "expected_from": expected_in(each),
                "actor": each.actor.value,
                "weight": each.weight.name,
            }
            for each in node.deviations
        ],
    }
