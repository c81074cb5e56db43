"""Who has decided something about a document: the rows that the four-eyes rule is held against.

Convention: a row is written where the thing is done, in its transaction, one for each decision and person. What
counts as a decision stands in `deciding`; no word of the journal is read for it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select, union

from foundation.journal_entries import JournalAction
from foundation.sql import Session, add_new
from invoicing.documents.tables import credit_pair, document_decision, invoice_part, partial_credit
from orders import tables as order_tables
from orders.tables import placement_decision, purchase_order


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
    questions = [select(held.invoice_id, held.person).where(held.invoice_id.in_(wanted))]
    for table in (credit_pair, partial_credit):
        questions.append(
            select(table.c.invoice_id, held.person)
            .join(table, table.c.credit_id == held.invoice_id)
            .where(table.c.invoice_id.in_(wanted))
        )
    part, order, placed, receipt = invoice_part, purchase_order, placement_decision, order_tables.receipt
    on_line = (receipt.c.order_number == part.c.order_number) & (receipt.c.line_id == part.c.line_id)
    questions.append(
        select(part.c.invoice_id, placed.c.person)
        .join(order, order.c.number == part.c.order_number)
        .join(placed, placed.c.execution_reference == order.c.execution_reference)
        .where(
            part.c.invoice_id.in_(wanted),
            or_(placed.c.month == "", placed.c.month.in_(select(receipt.c.month).where(on_line))),
        )
    )
    people: dict[int, set[str]] = defaultdict(set)
    for row in session.execute(union(*questions)):
        people[row.invoice_id].add(row.person)
    return people
