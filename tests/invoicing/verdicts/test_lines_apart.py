"""An invoice over several orders: each line is judged, accepted and credited by itself."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bookkeeping import booking
from bookkeeping.ledger_accounts import LedgerAccounts
from foundation.money import Money
from invoicing.documents import expected_credit_store
from invoicing.model import DocumentType, ExpectedCredit, ExpectedCreditState, InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.portal_invoicing.queries import InvoiceStanding
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.open_items import Why, open_items
from invoicing.reconciliation.statement import StatementKey, reconcile
from invoicing.verdicts import accepting_in_part
from orders.register import store as register_store
from peppol.documents import billing
from peppol.xml import codec
from supplier_portal.queries import invoice_steps, waiting
from tests.support.golden import is_golden, message_body
from tests.support.stories.bills import billed, together, with_lines
from tests.support.stories.january import answer
from tests.support.stories.portal import Desk
from tests.support.stories.system import System, a_system, example_register

REFERENCES = ("100000101", "100000102", "100000103")
NOW = datetime(2026, 2, 10, 9, tzinfo=UTC)
CAME, CREDITED_ON, PAID_ON = date(2026, 2, 3), date(2026, 2, 10), date(2026, 3, 5)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Three orders with January received, 20 days and 1900.00 each, for a buyer that takes orders together."""
    with a_system(database_url) as made:
        for reference in REFERENCES:
            made.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            made.report(reference, "2026-01", on=date(2026, 2, 2))
        allow(made)
        yield made
        assert made.broken() == []


def allow(system: System, **changes: object) -> None:
    """The buyer's rules from now on: several orders, lines accepted apart, unless they are said otherwise."""
    policy: dict[str, object] = {"several_orders": True, "several_lines": True, "partial_acceptance": True}
    system.change_register(example_register(**{**policy, **changes}))


def january_of(system: System, reference: str, *, days: str | None = None) -> billing.Invoice:
    """The invoice of January of one order, for other days than were received where they are said."""
    invoice = system.flip(system.order(reference).number, "001", number="F-0", on=CAME)
    return billed(invoice, days=days) if days else invoice


def all_of_them(system: System, *, days: tuple[str | None, ...] = (None, None, None)) -> billing.Invoice:
    """One invoice for January of all three orders."""
    each = [january_of(system, reference, days=of) for reference, of in zip(REFERENCES, days, strict=True)]
    return together(*each, number="F-1")


def credit_of(invoice: billing.Invoice, *lines: str, number: str = "K-1") -> billing.CreditNote:
    """A credit note for some lines of an invoice."""
    part = with_lines(invoice, [line for line in invoice.invoice_lines if line.id in lines])
    return flipping.credit_note_of(part, given=Numbered(number, CREDITED_ON))


def accept_in_part(system: System, invoice: SupplierInvoice, *, on: date = CAME) -> SupplierInvoice:
    """An officer accepts the lines that agree."""
    with system.database.writing() as session:
        register = register_store.load(session)
        accepting_in_part.accept_in_part(
            session, register, invoice, by="officer-1", today=on, before_receipt=True
        )
    return system.invoice(invoice.id)


def expected(system: System, invoice: SupplierInvoice) -> ExpectedCredit | None:
    """The credit note that is expected for it."""
    with system.database.reading() as session:
        return expected_credit_store.open_for(session, invoice.id)


def sek(text: str) -> Money:
    return Money.of(text)


# Accepted whole --------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_an_invoice_over_three_orders_is_accepted_and_lies_on_every_line(system: System) -> None:
    invoice = system.send(all_of_them(system))
    assert (invoice.state, invoice.codes, system.answers(invoice)) == (InvoiceState.ACCEPTED, (), ["AP"])
    for reference in REFERENCES:
        account = system.line(system.order(reference).number)
        assert (account.invoice_id, account.amount_claimed) == (invoice.id, sek("1900.00"))


def test_the_orders_may_stand_on_the_lines_alone(system: System) -> None:
    each = [january_of(system, reference) for reference in REFERENCES]
    invoice = system.send(together(*each, number="F-1", names_order=False))
    assert invoice.state is InvoiceState.ACCEPTED
    assert invoice.order_number == system.order(REFERENCES[0]).number


