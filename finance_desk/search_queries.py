"""What the desk's search asks: documents in any state, suppliers by name or organisation number, cases by reference.

Convention: every question begins from an index over all documents, so that it costs the same however many there are.
What is handled apart is not shown to who may not open it: its page says so.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import Select, select, union_all

from accounts.identity import Permission, Person
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType
from orders.register import store as register_store
from web.search.model import MOST, Asked, Found, Hit, Question

_P = Permission
_READERS: Final = (_P.FINANCE, _P.ATTEST, _P.AUDIT)
_HIGHEST: Final = "\uffff"
_KIND: Final = {
    DocumentType.INVOICE: Text("Faktura"),
    DocumentType.CREDIT_NOTE: Text("Kreditfaktura"),
}


def documents(session: Session, person: Person, asked: Asked, today: date) -> Found | None:
    """Documents by the beginning of their number, by order, reference or sum."""
    if not person.is_buyer or not person.may(*_READERS):
        return None
    table = document_tables.invoice
    rows = session.execute(
        select(
            table.c.id,
            table.c.number,
            table.c.document_type,
            table.c.state,
            table.c.supplier,
            table.c.amount_payable,
            table.c.currency,
            table.c.received_on,
        )
        # In one set: asked one by one whether it is in any of them, every document there is would be looked at.
        .where(table.c.id.in_(union_all(*(select(each.subquery().c.id) for each in _ways(asked)))))
        .order_by(table.c.id.desc())
        .limit(MOST + 1)
    ).all()
    register = register_store.load(session)
    names = {each.organisation_number: each.name for each in register.suppliers}
    hits = []
    for row in rows:
        sum_ = Money(row.amount_payable, row.currency)
        is_credit = row.document_type == DocumentType.CREDIT_NOTE
        hits.append(
            Hit(
                row.number,
                f"/finance/documents/{row.id}",
                (_KIND[DocumentType(row.document_type)], names.get(row.supplier, row.supplier)),
                (row.document_type.lower(), row.state),
                -sum_ if is_credit else sum_,
                row.received_on,
            )
        )
    return Found.of(Text("Fakturor"), hits)


def _ways(asked: Asked) -> Iterator[Select[tuple[int]]]:
    """The ids of the documents that each way of looking finds: no more of each than are shown, and one.

    Each reads its own index from where it begins. Asked for together they would all be found first, and a first letter
    is that of half the documents there are.
    """
    table = document_tables.invoice
    # A number is written in large or small letters; the index knows it as it stands.
    for each in dict.fromkeys((asked.text, asked.text.upper(), asked.text.lower())):
        begins = (
            table.c.number >= each,
            table.c.number <= each + _HIGHEST,
            table.c.number.startswith(each, autoescape=True),
        )
        yield select(table.c.id).where(*begins).order_by(table.c.number).limit(MOST + 1)
    exact = [table.c.order_number == asked.text, table.c.execution_reference == asked.text]
    if asked.amount is not None:
        exact.append(table.c.amount_payable == abs(asked.amount))
    for one in exact:
        yield select(table.c.id).where(one).order_by(table.c.id.desc()).limit(MOST + 1)


def suppliers(session: Session, person: Person, asked: Asked, today: date) -> Found | None:
    """Suppliers by a part of their name, or the beginning of their organisation number."""
    if not person.is_buyer or not person.may(*_READERS):
        return None
    wanted, digits = asked.text.casefold(), asked.text.replace("-", "")
    hits = [
        Hit(
            each.name,
            f"/finance/reconciliation?{urlencode({'supplier': each.organisation_number})}",
            (each.organisation_number,),
        )
        for each in register_store.load(session).suppliers
        if wanted in each.name.casefold()
        or (digits.isdecimal() and each.organisation_number.startswith(digits))
    ]
    return Found.of(Text("Leverantörer"), sorted(hits, key=lambda each: str(each.name).casefold()))


QUESTIONS: Final[Sequence[Question]] = (documents, suppliers)
"""What the desk looks through, in the order in which it is shown."""
