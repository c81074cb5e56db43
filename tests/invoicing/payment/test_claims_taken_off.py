"""What a supplier owes us and is taken off its next payment: while it stands undisputed, and what is left of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from foundation.money import Money
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import payable_store, proposal_store
from invoicing.payment.payable import Payable, PayableKind, ReferenceKind, reference_kind
from orders.register import store as register_store
from orders.register.parties import AccountScheme, PaymentAccount
from tests.invoicing.payment.test_what_is_attested import STATED
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.paying import PayDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

MAY = date(2026, 5, 29)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def desk(system: System) -> ClaimDesk:
    return ClaimDesk(system)


@pytest.fixture
def owed(desk: ClaimDesk) -> SupplierInvoice:
    """A paid invoice of 2 375 kronor that has been credited."""
    invoice = desk.paid()
    desk.credited()
    return invoice


def claims_of(system: System, *suppliers: str) -> list[int]:
    with system.database.reading() as session:
        return payable_store.claims_of(session, suppliers)


def payables(system: System, invoice: SupplierInvoice) -> dict[PayableKind, Payable]:
    """The claim and the invoice that it comes from, as both would be in a proposal."""
    keys = [(invoice.id, kind) for kind in PayableKind]
    with system.database.reading() as session:
        found = payable_store.load(session, register_store.load(session), keys, pay_on=MAY)
    return {kind: each for (_, kind), each in found.items()}


def test_a_claim_is_taken_off_by_its_credit_note_and_the_invoice_keeps_its_own_name(
    system: System, owed: SupplierInvoice
) -> None:
    found = payables(system, owed)
    claim, invoice = found[PayableKind.CREDIT], found[PayableKind.INVOICE]
    assert (claim.number, claim.issued_on, claim.is_owed, claim.is_payable) == (
        "K-1",
        date(2026, 5, 2),
        True,
        True,
    )
    assert (claim.amount, claim.controls) == (Money.of("2375.00"), ())
    assert (invoice.number, invoice.issued_on, invoice.is_owed, invoice.is_payable) == (
        owed.number,
        owed.issued_on,
        False,
        False,
    )
    assert invoice.controls


def test_what_has_been_repaid_is_not_taken_off_and_only_its_own_suppliers(
    system: System, desk: ClaimDesk, owed: SupplierInvoice
) -> None:
    assert claims_of(system, FYRBAKEN) == claims_of(system, FYRBAKEN, LARKDRILLEN) == [owed.id]
    assert claims_of(system, LARKDRILLEN) == claims_of(system) == []
    desk.repaid(desk.claim(owed), "375.00", on=date(2026, 5, 20))
    assert payables(system, owed)[PayableKind.CREDIT].amount == Money.of("2000.00")
    assert payables(system, owed)[PayableKind.INVOICE].amount == Money.of("2375.00")
    assert claims_of(system, FYRBAKEN) == [owed.id]
    desk.repaid(desk.claim(owed), on=date(2026, 5, 21))
    assert claims_of(system, FYRBAKEN) == []
    assert not payables(system, owed)[PayableKind.CREDIT].is_payable


def test_what_the_supplier_disputes_is_not_taken_off(
    system: System, desk: ClaimDesk, owed: SupplierInvoice
) -> None:
    desk.dispute(desk.claim(owed), on=date(2026, 5, 4))
    assert claims_of(system, FYRBAKEN) == []
    claim = payables(system, owed)[PayableKind.CREDIT]
    assert (claim.is_owed, claim.is_payable, claim.amount) == (False, False, Money.of("2375.00"))
    desk.uphold(desk.claim(owed), on=date(2026, 5, 5))
    assert claims_of(system, FYRBAKEN) == [owed.id]


def test_what_is_being_taken_off_is_not_taken_off_again(
    system: System, desk: ClaimDesk, owed: SupplierInvoice
) -> None:
    system.report("100000101", "2026-03", on=date(2026, 4, 2))
    for line, day in (("002", date(2026, 3, 9)), ("003", date(2026, 4, 9))):
        system.send_invoice(owed.order_number, line, number=f"F-{line}", on=day)
    proposal = PayDesk(system).propose(on=MAY)
    assert {each.key for each in PayDesk(system).items(proposal) if each.kind is PayableKind.CREDIT} == {
        (owed.id, PayableKind.CREDIT)
    }
    assert claims_of(system, FYRBAKEN) == []
    with system.database.reading() as session:
        assert proposal_store.netting(session, owed.id) == proposal.number
        assert proposal_store.netting(session, owed.id + 2) == ""
        assert not payable_store.lies_in_proposal(session, owed.id)
        assert not payable_store.is_on_its_way(session, owed.id)
        assert proposal_store.item_paid(session, owed.id) is None
        (seen,) = proposal_store.overviews(session)
        invoices = proposal_store.items(session, proposal.number)
    signed = [
        each.amount if each.kind is PayableKind.INVOICE else Money.of("0.00") - each.amount
        for each in invoices
    ]
    assert (seen.items, seen.to_pay) == (3, sum(signed[1:], signed[0]))


# What an attest vouches for, by itself ------------------------------------------------------------


def test_a_fingerprint_is_the_same_whichever_version_of_us_took_it() -> None:
    """Attests are kept: one given before an upgrade must stand after it."""
    said = ["INVOICE", "1", "F-1", "5599991014", "2375.00", "SEK", "2026-03-05", "BANKGIRO", "5999107", "18"]
    written = "\n".join([*said, "a" * 64, "1", "b" * 64])
    assert STATED.fingerprint == hashlib.sha256(written.encode()).hexdigest()


@pytest.mark.parametrize("state", InvoiceState)
@pytest.mark.parametrize("is_owed", [True, False])
def test_an_invoice_is_paid_where_it_is_accepted_and_a_claim_taken_off_where_it_is_owed(
    state: InvoiceState, is_owed: bool
) -> None:
    for kind, may in (
        (PayableKind.INVOICE, state is InvoiceState.ACCEPTED),
        (PayableKind.CREDIT, is_owed),
    ):
        assert replace(STATED, kind=kind, state=state, is_owed=is_owed).is_payable is may


def test_the_money_is_in_the_name_of_whose_account_it_is() -> None:
    factor = replace(STATED.account, payee_name="Fordringsköp Exempel AB")
    assert STATED.payee_name == "Fyrbåken Exempel AB"
    assert replace(STATED, account=factor).payee_name == "Fordringsköp Exempel AB"


def test_the_rights_look_at_all_they_need() -> None:
    subject = replace(
        STATED, decided_by=frozenset({"user-1"}), account_confirmed_by=frozenset({"user-2"})
    ).subject("user-3")
    assert (subject.number, subject.amount, subject.supplier) == ("F-1", Money.of("2375.00"), "5599991014")
    assert (subject.articles, subject.areas) == (frozenset({"BASIC"}), frozenset({"LO-NORD"}))
    assert subject.barred == {"user-1", "user-2", "user-3"}


@pytest.mark.parametrize(
    ("reference", "to_iban", "to_giro"),
    [
        ("", ReferenceKind.NONE, ReferenceKind.NONE),
        ("18", ReferenceKind.TEXT, ReferenceKind.OCR),
        ("19", ReferenceKind.TEXT, ReferenceKind.TEXT),
        ("RF18 5390 0754 7034", ReferenceKind.RF, ReferenceKind.TEXT),
        ("RF19 5390 0754 7034", ReferenceKind.TEXT, ReferenceKind.TEXT),
    ],
)
def test_a_reference_is_of_the_kind_that_its_account_reads(
    reference: str, to_iban: ReferenceKind, to_giro: ReferenceKind
) -> None:
    iban = PaymentAccount(AccountScheme.IBAN, "SE3550000000054910000003")
    assert reference_kind(reference, iban) is to_iban
    for scheme in (AccountScheme.BANKGIRO, AccountScheme.PLUSGIRO):
        assert reference_kind(reference, PaymentAccount(scheme, "5999107")) is to_giro
