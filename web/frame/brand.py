"""What stands at the top of every page: the installation's name, and for whom somebody is there.

The installation is called as its only service, or as the buyer where it has several.

It is asked of the register now and then and not for every page. Before there is a register, and when the database
cannot be asked, it is the system's own name: a page that says what is wrong must not fail on its heading.
"""

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Final

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from accounts.identity import Person
from foundation.database import Database
from foundation.errors import Refused
from foundation.product import PRODUCT
from foundation.text import Text
from orders.register import service_names
from orders.register import store as register_store

_KEPT_FOR: Final = timedelta(seconds=30).total_seconds()


@dataclass(frozen=True, slots=True)
class _Held:
    name: Text
    organisations: dict[str, str]
    until: float


def brand_of(request: Request) -> Text:
    """The name to put at the top of a page."""
    return _held(request).name


def organisation_of(request: Request, person: Person | None) -> str:
    """The name of whom the person is there for; empty for nobody, and where the register does not know it."""
    return _held(request).organisations.get(person.organisation, "") if person else ""


def _held(request: Request) -> _Held:
    held: _Held | None = getattr(request.app.state, "brand", None)
    if held is None or held.until < monotonic():
        held = _asked(getattr(request.app.state, "database", None))
        request.app.state.brand = held
    return held


def _asked(database: Database | None) -> _Held:
    until = monotonic() + _KEPT_FOR
    if database is None:
        # Several buyers under one address, and none of them chosen yet.
        return _Held(PRODUCT, {}, until)
    try:
        with database.reading() as session:
            register = register_store.load(session)
    except (Refused, SQLAlchemyError):
        return _Held(PRODUCT, {}, until)
    names = {each.organisation_number: each.name for each in register.suppliers}
    return _Held(
        service_names.brand(register.services, register.buyer.name),
        {**names, register.buyer.organisation_number: register.buyer.name},
        until,
    )
