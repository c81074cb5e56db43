"""Alarms about what waits for somebody at the buyer, by its age, and again for as long as it waits.

Convention: an alarm comes when something has waited so many days, when something more has, and after as many days
again. It names how many and since when, never which. What else waits, and why nobody is alarmed of it by its age,
stands in tests/operations/test_waiting_alarms.py.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text
from operations import alarm_store, waiting_queries
from operations.alarms import (
    ANSWERS_WAITING,
    BANK_SILENT,
    CHANGES_WAITING,
    CONFIRMATIONS_WAITING,
    CONVERSATIONS_UNREAD,
    CREDITS_LATE,
    EVENTS_WAITING,
    FLOW_TESTS_WAITING,
    INFORMATIVE_UNREAD,
    QUESTIONS_WAITING,
    RECEIPTS_MISSING,
    Find,
    Patience,
    Trouble,
)
from operations.waiting_queries import Since

_SENTENCES: Final[Mapping[str, Text]] = {
    ANSWERS_WAITING: Text(
        "%(count)s svar från leverantörers system har väntat i minst %(days)s dagar på att någon ser på dem, det "
        "äldsta sedan %(since)s. De står under Ekonomi, Meddelanden åt sidan."
    ),
    CHANGES_WAITING: Text(
        "%(count)s ändringar som leverantörer har begärt har väntat på köparen i minst %(days)s dagar, den äldsta "
        "sedan %(since)s. Bekräfta eller avslå dem under Ändringar."
    ),
    FLOW_TESTS_WAITING: Text(
        "%(count)s leverantörer har väntat i minst %(days)s dagar på att ett steg i flödestestet bekräftas, den "
        "äldsta sedan %(since)s. Se dem under Administration."
    ),
    EVENTS_WAITING: Text(
        "%(count)s händelser som inte kunde tillämpas har legat i minst %(days)s dagar, den äldsta sedan %(since)s. "
        "Se dem under Ekonomi, Händelser: försök igen, verkställ eller lägg till handlingarna."
    ),
    INFORMATIVE_UNREAD: Text(
        "%(count)s informativa rapporter har väntat i minst %(days)s dagar på att bli lästa, den äldsta sedan "
        "%(since)s. Be handläggarna läsa dem under Redovisningar, Informativa rapporter."
    ),
    CONVERSATIONS_UNREAD: Text(
        "Leverantörer har skrivit om %(count)s fakturor eller kreditfakturor utan att någon har läst det på minst "
        "%(days)s dagar, om den äldsta sedan %(since)s. Läs och svara under Ekonomi, Meddelanden från leverantörer."
    ),
    QUESTIONS_WAITING: Text(
        "%(count)s fakturor i fråga har väntat på ekonomi i minst %(days)s dagar, den äldsta sedan %(since)s. Avgör "
        "dem under Ekonomi, Avvikelser."
    ),
    BANK_SILENT: Text(
        "%(count)s betalningsfiler eller rader från banken har väntat i minst %(days)s dagar, den äldsta sedan "
        "%(since)s. Läs in bankens svar under Svar från banken, eller notera för hand vad banken gjorde."
    ),
    CONFIRMATIONS_WAITING: Text(
        "%(count)s åtgärder har väntat i minst %(days)s dagar på en andra person eller ett svar, den äldsta sedan "
        "%(since)s: betalningsstopp, noteringar om betalningar, återbetalningar, fordringar, referensräntor, "
        "föreslagna register eller gallring. Bekräfta, besvara eller ta tillbaka dem."
    ),
    CREDITS_LATE: Text(
        "%(count)s kreditfakturor för delar av fakturor skulle ha kommit för minst %(days)s dagar sedan, den äldsta "
        "%(since)s. Påminn leverantören, eller ta tillbaka godkännandet under Ekonomi, Kredit begärd."
    ),
    RECEIPTS_MISSING: Text(
        "%(count)s orderrader har väntat på inleverans i minst %(days)s dagar fast månaden är godkänd, den äldsta "
        "sedan %(since)s. Leverera in dem under Redovisningar, Avbrott och starter att se på."
    ),
}


def by_age(kind: str, since: Since, sentence: Text) -> Find:
    """How something that waits is found: by the days since when each waits."""

    def find(session: Session, now: datetime, patience: Patience) -> Trouble | None:
        days, today = patience.waiting_days, stockholm_date(now)
        limit = today - timedelta(days=days)
        waited = [day for day in since(session, today) if day <= limit]
        told = alarm_store.last_raised(session, now=now).get(kind)
        if not waited or (told is not None and not _is_news(waited, told, now=now, days=days)):
            return None
        values = {"count": len(waited), "days": days, "since": min(waited)}
        return Trouble(len(waited), f"{min(waited)}", sentence.with_values(**values))

    return find


def _is_news(waited: list[date], told: datetime, *, now: datetime, days: int) -> bool:
    """Whether something has waited long enough since it was told last, or all of it has as long again."""
    limit_then = stockholm_date(told) - timedelta(days=days)
    return max(waited) > limit_then or now - told >= timedelta(days=days)


WAITING_KINDS: Final[Mapping[str, Find]] = {
    kind: by_age(kind, since, _SENTENCES[kind]) for kind, since in waiting_queries.SINCE.items()
}
"""What is alarmed about by its age, besides reports."""
