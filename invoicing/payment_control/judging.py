"""What the controls come to for one payment, from what is known. Pure.

What a register outside says weighs more than what we have registered, whoever is right: then a person looks. What
is older than the buyer's policy allows is told as old, and still stops.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from foundation.formatting import kronor
from foundation.money import Money
from foundation.periods import stockholm_date
from foundation.text import NO_TEXT, Text, WrittenText
from foundation.written.fitted import within
from invoicing.payment_control.control_data import DataKind, Told
from invoicing.payment_control.controls import Control, ControlRow, ControlVerdict
from orders.register.parties import PaymentAccount
from orders.register.payment_controls import ControlWeight, PaymentControls

_V = ControlVerdict
OUR_REGISTER = Text("Leverantörsregistret")
_BOOKS = Text("Bokförda fakturor och betalningar")
_STOPS = Text("Betalningsstopp")
_CHANGES = Text("Bekräftade ändringar")
_POLICY = Text("Köparens regler")


# What most payments come to, made once for all of them.
_NO_STOP = ControlRow(Control.PAYMENT_STOP, _V.PASSED, _STOPS)
_OWN_ACCOUNT = ControlRow(Control.OTHER_PAYEE, _V.PASSED, OUR_REGISTER)
_NO_DUPLICATE = ControlRow(Control.DUPLICATE, _V.PASSED, _BOOKS)
_AS_USUAL = ControlRow(Control.PATTERN, _V.PASSED, _BOOKS)
_WITHIN_LIMIT = ControlRow(Control.LIMIT, _V.PASSED, _POLICY)
_NO_LIMIT = ControlRow(
    Control.LIMIT, _V.NO_DATA, _POLICY, sentence=Text("Ingen högsta gräns är satt under Regler.")
)
_BANKRUPTCY_UNTOLD = ControlRow(
    Control.BANKRUPTCY,
    _V.NO_DATA,
    NO_TEXT,
    sentence=Text("Inget underlag säger om leverantören är i konkurs."),
)
_F_TAX_UNTOLD = ControlRow(
    Control.F_TAX,
    _V.NO_DATA,
    OUR_REGISTER,
    sentence=Text("Inget underlag utifrån: registrets uppgift om F-skatt gäller."),
)
_VAT_UNTOLD = ControlRow(
    Control.VAT,
    _V.NO_DATA,
    NO_TEXT,
    sentence=Text("Inget underlag säger om leverantören är momsregistrerad."),
)


@dataclass(frozen=True, slots=True)
class ControlledPayment:
    """A payment to be controlled. `f_tax` is what our register says of its payment day; amounts with VAT."""

    invoice_id: int
    number: str
    supplier: str
    amount: Money
    has_vat: bool
    f_tax: bool


@dataclass(frozen=True, slots=True)
class ControlFacts:
    """What is known of the payment's supplier and of its other documents.

    `told`: the newest of each kind from outside. `alike`: numbers of documents with the same day, amount and order
    line. `largest_paid`: the most that was paid to the supplier at once in the last year, None where it was not asked.
    """

    told: Mapping[DataKind, Told] = field(default_factory=dict)
    alike: Sequence[str] = ()
    largest_paid: Money | None = None
    paid_before: bool = False


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is known of where a payment goes: its account, and when somebody last confirmed another one."""

    account: PaymentAccount
    confirmed_at: datetime | None = None
    stopped_at: datetime | None = None
    stop: Text = NO_TEXT


def stopping_rows(
    payment: ControlledPayment, facts: ControlFacts, rules: PaymentControls, *, on: date
) -> tuple[ControlRow, ...]:
    """The rows of every control that can stop a payment by itself; `on` is the day it is asked."""
    return (
        _bankruptcy(facts, rules, on),
        _f_tax(payment, facts, rules, on),
        _vat(payment, facts, rules, on),
        _duplicate(facts, rules),
        _pattern(payment, facts, rules),
        _limit(payment, rules),
    )


def account_rows(account: AccountFacts, rules: PaymentControls, *, on: date) -> tuple[ControlRow, ...]:
    """The rows about where the money goes, and about the supplier's payment stop."""
    return (_stop(account), _new_account(account, rules, on), _other_payee(account))


def _bankruptcy(facts: ControlFacts, rules: PaymentControls, on: date) -> ControlRow:
    told = facts.told.get(DataKind.BANKRUPTCY)
    if told is None:
        return _BANKRUPTCY_UNTOLD
    if told.value:
        since = _since(told)
        sentence = Text("Leverantören är i konkurs enligt underlaget%(since)s.", since=since)
        return _told(Control.BANKRUPTCY, _V.STOPPED, told, sentence)
    return _told(Control.BANKRUPTCY, _V.PASSED, told, _age(told, rules, on))


def _f_tax(payment: ControlledPayment, facts: ControlFacts, rules: PaymentControls, on: date) -> ControlRow:
    told = facts.told.get(DataKind.F_TAX)
    if told is None:
        return _F_TAX_UNTOLD
    if not told.value:
        sentence = Text(
            "Leverantören är inte godkänd för F-skatt enligt underlaget%(since)s.", since=_since(told)
        )
        return _told(Control.F_TAX, _V.STOPPED, told, sentence)
    if not payment.f_tax:
        sentence = Text(
            "Underlaget säger godkänd för F-skatt, registret inte. Rätta registret om det är fel."
        )
        return _told(Control.F_TAX, _V.NOTED, told, sentence)
    return _told(Control.F_TAX, _V.PASSED, told, _age(told, rules, on))


