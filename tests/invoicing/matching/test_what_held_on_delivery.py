"""An invoice is judged by what held when it was delivered, whenever it comes and whatever holds now."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from invoicing.decisions.rules import ActionRefused
from invoicing.decisions.tax_decision_store import TaxReason
from invoicing.exceptions import tax_releases
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import payable_store, payment, payment_stops
from invoicing.payment.payable import PayableKind
from invoicing.payment.payment import HeldBack
from invoicing.payment.payment_stop_store import StopReason
from invoicing.payment.payment_stops import StopStep
from operations import register_loading
from orders.register import store as register_store
from orders.register.parties import (
    AccountScheme,
    DatedFTax,
    DatedVat,
    PaymentAccount,
    Supplier,
    Vat,
    VatCategory,
)
from orders.register.register import Register
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.paying import PayDesk
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

OURS = "100000101"
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 5)
NEW_BANKGIRO = "50501055"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Fyrbåken has delivered January and February."""
    with a_system(database_url) as system:
        system.decide(OURS)
        system.report(OURS, "2026-01", on=date(2026, 2, 2))
        system.report(OURS, "2026-02", on=date(2026, 3, 2))
        yield system


def with_supplier(**changes: object) -> Register:
    register = example_register()
    return replace(
        register,
        suppliers=tuple(
            replace(each, **changes) if each.organisation_number == FYRBAKEN else each  # type: ignore[arg-type]
            for each in register.suppliers
        ),
    )


def load(system: System, register: Register, *, on: date = MARCH) -> list[str]:
    """Load a register as the command does; the numbers of what it set free."""
    with system.database.writing() as session:
        checked = register_loading.check(session, register, today=on)
        loaded = register_loading.load(session, register, checked, by="admin-1", now=CLOCK, today=on)
    return [each.number for each in loaded.freed]


def supplier() -> Supplier:
    return example_register().supplier(FYRBAKEN)


LEFT_VAT = (
    DatedVat(VatCategory.STANDARD, Decimal("25.00")),
    DatedVat(VatCategory.OUTSIDE_SCOPE, exemption_code="VATEX-EU-O", valid_from=FEBRUARY),
)


def test_vat_is_that_of_each_delivery_and_not_of_today(system: System) -> None:
    system.change_register(with_supplier(vat=LEFT_VAT))
    number = system.order(OURS).number
    january = system.send_invoice(number, number="F-1", on=MARCH)
    february = system.send_invoice(number, "002", number="F-2", on=MARCH)
    assert (january.state, february.state) == (InvoiceState.ACCEPTED, InvoiceState.ACCEPTED)
    assert (january.amount_vat.amount, february.amount_vat.amount) == (Decimal("475.00"), Decimal("0.00"))


def test_an_invoice_with_the_vat_of_another_delivery_is_questioned(system: System) -> None:
    number = system.order(OURS).number
    taxed = system.flip(number, "002", number="F-2", on=MARCH)
    system.change_register(with_supplier(vat=LEFT_VAT))
    held = system.send(taxed)
    assert (held.state, held.codes) == (InvoiceState.IN_QUESTION, ("VAT_CATEGORY",))
    # It never left VAT: the register was wrong, and once it is right the supplier is asked for nothing.
    assert load(system, example_register()) == ["F-2"]
    assert system.invoice(held.id).state is InvoiceState.ACCEPTED


def no_f_tax_in_february() -> Register:
    f_tax = (DatedFTax(approved=True), DatedFTax(approved=False, valid_from=FEBRUARY))
    return with_supplier(f_tax=f_tax)


def held_for_tax(system: System) -> SupplierInvoice:
    """The invoice of February, delivered without F-tax."""
    system.change_register(no_f_tax_in_february())
    return system.send_invoice(system.order(OURS).number, "002", number="F-2", on=MARCH)


def release(system: System, invoice: SupplierInvoice, reason: TaxReason) -> SupplierInvoice:
    with system.database.writing() as session:
        register = register_store.load(session)
        return tax_releases.release(session, register, invoice.id, reason=reason, by="eko-1", today=MARCH)


