"""A proposal as its page tells it: its suppliers with their sums, and how far the reader's right to attest reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

from finance_desk.pages.paying_parts import supplier_names
from foundation.money import Money
from foundation.text import Text
from invoicing.payment.attest_rights import NOT_ATTESTED_WORDS, NotAttested
from invoicing.payment.runs import proposal_queries, reach_queries
from invoicing.payment.runs.proposal_queries import Show, Sum
from invoicing.payment.transfers import ItemState
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class SupplierGroup:
    """The rows of one supplier among those that are shown."""

    supplier: str
    name: str
    count: int
    to_pay: Money


@dataclass(frozen=True, slots=True)
class Reached:
    """How many waiting rows are alike in how far the reader's right reaches, and what they come to."""

    why: str
    words: Text
    count: int
    to_pay: Money


def groups_of(sums: Sequence[Sum], register: Register, *, show: Show) -> list[SupplierGroup]:
    """The suppliers with rows to show, by name."""
    names, currency = supplier_names(register), register.buyer.currency
    by_supplier: dict[str, list[Sum]] = {}
    for each in sums:
        if each.is_shown(show):
            by_supplier.setdefault(each.supplier, []).append(each)
    found = [
        SupplierGroup(
            supplier,
            names.get(supplier, supplier),
            sum(each.count for each in parts),
            proposal_queries.to_pay(parts, currency=currency),
        )
        for supplier, parts in by_supplier.items()
    ]
    return sorted(found, key=lambda each: (each.name.casefold(), each.supplier))


def reached(sums: Sequence[Sum], currency: str) -> list[Reached]:
    """What waits, by how far the reader's right reaches."""
    waiting = [each for each in sums if each.state is ItemState.PROPOSED]
    found = []
    for why in (reach_queries.WITHIN, *NotAttested):
        alike = [each for each in waiting if each.reach == why]
        if alike:
            words = NOT_ATTESTED_WORDS.get(why, Text("inom din attesträtt"))
            count = sum(each.count for each in alike)
            found.append(Reached(why, words, count, proposal_queries.to_pay(alike, currency=currency)))
    return found
