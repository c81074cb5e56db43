"""What a supplier's page was asked: whose rows, which filter; and the words it needs beside its rows.

Convention: a filter value that means nothing is no filter. The names of units come from the register,
the supplier's own only; a unit the register does not know is shown by its id.
"""

import base64
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response

from accounts.identity import Person
from foundation.formatting import quantity_in_words
from foundation.money import Money, Quantity
from foundation.periods import Month, PeriodRefused
from foundation.sql import Session
from foundation.text import Language, Text
from invoicing.portal_invoicing.scope import Scope
from orders.register import store as register_store
from orders.register.register import Register
from orders.register.service_names import article_names
from web import i18n

E = TypeVar("E", bound=StrEnum)

Say = Callable[[Text], str]
"""A text as whoever reads reads it."""


def scope_of(person: Person) -> Scope:
    """The rows the person may see."""
    return Scope(
        person.organisation,
        person.within,
        predecessors=person.predecessors,
        taken_over_on=person.taken_over_on,
    )


def register_of(session: Session) -> Register:
    """The register in force; raises NoRegister."""
    return register_store.load(session)


def units_of(register: Register, person: Person) -> dict[str, str]:
    """The person's own units by id, in the order of their names."""
    return scope_of(person).units_in(register)


def text_of(request: Request, name: str, *, longest: int = 60) -> str:
    """A word of the address, without spaces around it."""
    return request.query_params.get(name, "").strip()[:longest]


def choice_of(request: Request, name: str, kind: type[E]) -> E | None:
    """One of the values of `kind`, or None."""
    try:
        return kind(text_of(request, name))
    except ValueError:
        return None


def month_of(request: Request, name: str = "month") -> Month | None:
    """A month of the address, or None."""
    return month_from(text_of(request, name))


def month_from(text: str) -> Month | None:
    """A month as 2026-11, or None for anything else."""
    try:
        return Month.parse(text)
    except PeriodRefused:
        return None


def say_of(language: Language) -> Say:
    """A text as whoever reads this language reads it."""
    return lambda text: text.in_language(language)


def short_month(language: Language) -> Callable[[Month], str]:
    """A month's short name: sep, or Sep."""
    return lambda month: i18n.short_month(month, language)


def amount_of(language: Language) -> Callable[[Money], str]:
    """An amount as people write it."""
    return lambda money: i18n.money(money, language)


def full_month(language: Language) -> Callable[[Month], str]:
    """A month's whole name with its year."""
    return lambda month: i18n.month(month, language)


def shown(language: Language, register: Register) -> dict[str, Any]:
    """What the templates of these pages call beside the functions every template has."""
    return {
        "article_of": lambda order: register.service(order.service).name_of(order.article, order.stage or ""),
        "service_name": lambda service: register.service(service).name.text,
        "several_services": len(register.services) > 1,
        "article_options": [(kind.value, name) for kind, name in article_names(register.services).items()],
        "service_options": [(each.id, each.name.text) for each in register.services],
        "quantity_of": lambda value, unit: quantity_in_words(Quantity(value, unit)),
        "price": lambda value, currency: i18n.price(value, currency, language),
    }


def query_without(request: Request, *names: str) -> str:
    """What the address asked for but these, to build another address from."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if value and key not in names]
    return urlencode(kept)


def download(body: bytes, file_name: str, media_type: str, **headers: str) -> Response:
    """A file to keep; its name holds ids only."""
    return Response(
        body,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{file_name}"', **headers},
    )


def digest_of(sha256: bytes) -> str:
    """A Content-Digest field (RFC 9530).

    >>> digest_of(bytes(32))[:20]
    'sha-256=:AAAAAAAAAAA'
    """
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"
