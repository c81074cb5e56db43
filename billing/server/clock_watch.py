"""A worker's look at the clock before it runs jobs: whether it is believed, and an alarm where it is not."""

from foundation.database import Database
from foundation.sql import take_turns
from foundation.text import Text
from operations import alarm_store, alarms, clock_trust, job_run_store
from operations.alarms import Trouble


def is_doubted(database: Database, mail_to: str) -> bool:
    """Whether the clock is in doubt; alarms about it, once an hour at most. Raises SQLAlchemyError."""
    doubt = clock_trust.doubt_about(database)
    if doubt is not None:
        _tell(database, doubt.value, clock_trust.WORDS[doubt], mail_to)
    with database.reading() as session:
        is_ahead = job_run_store.any_ahead(session, (clock_trust.BEAT,), now=database.clock())
    if is_ahead:
        _tell(database, clock_trust.BOOKS_AHEAD, clock_trust.AHEAD, mail_to)
    return doubt is not None


def _tell(database: Database, kind: str, sentence: Text, mail_to: str) -> None:
    with database.writing() as session:
        # Workers are many and look at the same moment.
        take_turns(session, f"alarm {kind}")
        now = database.clock()
        last = alarm_store.last_raised(session, now=now).get(kind)
        if last is None or now - last >= alarms.APART:
            trouble = Trouble(1, now.isoformat(timespec="minutes"), sentence)
            alarms.put(session, kind, trouble, now=now, mail_to=mail_to)