def _vat(payment: ControlledPayment, facts: ControlFacts, rules: PaymentControls, on: date) -> ControlRow:
    told = facts.told.get(DataKind.VAT)
    if told is None:
        return _VAT_UNTOLD
    if not told.value and payment.has_vat:
        sentence = Text(
            "Fakturan har moms, och leverantören är inte momsregistrerad enligt underlaget%(since)s.",
            since=_since(told),
        )
        return _told(Control.VAT, _V.STOPPED, told, sentence)
    if told.value and not payment.has_vat:
        sentence = Text("Fakturan är utan moms, och leverantören är momsregistrerad enligt underlaget.")
        return _told(Control.VAT, _V.NOTED, told, sentence)
    return _told(Control.VAT, _V.PASSED, told, _age(told, rules, on))


def _duplicate(facts: ControlFacts, rules: PaymentControls) -> ControlRow:
    if not facts.alike:
        return _NO_DUPLICATE
    numbers = ", ".join(facts.alike)
    sentence = Text("Samma leverantör, dag, belopp och orderrad som %(numbers)s.", numbers=numbers)
    return ControlRow(
        Control.DUPLICATE, _weighed(rules.duplicate), _BOOKS, sentence=sentence, basis=within(numbers, 200)
    )


def _pattern(payment: ControlledPayment, facts: ControlFacts, rules: PaymentControls) -> ControlRow:
    amount = payment.amount
    if amount.amount < rules.pattern_from:
        return _AS_USUAL
    basis = str(amount.amount)
    if facts.largest_paid is None:
        sentence = Text("Leverantören har inte fått betalt det senaste året: inget att jämföra med.")
        verdict = _weighed(rules.pattern) if facts.paid_before else _V.NOTED
        return ControlRow(Control.PATTERN, verdict, _BOOKS, sentence=sentence, basis=basis)
    if amount.amount < facts.largest_paid.amount * rules.pattern_times:
        return _AS_USUAL
    sentence = Text(
        "Beloppet är minst %(times)s gånger det högsta som leverantören har fått det senaste året (%(largest)s).",
        times=rules.pattern_times,
        largest=kronor(facts.largest_paid),
    )
    return ControlRow(Control.PATTERN, _weighed(rules.pattern), _BOOKS, sentence=sentence, basis=basis)


def _limit(payment: ControlledPayment, rules: PaymentControls) -> ControlRow:
    if not rules.limit_amount:
        return _NO_LIMIT
    if payment.amount.amount <= rules.limit_amount:
        return _WITHIN_LIMIT
    limit = kronor(Money(rules.limit_amount, payment.amount.currency))
    return ControlRow(
        Control.LIMIT,
        _V.STOPPED,
        _POLICY,
        sentence=Text("Beloppet är högre än gränsen %(limit)s.", limit=limit),
        basis=f"{payment.amount.amount} > {rules.limit_amount}",
    )


def _stop(account: AccountFacts) -> ControlRow:
    if not account.stop:
        return _NO_STOP
    return ControlRow(Control.PAYMENT_STOP, _V.STOPPED, _STOPS, account.stopped_at, account.stop)


def _new_account(account: AccountFacts, rules: PaymentControls, on: date) -> ControlRow:
    at = account.confirmed_at
    if at is None or stockholm_date(at) + timedelta(days=rules.new_account_days) <= on:
        return ControlRow(Control.NEW_ACCOUNT, _V.PASSED, _CHANGES, at)
    sentence = Text(
        "Kontot bekräftades %(day)s, för mindre än %(days)s dagar sedan.",
        day=stockholm_date(at).isoformat(),
        days=rules.new_account_days,
    )
    return ControlRow(Control.NEW_ACCOUNT, _V.NOTED, _CHANGES, at, sentence)


def _other_payee(account: AccountFacts) -> ControlRow:
    if account.account.is_own:
        return _OWN_ACCOUNT
    sentence = Text("Betalas till %(payee)s, inte till säljaren.", payee=account.account.payee_name)
    return ControlRow(Control.OTHER_PAYEE, _V.NOTED, OUR_REGISTER, sentence=sentence)


def _weighed(weight: ControlWeight) -> ControlVerdict:
    return _V.STOPPED if weight is ControlWeight.STOP else _V.NOTED


def _told(control: Control, verdict: ControlVerdict, told: Told, sentence: Text) -> ControlRow:
    basis = f"{told.value} {told.since or ''}".strip()
    return ControlRow(control, verdict, WrittenText(told.source), told.told_at, sentence, basis)


def _since(told: Told) -> Text | str:
    return Text(" sedan %(day)s", day=told.since.isoformat()) if told.since else ""


def _age(told: Told, rules: PaymentControls, on: date) -> Text:
    days = (on - stockholm_date(told.told_at)).days
    if days <= rules.data_days:
        return NO_TEXT
    return Text("Underlaget är %(days)s dagar gammalt. Läs in ett nyare.", days=days)
