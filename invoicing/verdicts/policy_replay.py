"""What a change of policy would have done to the last months' invoices: judged again, nothing is changed.

Both policies judge each invoice through the one pure `match`, by what is known of its order today; so
what differs between them is the policy's doing alone. Only reads; newest first, at most `MOST` invoices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from foundation.money import Money
from foundation.sql import Session
from invoicing.decisions import store as decision_store
from invoicing.documents import facts_loading, order_facts_queries
from invoicing.matching.deviations import Verdict, Weight
from invoicing.matching.facts import Facts, OrderFacts
from invoicing.matching.invoice_matching import match
from invoicing.matching.order_slices import has_order_number, order_slices
from invoicing.model import InvoiceContent, InvoiceState
from invoicing.verdicts import judged_queries
from invoicing.verdicts.judged_queries import JudgedInvoice
from orders.register.agreements import Policy
from orders.register.register import Register

MOST = 2000


@dataclass(frozen=True, slots=True)
class Changed:
    """One invoice that the other policy judges differently."""

    invoice_id: int
    number: str
    supplier: str
    received_on: date
    amount: Money
    before: Verdict
    after: Verdict
    codes_before: tuple[str, ...]
    codes_after: tuple[str, ...]
    asked_before: bool
    asked_after: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """How many invoices were looked at, and those that change."""

    since: date
    looked_at: int
    more: bool
    changed: tuple[Changed, ...]

    def counts(self) -> Mapping[tuple[Verdict, Verdict], tuple[int, Money]]:
        """How many invoices go from which verdict to which, and for how much."""
        sums: dict[tuple[Verdict, Verdict], tuple[int, Money]] = {}
        for each in self.changed:
            key = (each.before, each.after)
            count, amount = sums.get(key, (0, Money.of("0.00", each.amount.currency)))
            if amount.currency == each.amount.currency:
                sums[key] = (count + 1, amount + each.amount)
        return sums


def replay(session: Session, register: Register, policy: Policy, *, since: date) -> Effect:
    """Judge what came since a day by the policy in force and by another one."""
    changed = []
    received = judged_queries.received_since(session, since, limit=MOST + 1)
    for each in received[:MOST]:
        found = _compared(session, register, policy, each)
        if found is not None:
            changed.append(found)
    return Effect(since, min(len(received), MOST), len(received) > MOST, tuple(changed))


def _compared(session: Session, register: Register, policy: Policy, invoice: JudgedInvoice) -> Changed | None:
    content = decision_store.as_judged(session, invoice.id)
    facts = _facts(session, register, content, invoice)
    before = match(content, facts)
    after = match(content, replace(facts, policy=policy))
    asked = [
        one.verdict is Verdict.QUESTION
        and held.asks_by_itself(each.code for each in one.deviations if each.weight is Weight.QUESTION)
        for one, held in ((before, register.policy), (after, policy))
    ]
    if before.verdict is after.verdict and asked[0] == asked[1]:
        return None
    return Changed(
        invoice_id=invoice.id,
        number=invoice.number,
        supplier=invoice.supplier,
        received_on=invoice.received_on,
        amount=invoice.amount,
        before=before.verdict,
        after=after.verdict,
        codes_before=before.codes,
        codes_after=after.codes,
        asked_before=asked[0],
        asked_after=asked[1],
    )


def _facts(session: Session, register: Register, content: InvoiceContent, invoice: JudgedInvoice) -> Facts:
    """What the invoice is judged by today, whatever orders its lines name. Who came after it does not count."""
    named = order_slices(content, replace(register.policy, several_orders=True))
    orders = {
        each.order_number: _order(session, register, each.order_number, invoice)
        for each in (content, *named)
        if has_order_number(each)
    }
    supplier = facts_loading.registered(register, content.supplier)
    facts = Facts(
        register.buyer,
        register.policy,
        supplier,
        orders.get(content.order_number),
        received_on=invoice.received_on,
    )
    if len(orders) < 2:
        return facts
    known = {number: each for number, each in orders.items() if each is not None}
    tenures = {
        number: register.tenure(each.order.supplier, content.supplier) for number, each in known.items()
    }
    return replace(
        facts, orders=known, tenures={key: each for key, each in tenures.items() if each is not None}
    )


def _order(session: Session, register: Register, number: str, invoice: JudgedInvoice) -> OrderFacts | None:
    order = order_facts_queries.order_facts(session, register, number, but_not=invoice.id)
    if order is not None and (
        invoice.state == InvoiceState.CREDITED or "ALREADY_INVOICED" not in invoice.codes
    ):
        return _without_occupants(order)
    return order


def _without_occupants(order: OrderFacts) -> OrderFacts:
    return replace(order, lines=dict(_freed(order)))


def _freed(order: OrderFacts) -> Iterator[tuple[str, Any]]:
    for line_id, line in order.lines.items():
        yield line_id, replace(line, occupant=None, shares=())
