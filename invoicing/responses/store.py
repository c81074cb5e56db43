"""What peers have answered, as the database holds it: kept once, found by message, order or what waits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, text, update

from foundation.engines.many_rows import insert_rows
from foundation.errors import Refused
from foundation.sql import Session, rows_changed
from foundation.text import Text
from foundation.written.fitted import within
from invoicing.responses.model import ABOUT_ORDERS, FOR_STAFF, Meaning, PeerAnswer, PeerLine
from invoicing.responses.tables import peer_answer, peer_answer_line
from peppol.identifiers import DocumentKind


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer in our books: what it says, what it means, and who has looked at it, if anybody.

    `instance_id` is that of the message of ours it is about, `order_number` the order; empty for none.
    """

    id: int
    letter_id: int
    answer: PeerAnswer
    meaning: Meaning
    instance_id: str
    order_number: str
    received_on: date
    looked_at_by: str

    @property
    def waits_for_staff(self) -> bool:
        """Whether a person must still look at it."""
        return self.meaning in FOR_STAFF and not self.looked_at_by


class NoSuchAnswer(Refused):
    """There is no answer with this number, or nobody needs to look at it."""

    def __init__(self, answer_id: int) -> None:
        super().__init__(
            Text(
                "Det finns inget svar %(answer_id)s att titta på. Se vilka som väntar med: billing "
                "answers list --open",
                answer_id=answer_id,
            ),
        )


def add(
    session: Session,
    answer: PeerAnswer,
    meaning: Meaning,
    *,
    letter_id: int,
    instance_id: str,
    order_number: str,
    received_on: date,
) -> int:
    """Keep an answer with its lines; its number. Raises IntegrityError where sender, kind and number are held."""
    key: int = session.execute(
        insert(peer_answer).returning(peer_answer.c.id),
        {
            "letter_id": letter_id,
            "kind": answer.kind,
            "sender": answer.sender,
            "number": answer.number,
            "code": answer.code,
            # The whole of a longer one stays in the message.
            "reference": within(answer.reference, 200),
            "meaning": meaning,
            "instance_id": instance_id,
            "order_number": order_number,
            "issued_on": answer.issued_on,
            "received_on": received_on,
            "words": answer.words,
        },
    ).scalar_one()
    rows = [
        {
            "answer_id": key,
            "position": position,
            "line": line.line,
            "code": line.code,
            "words": line.words,
            "quantity": "" if line.quantity is None else f"{line.quantity:f}",
            "unit": line.unit,
            "price": "" if line.price is None else f"{line.price:f}",
        }
        for position, line in enumerate(answer.lines, 1)
    ]
    insert_rows(session, peer_answer_line, rows)
    return key


def message_of(session: Session, answer: PeerAnswer) -> int | None:
    """The message that brought an answer of this sender, kind and number, or None."""
    held = peer_answer.c
    return session.scalar(
        select(held.letter_id).where(
            held.sender == answer.sender, held.kind == answer.kind, held.number == answer.number
        )
    )


def by_id(session: Session, answer_id: int) -> KeptAnswer | None:
    """One answer, or None."""
    return next(_read(session, select(peer_answer).where(peer_answer.c.id == answer_id)), None)


def about_order(session: Session, order_number: str) -> Sequence[KeptAnswer]:
    """What was answered about an order or the message it went in, oldest first."""
    return list(_read(session, select(peer_answer).where(peer_answer.c.order_number == order_number)))


def listed(session: Session, *, waiting: bool = False, limit: int = 500) -> Sequence[KeptAnswer]:
    """The newest answers, newest first; with `waiting` only those a person must still look at."""
    question = select(peer_answer).limit(limit)
    if waiting:
        question = question.where(*WAITING)
    return list(_read(session, question, newest_first=True))


def count_waiting(session: Session) -> int:
    """How many answers a person must still look at."""
    return session.execute(select(func.count()).select_from(peer_answer).where(*WAITING)).scalar_one()


def look_at(session: Session, answer_id: int, *, by: str, on: date) -> None:
    """Note that a person has looked. Raises NoSuchAnswer; one that was looked at already stays as it is."""
    known = by_id(session, answer_id)
    if known is None or known.meaning not in FOR_STAFF:
        raise NoSuchAnswer(answer_id)
    change = (
        update(peer_answer)
        .where(peer_answer.c.id == answer_id, peer_answer.c.looked_at_by == "")
        .values(looked_at_by=by, looked_at_on=on)
    )
    rows_changed(session, change)


WAITING = (
    # In the very words of the index that holds these alone.
    text("looked_at_by = '' and meaning not in ('CONFIRMED', 'NOTED')"),
    # What is said of an order waits as an objection to it.
    peer_answer.c.meaning.not_in(list(ABOUT_ORDERS)),
)
"""Which answers a person must still look at."""


def _read(session: Session, question: Select[Any], *, newest_first: bool = False) -> Iterator[KeptAnswer]:
    order = peer_answer.c.id.desc() if newest_first else peer_answer.c.id
    rows = session.execute(question.order_by(order)).all()
    lines: dict[int, list[PeerLine]] = {row.id: [] for row in rows}
    of_these = select(peer_answer_line).where(peer_answer_line.c.answer_id.in_(lines))
    for line in session.execute(of_these.order_by(peer_answer_line.c.answer_id, peer_answer_line.c.position)):
        lines[line.answer_id].append(
            PeerLine(
                line.line,
                line.code,
                line.words,
                Decimal(line.quantity) if line.quantity else None,
                line.unit,
                Decimal(line.price) if line.price else None,
            )
        )
    for row in rows:
        yield _kept(row, tuple(lines[row.id]))


def _kept(row: Row[Any], lines: tuple[PeerLine, ...]) -> KeptAnswer:
    return KeptAnswer(
        row.id,
        row.letter_id,
        PeerAnswer(
            kind=DocumentKind(row.kind),
            number=row.number,
            issued_on=row.issued_on,
            code=row.code,
            sender=row.sender,
            reference=row.reference,
            words=row.words,
            lines=lines,
        ),
        Meaning(row.meaning),
        row.instance_id,
        row.order_number,
        row.received_on,
        row.looked_at_by,
    )
