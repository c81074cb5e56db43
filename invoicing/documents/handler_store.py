"""Who has decided something about a document: the rows that the four-eyes rule is held against.

Convention: a row is written where the thing is done, in its transaction; whoever only pays an invoice has decided
nothing about it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from foundation.sql import Session, add_new
from invoicing.documents.tables import document_handler


def note(session: Session, invoice_id: int, person: str) -> None:
    """Note that the person has done something about the document; once is enough."""
    add_new(session, document_handler, [{"invoice_id": invoice_id, "person": person}])


def of(session: Session, ids: Sequence[int]) -> Mapping[int, set[str]]:
    """Which people did something about each of these documents, other than paying it."""
    question = select(document_handler).where(document_handler.c.invoice_id.in_(list(ids)))
    people: dict[int, set[str]] = defaultdict(set)
    for row in session.execute(question):
        people[row.invoice_id].add(row.person)
    return people
