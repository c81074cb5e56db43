"""An invoice that is to be paid to another than its seller waits for two people, who pay the one or the other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from foundation.errors import Refused
from invoicing.documents import decider_store
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import paid_to, payable_store
from invoicing.payment.payable import Payable, PayableKind
from invoicing.supplier_changes import change_request_store, change_requests, confirming, payee_releases
from invoicing.supplier_changes.change_request_store import ChangeRefused
from invoicing.verdicts import verdicts
from orders.register import store as register_store
from peppol.documents import billing, shapes
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import CASEWORKER, FYRBAKEN, System, a_system

REFERENCE = "100000101"
TODAY = date(2026, 2, 4)
FACTOR = billing.PayeeParty(
    party_name=shapes.PartyName(name="Fordringsköp Exempel AB"),
    party_legal_entity=billing.PayeeLegalEntity(company_id=shapes.Identifier("5590000005", "0007")),
)
WHY = "Ringde båda på kända nummer 2026-02-04."
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def a_bill(system: System) -> billing.Invoice:
    return a_bill_of(system, "001", on=date(2026, 2, 3))


def a_bill_of(system: System, line_id: str, *, on: date = date(2026, 3, 3)) -> billing.Invoice:
    invoice = system.flip(system.order(REFERENCE).number, line_id, number="F-1", on=on)
    (means,) = invoice.payment_means
    given = billing.FinancialAccount(id="991-2346")
    return replace(
        invoice, payee_party=FACTOR, payment_means=(replace(means, payee_financial_account=given),)
    )


def ask_to_pay_seller(
    system: System, invoice: SupplierInvoice, *, by: str = "eko-1", reason: str = WHY
) -> int:
    with system.database.writing() as session:
        return payee_releases.ask(session, invoice.id, by=by, reason=reason, now=CLOCK)


def ask_to_register(system: System, invoice: SupplierInvoice, *, scheme: str = "BANKGIRO") -> int:
    with system.database.writing() as session:
        register = register_store.load(session)
        return payee_releases.ask_to_register(
            session, register, invoice.id, by="eko-1", call_back=WHY, now=CLOCK, scheme=scheme
        )


def confirm(system: System, request: int, *, by: str = "eko-2") -> int:
    now = CLOCK + timedelta(minutes=1)
    with system.database.writing() as session:
        return confirming.confirm_second(session, request, by=by, now=now, today=TODAY)


def payable(system: System, invoice: SupplierInvoice) -> Payable:
    key = (invoice.id, PayableKind.INVOICE)
    with system.database.reading() as session:
        register = register_store.load(session)
        return payable_store.load(session, register, [key], pay_on=invoice.pays_on)[key]


def test_it_is_held_and_the_supplier_is_told_who_is_checked(system: System) -> None:
    invoice = system.send(a_bill(system))
    assert (invoice.state, invoice.codes) == (_S.ON_HOLD, ("PAYEE",))
    assert system.answers(invoice) == ["UQ"]
    (said,) = system.sentences(invoice)
    assert "Fordringsköp Exempel AB (5590000005)" in said
    assert "två personer" in said


def test_two_people_pay_the_seller_and_neither_attests(system: System) -> None:
    invoice = system.send(a_bill(system))
    request = ask_to_pay_seller(system, invoice)
    with pytest.raises(ChangeRefused, match="already waits"):
        ask_to_pay_seller(system, invoice, by="eko-3")
    with pytest.raises(ChangeRefused, match="second confirmation"):
        confirm(system, request, by="eko-1")
    assert system.invoice(invoice.id).state is _S.ON_HOLD
    confirm(system, request)
    invoice = system.invoice(invoice.id)
    assert (invoice.state, system.answers(invoice)) == (_S.ACCEPTED, ["UQ", "AP"])
    assert payable(system, invoice).account.number == "5999107"
    assert not payable(system, invoice).held_back
    with system.database.reading() as session:
        assert decider_store.of(session, [invoice.id])[invoice.id] == {"eko-1", "eko-2", CASEWORKER}
        register = register_store.load(session)
        assert paid_to.words(session, register, invoice, today=TODAY) == "bankgiro 599-9107"


def test_two_people_register_the_payees_account_and_it_is_paid_from_then_on(system: System) -> None:
    invoice = system.send(a_bill(system))
    with pytest.raises(Refused, match="Choose bankgiro"):
        ask_to_register(system, invoice, scheme="")
    confirm(system, ask_to_register(system, invoice))
    invoice = system.invoice(invoice.id)
    assert invoice.state is _S.ACCEPTED
    account = payable(system, invoice).account
    assert (account.number, account.payee_name, account.payee_number) == (
        "9912346",
        "Fordringsköp Exempel AB",
        "5590000005",
    )
    # What names the same payee later needs nobody.
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    later = replace(a_bill_of(system, "002"), id="F-2")
    assert system.send(later).state is _S.ACCEPTED


def test_whoever_refuses_leaves_it_held_and_it_can_be_asked_again(system: System) -> None:
    invoice = system.send(a_bill(system))
    request = ask_to_pay_seller(system, invoice)
    with system.database.writing() as session:
        change_requests.refuse(session, request, by="eko-2", reason="Mottagaren svarade inte.", now=CLOCK)
    assert system.invoice(invoice.id).state is _S.ON_HOLD
    confirm(system, ask_to_pay_seller(system, invoice))
    assert system.invoice(invoice.id).state is _S.ACCEPTED


def test_the_supplier_neither_sees_nor_takes_back_what_the_buyer_asks_itself(system: System) -> None:
    request = ask_to_pay_seller(system, system.send(a_bill(system)))
    with system.database.writing() as session:
        assert change_request_store.listed(session, supplier=FYRBAKEN) == []
        assert [each.id for each in change_request_store.listed(session, only_open=True)] == [request]
        with pytest.raises(ChangeRefused):
            change_requests.withdraw(session, FYRBAKEN, request, by="user-17")


def test_a_payees_account_that_is_taken_away_before_the_payment_never_lets_it_go_to_the_seller(
    system: System,
) -> None:
    invoice = system.send(a_bill(system))
    confirm(system, ask_to_register(system, invoice))
    register = system.register
    supplier = register.supplier(FYRBAKEN)
    others = tuple(each for each in register.suppliers if each.organisation_number != FYRBAKEN)
    without = replace(
        supplier, payment_accounts=tuple(each for each in supplier.payment_accounts if each.is_own)
    )
    system.change_register(replace(register, suppliers=(*others, without)))
    assert "inget konto" in payable(system, system.invoice(invoice.id)).held_back.sv


def test_what_is_not_held_for_its_payee_cannot_be_decided_so(system: System) -> None:
    invoice = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    with pytest.raises(ChangeRefused, match="not held for its payee"):
        ask_to_pay_seller(system, invoice)
    with system.database.reading() as session:
        assert document_store.by_id(session, invoice.id).state is _S.ACCEPTED


def test_what_two_people_decided_stands_when_the_seller_has_another_name(system: System) -> None:
    invoice = system.send(a_bill(system))
    confirm(system, ask_to_pay_seller(system, invoice))
    register = system.register
    renamed = tuple(
        replace(each, name="Fyrbaken Utbildning AB") if each.organisation_number == FYRBAKEN else each
        for each in register.suppliers
    )
    system.change_register(replace(register, suppliers=renamed))
    with system.database.writing() as session:
        judged = verdicts.judge_again(
            session, register_store.load(session), system.invoice(invoice.id), today=TODAY
        )
    assert judged.state is _S.ACCEPTED
