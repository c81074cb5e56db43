"""The shape of the tables that say who may have each page: `ROUTES` in tests/support/pages/routes_<area>.py.

Convention: a key is method and path as the router has them, "GET /orders/{number}". The tables are about the books
of the demo, where Fyrbåken (5599991014) is the supplier that asks and Lärkdrillen (5599992020) owns what is
foreign. No address names a row by its number, which says nothing and moves with every change of the demo:
`<invoice F26-101>` is the row of the document with this number, `<message NAME>` of what came under this name,
`<sent NUMBER>` of what left, `<answer F26-101 AP>` of the answer to a document, `<payment F26-105>` of what it was
paid with, `<tutor UNIT CODE>` of a unit's tutor, `<account ADDRESS>` and
`<application ADDRESS>` of a person's; `in_books` looks them up. Every route of the application stands in exactly one
table; the crawl (test_crawl.py) asks each with everybody, and the walk (test_walk.py) looks at every page with axe and
in both languages.

    ROUTES = {
        "GET /orders": Route(may=SUPPLIER_SIDE, own=("/orders", "/orders?state=OPEN")),
        "GET /orders/{number}": Route(
            may=SUPPLIER_SIDE, own=("/orders/2100000019",), foreign=("/orders/2100000001", "/orders/9999999999")
        ),
        "GET /orders/{number}/pdf": Route(may=SUPPLIER_SIDE, own=(...), foreign=(...), page=False),
        "POST /reports": Route(may=frozenset({P.REPORT}), form={"month": "2026-09"}),
    }
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, select

from accounts.identity import Permission
from accounts.tables import account, account_application
from foundation.sql import Session
from invoicing.documents.tables import invoice, payment
from orders.tables import inbound_event
from orders.tutors.tutor_tables import unit_tutor
from peppol.exchange.tables import inbox, outbox

_NAMED: Final = re.compile(r"<([^<>]+)>")
_CALLED: Final[Mapping[str, tuple[Column[Any], Column[Any]]]] = {
    "invoice": (invoice.c.id, invoice.c.number),
    "message": (inbox.c.id, inbox.c.transport_id),
    "event": (inbound_event.c.sequence, inbound_event.c.event_id),
    "sent": (outbox.c.sequence, outbox.c.document_id),
    "account": (account.c.id, account.c.sign_in_name),
    "application": (account_application.c.id, account_application.c.email),
}


@dataclass(frozen=True, slots=True)
class Route:
    """Who may ask, and with what to try it.

    `may`: one of these permissions is enough; empty: anybody signed in; `everybody`: without signing in too.
    `own`: addresses that answer 200 to the one who may (or a redirect within the site, where `leads_on`).
    `foreign`: addresses that name another's thing, or none: 404 for whoever has the permission.
    `form`: what a POST would carry; it is tried on `foreign` with a right token, and on `own` never.
    `buyer_too`: the buyer's staff may have foreign things, so only suppliers are tried with them.
    `page`: False for files (PDF, XML, CSV), which axe cannot read.
    """

    may: frozenset[Permission] = frozenset()
    own: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    form: Mapping[str, str] = field(default_factory=dict)
    everybody: bool = False
    leads_on: bool = False
    buyer_too: bool = True
    page: bool = True

    def in_books(self, session: Session) -> "Route":
        """The same route, with the numbers that the rows have in these books."""
        return replace(
            self,
            own=tuple(_numbered(each, session) for each in self.own),
            foreign=tuple(_numbered(each, session) for each in self.foreign),
            form={name: _numbered(value, session) for name, value in self.form.items()},
        )


def _numbered(address: str, session: Session) -> str:
    return _NAMED.sub(lambda found: str(_row(session, *found[1].split())), address)


def _row(session: Session, kind: str, *named: str) -> int:
    """The number of the row that is named; fails where the books hold none, or two."""
    if kind == "answer":
        invoice, code = named
        number = _row(session, "invoice", invoice)
        return _only(session, outbox.c.sequence, outbox.c.document_id == f"{number}-{code}")
    if kind == "payment":
        paid = _row(session, "invoice", *named)
        return _only(session, payment.c.number, payment.c.invoice_id == paid)
    if kind == "tutor":
        unit_id, code = named
        return _only(
            session, unit_tutor.c.id, (unit_tutor.c.unit_id == unit_id) & (unit_tutor.c.code == code)
        )
    (name,) = named
    column, called = _CALLED[kind]
    return _only(session, column, called == name)


def _only(session: Session, column: Column[Any], condition: ColumnElement[bool]) -> int:
    return int(session.scalars(select(column).where(condition)).one())
