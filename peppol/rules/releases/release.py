"""What a release is: rules of several transactions, the day they were published and the day they bind.

A folder of `peppol/rules/releases/` is one release. Its package holds `PUBLICATION`, dates and
titles that cost nothing to read; its module `changes` has `books(kind)`, which is asked when a
document of that kind is first judged by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import import_module
from typing import Final, Protocol, cast

from peppol.identifiers import DocumentKind
from peppol.rules.engine.engine import RuleSet
from peppol.rules.engine.rulebook import Book

BILLING_SPECIFICATION: Final = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
"""How the specification (BT-24) begins of the bills that Peppol BIS Billing 3 judges."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One kind of document in a release: its rules' title, and how its specification (BT-24) begins.

    Without a specification the rules are for every document of the kind.
    """

    title: str
    specification: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """A release as its publisher announces it.

    `mandatory_from` is the first day on which everybody must follow it, as stated in the
    publisher's own notes; where sending binds later than receiving, `mandatory_to_send_from` says when.
    """

    name: str
    published: date
    mandatory_from: date
    transactions: Mapping[DocumentKind, Transaction]
    mandatory_to_send_from: date | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one transaction's rules."""

    kind: DocumentKind
    name: str
    mandatory_from: date
    rule_set: RuleSet
    published: date
    specification: str = ""

    def binds(self, on: date) -> bool:
        """Whether the release is mandatory on that day."""
        return self.mandatory_from <= on

    def is_for(self, specification: str | None) -> bool:
        """Whether it judges documents of that specification (BT-24); None stands for any."""
        return specification is None or specification.startswith(self.specification)


class _Changes(Protocol):
    def books(self, kind: DocumentKind) -> Sequence[Book]: ...


def releases_of(folder: str) -> tuple[Release, ...]:
    """The releases of one folder's transactions, in the order its publication names them."""
    publication = cast(Publication, import_module(folder).PUBLICATION)
    # Kinds that share a transaction share its rules, which are then compiled once.
    rule_sets: dict[str, RuleSet] = {}
    for kind, transaction in publication.transactions.items():
        rule_set = RuleSet(transaction.title, partial(_books, folder, kind))
        rule_sets.setdefault(transaction.title, rule_set)
    return tuple(
        Release(
            kind,
            transaction.title,
            publication.mandatory_from,
            rule_sets[transaction.title],
            publication.published,
            transaction.specification,
        )
        for kind, transaction in publication.transactions.items()
    )


def _books(folder: str, kind: DocumentKind) -> Sequence[Book]:
    return cast(_Changes, import_module(f"{folder}.changes")).books(kind)
