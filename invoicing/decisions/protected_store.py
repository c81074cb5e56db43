"""Documents and messages that are handled apart, as the database holds them, and those that no longer are."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Select, Table, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from foundation import personal_numbers, sql, transitions
from foundation.sql import Session, add_new
from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.decisions.tables import protected_document, protected_message
from invoicing.documents.tables import invoice


class ProtectedState(StrEnum):
    """Whether what was marked is handled apart."""

    APART = "APART"
    CLEARED = "CLEARED"  # somebody has looked, and says that nobody is named in it


_WORDS: Final[Mapping[ProtectedState, Text]] = {
    ProtectedState.APART: Text("Skyddat"),
    ProtectedState.CLEARED: Text("Säger inte vem någon är"),
}

FOLLOWS = Transitions(
    {
        ProtectedState.APART: {ProtectedState.CLEARED},
        # Whoever sees somebody in it after all marks it again.
        ProtectedState.CLEARED: {ProtectedState.APART},
    },
    words=_WORDS,
)


def add(session: Session, invoice_id: int, *, by: str, on: date, reason: str) -> bool:
    """Mark a document; False where it has been marked before, whatever was said of it since."""
    row = {"invoice_id": invoice_id, "marked_by": by, "marked_on": on, "reason": reason}
    try:
        with session.begin_nested():
            session.execute(insert(protected_document), row)
    except IntegrityError:
        return False
    return True


def state_of(session: Session, invoice_id: int) -> ProtectedState | None:
    """How it stands with a document; None where it was never marked."""
    column = protected_document.c.invoice_id
    return _state(session.scalar(select(protected_document.c.state).where(column == invoice_id)))


def move(session: Session, invoice_id: int, to: ProtectedState) -> None:
    """Let a marked document be handled otherwise. Raises StepRefused, MovedMeanwhile."""
    _move(session, protected_document, "invoice_id", invoice_id, to)


def is_protected(session: Session, invoice_id: int) -> bool:
    """Whether the document is handled apart."""
    return bool(among(session, [invoice_id]))


def among(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of the documents that are handled apart."""
    if not ids:
        return frozenset()
    held = protected_document.c
    return frozenset(
        session.scalars(
            select(held.invoice_id).where(sql.among(session, held.invoice_id, ids), _is_apart(held))
        )
    )


def apart() -> Select[tuple[int]]:
    """The documents that are handled apart, for questions about others."""
    return select(protected_document.c.invoice_id).where(_is_apart(protected_document.c))


def add_message(session: Session, message_id: int, *, on: date, reason: str) -> bool:
    """Mark a message; False where it has been marked before, whatever was said of it since."""
    row = {"message_id": message_id, "marked_on": on, "reason": reason}
    return bool(add_new(session, protected_message, [row]))


def state_of_message(session: Session, message_id: int) -> ProtectedState | None:
    """How it stands with a message; None where it was never marked."""
    column = protected_message.c.message_id
    return _state(session.scalar(select(protected_message.c.state).where(column == message_id)))


def cleared_messages(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of the messages of which somebody has said that they name nobody."""
    held = protected_message.c
    cleared = sql.among(session, held.message_id, ids) & (held.state == ProtectedState.CLEARED)
    return frozenset(session.scalars(select(held.message_id).where(cleared)))


def move_message(session: Session, message_id: int, to: ProtectedState) -> None:
    """Let a marked message be handled otherwise. Raises StepRefused, MovedMeanwhile."""
    _move(session, protected_message, "message_id", message_id, to)


def messages_among(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of the messages that are handled apart."""
    if not ids:
        return frozenset()
    held = protected_message.c
    return frozenset(
        session.scalars(
            select(held.message_id).where(sql.among(session, held.message_id, ids), _is_apart(held))
        )
    )


def numbers_shown(session: Session, numbers: Sequence[str]) -> frozenset[str]:
    """Those of the numbers that documents are called, none of which is handled apart."""
    if not numbers:
        return frozenset()
    named = select(invoice.c.number).where(sql.among(session, invoice.c.number, numbers))
    held = protected_document.c
    apart = named.join(protected_document, held.invoice_id == invoice.c.id).where(_is_apart(held))
    return frozenset(session.scalars(named)) - frozenset(session.scalars(apart))


def names_outside(session: Session) -> Mapping[str, str]:
    """What files that leave us call the documents whose own number names somebody: by their orders; by their numbers.

    A bank or a ledger has no such number from us. Supplier and buyer both know the order.
    """
    held = protected_document.c
    question = (
        select(invoice.c.id, invoice.c.number, invoice.c.order_number)
        .join(protected_document, held.invoice_id == invoice.c.id)
        .where(_is_apart(held))
    )
    return {
        row.number: (
            f"dokument {row.id}"
            if not row.order_number or personal_numbers.found_in(row.order_number)
            else f"order {row.order_number}"
        )
        for row in session.execute(question)
        if personal_numbers.found_in(row.number)
    }


def _is_apart(columns: ReadOnlyColumnCollection[str, Column[Any]]) -> ColumnElement[bool]:
    return columns.state == ProtectedState.APART


def _state(value: str | None) -> ProtectedState | None:
    return None if value is None else ProtectedState(value)


def _move(session: Session, table: Table, key: str, number: int, to: ProtectedState) -> None:
    was = next(iter(FOLLOWS.before(to)))
    name = (
        Text("Dokument %(number)s", number=number)
        if table is protected_document
        else Text("Meddelande %(number)s", number=number)
    )
    transitions.move(session, table.c.state, table.c[key] == number, FOLLOWS, name=name, was=was, to=to)