def test_without_the_policy_a_second_order_is_a_deviation(system: System) -> None:
    allow(system, several_orders=False, partial_acceptance=False)
    invoice = system.send(all_of_them(system))
    assert invoice.state is InvoiceState.IN_QUESTION
    assert "SEVERAL_ORDERS" in invoice.codes


def test_a_line_of_another_suppliers_order_is_not_named_and_stops_it(system: System) -> None:
    theirs = billed(january_of(system, REFERENCES[0]))
    wrong = replace(theirs, order_reference=billing.OrderReference(id="2199999999"))
    invoice = system.send(together(january_of(system, REFERENCES[1]), wrong, number="F-1"))
    assert (invoice.state, invoice.codes) == (InvoiceState.IN_QUESTION, ("ORDER_UNKNOWN",))


# Accepted in part ------------------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
@pytest.mark.both_engines
def test_two_lines_are_accepted_and_the_short_one_is_credited_before_the_rest_is_paid(system: System) -> None:
    whole = all_of_them(system, days=(None, None, "21"))
    extra = billed(january_of(system, REFERENCES[2]), days="1")
    invoice = system.send(whole)
    assert (invoice.state, invoice.codes) == (InvoiceState.IN_QUESTION, ("QUANTITY",))

    invoice = accept_in_part(system, invoice)
    assert (invoice.state, system.answers(invoice)) == (InvoiceState.PARTLY_ACCEPTED, ["AB", "CA"])
    asked = expected(system, invoice)
    assert asked is not None
    assert [(each.invoice_line, each.quantity, each.amount) for each in asked.lines] == [
        ("3", Decimal(1), sek("95.00"))
    ]
    assert (asked.amount_payable, asked.due_on) == (sek("118.75"), date(2026, 3, 5))
    assert system.pay(on=PAID_ON) == []

    (line,) = extra.invoice_lines
    reference = whole.invoice_lines[2].order_line_reference
    part = with_lines(whole, [replace(line, id="1", order_line_reference=reference)])
    credit = system.send(flipping.credit_note_of(part, given=Numbered("K-1", CREDITED_ON)))
    invoice = system.invoice(invoice.id)
    assert (credit.state, invoice.state) == (InvoiceState.SETTLED, InvoiceState.ACCEPTED)
    assert system.answers(invoice) == ["AB", "CA", "AP"]
    assert expected(system, invoice) is None
    (paid,) = system.pay(on=PAID_ON)
    # Three times 1900.00 and VAT.
    assert paid.amount == sek("7125.00")
    assert system.broken() == []


def test_the_invoice_its_answer_and_its_credit_note_are_as_they_were_agreed(system: System) -> None:
    """Three orders, one line short: the invoice, the answer CA and the credit note, byte for byte."""
    document = all_of_them(system, days=(None, None, "21"))
    is_golden("invoice-several-orders.xml", codec.serialise(document))
    invoice = accept_in_part(system, system.send(document))
    is_golden("invoice-response-ca-lines.xml", message_body(system, f"{invoice.id}-CA"))
    (line,) = (each for each in document.invoice_lines if each.id == "3")
    one_day = replace(
        line,
        invoiced_quantity=replace(line.invoiced_quantity, value=Decimal(1)),
        line_extension_amount=replace(line.line_extension_amount, value=Decimal("95.00")),
    )
    credit = flipping.credit_note_of(with_lines(document, [one_day]), given=Numbered("K-1", CREDITED_ON))
    is_golden("credit-note-of-one-line.xml", codec.serialise(credit))
    system.send(credit)
    (paid,) = system.pay(on=PAID_ON)
    assert paid.amount == sek("7125.00")


def test_the_answer_tells_each_line_and_what_to_credit(system: System) -> None:
    wrong = billed(january_of(system, REFERENCES[1]), price="96.00")
    good = january_of(system, REFERENCES[0])
    invoice = accept_in_part(system, system.send(together(good, wrong, number="F-1")))
    told = answer(system, invoice.id, "CA").document_response.response
    reason, asked = told.statuses
    # What to do is said once: by the request, and not by each reason as if nothing were accepted.
    assert "hela fakturan" not in str(reason.status_reason)
    assert "whole invoice" not in str(reason.status_reason)
    assert reason.status_reason_code is not None
    assert asked.status_reason_code is not None
    assert (reason.status_reason_code.value, asked.status_reason_code.value) == ("PRI", "CNP")
    assert [(each.attribute_id, each.description) for each in reason.conditions] == [
        ("BT-126", "2"),
        ("BT-146", "95.00"),
    ]
    assert [(each.attribute_id, each.description) for each in asked.conditions] == [
        ("BT-126", "2"),
        ("BT-129", "20"),
        ("BT-131", "1920.00"),
        ("BT-109", "1920.00"),
        ("BT-110", "480.00"),
        ("BT-115", "2400.00"),
    ]


