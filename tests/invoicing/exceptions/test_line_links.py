"""An invoice over several orders that names none of them is linked line by line, at once judged, and taken back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import ActionRefused, LinkedLine
from invoicing.documents import decider_store
from invoicing.documents import store as document_store
from invoicing.exceptions import case as exception_case
from invoicing.exceptions import linking
from invoicing.exceptions import undo as exception_undo
from invoicing.exceptions.case import Case
from invoicing.exceptions.steps import DeskActor
from invoicing.model import InvoiceState, SupplierInvoice
from orders.register import store as register_store
from peppol.documents import billing
from tests.support.stories.bills import together, with_lines
from tests.support.stories.system import CASEWORKER, System, a_system, example_register

FIRST, SECOND = "100000101", "100000102"
CAME = date(2026, 4, 2)
NOW = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January of one participant, 20 days, and March of another, 22 days; the buyer takes orders together."""
    with a_system(database_url) as made:
        for reference, month, on in (
            (FIRST, "2026-01", date(2026, 2, 2)),
            (SECOND, "2026-03", date(2026, 4, 1)),
        ):
            made.decide(reference, start=date(2026, int(month[-2:]), 1), decided_on=date(2026, 1, 1))
            made.report(reference, month, on=on)
        allow(made)
        yield made
        assert made.broken() == []


def allow(system: System, **changes: object) -> None:
    """The buyer's rules from now on: several orders and lines, unless they are said otherwise."""
    system.change_register(example_register(**{"several_orders": True, "several_lines": True, **changes}))


def of_order(system: System, reference: str, number: str = "F-0") -> billing.Invoice:
    return system.flip(system.order(reference).number, "001", number=number, on=CAME)


def without_references(invoice: billing.Invoice) -> billing.Invoice:
    """As a program writes it that knows nothing of our orders."""
    lines = [
        replace(line, order_line_reference=None, note=None, item=replace(line.item, name="Arbetsträning"))
        for line in invoice.invoice_lines
    ]
    return with_lines(replace(invoice, order_reference=None), lines)


def both(system: System, number: str = "F-1") -> SupplierInvoice:
    """One invoice for both orders, which names neither."""
    each = (of_order(system, FIRST), of_order(system, SECOND))
    return system.send(without_references(together(*each, number=number)))


def places(system: System) -> tuple[str, str]:
    """The order line of each line of the invoice."""
    return f"{system.order(FIRST).number}/001", f"{system.order(SECOND).number}/001"


def link(system: System, invoice: SupplierInvoice, **lines: str) -> int:
    """One press: `_1="2100000026/001"` for line 1."""
    said = [LinkedLine(key.removeprefix("_"), *written.rsplit("/")) for key, written in sorted(lines.items())]
    with system.database.writing() as session:
        register = register_store.load(session)
        actor = DeskActor("user-1", NOW, CAME)
        return linking.link_lines(session, register, invoice.id, actor, lines=said, reason="Enligt samtal")


def undo(system: System, action: int) -> None:
    with system.database.writing() as session:
        actor = DeskActor("user-1", NOW + timedelta(minutes=1), CAME)
        exception_undo.undo(session, register_store.load(session), action, actor)


def case_of(system: System, invoice: SupplierInvoice) -> Case:
    with system.database.reading() as session:
        found = exception_case.case(session, register_store.load(session), invoice.id)
    assert found is not None
    return found


def suggested(system: System, invoice: SupplierInvoice) -> list[list[str]]:
    return [
        [f"{each.order_number}/{each.line_id}" for each in choice.suggestions]
        for choice in case_of(system, invoice).line_choices
    ]


@pytest.mark.both_engines
def test_an_invoice_over_two_orders_without_references_is_linked_line_by_line_and_accepted(
    system: System,
) -> None:
    invoice = both(system)
    first, second = places(system)
    assert invoice.state is _S.IN_QUESTION
    assert suggested(system, invoice) == [[first], [second]]
    link(system, invoice, _1=first, _2=second)
    linked = system.invoice(invoice.id)
    assert (linked.state, linked.codes, linked.order_number) == (_S.ACCEPTED, (), first.partition("/")[0])
    for place in (first, second):
        account = system.line(place.partition("/")[0])
        assert account.invoice_id == invoice.id
    with system.database.reading() as session:
        link_row = decision_store.link_of(session, invoice.id)
        (done,) = decision_store.actions_of(session, invoice.id)
        # Who links an invoice never attests it.
        assert set(decider_store.of(session, [invoice.id])[invoice.id]) == {"user-1", CASEWORKER}
    assert link_row is not None
    assert [each.invoice_line for each in link_row.lines] == ["1", "2"]
    assert done.detail["line"] == f"{first}, {second}"


