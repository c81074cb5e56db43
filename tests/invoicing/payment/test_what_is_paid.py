"""What is paid for each invoice, where to and by which words, as the books stand on the day: every part of it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update

from foundation.money import Money
from foundation.sql import Session
from foundation.text import NO_TEXT
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import account_confirmation_store, payable_store, payment_stop_store
from invoicing.payment.payable import REFERENCE_MAX, Payable, PayableKind, PaymentTerms
from invoicing.payment.payment_stop_store import StopReason
from invoicing.payment_control.controls import Control, ControlVerdict
from orders.register import store as register_store
from orders.register.parties import AccountScheme, Address, DatedAddress, PaymentAccount
from peppol.documents import billing
from peppol.documents.shapes import Code
from peppol.exchange import tables as exchange_tables
from tests.support.held_rows import held_rows
from tests.support.stories.many_to_pay import FEBRUARY, MARCH
from tests.support.stories.paying import NOW, OFFICER, PayDesk
from tests.support.stories.system import CASEWORKER, FYRBAKEN, LARKDRILLEN, System, a_system, example_register

GIRO = PaymentAccount(AccountScheme.BANKGIRO, "5999107")
PLUS, IBAN = (
    PaymentAccount(AccountScheme.PLUSGIRO, "4999108"),
    PaymentAccount(AccountScheme.IBAN, "SE3990200000000012345678"),
)
INVOICE = document_tables.invoice


def paid_to(invoice: billing.Invoice, account: str, reference: str) -> billing.Invoice:
    """The invoice with this account and these words for the payment."""
    means = billing.PaymentMeans(
        payment_means_code=Code("30" if account else "1"),
        payment_id=reference,
        payee_financial_account=billing.FinancialAccount(id=account) if account else None,
    )
    return replace(invoice, payment_means=(means,))


def four_invoices(system: System) -> None:
    """Two suppliers with two accepted invoices each, that ask to be paid in different ways."""
    for reference, supplier, number, account, words in (
        ("100000101", FYRBAKEN, "F-1", "5999107", "KUND 77 -  881"),
        ("100000102", LARKDRILLEN, "L-1", "SE3990200000000012345678", "18"),
        ("100000103", FYRBAKEN, "F-2", "", "x"),
        ("100000104", LARKDRILLEN, "L-2", "", "26"),
    ):
        system.decide(reference, supplier=supplier)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        invoice = system.flip(system.order(reference).number, number=number, on=FEBRUARY)
        system.send(paid_to(invoice, account, words))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=four_invoices) as system:
        yield system


def load(session: Session, *ids: int, on: date = MARCH) -> dict[int, Payable]:
    register = register_store.load(session)
    keys = [(each, PayableKind.INVOICE) for each in ids]
    found = payable_store.load(session, register, keys, pay_on=on)
    terms = payable_store.terms(session, register, keys, pay_on=on)
    # Without what only an attest looks at it is the same.
    assert {key: _terms_of(each) for key, each in found.items()} == terms
    return {invoice_id: each for (invoice_id, _), each in found.items()}


def _terms_of(payable: Payable) -> PaymentTerms:
    return PaymentTerms(**{each.name: getattr(payable, each.name) for each in fields(PaymentTerms)})


def as_changed(system: System, invoice_id: int, **values: object) -> dict[int, Payable]:
    """What is paid for the four if the books said this of one, which they go on not saying."""
    with system.database.writing() as session:
        session.execute(update(INVOICE).where(INVOICE.c.id == invoice_id).values(**values))
        found = load(session, 1, 2, 3, 4)
        session.rollback()
    return found


def test_every_part_is_of_that_invoice(system: System) -> None:
    with system.database.reading() as session:
        found = load(session, 1, 2, 3, 4)
        rows = {each: document_store.by_id(session, each) for each in found}
        inbox = exchange_tables.inbox
        bodies = {row.id: row.sha256 for row in session.execute(select(inbox.c.id, inbox.c.sha256))}
        table = document_tables.match_made
        trees = {row.invoice_id: row for row in session.execute(select(table).order_by(table.c.id))}
    register = example_register()
    for invoice_id, payable in found.items():
        invoice, supplier = rows[invoice_id], register.supplier(rows[invoice_id].supplier)
        row = trees[invoice_id]
        ours = supplier.organisation_number == FYRBAKEN
        assert payable == Payable(
            invoice_id=invoice_id,
            kind=PayableKind.INVOICE,
            number=invoice.number,
            issued_on=FEBRUARY,
            supplier=supplier.organisation_number,
            supplier_name=supplier.name,
            state=InvoiceState.ACCEPTED,
            amount=Money.of("2375.00"),
            pays_on=MARCH,
            account={1: GIRO, 2: IBAN, 3: GIRO, 4: PLUS}[invoice_id],
            reference={1: "KUND 77 - 881", 2: "18", 3: "x", 4: "26"}[invoice_id],
            held_back=NO_TEXT,
            controls=payable.controls,
            address=supplier.on(MARCH).address,
            is_owed=False,
            is_reference_cut=False,
            message_sha256=bodies[invoice.letter_id],
            match_id=row.id,
            match_sha256=hashlib.sha256(row.tree.encode()).hexdigest(),
            articles=frozenset({"BASIC"}),
            areas=frozenset({"LO-NORD" if ours else "LO-MITT"}),
            decided_by=frozenset({CASEWORKER}),
            account_confirmed_by=frozenset(),
        )
        assert payable.payee_name == supplier.name
        assert [each.control for each in payable.controls[:3]] == [
            Control.PAYMENT_STOP,
            Control.NEW_ACCOUNT,
            Control.OTHER_PAYEE,
        ]
        assert len(payable.controls) == len({each.control for each in payable.controls}) == len(Control)


def test_what_was_never_judged_and_came_by_no_message_is_vouched_for_as_such(system: System) -> None:
    with system.database.writing() as session:
        (row,) = session.execute(select(INVOICE).where(INVOICE.c.id == 1)).mappings()
        session.execute(insert(INVOICE), {**row, "id": 99, "number": "F-99", "letter_id": 99})
        found = load(session, 99)[99]
        session.rollback()
    assert (found.match_id, found.match_sha256, found.message_sha256) == (0, "", "")
    assert found.articles == found.areas == found.decided_by == frozenset()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_in_batches_the_same_is_paid(system: System, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    with system.database.reading() as session:
        whole = load(session, 3, 1, 4, 2)
        monkeypatch.setattr(payable_store, "_BATCH", size)
        assert load(session, 3, 1, 4, 2) == whole
    assert list(whole) == [3, 1, 4, 2]


def test_what_a_credit_took_off_is_not_paid(system: System) -> None:
    found = as_changed(system, 1, credited_payable=Decimal("100.00"))
    assert [str(each.amount.amount) for each in found.values()] == [
        "2275.00",
        "2375.00",
        "2375.00",
        "2375.00",
    ]
    with system.database.writing() as session:
        session.execute(update(INVOICE).where(INVOICE.c.id == 1).values(credited_payable=Decimal("100.00")))
        assert payable_store.due_sum(session, on=MARCH) == (4, Money.of("9400.00"))
        session.rollback()
    with system.database.reading() as session:
        assert payable_store.due_sum(session, on=MARCH - timedelta(days=1)) == (0, Money.of("0.00"))


def test_what_is_in_another_currency_is_so_and_waits(system: System) -> None:
    found = as_changed(system, 1, currency="EUR")
    assert found[1].amount == Money(Decimal("2375.00"), "EUR")
    assert [number for number, each in found.items() if each.held_back] == [1]


@pytest.mark.parametrize("state", InvoiceState)
def test_only_what_is_accepted_may_be_paid(system: System, state: InvoiceState) -> None:
    found = as_changed(system, 1, state=state)
    assert found[1].is_payable is (state is InvoiceState.ACCEPTED)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_reference_is_as_long_as_a_bank_carries(system: System, more: int) -> None:
    words = "x" * (REFERENCE_MAX - 1) + "y" + "z" * more if more >= 0 else "x" * (REFERENCE_MAX - 1)
    with system.database.reading() as session:
        content = session.scalars(select(INVOICE.c.content).where(INVOICE.c.id == 1)).one()
    said = json.loads(content) if isinstance(content, str) else dict(content)
    said["payment_reference"] = words
    found = as_changed(system, 1, content=json.dumps(said) if isinstance(content, str) else said)[1]
    assert (found.reference, found.is_reference_cut) == (words[:REFERENCE_MAX], more > 0)


def test_what_no_register_ever_had_a_supplier_for_is_left_out_and_the_rest_paid(system: System) -> None:
    assert list(as_changed(system, 2, supplier="5560000000")) == [1, 3, 4]


def test_the_address_is_that_of_the_day_and_of_nobody_else(system: System) -> None:
    register = example_register()
    one = register.supplier(FYRBAKEN)
    other = PaymentAccount(AccountScheme.BANKGIRO, "9912346", payee_name="Fordringsköp Exempel AB")
    new = Address("Nygatan 1", "Umeå", "903 01")
    moved = replace(
        one,
        address=(
            DatedAddress(one.on(MARCH).address.street, "Umeå", "903 00"),
            DatedAddress(new.street, new.city, new.postal_code, valid_from=MARCH + timedelta(days=1)),
        ),
    )
    change(system, moved)
    with system.database.reading() as session:
        before, after = (load(session, 1, on=MARCH + timedelta(days=each))[1].address for each in (0, 1))
    assert (before and before.street, after and after.street) == (one.on(MARCH).address.street, "Nygatan 1")
    change(system, replace(one, payment_accounts=(*one.payment_accounts, other)))
    with system.database.reading() as session:
        content = json.loads(str(session.scalars(select(INVOICE.c.content).where(INVOICE.c.id == 1)).one()))
    content["payee"] = {"name": "Fordringsköp Exempel AB"}
    found = as_changed(system, 1, content=json.dumps(content))
    assert (found[1].account, found[1].address, found[1].payee_name) == (other, None, other.payee_name)
    assert (found[3].account, found[3].payee_name) == (GIRO, one.name)
    content["payee"] = {"name": "Någon Annan AB"}
    found = as_changed(system, 1, content=json.dumps(content))
    # Who has no account is held back, and the seller's own stands there.
    assert (found[1].account, bool(found[1].held_back), bool(found[3].held_back)) == (GIRO, True, False)


def change(system: System, supplier: object) -> None:
    """The register has this supplier as it is told."""
    register = example_register()
    number = supplier.organisation_number  # type: ignore[attr-defined]
    system.change_register(
        replace(
            register,
            suppliers=tuple(
                supplier if each.organisation_number == number else each  # type: ignore[misc]
                for each in register.suppliers
            ),
        )
    )


def about_account(payable: PaymentTerms) -> Mapping[Control, tuple[ControlVerdict, object, bool]]:
    return {each.control: (each.verdict, each.moment, bool(each.sentence)) for each in payable.controls[:3]}


def test_the_controls_tell_of_the_stop_and_of_whom_confirmed_the_account_and_when(system: System) -> None:
    passed = (ControlVerdict.PASSED, None, False)
    with system.database.writing() as session:
        payment_stop_store.add(session, supplier=FYRBAKEN, reason=StopReason.BANKRUPTCY, by=OFFICER, at=NOW)
        account_confirmation_store.note(session, 1, ["user-7"], supplier=LARKDRILLEN, at=NOW)
        found = load(session, 1, 2, on=date(2026, 11, 22))
    assert about_account(found[1]) == {
        Control.PAYMENT_STOP: (ControlVerdict.STOPPED, NOW, True),
        Control.NEW_ACCOUNT: passed,
        Control.OTHER_PAYEE: passed,
    }
    assert about_account(found[2]) == {
        Control.PAYMENT_STOP: passed,
        Control.NEW_ACCOUNT: (ControlVerdict.NOTED, NOW, True),
        Control.OTHER_PAYEE: passed,
    }
    assert [(bool(each.held_back), each.account_confirmed_by) for each in found.values()] == [
        (True, frozenset()),
        (False, frozenset({"user-7"})),
    ]


# What has come to its day -------------------------------------------------------------------------


def test_what_is_due_goes_by_day_and_arrival_or_by_arrival_alone(system: System) -> None:
    with system.database.writing() as session:
        for each, days in ((1, 2), (2, 1), (3, 0), (4, 1)):
            session.execute(
                update(INVOICE).where(INVOICE.c.id == each).values(pays_on=MARCH + timedelta(days=days))
            )
        last = MARCH + timedelta(days=2)
        assert payable_store.due(session, on=last) == [3, 2, 4, 1]
        assert payable_store.due(session, on=MARCH) == [3]
        assert payable_store.due_after(session, on=last, after=0, limit=9) == [1, 2, 3, 4]
        assert payable_store.due_after(session, on=last, after=1, limit=2) == [2, 3]
        assert payable_store.due_after(session, on=MARCH, after=0, limit=9) == [3]
        assert payable_store.due_sum(session, on=MARCH + timedelta(days=1)) == (3, Money.of("7125.00"))
        session.rollback()


def test_what_lies_in_a_proposal_is_due_no_more_and_is_held_while_it_is_decided(system: System) -> None:
    desk = PayDesk(system)
    desk.propose(on=MARCH)
    with held_rows() as held, system.database.writing() as session:
        assert payable_store.due(session, on=MARCH) == []
        assert payable_store.due_after(session, on=MARCH, after=0, limit=9) == []
        assert payable_store.due_sum(session, on=MARCH) == (0, Money.of("0.00"))
        keys = [(1, PayableKind.INVOICE)]
        register = register_store.load(session)
        payable_store.terms(session, register, keys, pay_on=MARCH)
        payable_store.load(session, register, keys, pay_on=MARCH)
    assert held == set()
    for read in (payable_store.terms, payable_store.load):
        with held_rows() as held, system.database.writing() as session:
            read(session, register_store.load(session), keys, pay_on=MARCH, lock=True)
        assert held == {"invoice"}
