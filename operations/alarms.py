"""Alarms: what somebody must look at, raised once, and at most one of a kind an hour.

Convention: every trouble is a row somewhere with `alarmed_at`; raising an alarm fills that in
the same transaction as the alarm's own row, its line in the journal and its mail, so a trouble is
alarmed about once whatever dies. Troubles of one kind within the hour wait and share the next
alarm. An alarm names numbers and kinds, never content.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Table

from foundation import journal
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import SWEDISH, JoinedText, Text
from operations import alarm_store
from operations.alarm_store import PointDown
from operations.background.tables import background_task
from operations.background.tasks import TaskState
from operations.directory.words import DOUBT_WORDS
from operations.journal_actions import OperationsAction, OperationsSubject
from operations.mail import mail
from peppol.access_points import error_sentences
from peppol.exchange import circuit_breaker, directory_store
from peppol.exchange.tables import InState, OutState, OwedState, inbox, outbox, owed_answer
from peppol.lookup.doubts import DirectoryDoubt

APART = timedelta(hours=1)
"""Between two alarms of one kind."""
# An access point that stays away is told of again after this.
_REMIND = timedelta(hours=4)
NAMED_MOST = 20
# What cannot be fetched often can be a little later: it is being written, or the server was busy.
_SETTLES = timedelta(minutes=10)

MESSAGES_STUCK = "LETTERS_STUCK"
MESSAGES_REJECTED = "LETTERS_REJECTED"
MESSAGES_FAILED = "LETTERS_FAILED"
MESSAGES_UNANSWERED = "LETTERS_UNANSWERED"
ANSWERS_STUCK = "ANSWERS_STUCK"
ACCESS_POINT_DOWN = "ACCESS_POINT_DOWN"
DIRECTORY_DOUBTED = "DIRECTORY_DOUBTED"
ARRIVALS_UNFETCHED = "ARRIVALS_UNFETCHED"
MESSAGES_HELD_UP = "LETTERS_HELD_UP"
JOBS_GIVEN_UP = "JOBS_GIVEN_UP"
REPORTS_WAITING = "REPORTS_WAITING"
CHANGES_WAITING = "CHANGES_WAITING"
ANSWERS_WAITING = "ANSWERS_WAITING"
CONFIRMATIONS_WAITING = "CONFIRMATIONS_WAITING"
BANK_SILENT = "BANK_SILENT"
CREDITS_LATE = "CREDITS_LATE"
EVENTS_WAITING = "EVENTS_WAITING"
FLOW_TESTS_WAITING = "FLOW_TESTS_WAITING"
INFORMATIVE_UNREAD = "INFORMATIVE_UNREAD"
CONVERSATIONS_UNREAD = "CONVERSATIONS_UNREAD"
QUESTIONS_WAITING = "QUESTIONS_WAITING"
RECEIPTS_MISSING = "RECEIPTS_MISSING"
OBJECTIONS_WAITING = "OBJECTIONS_WAITING"
RESULTS_STUCK = "RESULTS_STUCK"
TASKS_STUCK = "TASKS_STUCK"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an alarm is about: how many, which, and what to do."""

    count: int
    about: str
    sentence: Text


@dataclass(frozen=True, slots=True)
class Patience:
    """After how many days something that waits is alarmed about; the settings of an installation say so."""

    report_days: int = 14
    waiting_days: int = 7
    objection_days: int = 5


Find = Callable[[Session, datetime, Patience], Trouble | None]


def raise_due(
    session: Session,
    *,
    now: datetime,
    mail_to: str = "",
    patience: Patience = Patience(),
    kinds: Mapping[str, Find] | None = None,
) -> list[str]:
    """Raise the alarms there is reason for and that may be raised now, of `kinds` or those named here; their kinds."""
    last = alarm_store.last_raised(session, now=now)
    raised = []
    for kind, find in (KINDS if kinds is None else kinds).items():
        if kind in last and now - last[kind] < APART:
            continue
        trouble = find(session, now, patience)
        if trouble is not None:
            put(session, kind, trouble, now=now, mail_to=mail_to)
            raised.append(kind)
    return raised


def put(session: Session, kind: str, trouble: Trouble, *, now: datetime, mail_to: str = "") -> None:
    """Write one alarm: its row, a line in the journal, and a mail where there is an address for it."""
    alarm_store.add(
        session,
        kind,
        count=trouble.count,
        about=trouble.about,
        sentence=trouble.sentence,
        at=now,
    )
    journal.record(
        session,
        journal.SYSTEM,
        OperationsAction.ALARM_RAISED,
        OperationsSubject.ALARM.of(kind),
        count=str(trouble.count),
        about=trouble.about,
    )
    if mail_to:
        mail.put_to_address(
            session,
            mail_to,
            SWEDISH,
            "alarm",
            about=f"alarm {kind}",
            at=now,
            kind=kind,
            sentence=trouble.sentence.both("\n\n"),
            which=trouble.about,
        )


