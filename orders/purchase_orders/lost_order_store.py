"""Orders that left before the books were lost, as the database keeps them: only ever added."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import insert, select

from foundation.periods import Period
from foundation.sql import Session
from orders import tables as order_tables
from orders.purchase_orders.lost_orders import LostOrder

_LOST, _ORDER = order_tables.lost_order, order_tables.purchase_order
_MANY = 500


def add_missing(session: Session, lost: Sequence[LostOrder]) -> int:
    """Note those that are not noted yet; how many."""
    known = set(session.scalars(select(_LOST.c.number)))
    rows = [
        {
            "number": each.number,
            "execution_reference": each.execution_reference,
            "articles": each.articles,
            "starts_on": each.period.start,
            "ends_on": each.period.end,
            "issued_on": each.issued_on,
            "sha256": each.sha256,
            "path": each.path,
        }
        for each in lost
        if each.number not in known
    ]
    if rows:
        session.execute(insert(_LOST), rows)
    return len(rows)


def waiting(session: Session, references: Collection[str]) -> list[LostOrder]:
    """Those of these placements whose number no order has taken up, oldest first."""
    asked = sorted(set(references))
    found: list[LostOrder] = []
    for start in range(0, len(asked), _MANY):
        question = (
            select(_LOST)
            .outerjoin(_ORDER, _ORDER.c.number == _LOST.c.number)
            .where(
                _LOST.c.execution_reference.in_(asked[start : start + _MANY]),
                _ORDER.c.number.is_(None),
            )
            .order_by(_LOST.c.number)
        )
        found += [
            LostOrder(
                row.number,
                row.execution_reference,
                row.articles,
                Period(row.starts_on, row.ends_on),
                row.issued_on,
                row.sha256,
                row.path,
            )
            for row in session.execute(question)
        ]
    return found


def ordered_as_others(session: Session) -> Iterator[tuple[str, str]]:
    """Each lost order whose number is not taken up, with an order since for the same placement and days."""
    held = _ORDER.alias("held")
    question = (
        select(_LOST.c.number, _ORDER.c.number.label("other"))
        .join(
            _ORDER,
            (_ORDER.c.execution_reference == _LOST.c.execution_reference)
            & (_ORDER.c.starts_on == _LOST.c.starts_on)
            & (_ORDER.c.ends_on == _LOST.c.ends_on)
            & (_ORDER.c.number > _LOST.c.number),
        )
        .outerjoin(held, held.c.number == _LOST.c.number)
        .where(held.c.number.is_(None))
        .order_by(_LOST.c.number, _ORDER.c.number)
    )
    for row in session.execute(question):
        yield row.number, row.other
