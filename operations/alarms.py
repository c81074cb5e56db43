"""Alarms: what somebody must look at, raised once, and at most one of a kind an hour.

Convention: every trouble is a row somewhere with `alarmed_at`; raising an alarm fills that in
the same transaction as the alarm's own row, its line in the journal and its mail, so a trouble is
alarmed about once whatever dies. Troubles of one kind within the hour wait and share the next
alarm. An alarm names numbers and kinds, never content.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, func, insert, or_, select, update

from foundation import journal
from foundation.sql import Session
from operations.mail import mail
from operations.tables import alarm, job_run
from peppol.exchange.tables import InState, OutState, access_point, inbox, outbox

_APART = timedelta(hours=1)
# An access point that stays away is told of again after this.
_REMIND = timedelta(hours=4)
_NAMED_MOST = 20

MESSAGES_STUCK = "LETTERS_STUCK"
MESSAGES_REJECTED = "LETTERS_REJECTED"
MESSAGES_FAILED = "LETTERS_FAILED"
ACCESS_POINT_DOWN = "ACCESS_POINT_DOWN"
JOBS_GIVEN_UP = "JOBS_GIVEN_UP"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an alarm is about: how many, which, and what to do in both languages."""

    count: int
    about: str
    sentence_sv: str
    sentence_en: str


Find = Callable[[Session, datetime], Trouble | None]


def raise_due(session: Session, *, now: datetime, mail_to: str = "") -> list[str]:
    """Raise the alarms there is reason for and that may be raised now; their kinds."""
    last = {
        kind: at
        for kind, at in session.execute(
            select(alarm.c.kind, func.max(alarm.c.raised_at)).group_by(alarm.c.kind)
        )
    }
    raised = []
    for kind, find in KINDS.items():
        if kind in last and now - last[kind] < _APART:
            continue
        trouble = find(session, now)
        if trouble is not None:
            put(session, kind, trouble, now=now, mail_to=mail_to)
            raised.append(kind)
    return raised


def put(session: Session, kind: str, trouble: Trouble, *, now: datetime, mail_to: str = "") -> None:
    """Write one alarm: its row, a line in the journal, and a mail where there is an address for it."""
    session.execute(
        insert(alarm),
        {
            "kind": kind,
            "raised_at": now,
            "count": trouble.count,
            "about": trouble.about,
            "sentence_sv": trouble.sentence_sv,
            "sentence_en": trouble.sentence_en,
        },
    )
    journal.record(
        session,
        journal.SYSTEM,
        "alarm.raised",
        f"alarm {kind}",
        count=str(trouble.count),
        about=trouble.about,
    )
    if mail_to:
        mail.put_to_address(
            session,
            mail_to,
            "sv",
            "alarm",
            about=f"alarm {kind}",
            at=now,
            kind=kind,
            sentence=f"{trouble.sentence_sv}\n\n{trouble.sentence_en}",
            which=trouble.about,
        )


def _messages(
    table: Table, state: OutState | InState, sentence_sv: str, sentence_en: str
) -> Callable[[Session, datetime], Trouble | None]:
    """Messages in a state that nobody was told of yet; finding them marks them as told."""
    number: Column[Any] = next(iter(table.primary_key.columns))

    def find(session: Session, now: datetime) -> Trouble | None:
        untold = (table.c.state == state, table.c.alarmed_at.is_(None))
        found = list(session.scalars(select(number).where(*untold).order_by(number).with_for_update()))
        if not found:
            return None
        session.execute(update(table).where(number.in_(found)).values(alarmed_at=now))
        about = " ".join(str(each) for each in found[:_NAMED_MOST])
        about += f" +{len(found) - _NAMED_MOST}" if len(found) > _NAMED_MOST else ""
        return Trouble(len(found), about, f"{len(found)} {sentence_sv}", f"{len(found)} {sentence_en}")

    return find


def _down(session: Session, now: datetime) -> Trouble | None:
    told = access_point.c.alarmed_at
    question = (
        select(access_point.c.name, access_point.c.opened_at, access_point.c.answer)
        .where(access_point.c.opened_at.is_not(None), or_(told.is_(None), told <= now - _REMIND))
        .with_for_update()
    )
    down = session.execute(question).all()
    if not down:
        return None
    names = [row.name for row in down]
    session.execute(update(access_point).where(access_point.c.name.in_(names)).values(alarmed_at=now))
    since = min(row.opened_at for row in down).isoformat(timespec="minutes")
    which = "; ".join(f"{row.name}: {row.answer}" for row in down)
    return Trouble(
        len(down),
        which,
        f"Operatören går inte att nå sedan {since}. Meddelandena väntar och går av sig själva när den svarar.",
        f"The access point has been out of reach since {since}. Messages wait and go by themselves when it answers.",
    )


def _given_up(session: Session, now: datetime) -> Trouble | None:
    question = (
        select(job_run.c.job, job_run.c.slot, job_run.c.note)
        .where(job_run.c.state == "GIVEN_UP", job_run.c.alarmed_at.is_(None))
        .order_by(job_run.c.slot)
        .with_for_update()
    )
    found = session.execute(question).all()
    if not found:
        return None
    session.execute(
        update(job_run)
        .where(job_run.c.state == "GIVEN_UP", job_run.c.alarmed_at.is_(None))
        .values(alarmed_at=now)
    )
    return Trouble(
        len(found),
        "; ".join(
            f"{row.job} {row.slot.isoformat(timespec='minutes')}: {row.note}" for row in found[:_NAMED_MOST]
        ),
        f"{len(found)} jobb har misslyckats fem gånger. Åtgärda felet och kör om: billing jobs again JOBB",
        f"{len(found)} jobs have failed five times. Mend the fault and run again: billing jobs again JOB",
    )


KINDS: dict[str, Find] = {
    MESSAGES_STUCK: _messages(
        outbox,
        OutState.STUCK,
        "meddelanden från oss har fastnat. Läs svaret med billing post show NR, "
        "och skicka om med billing post resend NR.",
        "messages of ours are stuck. Read the answer with billing post show NO, "
        "send again with billing post resend NO.",
    ),
    MESSAGES_REJECTED: _messages(
        outbox,
        OutState.REJECTED,
        "meddelanden från oss är avvisade av mottagaren. Läs skälen med billing post show NR.",
        "messages of ours were refused by the receiver. Read the reasons with billing post show NO.",
    ),
    MESSAGES_FAILED: _messages(
        inbox,
        InState.FAILED,
        "meddelanden till oss kunde inte hanteras. Åtgärda felet och läs om med billing post replay NR.",
        "messages to us could not be handled. Mend the fault and read again with billing post replay NO.",
    ),
    ACCESS_POINT_DOWN: _down,
    JOBS_GIVEN_UP: _given_up,
}
"""What alarms are raised about; a new kind is a new row here."""