def first_named(names: Sequence[str], *, between: str = " ", count: int = 0) -> str:
    """The first twenty of what an alarm is about, and how many more there are: of `count`, where not all are told.

    >>> first_named([str(each) for each in range(1, 23)])
    '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 +2'
    """
    more = (count or len(names)) - NAMED_MOST
    return between.join(names[:NAMED_MOST]) + (f" +{more}" if more > 0 else "")


def _messages(table: Table, state: OutState | InState | OwedState | TaskState, sentence: Text) -> Find:
    """Messages, or pieces of work, in a state that nobody was told of yet; finding them marks them as told."""
    return _numbered(partial(alarm_store.take_messages, table=table, state=state), sentence)


def _numbered(take: Callable[..., Sequence[int]], sentence: Text) -> Find:
    """What is told of by its numbers, each once."""

    def find(session: Session, now: datetime, _: Patience) -> Trouble | None:
        found = take(session, now=now)
        if not found:
            return None
        about = first_named(list(map(str, found)))
        return Trouble(len(found), about, sentence.with_values(count=len(found)))

    return find


def _down(session: Session, now: datetime, _: Patience) -> Trouble | None:
    down = alarm_store.take_points_down(session, told_until=now - _REMIND, now=now)
    if not down:
        return None
    which = "; ".join(f"{each.name} {each.verb} {each.host}: {each.answer}" for each in down)
    return Trouble(len(down), which, JoinedText(" ", [_lost(each) for each in down]))


def _lost(point: PointDown) -> Text:
    """Since when, what for and what to do, of one access point or its way in."""
    since = point.opened_at.isoformat(timespec="minutes")
    told = _DOWN_IN if circuit_breaker.is_way_in(point.name) else _DOWN_OUT
    why = error_sentences.sentence_of_answer(point.code, host=point.host, answer=point.answer)
    return told.with_values(since=since, why=why)


_DOWN_OUT: Final = Text(
    "Operatören går inte att nå sedan %(since)s. %(why)s Meddelandena väntar och går av sig själva när den svarar."
)
_DOWN_IN: Final = Text(
    "Det går inte att hämta från operatören sedan %(since)s. %(why)s Det som kommit ligger kvar där och hämtas av "
    "sig självt när det går."
)


def _unfetched(session: Session, now: datetime, _: Patience) -> Trouble | None:
    found = alarm_store.take_unfetched(session, met_until=now - _SETTLES, now=now)
    if not found:
        return None
    return Trouble(
        len(found),
        first_named(list(map(str, found))),
        Text(
            "%(count)s som kommit till operatören kan inte hämtas eller ställas undan där; allt annat hämtas som "
            "vanligt. Skälen står under Ekonomi, Meddelanden åt sidan, och i billing post unfetched.",
            count=len(found),
        ),
    )


def _held_up(session: Session, now: datetime, _: Patience) -> Trouble | None:
    """Messages that wait for something of ours to be mended; told of again for as long as they do."""
    found = alarm_store.held_up(session, laid_until=now - APART)
    told = alarm_store.last_raised(session, now=now).get(MESSAGES_HELD_UP)
    if not found or (told is not None and now - told < _REMIND):
        return None
    return Trouble(
        len(found),
        first_named(list(map(str, found))),
        Text(
            "%(count)s meddelanden från oss väntar sedan mer än en timme på något som är fel hos oss eller operatören: "
            "en nyckel, ett certifikat, en disk. De förlorar inga försök och går av sig själva sedan. Läs felet med "
            "billing post show NR, och försök genast med billing post deliver.",
            count=len(found),
        ),
    )


def _doubted(session: Session, now: datetime, _: Patience) -> Trouble | None:
    """The directory's no is not believed; told of again for as long as messages wait for that."""
    row = directory_store.take_doubt_to_tell(session, told_until=now - _REMIND, now=now)
    if row is None or row.doubted_at is None:
        return None
    return Trouble(
        directory_store.count_waiting(session),
        f"{row.reason} {row.words}".strip(),
        Text(
            "%(count)s meddelanden väntar sedan %(since)s: katalogen säger nej om deras mottagare, och svaret är inte "
            "att lita på. %(why)s Inget läggs i portalen så länge.",
            count=directory_store.count_waiting(session),
            since=row.doubted_at.isoformat(timespec="minutes"),
            why=DOUBT_WORDS[DirectoryDoubt(row.reason)],
        ),
    )


def _given_up(session: Session, now: datetime, _: Patience) -> Trouble | None:
    found = alarm_store.take_given_up(session, now=now)
    if not found:
        return None
    return Trouble(
        len(found),
        first_named(
            [f"{each.job} {each.slot.isoformat(timespec='minutes')}: {each.note}" for each in found],
            between="; ",
        ),
        Text(
            "%(count)s jobb har misslyckats fem gånger. Åtgärda felet och kör om: billing jobs again JOBB",
            count=len(found),
        ),
    )


