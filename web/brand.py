"""What the installation is called at the top of every page: its only service, or the buyer where there are several.

It is asked of the register now and then and not for every page. Before there is a register, and when the database
cannot be asked, it is the system's own name: a page that says what is wrong must not fail on its heading.
"""

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Final

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

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
    until: float


def brand_of(request: Request) -> Text:
    """The name to put at the top of a page."""
    held: _Held | None = getattr(request.app.state, "brand", None)
    if held is None or held.until < monotonic():
        held = _Held(_asked(getattr(request.app.state, "database", None)), monotonic() + _KEPT_FOR)
        request.app.state.brand = held
    return held.name


def _asked(database: Database | None) -> Text:
    if database is None:
        # Several buyers under one address, and none of them chosen yet.
        return PRODUCT
    try:
        with database.reading() as session:
            register = register_store.load(session)
    except (Refused, SQLAlchemyError):
        return PRODUCT
    return service_names.brand(register.services, register.buyer.name)
