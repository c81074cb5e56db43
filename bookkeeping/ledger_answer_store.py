"""What the ledger answered about vouchers, as the database holds it: the last word about each voucher holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, or_, select

from bookkeeping import booked_queries, tables
from bookkeeping.vouchers import Voucher, VoucherKind
from foundation.sql import Session, among
from foundation.text import Text

_VOUCHER, _ROW, _ANSWER = tables.voucher, tables.voucher_row, tables.ledger_answer


class LedgerOutcome(StrEnum):
    """What is known of a voucher in the ledger. Of one without an answer nothing is, but that its file was made."""

    BOOKED = "BOOKED"
    REFUSED = "REFUSED"
    SENT_AGAIN = "SENT_AGAIN"

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]


_WORDS: Final = {
    LedgerOutcome.BOOKED: Text("Bokförd i ekonomisystemet"),
    LedgerOutcome.REFUSED: Text("Avvisad av ekonomisystemet"),
    LedgerOutcome.SENT_AGAIN: Text("Skickad igen till ekonomisystemet"),
}


@dataclass(frozen=True, slots=True)
class LedgerAnswer:
    """One answer about one voucher."""

    voucher: str
    outcome: LedgerOutcome
    answered_on: date
    ledger_number: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class AnsweredVoucher:
    """A voucher with the last word about it."""

    number: str
    text: str
    booked_on: date
    last: LedgerAnswer


@dataclass(frozen=True, slots=True)
class UnansweredVoucher:
    """A voucher that the ledger has not answered; `sent_again_on` where it refused it first."""

    number: str
    text: str
    booked_on: date
    sent_again_on: date | None = None


def is_read(session: Session, sha256: str) -> bool:
    """Whether a file with these bytes was read before."""
    question = select(_ANSWER.c.id).where(_ANSWER.c.sha256 == sha256).limit(1)
    return session.execute(question).one_or_none() is not None


def known(session: Session, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers are vouchers of ours."""
    return set(session.scalars(select(_VOUCHER.c.number).where(among(session, _VOUCHER.c.number, numbers))))


def told(session: Session, numbers: Sequence[str]) -> dict[str, list[LedgerAnswer]]:
    """All that was said of each of these vouchers, the oldest first; those of which nothing was are left out."""
    found: dict[str, list[LedgerAnswer]] = {}
    question = select(_ANSWER).where(among(session, _ANSWER.c.voucher, numbers)).order_by(_ANSWER.c.id)
    for row in session.execute(question):
        found.setdefault(row.voucher, []).append(_answer(row))
    return found


def add(
    session: Session, answers: Iterable[LedgerAnswer], *, by: str, at: datetime, sha256: str = ""
) -> None:
    """Keep answers; one is never changed."""
    rows = [
        {
            "voucher": each.voucher,
            "outcome": each.outcome,
            "ledger_number": each.ledger_number,
            "said": each.said,
            "answered_on": each.answered_on,
            "sha256": sha256,
            "noted_by": by,
            "noted_at": at,
        }
        for each in answers
    ]
    if rows:
        session.execute(insert(_ANSWER), rows)


def refused(session: Session, *, until: date | None = None) -> Sequence[AnsweredVoucher]:
    """The vouchers whose last word is that the ledger refused them, by their numbers; booked up to that day, or all."""
    question = (
        select(_ANSWER, _VOUCHER.c.number, _VOUCHER.c.text, _VOUCHER.c.booked_on)
        .join(_VOUCHER, _VOUCHER.c.number == _ANSWER.c.voucher)
        .where(_ANSWER.c.outcome == LedgerOutcome.REFUSED, _is_last(_ANSWER.c.id))
        .order_by(_VOUCHER.c.number)
    )
    if until is not None:
        question = question.where(_VOUCHER.c.booked_on <= until)
    return [
        AnsweredVoucher(row.number, row.text, row.booked_on, _answer(row))
        for row in session.execute(question)
    ]


def is_last_word(outcome: LedgerOutcome) -> ColumnElement[bool]:
    """Whether that is the last word about a voucher that is asked for."""
    word = select(_ANSWER.c.id).where(
        _ANSWER.c.voucher == _VOUCHER.c.number, _ANSWER.c.outcome == outcome, _is_last(_ANSWER.c.id)
    )
    return word.correlate(_VOUCHER).exists()


def without_answer(session: Session) -> int:
    """How many vouchers the ledger has not said anything of since they were sent, or sent again."""
    count: int = session.execute(_unanswered(select(func.count()))).scalar_one()
    return count


def sent_again(session: Session, *, until: date) -> int:
    """How many vouchers booked up to that day the ledger refused, and has not answered since they were sent again."""
    question = _unanswered(select(func.count())).where(
        _ANSWER.c.outcome == LedgerOutcome.SENT_AGAIN, _VOUCHER.c.booked_on <= until
    )
    count: int = session.execute(question).scalar_one()
    return count


def unanswered(session: Session, *, limit: int | None = None, offset: int = 0) -> list[UnansweredVoucher]:
    """Those without answer: what was refused and sent again first, then by their numbers."""
    question = (
        _unanswered(select(_VOUCHER.c.number, _VOUCHER.c.text, _VOUCHER.c.booked_on, _ANSWER.c.answered_on))
        .order_by(_ANSWER.c.id.is_(None), _VOUCHER.c.number)
        .limit(limit)
        .offset(offset)
    )
    return [
        UnansweredVoucher(row.number, row.text, row.booked_on, row.answered_on)
        for row in session.execute(question)
    ]


def vouchers(session: Session, numbers: Sequence[str]) -> list[Voucher]:
    """These vouchers whole, as they were booked."""
    heads = session.execute(
        select(_VOUCHER).where(among(session, _VOUCHER.c.number, numbers)).order_by(_VOUCHER.c.number)
    ).all()
    rows: dict[str, list[Any]] = {}
    question = (
        select(_ROW).where(among(session, _ROW.c.voucher, numbers)).order_by(_ROW.c.voucher, _ROW.c.position)
    )
    for row in session.execute(question):
        rows.setdefault(row.voucher, []).append(booked_queries.row_of(row))
    return [
        Voucher(
            VoucherKind(head.kind),
            head.about,
            head.booked_on,
            head.text,
            tuple(rows[head.number]),
            head.number,
            head.event_on,
            head.rules,
        )
        for head in heads
    ]


def _unanswered(question: Select[Any]) -> Select[Any]:
    last = _ANSWER.c.voucher == _VOUCHER.c.number, _is_last(_ANSWER.c.id)
    return question.select_from(_VOUCHER.outerjoin(_ANSWER, and_(*last))).where(
        or_(_ANSWER.c.id.is_(None), _ANSWER.c.outcome == LedgerOutcome.SENT_AGAIN)
    )


def _is_last(answer_id: ColumnElement[int]) -> ColumnElement[bool]:
    later = _ANSWER.alias("later")
    return ~select(later.c.id).where(later.c.voucher == _ANSWER.c.voucher, later.c.id > answer_id).exists()


def _answer(row: Row[Any]) -> LedgerAnswer:
    return LedgerAnswer(row.voucher, LedgerOutcome(row.outcome), row.answered_on, row.ledger_number, row.said)
