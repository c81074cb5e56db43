"""What the pages of payment and reconciliation share: who may, names of people and suppliers, forms, downloads."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from fastapi import Request, Response

from accounts import store as account_store
from accounts.identity import Permission
from foundation.errors import Refused
from foundation.formatting import number_of
from foundation.periods import Month, PeriodRefused, add_months
from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.matching import payee_accounts
from invoicing.model import AccountGiven
from orders.register.parties import PaymentAccount
from orders.register.register import Register
from orders.register.service_names import article_names
from web.guards.form_fields import text_of
from web.pages import today_of

_P = Permission
_Read = TypeVar("_Read")
READERS: Final = (_P.FINANCE, _P.ATTEST, _P.AUDIT)


def article_words(register: Register) -> Mapping[str, Text]:
    """What the articles of the installation's services are called, and what stands where there is none."""
    named = {kind.value: name for kind, name in article_names(register.services).items()}
    return {**named, "": Text("Utan order")}


def article_choices(register: Register) -> list[tuple[str, Text]]:
    """The articles to choose among."""
    return [(kind.value, name) for kind, name in article_names(register.services).items()]


def begun_after(request: Request) -> int:
    """After which invoice a list goes on, as its address says; 0 for its beginning."""
    asked = request.query_params.get("after", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0


class FormRefused(Refused):
    """A field of the form cannot be read."""


def people(session: Session, register: Register) -> Mapping[str, str]:
    """The buyer's staff by their opaque ids; an id that is not here is shown as it is."""
    accounts = account_store.of_organisation(session, register.buyer.organisation_number)
    return {f"user-{each.id}": each.display_name for each in accounts}


def staff_with(session: Session, register: Register, permission: Permission) -> list[tuple[str, str]]:
    """The staff with a permission as (id, name), by name."""
    accounts = account_store.of_organisation(session, register.buyer.organisation_number)
    found = [(f"user-{each.id}", each.display_name) for each in accounts if permission in each.permissions]
    return sorted(found, key=lambda each: each[1])


def supplier_names(register: Register) -> dict[str, str]:
    """Every supplier's name by its organisation number."""
    return {each.organisation_number: each.name for each in register.suppliers}


def account_words(account: PaymentAccount) -> Text:
    """An account as people write it: Bankgiro 599-9107."""
    return _first_upper(payee_accounts.words_of(account))


def given_account_words(account: AccountGiven) -> Text:
    """An account as a document names it, written as a registered one is; as it came where it is no such number."""
    return _first_upper(payee_accounts.as_written(*payee_accounts.kind_and_digits(account)))


def _first_upper(said: str) -> Text:
    return WrittenText(said[:1].upper() + said[1:])


def day_of(request: Request, name: str, *, default: date | None = None) -> date:
    """A field of the form as a day. Raises FormRefused."""
    text = text_of(request, name)
    if not text and default is not None:
        return default
    return at(name, parsed_day, text)


def parsed_day(text: str) -> date:
    """A day as ÅÅÅÅ-MM-DD. Raises FormRefused."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FormRefused(Text("Skriv dagen som ÅÅÅÅ-MM-DD.")) from None


def parsed_month(text: str) -> Month:
    """A month as ÅÅÅÅ-MM. Raises FormRefused."""
    try:
        return Month.parse(text)
    except PeriodRefused:
        raise FormRefused(Text("Skriv månaden som ÅÅÅÅ-MM.")) from None


def month_asked(request: Request) -> Month:
    """The month that the address asks for, or the one before this. Raises FormRefused."""
    text = request.query_params.get("month", "")
    if text:
        return at("month", parsed_month, text)
    return Month.of(add_months(today_of(request).replace(day=1), -1))


def amount_of(request: Request, name: str) -> Decimal:
    """A field of the form as an amount, with comma or point. Raises FormRefused."""
    return at(name, parsed_amount, text_of(request, name))


def at(name: str, reading: Callable[[str], _Read], text: str) -> _Read:
    """What `reading` makes of the text of a field. Raises FormRefused, with the field's name."""
    try:
        return reading(text)
    except FormRefused as refused:
        raise refused.at(name) from None


def parsed_amount(text: str) -> Decimal:
    """An amount in whole öre with comma or point. Raises FormRefused."""
    try:
        amount = number_of(text)
        if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12 or amount != round(amount, 2):
            raise InvalidOperation
    except InvalidOperation:
        raise FormRefused(Text("Skriv beloppet som 1 250,00.")) from None
    return round(amount, 2)


def download(body: bytes, *, name: str, media_type: str) -> Response:
    """A file to keep, never shown in the browser."""
    return Response(
        body,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