def _reports_waiting(session: Session, now: datetime, patience: Patience) -> Trouble | None:
    """Reports the buyer has not decided; told of again for as long as they wait. Months are named, cases never."""
    wait = timedelta(days=patience.report_days)
    found = alarm_store.take_reports_waiting(
        session, filed_until=stockholm_date(now) - wait, told_until=now - wait, now=now
    )
    if not found:
        return None
    by_month = sorted(Counter(str(each.month) for each in found).items())
    return Trouble(
        len(found),
        first_named([f"{month}: {count}" for month, count in by_month], between="; "),
        Text(
            "%(count)s redovisningar har väntat på köparens beslut i minst %(days)s dagar, den äldsta sedan "
            "%(since)s. Fakturorna för de månaderna väntar så länge. De står under Ekonomi, Redovisningar: be "
            "handläggarna avgöra dem.",
            count=len(found),
            days=patience.report_days,
            since=min(each.filed_on for each in found),
        ),
    )


def _objections_waiting(session: Session, now: datetime, patience: Patience) -> Trouble | None:
    """Objections to orders that the buyer has not answered; told of again for as long as they wait."""
    wait = timedelta(days=patience.objection_days)
    found = alarm_store.take_objections_waiting(
        session, made_until=stockholm_date(now) - wait, told_until=now - wait, now=now
    )
    if not found:
        return None
    return Trouble(
        len(found),
        first_named([each.order_number for each in found]),
        Text(
            "%(count)s invändningar mot ordrar har väntat på köparens svar i minst %(days)s dagar, den äldsta "
            "sedan %(since)s. De står under Ekonomi, Invändningar: be handläggarna svara.",
            count=len(found),
            days=patience.objection_days,
            since=min(each.made_on for each in found),
        ),
    )


def _results_stuck(session: Session, now: datetime, patience: Patience) -> Trouble | None:
    """Orders of results that could not be placed on their day; told of again for as long as they cannot."""
    wait = timedelta(days=patience.report_days)
    found = alarm_store.take_results_stuck(session, told_until=now - wait, now=now)
    if not found:
        return None
    return Trouble(
        len(found),
        first_named(list(map(str, found))),
        Text(
            "%(count)s godkända resultat eller tillägg kunde inte beställas på sin dag. Skälen står under Resultat, "
            "Kunde inte beställas, och i billing results list: rätta dem och försök igen, eller låt dem utgå.",
            count=len(found),
        ),
    )


KINDS: dict[str, Find] = {
    MESSAGES_STUCK: _messages(
        outbox,
        OutState.STUCK,
        Text(
            "%(count)s meddelanden från oss har fastnat. Läs svaret med billing post show NR, och skicka om "
            "med billing post resend NR."
        ),
    ),
    MESSAGES_REJECTED: _messages(
        outbox,
        OutState.REJECTED,
        Text(
            "%(count)s meddelanden från oss är avvisade av mottagaren. Läs skälen med billing post show NR."
        ),
    ),
    MESSAGES_FAILED: _messages(
        inbox,
        InState.FAILED,
        Text(
            "%(count)s meddelanden till oss kunde inte hanteras. Felet är vårt. "
            "Åtgärda felet och läs om med billing post replay NR, eller på meddelandets sida under Ekonomi."
        ),
    ),
    MESSAGES_UNANSWERED: _numbered(
        alarm_store.take_unanswered,
        Text(
            "%(count)s meddelanden till oss ligger åt sidan och ingen har fått svar: avsändaren är okänd, eller får "
            "inte besvaras. Se dem under Ekonomi, Meddelanden åt sidan: läs om dem eller lägg dem till handlingarna."
        ),
    ),
    ANSWERS_STUCK: _messages(
        owed_answer,
        OwedState.STUCK,
        Text(
            "%(count)s svar till leverantörer kunde inte skrivas. Skälen står under Ekonomi, Meddelanden åt sidan, och "
            "i billing post owed: åtgärda felet och svara igen, eller lägg dem till handlingarna."
        ),
    ),
    ACCESS_POINT_DOWN: _down,
    DIRECTORY_DOUBTED: _doubted,
    ARRIVALS_UNFETCHED: _unfetched,
    MESSAGES_HELD_UP: _held_up,
    JOBS_GIVEN_UP: _given_up,
    REPORTS_WAITING: _reports_waiting,
    OBJECTIONS_WAITING: _objections_waiting,
    RESULTS_STUCK: _results_stuck,
    TASKS_STUCK: _messages(
        background_task,
        TaskState.STUCK,
        Text(
            "%(count)s arbeten har fastnat sedan de försökts tre gånger. Se felet med billing payments tasks, åtgärda "
            "det och försök igen på arbetets sida eller med billing payments task-again NR."
        ),
    ),
}
"""What alarms are raised about; a new kind is a new row here."""