@pytest.mark.usefixtures("books_as_agreed")
def test_a_line_that_is_credited_whole_is_open_for_the_right_invoice(system: System) -> None:
    wrong = billed(january_of(system, REFERENCES[1]), price="96.00")
    document = together(january_of(system, REFERENCES[0]), wrong, number="F-1")
    right = system.flip(system.order(REFERENCES[1]).number, "001", number="F-2", on=CREDITED_ON)
    invoice = accept_in_part(system, system.send(document))
    again = system.send(right)
    assert again.codes == ("ALREADY_INVOICED",)

    system.send(credit_of(document, "2"))
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED
    assert system.invoice(again.id).state is InvoiceState.ACCEPTED
    assert {each.amount for each in system.pay(on=date(2026, 3, 20))} == {sek("2375.00")}


@pytest.mark.usefixtures("books_as_agreed")
def test_a_credit_note_of_another_line_leaves_the_rest_asked_for(system: System) -> None:
    wrong = billed(january_of(system, REFERENCES[2]), price="96.00")
    document = together(
        january_of(system, REFERENCES[0]), january_of(system, REFERENCES[1]), wrong, number="F-1"
    )
    invoice = accept_in_part(system, system.send(document))
    system.send(credit_of(document, "1"))
    now = system.invoice(invoice.id)
    assert now.state is InvoiceState.PARTLY_ACCEPTED
    assert now.amount_to_pay == sek("4775.00")
    still = expected(system, invoice)
    assert still is not None
    assert [each.invoice_line for each in still.lines] == ["3"]
    system.send(credit_of(document, "3", number="K-2"))
    assert system.invoice(invoice.id).amount_to_pay == sek("2375.00")
    (paid,) = system.pay(on=PAID_ON)
    assert paid.amount == sek("2375.00")


@pytest.mark.usefixtures("books_as_agreed")
def test_a_credit_note_of_all_that_is_left_credits_the_invoice(system: System) -> None:
    document = all_of_them(system)
    invoice = system.send(document)
    system.send(credit_of(document, "1"))
    assert system.invoice(invoice.id).amount_to_pay == sek("4750.00")
    system.send(credit_of(document, "2", "3", number="K-2"))
    assert system.invoice(invoice.id).state is InvoiceState.CREDITED
    assert system.pay(on=PAID_ON) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [("price", "CREDIT_LINE"), ("more", "CREDIT_LINE"), ("line", "CREDIT_LINE")],
)
def test_a_credit_line_that_is_not_the_invoices_is_in_question(
    system: System, change: str, code: str
) -> None:
    document = all_of_them(system)
    one = january_of(system, REFERENCES[0])
    invoice = system.send(document)
    reference = document.invoice_lines[0].order_line_reference
    assert reference is not None
    of = {
        "price": billed(one, price="94.00", order_line_reference=reference),
        "more": billed(one, days="21", order_line_reference=reference),
        "line": billed(one, order_line_reference=replace(reference, line_id="009")),
    }[change]
    credit = system.send(
        flipping.credit_note_of(with_lines(document, of.invoice_lines), given=Numbered("K-1", CREDITED_ON))
    )
    assert (credit.state, credit.codes) == (InvoiceState.IN_QUESTION, (code,))
    assert system.invoice(invoice.id).amount_to_pay == sek("7125.00")


def test_a_paid_invoice_is_credited_whole_or_not_at_all(system: System) -> None:
    document = all_of_them(system)
    invoice = system.send(document)
    system.pay(on=PAID_ON)
    credit = system.send(credit_of(document, "1"), on=PAID_ON)
    assert (credit.state, credit.codes) == (InvoiceState.IN_QUESTION, ("CREDIT_AMOUNT",))
    assert system.invoice(invoice.id).state is InvoiceState.PAID


