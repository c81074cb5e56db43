"""Who has decided something about a document: the rows that the four-eyes rule is held against.

Convention: a row is written where the thing is done, in its transaction, one for each decision and person. What
counts as a decision stands in `deciding`; no word of the journal is read for it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import CompoundSelect, select, union

from foundation.journal_entries import JournalAction
from foundation.sql import Session, add_new, among
from invoicing.documents.tables import credit_pair, document_decision, partial_credit


def note(session: Session, invoice_id: int, person: str, decision: JournalAction) -> None:
    """Note that the person has decided something about the document; the same decision once is enough."""
    row = {"invoice_id": invoice_id, "person": person, "decision": str(decision)}
    add_new(session, document_decision, [row])


def of(session: Session, ids: Sequence[int]) -> Mapping[int, set[str]]:
    """Which people decided something about each of these documents, or about a credit note that took from it."""
    held, wanted = document_decision.c, list(ids)
    questions = [select(held.invoice_id, held.person).where(among(session, held.invoice_id, wanted))]
    for table in (credit_pair, partial_credit):
        questions.append(
            select(table.c.invoice_id, held.person)
            .join(table, table.c.credit_id == held.invoice_id)
            .where(among(session, table.c.invoice_id, wanted))
        )
    people: dict[int, set[str]] = defaultdict(set)
    for row in session.execute(union(*questions)):
        people[row.invoice_id].add(row.person)
    return people


def decided_by(person: str) -> CompoundSelect[tuple[int]]:
    """The documents that the person decided something about, or about a credit note that took from them: a question."""
    held = document_decision.c
    questions = [select(held.invoice_id).where(held.person == person)]
    for table in (credit_pair, partial_credit):
        questions.append(
            select(table.c.invoice_id)
            .join(document_decision, table.c.credit_id == held.invoice_id)
            .where(held.person == person)
        )
    return union(*questions)
