"""Sending the mails that wait: by SMTP as the settings say, otherwise as files in a folder.

Convention: a mail is claimed in one transaction, handed over outside any, and marked in another. What is claimed
and never marked, because the process died, is sent again ten minutes later under the same Message-ID, so that a
mailbox can tell it is the same. What lets somebody in is made in the transaction that claims the mail, by whoever
calls, and is kept nowhere; a mail that is laid in a folder goes without it. A server that asks to wait is asked again,
later each time; one that refuses a receiver or a mail is believed; a fault that is ours or the server's as a whole ends
the round, and no mail loses an attempt by it (`faults.py`). Neither addresses nor texts reach a log.
"""

import email.policy
import smtplib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import structlog

from foundation.backoff import Ladder
from foundation.database import Database
from foundation.disks.whole_files import write_whole
from foundation.sql import Session
from foundation.text import language_of
from operations.mail import addresses, connection, faults, messages
from operations.mail import store as mail_store
from operations.mail.addresses import AddressUnusable
from operations.mail.faults import MailFault, MailFaultKind, ServerRefused
from operations.mail.store import ClaimedMail, MailState
from operations.mail.texts import TEXTS, WITHHELD
from operations.settings import Settings

MAIL_TRIES: Final = Ladder.doubling(timedelta(minutes=2), longest=timedelta(minutes=128))
"""A server that asks to wait is believed a little longer each time; the eighth try is the last."""

_CLAIM_LASTS: Final = timedelta(minutes=10)
_FORGOTTEN: Final = "(…)"

Send = Callable[[EmailMessage], None]
MadeAsItLeaves = Callable[[Session, ClaimedMail], Mapping[str, str]]
"""What is put into a mail as it leaves, by name: what lets somebody in, or where its reader chooses (`CHOICES`)."""

CHOICES: Final = "choices"
"""The name of the path of the page where the reader of a mail chooses which to get."""

