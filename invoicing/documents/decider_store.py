"""Who has decided something about a document: the rows that the four-eyes rule is held against.

Convention: a row is written where the thing is done, in its transaction, one for each decision and person. What
counts as a decision stands in `deciding`; no word of the journal is read for it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import CompoundSelect, or_, select, union

from foundation.journal_entries import JournalAction
from foundation.sql import Session, add_new, among
from invoicing.documents.tables import credit_pair, document_decision, invoice_part, partial_credit
from orders import tables as order_tables
from orders.tables import placement_decision, purchase_order

_ON_LINE = (order_tables.receipt.c.order_number == invoice_part.c.order_number) & (
    order_tables.receipt.c.line_id == invoice_part.c.line_id
)
# Documents with the decisions about the reports, results and placements that their order lines rest on.
_RESTS_ON = (
    select(invoice_part.c.invoice_id)
    .join(purchase_order, purchase_order.c.number == invoice_part.c.order_number)
    .join(
        placement_decision, placement_decision.c.execution_reference == purchase_order.c.execution_reference
    )
    .where(
        or_(
            placement_decision.c.month == "",
            placement_decision.c.month.in_(select(order_tables.receipt.c.month).where(_ON_LINE)),
        )
    )
)


def note(session: Session, invoice_id: int, person: str, decision: JournalAction) -> None:
    """Note that the person has decided something about the document; the same decision once is enough."""
    row = {"invoice_id": invoice_id, "person": person, "decision": str(decision)}
    add_new(session, document_decision, [row])


def of(session: Session, ids: Sequence[int]) -> Mapping[int, set[str]]:
    """Which people decided something about each of these documents, or about what it rests on.

    That is a credit note that took from it, the reports and results that its order lines were received by, and the
    placements they were ordered for.
    """
    held, wanted = document_decision.c, list(ids)
    questions = [select(held.invoice_id, held.person).where(among(session, held.invoice_id, wanted))]
    for table in (credit_pair, partial_credit):
        questions.append(
            select(table.c.invoice_id, held.person)
            .join(table, table.c.credit_id == held.invoice_id)
            .where(among(session, table.c.invoice_id, wanted))
        )
    rests_on = _RESTS_ON.with_only_columns(invoice_part.c.invoice_id, placement_decision.c.person)
    questions.append(rests_on.where(among(session, invoice_part.c.invoice_id, wanted)))
    people: dict[int, set[str]] = defaultdict(set)
    for row in session.execute(union(*questions)):
        people[row.invoice_id].add(row.person)
    return people


def decided_by(person: str) -> CompoundSelect[tuple[int]]:
    """The documents that the person decided something about, or about what they rest on, as `of` says: a question."""
    held = document_decision.c
    questions = [select(held.invoice_id).where(held.person == person)]
    for table in (credit_pair, partial_credit):
        questions.append(
            select(table.c.invoice_id)
            .join(document_decision, table.c.credit_id == held.invoice_id)
            .where(held.person == person)
        )
    questions.append(_RESTS_ON.where(placement_decision.c.person == person))
    return union(*questions)
