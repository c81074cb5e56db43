"""The form of the buyer's rules read into a policy, each fault told at its field."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, TypeVar

from finance_desk.pages.paying_parts import FormRefused
from finance_desk.pages.policy_words import (
    CONTROL_AMOUNTS,
    CONTROL_NUMBERS,
    CONTROLS_WEIGHED,
    DATES,
    DAYS,
    LIMITS,
    SWITCHES,
)
from foundation.errors import Refused
from foundation.formatting import number_of
from foundation.text import Text
from foundation.written.fitted import shown
from invoicing.matching.deviations import DeviationCode
from orders.register.agreements import CreditOfPaid, EarlyApproval, Policy
from orders.register.invoice_dates import DateWeight, PaymentStart
from orders.register.payment_controls import ControlWeight, PaymentControls
from orders.register.register import Register
from orders.register.report_approval import ReportApproval
from orders.register.service_names import article_names
from orders.register.tolerances import Tolerance

_Choice = TypeVar("_Choice", bound=StrEnum)
_DIGITS_MOST: Final = 4
ROUNDING_MOST: Final = Decimal("1.00")
"""The most that may be let through as rounding, in kronor."""
_CHOOSE: Final = Text("Välj något i listan.")


def read(form: Mapping[str, str], causes: Sequence[str], register: Register) -> Policy:
    """The policy a form describes, with what it does not ask for as it is now. Raises FormRefused, at its field."""
    now = register.policy
    values: dict[str, Any] = {name: _whole(form.get(name, ""), name) for name, _ in DAYS}
    values |= {name: form.get(name) == "yes" for name, _ in SWITCHES}
    values |= {name: _chosen(form, name, DateWeight, getattr(now, name)) for name, _ in DATES}
    return replace(
        now,
        **values,
        amount_tolerance=_rounding(form.get("amount_tolerance", "0")),
        credit_of_paid=_chosen(form, "credit_of_paid", CreditOfPaid, now.credit_of_paid),
        report_approval=_chosen(form, "report_approval", ReportApproval, now.report_approval),
        early_approval=_chosen(form, "early_approval", EarlyApproval, now.early_approval),
        payment_runs_from=_chosen(form, "payment_runs_from", PaymentStart, now.payment_runs_from),
        automatic_credit=tuple(each for each in causes if each in DeviationCode.__members__),
        tolerances=tuple(_tolerances(form, register)),
        payment_controls=_controls(form, now.payment_controls),
    )


def number(text: str, name: str) -> Decimal | None:
    """A number as people write it, or None where nothing is written. Raises FormRefused, at the field `name`."""
    if not text.strip():
        return None
    try:
        found = number_of(text)
    except InvalidOperation as error:
        raise _no_number(text, name) from error
    if not found.is_finite():
        raise _no_number(text, name)
    return found


def _rounding(text: str) -> Decimal:
    found = number(text, "amount_tolerance") or Decimal("0.00")
    if not 0 <= found <= ROUNDING_MOST:
        raise FormRefused(Text("Skriv ett belopp från 0 till 1 krona.")).at("amount_tolerance")
    return found


def _chosen(form: Mapping[str, str], name: str, choices: type[_Choice], now: _Choice) -> _Choice:
    """What is chosen in a list; what holds now where the form has no such list."""
    if name not in form:
        return now
    if form[name] not in set(choices):
        raise FormRefused(_CHOOSE).at(name)
    return choices(form[name])


def _controls(form: Mapping[str, str], now: PaymentControls) -> PaymentControls:
    values: dict[str, Any] = {
        name: number(form[name], name) or Decimal("0.00") for name, _ in CONTROL_AMOUNTS if name in form
    }
    values |= {name: _whole(form[name], name) for name, _ in CONTROL_NUMBERS if name in form}
    values |= {name: _chosen(form, name, ControlWeight, getattr(now, name)) for name, _ in CONTROLS_WEIGHED}
    return replace(now, **values)


def _tolerances(form: Mapping[str, str], register: Register) -> list[Tolerance]:
    suppliers = {"", *(each.organisation_number for each in register.suppliers)}
    articles = {"", *(kind.value for kind in article_names(register.services))}
    # A row that holds now stands in the form whatever it is of.
    suppliers |= {each.supplier for each in register.policy.tolerances}
    articles |= {each.article for each in register.policy.tolerances}
    found: list[Tolerance] = []
    place = 0
    while f"supplier-{place}" in form:
        supplier, article = form[f"supplier-{place}"], form.get(f"article-{place}", "")
        if supplier not in suppliers:
            raise FormRefused(_CHOOSE).at(f"supplier-{place}")
        if article not in articles:
            raise FormRefused(_CHOOSE).at(f"article-{place}")
        given = {name: number(form.get(f"{name}-{place}", ""), f"{name}-{place}") for name in LIMITS}
        if any(each is not None for each in given.values()):
            try:
                found.append(_tolerance(supplier, article, given))
            except Refused as refused:
                raise refused.at(f"{_at_fault(supplier, article, given)}-{place}") from None
        place += 1
    return found


def _tolerance(supplier: str, article: str, given: Mapping[str, Decimal | None]) -> Tolerance:
    return Tolerance(
        supplier,
        article,
        amount_over=given["amount_over"] or Decimal(0),
        amount_under=given["amount_under"] or Decimal(0),
        quantity_over=given["quantity_over"] or Decimal(0),
        quantity_under=given["quantity_under"] or Decimal(0),
        percent_over=given["percent_over"],
        percent_under=given["percent_under"],
    )


def _at_fault(supplier: str, article: str, given: Mapping[str, Decimal | None]) -> str:
    """The first limit of a row that cannot be one even where it stands alone."""
    for name, value in given.items():
        try:
            _tolerance(supplier, article, {**dict.fromkeys(given), name: value})
        except Refused:
            return name
    return next(iter(given))


def _whole(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS_MOST:
        raise _no_number(text, name)
    return int(text)


def _no_number(text: str, name: str) -> FormRefused:
    return FormRefused(Text("”%(text)s” är inget tal.", text=shown(text, 20))).at(name)
