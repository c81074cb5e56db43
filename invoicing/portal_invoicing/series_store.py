"""The number series of suppliers as the database holds them: the letters chosen, what is taken, what came back."""

from sqlalchemy import ColumnElement, Select, delete, insert, select, union_all, update

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.portal_invoicing.portal_states import KEEPS_NUMBER
from invoicing.portal_invoicing.tables import own_series, portal_document, returned_number, series_choice


def letters_chosen(session: Session, supplier: str) -> str | None:
    """The letters the supplier has chosen, if it has."""
    return session.scalar(select(series_choice.c.letters).where(series_choice.c.supplier == supplier))


def save_letters(session: Session, supplier: str, letters: str) -> None:
    """Keep the supplier's choice in place of the one before."""
    session.execute(delete(series_choice).where(series_choice.c.supplier == supplier))
    session.execute(insert(series_choice), {"supplier": supplier, "letters": letters})


def last_taken(session: Session, supplier: str, series: str) -> int | None:
    """The last place taken in a series; None where none was."""
    return session.scalar(select(own_series.c.last).where(_of(supplier, series)))


def save_taken(session: Session, supplier: str, series: str, position: int) -> None:
    """Note a place as taken: it waits no more if it had come back, and is the last one if it is higher."""
    gone = delete(returned_number).where(
        returned_number.c.supplier == supplier,
        returned_number.c.series == series,
        returned_number.c.position == position,
    )
    moved = update(own_series).where(_of(supplier, series), own_series.c.last < position)
    session.execute(gone)
    if last_taken(session, supplier, series) is None:
        session.execute(insert(own_series), {"supplier": supplier, "series": series, "last": position})
    else:
        session.execute(moved.values(last=position))


def save_returned(session: Session, supplier: str, series: str, position: int) -> None:
    """Note that a place has come back and waits to be used again."""
    session.execute(insert(returned_number), {"supplier": supplier, "series": series, "position": position})


def returned(session: Session, supplier: str, series: str) -> list[int]:
    """The places of a series that came back, the lowest first."""
    question = (
        select(returned_number.c.position)
        .where(returned_number.c.supplier == supplier, returned_number.c.series == series)
        .order_by(returned_number.c.position)
    )
    return list(session.scalars(question))


def last_of_each(session: Session, supplier: str) -> dict[str, int]:
    """The last place taken in each of the supplier's series, by their names."""
    rows = session.execute(
        select(own_series).where(own_series.c.supplier == supplier).order_by(own_series.c.series)
    )
    return {row.series: row.last for row in rows}


def is_used(session: Session, supplier: str, number: str) -> bool:
    """Whether a document of the supplier's has this number, in our books or on its way here."""
    return session.execute(_uses(supplier, number)).first() is not None


def _of(supplier: str, series: str) -> ColumnElement[bool]:
    return (own_series.c.supplier == supplier) & (own_series.c.series == series)


def _uses(supplier: str, number: str) -> Select[tuple[int]]:
    """The supplier's documents that have this number already, in our books or on their way here."""
    invoice = document_tables.invoice
    held = select(invoice.c.id).where(invoice.c.supplier == supplier, invoice.c.number == number)
    made = select(portal_document.c.id).where(
        portal_document.c.supplier == supplier,
        portal_document.c.number == number,
        portal_document.c.state.in_(KEEPS_NUMBER),
    )
    both = union_all(held, made).subquery()
    return select(both.c.id).limit(1)