@pytest.mark.both_engines
def test_a_link_of_lines_taken_back_leaves_the_lines_free_and_the_earlier_link_standing(
    system: System,
) -> None:
    invoice = both(system)
    first, second = places(system)
    before = system.invoice(invoice.id)
    undo(system, link(system, invoice, _1=first, _2=second))
    assert system.invoice(invoice.id) == before
    assert system.line(first.partition("/")[0]).invoice_id is None
    link(system, invoice, _1=first)
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    # What is said of the second line is said besides what stands of the first.
    action = link(system, invoice, _2=second)
    assert system.invoice(invoice.id).state is _S.ACCEPTED
    undo(system, action)
    assert [each.stands for each in case_of(system, invoice).line_choices] == [first, ""]
    assert system.line(first.partition("/")[0]).invoice_id == invoice.id
    assert system.line(second.partition("/")[0]).invoice_id is None


def test_a_line_is_not_linked_to_an_order_line_that_another_invoice_lies_on(system: System) -> None:
    first, second = places(system)
    invoice = both(system)
    earlier = system.send(of_order(system, SECOND, "F-7"))
    with pytest.raises(ActionRefused, match=rf"{second} has been invoiced already with F-7.*invoice line 2"):
        link(system, invoice, _1=first, _2=second)
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    assert system.line(first.partition("/")[0]).invoice_id is None
    assert system.line(second.partition("/")[0]).invoice_id == earlier.id
    assert suggested(system, invoice) == [[first], []]


def test_what_is_no_line_of_the_invoice_or_no_order_line_is_refused(system: System) -> None:
    invoice = both(system)
    first, _ = places(system)
    with pytest.raises(ActionRefused, match=r"has no line 3 to link\. It has 1, 2"):
        link(system, invoice, _3=first)
    with pytest.raises(ActionRefused, match="There is no order line 99/001"):
        link(system, invoice, _1="99/001")
    with pytest.raises(ActionRefused, match="at least one line"):
        link(system, invoice)


def test_a_buyer_that_takes_no_orders_together_links_the_invoice_as_a_whole(system: System) -> None:
    first, second = places(system)
    invoice = both(system)
    allow(system, several_orders=False)
    with pytest.raises(ActionRefused, match="one order only"):
        link(system, invoice, _1=first, _2=second)
    allow(system, several_orders=False, several_lines=False)
    with pytest.raises(ActionRefused, match="linked as a whole"):
        link(system, invoice, _1=first, _2=second)
    assert case_of(system, invoice).line_choices == ()


def test_two_lines_of_one_order_are_linked_where_only_that_is_allowed(system: System) -> None:
    system.report(FIRST, "2026-02", on=date(2026, 3, 2))
    number = system.order(FIRST).number
    allow(system, several_orders=False)
    january, february = (system.flip(number, line, number="F-0", on=CAME) for line in ("001", "002"))
    invoice = system.send(without_references(together(january, february, number="F-1")))
    link(system, invoice, _1=f"{number}/001", _2=f"{number}/002")
    assert (system.invoice(invoice.id).state, system.invoice(invoice.id).codes) == (_S.ACCEPTED, ())


def test_a_line_that_names_a_participant_is_never_suggested_anothers_order(system: System) -> None:
    each = (of_order(system, FIRST), of_order(system, SECOND))
    document = without_references(together(*each, number="F-1"))
    swapped = [
        replace(line, item=replace(line.item, name=f"Deltagare {reference}"))
        for line, reference in zip(document.invoice_lines, (SECOND, FIRST), strict=True)
    ]
    invoice = system.send(with_lines(document, swapped))
    first, second = places(system)
    assert suggested(system, invoice) == [[second], [first]]
    with system.database.reading() as session:
        assert [each.amount.amount for each in document_store.content(session, invoice.id).lines] == [
            Decimal("1900.00"),
            Decimal("2090.00"),
        ]
