"""Which rules judge a document: the releases, as data, with the day each became mandatory.

A document is judged by the release in force on the day it was received. Adding the next
half-yearly release is adding a `Release` with its books; the engine is not touched. Days
before the first release known here are judged by that one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from peppol.identifiers import DocumentKind
from peppol.rules.billing.all_countries import NATIONAL
from peppol.rules.billing.codes import CODES
from peppol.rules.billing.document import BILLING
from peppol.rules.en16931 import rules
from peppol.rules.engine.engine import RuleSet
from peppol.rules.engine.rulebook import Book, RuleInfo
from peppol.rules.ordering.message_status import MLS
from peppol.rules.ordering.order import T01
from peppol.rules.ordering.responses import T71, T76, T111


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one transaction's rules."""

    kind: DocumentKind
    name: str
    mandatory_from: date
    rule_set: RuleSet


def _release(kind: DocumentKind, name: str, mandatory_from: date, books: Sequence[Book]) -> Release:
    return Release(kind, name, mandatory_from, RuleSet(name, books))


_MAY_2026: Final = date(2026, 8, 17)
_BILLING_BOOKS: Final = (*rules.BOOKS, BILLING, CODES, *NATIONAL)
_BILLING: Final = RuleSet("Peppol BIS Billing 3.0.21", _BILLING_BOOKS)

RELEASES: Final[tuple[Release, ...]] = (
    Release(DocumentKind.INVOICE, _BILLING.name, _MAY_2026, _BILLING),
    Release(DocumentKind.CREDIT_NOTE, _BILLING.name, _MAY_2026, _BILLING),
    _release(DocumentKind.ORDER, "Peppol Order 3.7 (3.0.17)", _MAY_2026, (T01,)),
    _release(DocumentKind.ORDER_RESPONSE, "Peppol Order Response 3.3 (3.0.17)", _MAY_2026, (T76,)),
    _release(DocumentKind.INVOICE_RESPONSE, "Peppol Invoice Response 3.1 (3.0.17)", _MAY_2026, (T111,)),
    _release(DocumentKind.MLR, "Peppol Message Level Response 3.0 (3.0.17)", _MAY_2026, (T71,)),
    _release(DocumentKind.MLS, "Peppol Message Level Status 1.0.1", date(2026, 7, 1), (MLS,)),
)
"""Every release known, for each kind the oldest first."""


def rule_set_for(kind: DocumentKind, *, on: date) -> RuleSet:
    """The rules in force for a kind of document on a day."""
    return release_for(kind, on=on).rule_set


def release_for(kind: DocumentKind, *, on: date) -> Release:
    """The release in force for a kind of document on a day: the newest that is mandatory by then."""
    of_kind = [release for release in RELEASES if release.kind is kind]
    begun = [release for release in of_kind if release.mandatory_from <= on]
    return begun[-1] if begun else of_kind[0]


def all_rules() -> tuple[RuleInfo, ...]:
    """Every rule of every release once, family by family in published order."""
    return tuple(_once())


def _once() -> Iterator[RuleInfo]:
    seen: set[str] = set()
    for release in RELEASES:
        for info in release.rule_set.infos:
            if info.id not in seen:
                seen.add(info.id)
                yield info
