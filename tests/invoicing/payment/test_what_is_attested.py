"""What an attest vouches for, and who may give it: each part of a payable, and nobody who decided about it."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest

from foundation.money import Money
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.documents import store as document_store
from invoicing.exceptions import actions as exception_actions
from invoicing.exceptions.steps import DeskActor
from invoicing.model import InvoiceState
from invoicing.payment.attest_rights import AttestRefused
from invoicing.payment.attestation import ChangedSinceAttest
from invoicing.payment.payable import Payable, PayableKind, ocr_of
from orders.register import store as register_store
from orders.register.parties import AccountScheme, Address, PaymentAccount
from tests.support.stories.bills import billed
from tests.support.stories.paying import ATTESTER, NOW, SECOND, PayDesk
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
FEBRUARY, MARCH = date(2026, 2, 3), date(2026, 3, 5)
STATED = Payable(
    invoice_id=1,
    kind=PayableKind.INVOICE,
    number="F-1",
    issued_on=FEBRUARY,
    supplier="5599991014",
    supplier_name="Fyrbåken Exempel AB",
    state=InvoiceState.ACCEPTED,
    amount=Money.of("2375.00"),
    pays_on=MARCH,
    account=PaymentAccount(AccountScheme.BANKGIRO, "5999107"),
    reference="18",
    message_sha256="a" * 64,
    match_id=1,
    match_sha256="b" * 64,
    articles=frozenset({"BASIC"}),
    areas=frozenset({"LO-NORD"}),
    decided_by=frozenset(),
    account_confirmed_by=frozenset(),
)
VOUCHED_FOR = {
    "invoice_id": (2,),
    "kind": (PayableKind.CREDIT,),
    "number": ("F-2",),
    "supplier": ("5599992020",),
    "amount": (Money.of("2375.01"), Money(Decimal("2375.00"), "EUR")),
    "pays_on": (date(2026, 3, 6),),
    "account": (
        PaymentAccount(AccountScheme.BANKGIRO, "5999115"),
        PaymentAccount(AccountScheme.PLUSGIRO, "5999107"),
    ),
    "reference": ("", "26"),
    "message_sha256": ("c" * 64,),
    "match_id": (2,),
    "match_sha256": ("c" * 64,),
}
NOT_VOUCHED_FOR = {
    "issued_on": date(2026, 2, 4),  # of the document, whose own fingerprint is in it
    "supplier_name": "Fyrbåken AB",  # a name may be mended in the register
    "state": InvoiceState.CREDITED,  # looked at by itself, whatever was attested
    "articles": frozenset({"RESULT"}),  # what rights reach is asked when attesting
    "areas": frozenset({"LO-SYD"}),
    "decided_by": frozenset({"user-1"}),
    "account_confirmed_by": frozenset({"user-2"}),
    "held_back": Text("Konkurs"),  # looked at by itself as well
    "is_reference_cut": True,  # the reference itself is vouched for
    "is_owed": False,  # looked at by itself, as the state is
    "controls": (),  # what they stop is held back
    "address": Address("Gatan 1", "Orten", "123 45"),  # beside the account, which is vouched for
}


def test_every_part_of_a_payable_is_vouched_for_or_not_for_a_reason() -> None:
    assert {each.name for each in fields(Payable)} == {*VOUCHED_FOR, *NOT_VOUCHED_FOR}


@pytest.mark.parametrize(
    ("part", "other"), [(part, other) for part, others in VOUCHED_FOR.items() for other in others], ids=str
)
def test_what_changes_after_the_attest_makes_another_fingerprint(part: str, other: object) -> None:
    assert replace(STATED, **{part: other}).fingerprint != STATED.fingerprint  # type: ignore[arg-type]


@pytest.mark.parametrize("part", NOT_VOUCHED_FOR)
def test_what_is_looked_at_by_itself_drops_no_attest(part: str) -> None:
    assert replace(STATED, **{part: NOT_VOUCHED_FOR[part]}).fingerprint == STATED.fingerprint  # type: ignore[arg-type]


def test_two_parts_cannot_run_into_each_other() -> None:
    one = replace(STATED, number="F-1", supplier="15599991014")
    assert one.fingerprint != replace(STATED, number="F-11", supplier="5599991014").fingerprint


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("18", "18"),
        (" 1-8 ", "18"),
        ("0" * 24 + "0", "0" * 25),
        ("0" * 26, ""),
        ("0", ""),
        ("19", ""),
        ("", ""),
        ("F-18", ""),
        ("\u0661\u0668", ""),
    ],
)
def test_a_reference_is_an_ocr_number_of_2_to_25_digits_with_a_right_check_digit(
    written: str, read: str
) -> None:
    for scheme in (AccountScheme.BANKGIRO, AccountScheme.PLUSGIRO):
        assert ocr_of(written, PaymentAccount(scheme, "5999107")) == read
    assert ocr_of(written, PaymentAccount(AccountScheme.IBAN, "SE4550000000058398257466")) == ""


# In the books -------------------------------------------------------------------------------


def a_month(system: System) -> None:
    """One placement with a month received."""
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=a_month) as system:
        yield system


def test_a_document_judged_anew_after_the_attest_is_attested_again(system: System) -> None:
    invoice = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=FEBRUARY)
    desk = PayDesk(system)
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    with system.database.writing() as session:
        document_store.add_match(session, invoice.id, system.match(invoice), made_on=MARCH)
    with pytest.raises(ChangedSinceAttest):
        desk.export(proposal)
    assert [item.id for item in desk.drop_changed(proposal).dropped] == [1]
    assert desk.state(proposal) == "DRAFT"


def test_who_accepted_a_deviation_does_not_attest_the_payment(system: System) -> None:
    order = system.order(REFERENCE).number
    invoice = system.send(billed(system.flip(order, number="F-1", on=FEBRUARY), days="26"))
    with system.database.writing() as session:
        decision_store.set_limit(session, ATTESTER, Money.of("5000.00"), by="admin-1", on=FEBRUARY)
        register, actor = register_store.load(session), DeskActor(ATTESTER, NOW, FEBRUARY)
        exception_actions.accept(session, register, invoice.id, actor, reason="Rättat per telefon")
    desk = PayDesk(system)
    desk.give_right(ATTESTER)
    desk.give_right(SECOND)
    proposal = desk.propose(on=date(2026, 3, 5))
    with pytest.raises(AttestRefused, match="decided about the invoice yourself"):
        desk.attest(proposal, by=ATTESTER)
    assert desk.attest(proposal, by=SECOND).state == "ATTESTED"
