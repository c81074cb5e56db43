"""Which documents two people have decided are paid to their seller, though they name another payee."""

from collections.abc import Iterable

from pydantic import TypeAdapter
from sqlalchemy import select

from foundation.sql import Session, among
from invoicing.decisions.tables import acceptance
from invoicing.matching.deviations import Deviation, DeviationCode

_DEVIATIONS = TypeAdapter(tuple[Deviation, ...])
_BATCH = 1000


def paid_to_seller(session: Session, ids: Iterable[int]) -> set[int]:
    """Those of these documents that are paid to their seller by a decision that stands."""
    every, found = list(ids), set()
    for start in range(0, len(every), _BATCH):
        question = select(acceptance.c.invoice_id, acceptance.c.deviations).where(
            among(session, acceptance.c.invoice_id, every[start : start + _BATCH]),
            acceptance.c.withdrawn == 0,
        )
        found |= {
            row.invoice_id
            for row in session.execute(question)
            if any(each.code is DeviationCode.PAYEE for each in _DEVIATIONS.validate_json(row.deviations))
        }
    return found