# Waiting -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
def test_a_line_not_received_is_waited_for_and_then_all_is_accepted(system: System) -> None:
    order = system.order(REFERENCES[2]).number
    february = billed(january_of(system, REFERENCES[2]), days="20")
    (line,) = february.invoice_lines
    assert line.order_line_reference is not None
    of_february = replace(
        line, order_line_reference=replace(line.order_line_reference, line_id="002"), invoice_period=None
    )
    document = together(
        january_of(system, REFERENCES[0]), replace(february, invoice_lines=(of_february,)), number="F-1"
    )
    invoice = system.send(document)
    assert (invoice.state, invoice.codes) == (InvoiceState.PARKED, ("NOT_RECEIVED",))
    system.report(REFERENCES[2], "2026-02", on=date(2026, 3, 2))
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED
    assert system.line(order, "002").amount_claimed == sek("1900.00")


@pytest.mark.usefixtures("books_as_agreed")
def test_the_receipt_that_was_lacking_takes_back_the_request(system: System) -> None:
    february = billed(january_of(system, REFERENCES[2]), days="20")
    (line,) = february.invoice_lines
    assert line.order_line_reference is not None
    of_february = replace(
        line, order_line_reference=replace(line.order_line_reference, line_id="002"), invoice_period=None
    )
    document = together(
        january_of(system, REFERENCES[0]), replace(february, invoice_lines=(of_february,)), number="F-1"
    )
    invoice = accept_in_part(system, system.send(document))
    assert invoice.state is InvoiceState.PARTLY_ACCEPTED
    system.report(REFERENCES[2], "2026-02", on=date(2026, 3, 2))
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED
    assert expected(system, invoice) is None
    with system.database.reading() as session:
        (was,) = expected_credit_store.of_invoice(session, invoice.id)
    assert was.state is ExpectedCreditState.WITHDRAWN


@pytest.mark.usefixtures("books_as_agreed")
def test_an_officer_takes_it_back_when_the_credit_does_not_come(system: System) -> None:
    wrong = billed(january_of(system, REFERENCES[1]), price="96.00")
    invoice = accept_in_part(
        system, system.send(together(january_of(system, REFERENCES[0]), wrong, number="F-1"))
    )
    with system.database.writing() as session:
        accepting_in_part.withdraw(session, invoice, by="officer-1", today=PAID_ON)
    assert system.invoice(invoice.id).state is InvoiceState.IN_QUESTION
    asked = system.ask_credit(invoice, on=PAID_ON)
    assert (asked.state, system.answers(asked)) == (InvoiceState.CREDIT_REQUESTED, ["AB", "CA", "RE"])


def test_what_deviates_of_the_whole_invoice_is_never_accepted_in_part(system: System) -> None:
    document = all_of_them(system, days=(None, None, "21"))
    totals = replace(
        document.legal_monetary_total, prepaid_amount=document.legal_monetary_total.payable_amount
    )
    prepaid = replace(totals, payable_amount=replace(totals.payable_amount, value=Decimal("0.00")))
    invoice = system.send(replace(document, legal_monetary_total=prepaid))
    with pytest.raises(accepting_in_part.NotInParts):
        accept_in_part(system, invoice)


@pytest.mark.usefixtures("books_as_agreed")
def test_it_is_accepted_in_part_without_a_person_where_the_policy_answers_by_itself(system: System) -> None:
    allow(system, automatic_credit=("QUANTITY",))
    invoice = system.send(all_of_them(system, days=(None, None, "21")))
    assert (invoice.state, system.answers(invoice)) == (InvoiceState.PARTLY_ACCEPTED, ["AB", "CA"])


# Open ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
def test_what_is_left_of_a_line_invoiced_in_parts_is_open(system: System) -> None:
    allow(system, partial_quantities=True)
    system.send(january_of(system, REFERENCES[0], days="12"))
    key = f"{system.order(REFERENCES[0]).number}/001"
    with system.database.reading() as session:
        entries = list(entry_queries.entries(session))
    found = {(each.why, each.document): each.amount for each in open_items(entries)}
    assert found[Why.NOT_INVOICED, key] == sek("760.00")
    assert found[Why.TO_PAY, "F-0"] == sek("1140.00")
    row = next(
        row
        for row in reconcile(entries, by=(StatementKey.EXECUTION_REFERENCE,)).rows
        if row.key == (REFERENCES[0],)
    )
    assert (row.not_approved, row.open) == (sek("760.00"), sek("1140.00"))


