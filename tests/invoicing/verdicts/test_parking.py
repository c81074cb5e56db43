"""What waits for a receipt, an invoice or an account, and how the waiting ends."""

from dataclasses import replace
from datetime import date, timedelta

from foundation.periods import stockholm_date
from invoicing.model import InvoiceState
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from invoicing.verdicts import parking
from orders.purchase_orders.receipt_store import ReceiptOvertaken
from orders.register import store as register_store
from orders.register.parties import AccountScheme, PaymentAccount
from peppol.documents import billing, shapes
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

REFERENCE = "100000101"
NEW_BANKGIRO = "9912346"


def a_month_received(system: System) -> str:
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 3))
    return system.order(REFERENCE).number


def stop(system: System, on: date) -> list[InvoiceState]:
    with system.database.writing() as session:
        register = register_store.load(session)
        return [invoice.state for invoice in parking.stop_waiting(session, register, today=on)]


def with_account(invoice: billing.Invoice, bankgiro: str) -> billing.Invoice:
    account = billing.FinancialAccount(
        id=bankgiro, financial_institution_branch=shapes.Reference(id="SE:BANKGIRO")
    )
    means = replace(invoice.payment_means[0], payee_financial_account=account)
    return replace(invoice, payment_means=(means,))


def test_an_invoice_without_a_receipt_is_asked_back_when_the_days_have_passed(database_url: str) -> None:
    register = example_register(days_to_wait_for_receipt=30, days_to_wait_for_invoice=60)
    with a_system(database_url, register=register) as system:
        number = a_month_received(system)
        february = replace(
            system.flip(number, "001", number="F-2", on=date(2026, 2, 10)),
            invoice_period=None,
        )
        line = replace(
            february.invoice_lines[0],
            order_line_reference=shapes.LineReference(line_id="002"),
            invoice_period=None,
        )
        parked = system.send(replace(february, invoice_lines=(line,)))
        assert parked.state is InvoiceState.PARKED
        assert stop(system, parked.received_on + timedelta(days=30)) == []
        assert stop(system, parked.received_on + timedelta(days=31)) == [InvoiceState.CREDIT_REQUESTED]
        assert system.answers(parked) == ["IP", "RE"]


def test_a_credit_note_whose_invoice_never_comes_is_put_in_question(database_url: str) -> None:
    with a_system(database_url, register=example_register(days_to_wait_for_invoice=10)) as system:
        number = a_month_received(system)
        never_sent = system.flip(number, number="F-1", on=date(2026, 2, 4))
        credit = system.send(credit_note_of(never_sent, given=Numbered("K-1", date(2026, 2, 5))))
        assert credit.state is InvoiceState.PARKED
        assert stop(system, date(2026, 2, 20)) == [InvoiceState.IN_QUESTION]


def test_a_held_invoice_is_accepted_when_two_people_have_registered_the_account(database_url: str) -> None:
    register = example_register()
    with a_system(database_url, register=register) as system:
        number = a_month_received(system)
        invoice = with_account(system.flip(number, number="F-1", on=date(2026, 2, 4)), NEW_BANKGIRO)
        document = system.send(invoice)
        assert (document.state, document.codes) == (InvoiceState.ON_HOLD, ("PAYEE_ACCOUNT",))
        supplier = register.supplier(FYRBAKEN)
        account = PaymentAccount(AccountScheme.BANKGIRO, NEW_BANKGIRO)
        changed = replace(supplier, payment_accounts=(*supplier.payment_accounts, account))
        others = tuple(each for each in register.suppliers if each.organisation_number != FYRBAKEN)
        known = replace(register, suppliers=(*others, changed))
        system.change_register(known)
        with system.database.writing() as session:
            freed = parking.judge_waiting_for_register(session, known, today=stockholm_date(CLOCK))
        assert [each.state for each in freed] == [InvoiceState.ACCEPTED]
        assert system.answers(document) == ["UQ", "AP"]


def test_a_held_invoice_stays_held_while_the_register_is_as_it_was(database_url: str) -> None:
    with a_system(database_url) as system:
        number = a_month_received(system)
        invoice = with_account(system.flip(number, number="F-1", on=date(2026, 2, 4)), NEW_BANKGIRO)
        document = system.send(invoice)
        with system.database.writing() as session:
            register = register_store.load(session)
            assert parking.judge_waiting_for_register(session, register, today=date(2026, 2, 5)) == []
        assert system.invoice(document.id).state is InvoiceState.ON_HOLD


def test_the_bytes_of_a_parked_invoice_wait_unchanged(database_url: str) -> None:
    with a_system(database_url) as system:
        number = a_month_received(system)
        invoice = system.flip(number, number="F-1", on=date(2026, 2, 4))
        system.send(invoice)
        again = system.post(codec.serialise(invoice), on=date(2026, 2, 5))
        assert again.repeats is not None


def test_the_sentence_of_an_overtaken_receipt_says_what_to_do() -> None:
    assert "Försök igen" in ReceiptOvertaken("2100000001", "001").text.sv
