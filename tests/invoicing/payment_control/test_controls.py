"""Every control comes to what its facts say, one row each, with where it is from and of when; in a table of cases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from foundation.text import NO_TEXT, Text
from invoicing.payment_control import judging, release_store
from invoicing.payment_control.control_data import DataKind, Told
from invoicing.payment_control.controls import RELEASABLE, Control, ControlRow, ControlVerdict
from invoicing.payment_control.judging import AccountFacts, ControlFacts, ControlledPayment
from invoicing.payment_control.release_store import Release
from orders.register.parties import AccountScheme, PaymentAccount
from orders.register.payment_controls import ControlWeight, PaymentControls

SUPPLIER = "5599991014"
TODAY = date(2026, 3, 5)
TOLD_AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
PAYMENT = ControlledPayment(1, "F-1", SUPPLIER, Money.of("2612.50"), has_vat=True, f_tax=True)
OWN = PaymentAccount(AccountScheme.BANKGIRO, "5999107")
FACTORING = replace(OWN, payee_name="Fordran AB", payee_number="5599992020")
_V = ControlVerdict


def told(kind: DataKind, *, value: bool, since: date | None = None) -> ControlFacts:
    """What one source told of the supplier."""
    return ControlFacts({kind: Told(SUPPLIER, kind, value, since, TOLD_AT, "Skatteverket")})


NOTHING = ControlFacts()
LARGE = replace(PAYMENT, amount=Money.of("60000.00"))
PAID_BEFORE = ControlFacts(largest_paid=Money.of("20000.00"), paid_before=True)
PAID_MORE = ControlFacts(largest_paid=Money.of("20000.01"), paid_before=True)
PAID_LONG_AGO = ControlFacts(largest_paid=None, paid_before=True)
USUAL = PaymentControls()
STOPPING = PaymentControls(pattern=ControlWeight.STOP)
LIMITED = PaymentControls(limit_amount=Decimal("2612.49"))

CASES = [
    # control, payment, what is known, the buyer's rules -> what it comes to
    (Control.BANKRUPTCY, PAYMENT, NOTHING, USUAL, _V.NO_DATA),
    (Control.BANKRUPTCY, PAYMENT, told(DataKind.BANKRUPTCY, value=False), USUAL, _V.PASSED),
    (Control.BANKRUPTCY, PAYMENT, told(DataKind.BANKRUPTCY, value=True), USUAL, _V.STOPPED),
    (Control.F_TAX, PAYMENT, NOTHING, USUAL, _V.NO_DATA),
    (Control.F_TAX, PAYMENT, told(DataKind.F_TAX, value=True), USUAL, _V.PASSED),
    (Control.F_TAX, PAYMENT, told(DataKind.F_TAX, value=False), USUAL, _V.STOPPED),
    (Control.F_TAX, replace(PAYMENT, f_tax=False), told(DataKind.F_TAX, value=True), USUAL, _V.NOTED),
    (Control.VAT, PAYMENT, NOTHING, USUAL, _V.NO_DATA),
    (Control.VAT, PAYMENT, told(DataKind.VAT, value=True), USUAL, _V.PASSED),
    (Control.VAT, PAYMENT, told(DataKind.VAT, value=False), USUAL, _V.STOPPED),
    (Control.VAT, replace(PAYMENT, has_vat=False), told(DataKind.VAT, value=False), USUAL, _V.PASSED),
    (Control.VAT, replace(PAYMENT, has_vat=False), told(DataKind.VAT, value=True), USUAL, _V.NOTED),
    (Control.DUPLICATE, PAYMENT, NOTHING, USUAL, _V.PASSED),
    (Control.DUPLICATE, PAYMENT, ControlFacts(alike=("F-0",)), USUAL, _V.STOPPED),
    (
        Control.DUPLICATE,
        PAYMENT,
        ControlFacts(alike=("F-0",)),
        PaymentControls(duplicate=ControlWeight.NOTE),
        _V.NOTED,
    ),
    (Control.PATTERN, PAYMENT, NOTHING, STOPPING, _V.PASSED),  # too small to be asked about
    (Control.PATTERN, LARGE, NOTHING, STOPPING, _V.NOTED),  # the supplier's first payment
    (Control.PATTERN, LARGE, PAID_BEFORE, USUAL, _V.NOTED),
    (Control.PATTERN, LARGE, PAID_BEFORE, STOPPING, _V.STOPPED),
    (Control.PATTERN, LARGE, PAID_MORE, STOPPING, _V.PASSED),
    (Control.PATTERN, LARGE, PAID_LONG_AGO, STOPPING, _V.STOPPED),
    (Control.LIMIT, PAYMENT, NOTHING, USUAL, _V.NO_DATA),
    (Control.LIMIT, PAYMENT, NOTHING, LIMITED, _V.STOPPED),
    (Control.LIMIT, PAYMENT, NOTHING, PaymentControls(limit_amount=Decimal("2612.50")), _V.PASSED),
]


@pytest.mark.parametrize(("control", "payment", "facts", "rules", "verdict"), CASES)
def test_a_control_comes_to_what_is_known(
    control: Control,
    payment: ControlledPayment,
    facts: ControlFacts,
    rules: PaymentControls,
    verdict: ControlVerdict,
) -> None:
    row = row_of(judging.stopping_rows(payment, facts, rules, on=TODAY), control)
    assert row.verdict is verdict
    # What is not plainly right says why; what was told from outside says by whom and when.
    assert bool(row.sentence) == (verdict is not _V.PASSED)
    if facts.told and verdict is not _V.NO_DATA:
        assert (row.source.sv, row.moment) == ("Skatteverket", TOLD_AT)


def test_the_table_has_every_control_and_everything_it_may_come_to() -> None:
    cases = {(control, verdict) for control, _, _, _, verdict in CASES}
    assert {control for control, _ in cases} == RELEASABLE
    assert {verdict for _, verdict in cases} == set(_V) - {_V.RELEASED}
    rows = judging.stopping_rows(PAYMENT, NOTHING, USUAL, on=TODAY)
    about = judging.account_rows(AccountFacts(OWN), USUAL, on=TODAY)
    assert [row.control for row in (*about, *rows)] == [
        *(Control.PAYMENT_STOP, Control.NEW_ACCOUNT, Control.OTHER_PAYEE),
        *(Control.BANKRUPTCY, Control.F_TAX, Control.VAT),
        *(Control.DUPLICATE, Control.PATTERN, Control.LIMIT),
    ]


def test_what_was_told_long_ago_is_said_to_be_old() -> None:
    later = TODAY + timedelta(days=USUAL.data_days)
    facts = told(DataKind.F_TAX, value=True)
    assert not row_of(judging.stopping_rows(PAYMENT, facts, USUAL, on=TODAY), Control.F_TAX).sentence
    old = row_of(judging.stopping_rows(PAYMENT, facts, USUAL, on=later), Control.F_TAX)
    assert (old.verdict, old.sentence.en) == (_V.PASSED, "The data is 39 days old. Read newer data in.")


@pytest.mark.parametrize(
    ("account", "control", "verdict"),
    [
        (AccountFacts(OWN), Control.PAYMENT_STOP, _V.PASSED),
        (AccountFacts(OWN, stopped_at=TOLD_AT, stop=Text("konkurs")), Control.PAYMENT_STOP, _V.STOPPED),
        (AccountFacts(OWN), Control.NEW_ACCOUNT, _V.PASSED),
        (AccountFacts(OWN, confirmed_at=TOLD_AT), Control.NEW_ACCOUNT, _V.NOTED),
        (AccountFacts(OWN, confirmed_at=TOLD_AT - timedelta(days=25)), Control.NEW_ACCOUNT, _V.NOTED),
        (AccountFacts(OWN, confirmed_at=TOLD_AT - timedelta(days=26)), Control.NEW_ACCOUNT, _V.PASSED),
        (AccountFacts(OWN), Control.OTHER_PAYEE, _V.PASSED),
        (AccountFacts(FACTORING), Control.OTHER_PAYEE, _V.NOTED),
    ],
)
def test_where_the_money_goes_is_told(
    account: AccountFacts, control: Control, verdict: ControlVerdict
) -> None:
    assert row_of(judging.account_rows(account, USUAL, on=TODAY), control).verdict is verdict


@pytest.mark.law
@given(
    st.lists(st.sampled_from(sorted(RELEASABLE)), unique=True),
    st.sampled_from(sorted(RELEASABLE)),
    st.booleans(),
)
def test_a_release_lets_through_its_own_finding_and_no_other(
    stopped: list[Control], released: Control, same: bool
) -> None:
    rows = [ControlRow(each, _V.STOPPED, NO_TEXT, basis="as found") for each in stopped]
    basis = "as found" if same else "as found later"
    release = Release(1, released, basis, "Ringde banken", "user-1", TOLD_AT)
    after = release_store.as_released(rows, {(released, basis): release})
    still = [row.control for row in after if row.stops]
    assert still == [each for each in stopped if each is not released or not same]


def row_of(rows: tuple[ControlRow, ...], control: Control) -> ControlRow:
    (found,) = [row for row in rows if row.control is control]
    return found
