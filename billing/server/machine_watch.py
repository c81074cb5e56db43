"""A worker's look at its machine before it runs jobs: the clock it may believe or not, and the disks it writes on."""

import structlog

from foundation.database import Database
from foundation.sql import take_turns
from foundation.text import Text
from operations import alarm_store, alarms, job_run_store
from operations.alarms import Trouble
from operations.machine import clock_trust, disk_watch
from operations.settings import Settings

_log = structlog.get_logger("work")


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


def look_at_disks(database: Database, settings: Settings) -> None:
    """Alarm about disks that are full or cannot be written on, once an hour at most. Raises SQLAlchemyError."""
    found = disk_watch.troubles(settings)
    if found:
        trouble = disk_watch.trouble_of(found)
        _log.error("disk", troubles=trouble.about)
        _raise(database, disk_watch.DISK, trouble, settings.alarm_mail)


def _tell(database: Database, kind: str, sentence: Text, mail_to: str) -> None:
    trouble = Trouble(1, database.clock().isoformat(timespec="minutes"), sentence)
    _raise(database, kind, trouble, mail_to)


def _raise(database: Database, kind: str, trouble: Trouble, mail_to: str) -> None:
    with database.writing() as session:
        # Workers are many and look at the same moment.
        take_turns(session, f"alarm {kind}")
        now = database.clock()
        last = alarm_store.last_raised(session, now=now).get(kind)
        if last is None or now - last >= alarms.APART:
            alarms.put(session, kind, trouble, now=now, mail_to=mail_to)
