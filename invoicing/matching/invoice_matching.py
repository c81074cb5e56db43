"""Matching an invoice to its orders and receipts: pure, complete and explained.

`match` makes the checks of the domain model in their order and gives back one tree. An
order line is found by the references alone, within its supplier; a guess is only ever a
suggestion. One wrong value gives one deviation: what follows from an earlier deviation is
compared with the invoice's own values, so a wrong quantity is not also a wrong amount. An invoice
over several orders, where the policy allows it, is judged order by order, each as if it were alone.
"""

from collections.abc import Sequence

from invoicing.matching import date_checks, payee_checks
from invoicing.matching.deviations import Check, Deviation, Group, Match, check, not_looked_at
from invoicing.matching.document_matching import (
    buyer_deviations,
    total_deviations,
    type_deviations,
    vat_arithmetic_deviations,
)
from invoicing.matching.facts import Facts, LineFacts, OrderFacts
from invoicing.matching.invoiced_parts import InvoicedPart
from invoicing.matching.line_matching import invoiced_on
from invoicing.matching.lines_meant import charged_slices
from invoicing.matching.order_matching import (
    currency_deviations,
    f_tax_deviations,
    line_checks,
    order_deviations,
    reference_deviations,
    vat_deviations,
)
from invoicing.model import InvoiceContent


def match(invoice: InvoiceContent, facts: Facts) -> Match:
    """Judge an invoice against what is known; never raises for anything an invoice may say."""
    slices = charged_slices(invoice, facts)
    if len(slices) == 1:
        return Match(_whole(*slices[0]))
    by_order = (_of_order(of_order, known) for of_order, known in slices)
    return Match(
        Group(
            "invoice",
            (
                check("type", type_deviations(invoice)),
                *by_order,
                check("buyer", buyer_deviations(invoice, facts.buyer)),
                check("totals", total_deviations(invoice, facts)),
                Group("vat", (check("tax", vat_arithmetic_deviations(invoice)),)),
                check("payee", payee_checks.payee(invoice, facts)),
                check("payee account", payee_checks.account(invoice, facts)),
                check("due date", date_checks.due_date(invoice, facts)),
            ),
        )
    )


def _whole(invoice: InvoiceContent, facts: Facts) -> Group:
    """The tree of an invoice for one order: the document's checks and the order's in one row."""
    order_check = order_deviations(invoice, facts)
    order = facts.order if not order_check else None
    return Group(
        "invoice",
        (
            check("type", type_deviations(invoice)),
            check("order", order_check),
            check("buyer", buyer_deviations(invoice, facts.buyer)),
            _currency(invoice, order),
            *_lines(invoice, order, facts),
            check("totals", total_deviations(invoice, facts)),
            Group("vat", (*_vat(invoice, order), check("tax", vat_arithmetic_deviations(invoice)))),
            _f_tax(invoice, facts, order),
            check("payee", payee_checks.payee(invoice, facts)),
            check("payee account", payee_checks.account(invoice, facts)),
            check("issue date", date_checks.issue_date(invoice, facts, order)),
            check("due date", date_checks.due_date(invoice, facts)),
            _references(invoice, order),
        ),
    )


def _of_order(of_order: InvoiceContent, facts: Facts) -> Group:
    """The branch of one order of several: all that rests on it, so that it alone can deviate."""
    order_check = order_deviations(of_order, facts)
    order = facts.order if not order_check else None
    return Group(
        f"order {of_order.order_number}",
        (
            check("order", order_check),
            _currency(of_order, order),
            *_lines(of_order, order, facts),
            Group("vat", (*_vat(of_order, order),)),
            _f_tax(of_order, facts, order),
            check("issue date", date_checks.issue_date(of_order, facts, order)),
            _references(of_order, order),
        ),
    )


def _currency(of_order: InvoiceContent, order: OrderFacts | None) -> Check:
    return check("currency", currency_deviations(of_order, order)) if order else not_looked_at("currency")


def _lines(of_order: InvoiceContent, order: OrderFacts | None, facts: Facts) -> Sequence[Check | Group]:
    return [*line_checks(of_order, order, facts.policy)] if order else [not_looked_at("lines")]


def _vat(of_order: InvoiceContent, order: OrderFacts | None) -> tuple[Check, Check]:
    if order is None:
        return (not_looked_at("category"), not_looked_at("rate"))
    category, rate = vat_deviations(of_order, order)
    return (check("category", category), check("rate", rate))


def _f_tax(of_order: InvoiceContent, facts: Facts, order: OrderFacts | None) -> Check:
    return check("f-tax", f_tax_deviations(of_order, facts, order)) if order else not_looked_at("f-tax")


def _references(of_order: InvoiceContent, order: OrderFacts | None) -> Check:
    found: tuple[Deviation, ...] = () if order is None else reference_deviations(of_order, order)
    return check("references", found) if order else not_looked_at("references")


def lines_to_take(invoice: InvoiceContent, facts: Facts) -> tuple[LineFacts, ...]:
    """The order lines the invoice lies on: those it names, if they are its supplier's and may share an invoice."""
    return tuple(each.line for each in parts_to_take(invoice, facts))


def parts_to_take(invoice: InvoiceContent, facts: Facts) -> tuple[InvoicedPart, ...]:
    """What the invoice asks for each order line it lies on."""
    return tuple(
        part
        for of_order, known in charged_slices(invoice, facts)
        for part in _parts_of_order(of_order, known)
    )


def _parts_of_order(of_order: InvoiceContent, facts: Facts) -> tuple[InvoicedPart, ...]:
    if facts.order is None or order_deviations(of_order, facts):
        return ()
    named = of_order.order_lines
    if len(named) > 1 and not facts.policy.several_lines:
        return ()
    found = [facts.order.lines[line_id] for line_id in named if line_id in facts.order.lines]
    if len(found) != len(named) and not facts.policy.judges_lines_apart:
        return ()
    return tuple(InvoicedPart(line, invoiced_on(of_order, line.line.line_id)) for line in found)
