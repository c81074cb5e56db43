"""The number series of suppliers as the database holds them: the letters chosen, what is taken, what came back."""

from typing import Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Insert,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.portal_invoicing.portal_states import KEEPS_NUMBER
from invoicing.portal_invoicing.tables import own_series, portal_document, returned_number, series_choice


def letters_chosen(session: Session, supplier: str) -> str | None:
    """The letters the supplier has chosen, if it has."""
    return session.scalar(_LETTERS, {"of_supplier": supplier})


def save_letters(session: Session, supplier: str, letters: str) -> None:
    """Keep the supplier's choice in place of the one before."""
    session.execute(delete(series_choice).where(series_choice.c.supplier == supplier))
    session.execute(insert(series_choice), {"supplier": supplier, "letters": letters})


def last_taken(session: Session, supplier: str, series: str) -> int | None:
    """The last place taken in a series; None where none was."""
    return session.scalar(_LAST, {"of_supplier": supplier, "of_series": series})


def save_taken(session: Session, supplier: str, series: str, position: int) -> None:
    """Note a place as taken: it waits no more if it had come back, and is the last one if it is higher."""
    session.execute(_NO_MORE, {"of_supplier": supplier, "of_series": series, "of_position": position})
    taken = {"supplier": supplier, "series": series, "last": position}
    session.execute(_TAKEN[session.dialect.name], taken)


def save_returned(session: Session, supplier: str, series: str, position: int) -> None:
    """Note that a place has come back and waits to be used again."""
    session.execute(insert(returned_number), {"supplier": supplier, "series": series, "position": position})


def returned(session: Session, supplier: str, series: str) -> list[int]:
    """The places of a series that came back, the lowest first."""
    return list(session.scalars(_RETURNED, {"of_supplier": supplier, "of_series": series}))


def last_of_each(session: Session, supplier: str) -> dict[str, int]:
    """The last place taken in each of the supplier's series, by their names."""
    rows = session.execute(
        select(own_series).where(own_series.c.supplier == supplier).order_by(own_series.c.series)
    )
    return {row.series: row.last for row in rows}


def is_used(session: Session, supplier: str, number: str) -> bool:
    """Whether a document of the supplier's has this number, in our books or on its way here."""
    return session.execute(_USES, {"of_supplier": supplier, "of_number": number}).first() is not None


# Prepared once: building a statement costs more than running it, and a press asks all of these.
_SUPPLIER: Final[BindParameter[str]] = bindparam("of_supplier")


def _within(table: Table) -> ColumnElement[bool]:
    return (table.c.supplier == _SUPPLIER) & (table.c.series == bindparam("of_series"))


def _uses() -> Select[tuple[int]]:
    """The supplier's documents that have this number already, in our books or on their way here."""
    invoice = document_tables.invoice
    number: BindParameter[str] = bindparam("of_number")
    held = select(invoice.c.id).where(invoice.c.supplier == _SUPPLIER, invoice.c.number == number)
    made = select(portal_document.c.id).where(
        portal_document.c.supplier == _SUPPLIER,
        portal_document.c.number == number,
        portal_document.c.state.in_(KEEPS_NUMBER),
    )
    both = union_all(held, made).subquery()
    return select(both.c.id).limit(1)


def _taken(engine: str) -> Insert:
    first = postgresql.insert(own_series) if engine == "postgresql" else sqlite.insert(own_series)
    return first.on_conflict_do_update(
        index_elements=list(own_series.primary_key),
        set_={"last": first.excluded.last},
        where=own_series.c.last < first.excluded.last,
    )


_LETTERS: Final = select(series_choice.c.letters).where(series_choice.c.supplier == _SUPPLIER)
_LAST: Final = select(own_series.c.last).where(_within(own_series))
_RETURNED: Final = (
    select(returned_number.c.position).where(_within(returned_number)).order_by(returned_number.c.position)
)
_NO_MORE: Final = delete(returned_number).where(
    _within(returned_number), returned_number.c.position == bindparam("of_position")
)
_TAKEN: Final = {engine: _taken(engine) for engine in ("postgresql", "sqlite")}
_USES: Final = _uses()
