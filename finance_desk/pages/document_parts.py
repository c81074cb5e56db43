"""What the page of one document is made of: values side by side, the tree of reasons, answers and units in words."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from foundation import formatting
from foundation.errors import Language
from foundation.money import Money, Quantity
from foundation.periods import Period
from invoicing.exceptions.comparison import ComparisonRow as Compared
from invoicing.matching.deviation_texts import sentence, source_name, title
from invoicing.matching.deviations import Check, Group, price_text
from web import i18n
from web.verdict_words import check_name

ANSWERS: Final = {
    "AB": ("Mottagen (AB)", "Received (AB)"),
    "IP": ("Under behandling (IP)", "In process (IP)"),
    "UQ": ("Fråga (UQ)", "Under query (UQ)"),
    "CA": ("Godkänd med anmärkning (CA)", "Conditionally accepted (CA)"),
    "RE": ("Avvisad (RE)", "Rejected (RE)"),
    "AP": ("Godkänd (AP)", "Accepted (AP)"),
    "PD": ("Betald (PD)", "Paid (PD)"),
}


def cells(row: Compared, language: Language) -> dict[str, Any]:
    """A row of what is compared, as the template writes it."""
    values = (row.invoice, row.order_line, row.receipt, row.report, row.interruption)
    return {
        "name": row.name,
        "term": row.term,
        "values": [_value(each, language) for each in values],
        "deviates": row.deviates,
        "noted": row.noted,
    }


def _value(value: object, language: Language) -> str:
    match value:
        case None:
            return ""
        case Money():
            return i18n.money(value, language)
        case Quantity():
            return f"{i18n.number(value, language)} {unit_words(value.unit, language)}"
        case Period():
            return formatting.period(value)
        case Decimal():
            return price_text(value).replace(".", "," if language == "sv" else ".")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def unit_words(unit: str, language: Language) -> str:
    """What a unit of quantity is called."""
    words = {"DAY": ("dagar", "days"), "C62": ("st", "pcs")}.get(unit, (unit, unit))
    return i18n.pair(words, language)


def branch(node: Check | Group, language: Language) -> dict[str, Any]:
    """The tree as the template walks it."""
    name = check_name(node.name, language)
    if isinstance(node, Group):
        return {"name": name, "below": [branch(each, language) for each in node.checks]}
    return {
        "name": name,
        "outcome": node.outcome.value,
        "deviations": [
            {
                "code": each.code.value,
                "title": title(each, language),
                "sentence": sentence(each, language),
                "found": each.found,
                "expected": each.expected,
                "term": each.term,
                "found_from": source_name(each.found_from, language),
                "expected_from": " ".join(
                    filter(None, (source_name(each.expected_from, language), each.reference))
                ),
                "actor": each.actor.value,
                "weight": each.weight.name,
            }
            for each in node.deviations
        ],
    }