def test_without_f_tax_on_delivery_an_invoice_is_held_and_the_tax_is_said(system: System) -> None:
    invoice = held_for_tax(system)
    assert (invoice.state, invoice.codes) == (InvoiceState.ON_HOLD, ("F_TAX",))
    assert system.answers(invoice)[-1].endswith("UQ")
    (told,) = system.sentences(invoice)
    # 20 workdays at 95.00 is 1 900.00, and 30 per cent of that 570.00.
    assert "570,00" in told.replace("\N{NO-BREAK SPACE}", " ")
    assert "skatteförfarandelagen 10 kap." in told
    january = system.send_invoice(system.order(OURS).number, number="F-1", on=MARCH)
    assert january.state is InvoiceState.ACCEPTED


def test_the_register_put_right_frees_it_by_itself(system: System) -> None:
    invoice = held_for_tax(system)
    assert load(system, example_register()) == ["F-2"]
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED


def test_a_person_releases_it_with_a_reason_and_it_is_paid(system: System) -> None:
    invoice = held_for_tax(system)
    released = release(system, invoice, TaxReason.APPROVED_WHEN_PAID)
    assert released.state is InvoiceState.ACCEPTED
    # It stays released when the register is loaded again, and may not be released twice.
    assert (
        load(system, replace(no_f_tax_in_february(), policy=example_register(payment_terms_days=30).policy))
        == []
    )
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED
    with pytest.raises(ActionRefused, match="not held for F-tax"):
        release(system, invoice, TaxReason.EXEMPT)
    assert [each.invoice_id for each in system.pay(on=date(2026, 4, 10))] == [invoice.id]


def test_where_tax_is_withheld_it_lies_in_no_proposal_and_is_paid_by_hand(system: System) -> None:
    invoice = held_for_tax(system)
    release(system, invoice, TaxReason.WITHHELD)
    day = date(2026, 4, 10)
    with system.database.reading() as session:
        (kept,) = payable_store.held_back(session, register_store.load(session), on=day)
    assert (kept.number, "570.00" in kept.held_back.en) == ("F-2", True)
    with pytest.raises(HeldBack, match=r"570\.00"):
        system.pay(on=day)
    # That the tax is paid takes away that reason, and no other.
    with system.database.writing() as session:
        stopped = payment_stops.ask(
            session,
            register_store.load(session),
            supplier=FYRBAKEN,
            reason=StopReason.BANKRUPTCY,
            by="eko-3",
            now=CLOCK,
        )
    with pytest.raises(HeldBack, match="bankrupt"), system.database.writing() as session:
        payment.pay(
            session,
            register_store.load(session),
            [system.invoice(invoice.id)],
            prepared_by="eko-1",
            attested_by="eko-2",
            today=day,
            tax_withheld=True,
        )
    with system.database.writing() as session:
        payment_stops.step(session, stopped, StopStep.REFUSE, by="eko-3")
    with system.database.writing() as session:
        (paid,) = payment.pay(
            session,
            register_store.load(session),
            [system.invoice(invoice.id)],
            prepared_by="eko-1",
            attested_by="eko-2",
            today=day,
            tax_withheld=True,
        )
    assert paid.invoice_id == invoice.id


def test_an_account_is_judged_on_the_day_it_is_paid(system: System) -> None:
    (old,) = supplier().payment_accounts
    invoice = system.send_invoice(system.order(OURS).number, number="F-1", on=date(2026, 2, 3))
    assert invoice.codes == ()
    accounts = (
        replace(old, valid_to=date(2026, 3, 31)),
        PaymentAccount(AccountScheme.BANKGIRO, NEW_BANKGIRO, valid_from=date(2026, 4, 1)),
    )
    system.change_register(with_supplier(payment_accounts=accounts))
    desk = PayDesk(system)
    desk.give_right()
    for day, number in ((date(2026, 3, 31), "5999107"), (date(2026, 4, 1), NEW_BANKGIRO)):
        with system.database.reading() as session:
            found = payable_store.load(
                session,
                register_store.load(session),
                [(invoice.id, PayableKind.INVOICE)],
                pay_on=day,
            )
        assert [each.account.number for each in found.values()] == [number], day


def test_a_single_value_of_old_means_always(system: System) -> None:
    assert supplier().on(date(2020, 1, 1)).vat == Vat(VatCategory.STANDARD, Decimal("25.00"))