# In the books ----------------------------------------------------------------------------------------


def test_the_vouchers_come_to_what_was_received_and_no_debt_is_left(system: System) -> None:
    document = all_of_them(system, days=(None, None, "21"))
    invoice = accept_in_part(system, system.send(document))
    Desk(system, now=NOW).credit(invoice.id, new_invoice=False, only_expected=True)
    desk = Desk(system, now=NOW)
    desk.wait()
    system.read_messages(on=desk.today)
    system.pay(on=PAID_ON)
    accounts = LedgerAccounts()
    with system.database.writing() as session:
        register = register_store.load(session)
        run = booking.book(session, register, accounts, today=PAID_ON, by="officer-1", now=NOW)
    balance: dict[str, Decimal] = defaultdict(Decimal)
    for voucher in run.vouchers:
        for row in voucher.rows:
            balance[row.account] += row.amount
    assert balance[accounts.payable] == 0
    assert balance[accounts.bank] == Decimal("-7125.00")
    assert sum(balance.values()) == 0
    with system.database.reading() as session:
        total = entry_queries.statement(session, EntryFilter(), by=()).total
        then = entry_queries.statement(session, EntryFilter(as_of=CAME), by=()).total
    assert (total.approved, total.paid, total.open) == (sek("5700.00"), sek("5700.00"), sek("0.00"))
    assert (total.invoiced, total.credited) == (sek("5795.00"), sek("95.00"))
    # On the day it was accepted in part nothing was approved: all of it was in question.
    assert (then.approved, then.in_question) == (sek("0.00"), sek("5795.00"))


# From the portal -----------------------------------------------------------------------------------


def test_one_press_in_the_portal_credits_precisely_what_is_expected(system: System) -> None:
    invoice = accept_in_part(system, system.send(all_of_them(system, days=(None, None, "21"))))
    desk = Desk(system, now=NOW)
    (made,) = desk.credit(invoice.id, new_invoice=False, only_expected=True).made
    assert (made.document_type, made.amount_net, made.amount_payable) == (
        DocumentType.CREDIT_NOTE,
        sek("95.00"),
        sek("118.75"),
    )
    assert desk.wait() == 1
    system.read_messages(on=desk.today)
    assert (system.invoice(invoice.id).state, expected(system, invoice)) == (InvoiceState.ACCEPTED, None)
    again = desk.credit(invoice.id, new_invoice=False, only_expected=True)
    assert again.made == ()
    assert "väntar inte längre" in again.reason.sv
    assert {each.amount for each in system.pay(on=PAID_ON)} == {sek("7125.00")}


def test_what_is_left_of_an_invoice_is_credited_whole_from_the_portal(system: System) -> None:
    document = all_of_them(system)
    invoice = system.send(document)
    system.send(credit_of(document, "2"))
    desk = Desk(system, now=NOW)
    (made,) = desk.credit(invoice.id, new_invoice=False).made
    assert made.amount_payable == sek("4750.00")
    desk.wait()
    system.read_messages(on=desk.today)
    assert system.invoice(invoice.id).state is InvoiceState.CREDITED


def test_the_supplier_finds_it_among_what_is_to_be_done(system: System) -> None:
    listed = {state for states in portal_queries.STATES.values() for state in states}
    assert listed == set(InvoiceState)
    invoice = accept_in_part(system, system.send(all_of_them(system, days=(None, None, "21"))))
    actor = Desk(system).actor
    with system.database.reading() as session:
        assert portal_queries.counts(session, actor)[InvoiceStanding.TO_DO] == 1
        (told,) = waiting.questioned(session, actor)
        steps = invoice_steps.story(session, actor, invoice).steps
    assert (told.state, told.count) == (InvoiceState.PARTLY_ACCEPTED, 1)
    assert (steps[-1].what.sv, steps[-1].on, steps[-1].expected) == (
        "Kreditfaktura väntas senast",
        date(2026, 3, 5),
        True,
    )