_WRONG: Final = (smtplib.SMTPException, OSError, ServerRefused, AddressUnusable)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of a round: how many were sent, how many must wait, how many are stuck, and what ended it early."""

    sent: int = 0
    waiting: int = 0
    stuck: int = 0
    fault: MailFault | None = None

    def __str__(self) -> str:
        told = f"{self.sent} sent, {self.waiting} waiting, {self.stuck} stuck"
        return f"{told}, {self.fault}" if self.fault else told


def deliver(
    database: Database, settings: Settings, *, now: datetime, links: MadeAsItLeaves, at_most: int = 500
) -> Delivered:
    """Send what is due, each mail once, at most `at_most`. A server that cannot be used leaves all waiting."""
    done = Delivered()
    try:
        with _outlet(settings) as send:
            while done.sent + done.waiting + done.stuck < at_most and done.fault is None:
                claimed = _claim(database, settings, links, now)
                if claimed is None:
                    break
                done = _handed_over(database, settings, send, claimed, done, now)
    except _WRONG as error:
        done = replace(done, fault=done.fault or _fault_of(error, settings))
    if done.fault is not None:
        structlog.get_logger().error("mail server not used", fault=str(done.fault))
    return done


def _handed_over(
    database: Database, settings: Settings, send: Send, claimed: ClaimedMail, done: Delivered, now: datetime
) -> Delivered:
    """The round after one more mail was tried."""
    try:
        send(_message(claimed, settings))
    except _WRONG as error:
        fault = _fault_of(error, settings)
        if fault.kind not in faults.OF_ONE_MAIL:
            done = replace(done, fault=fault)
        if fault.kind not in faults.COSTS_AN_ATTEMPT:
            _give_back(database, claimed, fault, now)
            return done
        if _put_off(database, claimed, fault, now):
            return replace(done, waiting=done.waiting + 1)
        return replace(done, stuck=done.stuck + 1)
    _mark(database, claimed, now)
    return replace(done, sent=done.sent + 1)


def _fault_of(error: Exception, settings: Settings) -> MailFault:
    if not settings.smtp_host and isinstance(error, OSError):
        return MailFault(MailFaultKind.FOLDER)
    return faults.of(error)


def _claim(
    database: Database, settings: Settings, links: MadeAsItLeaves, now: datetime
) -> ClaimedMail | None:
    """Take the next mail that is due, whole; nobody else takes it until the claim runs out."""
    with database.writing() as session:
        claimed = mail_store.claim_next(
            session, now=now, until=now + _CLAIM_LASTS, longest=MAIL_TRIES.steps[-1]
        )
        if claimed is None:
            return None
        if not _lets_in(claimed):
            made = links(session, claimed)
            body = _with(claimed.body, {name: made[name] for name in made if name != CHOICES})
            return replace(claimed, body=body, choices=made.get(CHOICES, ""))
        secret = links if settings.smtp_host else _withheld
        return replace(claimed, body=_with(claimed.body, secret(session, claimed)))


def _with(body: str, made: Mapping[str, str]) -> str:
    """The body with what was made for it in the places it names."""
    for name, value in made.items():
        body = body.replace(f"{{{name}}}", value)
    return body


def _lets_in(claimed: ClaimedMail) -> bool:
    text = TEXTS.get(claimed.template)
    return text is not None and text.secret


def _withheld(_: Session, claimed: ClaimedMail) -> Mapping[str, str]:
    """What a folder is given instead: whoever reads the files could go in by them."""
    told = WITHHELD.with_values(about=claimed.about, option=TEXTS[claimed.template].option)
    return {"link": told.in_language(language_of(claimed.language)), "until": "-"}


def _mark(database: Database, claimed: ClaimedMail, now: datetime) -> None:
    # One from an earlier version has its link in the text.
    forgotten = {"body": _FORGOTTEN} if _lets_in(claimed) else {}
    with database.writing() as session:
        mail_store.move(session, claimed.id, MailState.SENT, sent_at=now, **forgotten)


def _give_back(database: Database, claimed: ClaimedMail, fault: MailFault, now: datetime) -> None:
    """Let a mail wait for a server that can be used: the attempt was none. Those behind it are tried before it."""
    later = now + MAIL_TRIES.steps[0]
    with database.writing() as session:
        mail_store.put_off(session, claimed.id, later, fault=str(fault), attempts=claimed.attempts - 1)


def _put_off(database: Database, claimed: ClaimedMail, fault: MailFault, now: datetime) -> bool:
    """Note why a mail did not leave; False where it is not tried again."""
    rest = None if fault.kind in faults.FINAL else MAIL_TRIES.rest_after(claimed.attempts)
    with database.writing() as session:
        if rest is None:
            mail_store.move(session, claimed.id, MailState.STUCK, fault=str(fault))
        else:
            mail_store.put_off(session, claimed.id, now + rest, fault=str(fault))
    structlog.get_logger().error("mail not sent", mail=claimed.id, fault=str(fault), again=rest is not None)
    return rest is not None


def _message(claimed: ClaimedMail, settings: Settings) -> EmailMessage:
    return messages.message(claimed, settings)


@contextmanager
def _outlet(settings: Settings) -> Iterator[Send]:
    """Where mails leave: a connection to the server held for the round, or the folder."""
    if not settings.smtp_host:
        settings.mail_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield lambda message: _write(settings.mail_folder, message)
        return
    with connection.connection(settings) as server:
        yield lambda message: _send(server, message)


def _send(server: smtplib.SMTP, message: EmailMessage) -> None:
    server.send_message(message)


def _write(folder: Path, message: EmailMessage) -> None:
    """A mail as a file for its owner alone that any mail program opens; whole or not at all."""
    name = message["Message-ID"].strip("<>").partition("@")[0]
    policy = email.policy.SMTPUTF8 if addresses.needs_utf8(message["To"]) else email.policy.default
    write_whole(folder / f"{name}.eml", message.as_bytes(policy=policy.clone(linesep="\n")))
