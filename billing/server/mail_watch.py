"""The job that sends mails, and the alarm where they have waited because the mail server cannot be used."""

from datetime import datetime, timedelta
from typing import Final

from accounts.mails import leaving_mails
from foundation.database import Database
from foundation.sql import Session
from foundation.text import Text
from operations import alarm_store, alarms
from operations.alarms import Trouble
from operations.mail import mail_queries
from operations.mail.faults import MailFault
from operations.settings import Settings

MAILS_WAITING: Final = "MAILS_WAITING"
_PATIENCE: Final = timedelta(hours=1)
_REMIND: Final = timedelta(hours=4)


def deliver(database: Database, settings: Settings, *, now: datetime) -> str:
    """Send what is due, and raise the alarm where a fault of ours or the server's has lasted."""
    done = leaving_mails.deliver(database, settings, now=now)
    if done.fault is not None:
        with database.writing() as session:
            _tell(session, done.fault, now)
    return str(done)


def _tell(session: Session, fault: MailFault, now: datetime) -> None:
    """A row and a line in the journal; a mail would only wait with the others."""
    waiting, since = mail_queries.waiting(session)
    last = alarm_store.last_raised(session, now=now).get(MAILS_WAITING)
    if since is None or now - since < _PATIENCE or (last is not None and now - last < _REMIND):
        return
    trouble = Trouble(
        waiting,
        str(fault),
        Text(
            "%(count)s mejl väntar, det äldsta sedan %(since)s. %(fault)s",
            count=waiting,
            since=since.isoformat(timespec="minutes"),
            fault=fault.told,
        ),
    )
    alarms.put(session, MAILS_WAITING, trouble, now=now)
