"""Sending the mails that wait: by SMTP as the settings say, otherwise as files in a folder.

Convention: a mail is claimed in one transaction, handed over outside any, and marked in another. What is claimed
and never marked, because the process died, is sent again ten minutes later under the same Message-ID, so that a
mailbox can tell it is the same. What lets somebody in is made in the transaction that claims the mail, by whoever
calls, and is kept nowhere; a mail that is laid in a folder goes without it. A server that asks to wait is asked again,
later each time; one that refuses is believed. Neither addresses nor texts reach a log.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final

import structlog

from foundation.backoff import Ladder
from foundation.database import Database
from foundation.disks.whole_files import write_whole
from foundation.sql import Session
from foundation.text import language_of
from operations.mail import store as mail_store
from operations.mail.store import ClaimedMail, MailState
from operations.mail.texts import TEXTS, WITHHELD
from operations.settings import Settings

MAIL_TRIES: Final = Ladder.doubling(timedelta(minutes=2), longest=timedelta(minutes=128))
"""A server that asks to wait is believed a little longer each time; the eighth try is the last."""

_CLAIM_LASTS: Final = timedelta(minutes=10)
_SECONDS: Final = 20
_FORGOTTEN: Final = "(…)"

Send = Callable[[EmailMessage], None]
MadeAsItLeaves = Callable[[Session, ClaimedMail], Mapping[str, str]]
"""What is put into a mail that lets somebody in, by the names it has in its text."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of a round: how many were sent, how many must wait, how many are stuck."""

    sent: int = 0
    waiting: int = 0
    stuck: int = 0


def deliver(
    database: Database, settings: Settings, *, now: datetime, links: MadeAsItLeaves, at_most: int = 500
) -> Delivered:
    """Send what is due, each mail once, at most `at_most`. A server that cannot be reached leaves all waiting."""
    made = links if settings.smtp_host else _withheld
    sent = waiting = stuck = 0
    try:
        with _outlet(settings) as send:
            while sent + waiting + stuck < at_most:
                claimed = _claim(database, made, now)
                if claimed is None:
                    break
                try:
                    send(_message(claimed, settings))
                except (smtplib.SMTPException, OSError) as error:
                    if _put_off(database, claimed, error, now):
                        waiting += 1
                    else:
                        stuck += 1
                    if isinstance(error, smtplib.SMTPServerDisconnected | OSError) and not isinstance(
                        error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
                    ):
                        break  # the connection is gone, and the rest waits for the next round
                else:
                    _mark(database, claimed, now)
                    sent += 1
    except (smtplib.SMTPException, OSError) as error:
        structlog.get_logger().error("mail server not reached", fault=type(error).__name__)
    return Delivered(sent, waiting, stuck)


def _claim(database: Database, made: MadeAsItLeaves, now: datetime) -> ClaimedMail | None:
    """Take the next mail that is due, whole; nobody else takes it until the claim runs out."""
    with database.writing() as session:
        claimed = mail_store.claim_next(
            session, now=now, until=now + _CLAIM_LASTS, longest=MAIL_TRIES.steps[-1]
        )
        if claimed is None or not _lets_in(claimed):
            return claimed
        body = claimed.body
        for name, value in made(session, claimed).items():
            body = body.replace(f"{{{name}}}", value)
        return replace(claimed, body=body)


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


def _put_off(database: Database, claimed: ClaimedMail, error: Exception, now: datetime) -> bool:
    """Note why a mail did not leave; False where it is not tried again."""
    rest = None if _is_final(error) else MAIL_TRIES.rest_after(claimed.attempts)
    code = getattr(error, "smtp_code", "")
    fault = f"{type(error).__name__} {code}".strip()
    with database.writing() as session:
        if rest is None:
            mail_store.move(session, claimed.id, MailState.STUCK, fault=fault)
        else:
            mail_store.put_off(session, claimed.id, now + rest, fault=fault)
    structlog.get_logger().error("mail not sent", mail=claimed.id, fault=fault, again=rest is not None)
    return rest is not None


def _is_final(error: Exception) -> bool:
    """Whether the server has said no for good: a status of 5xx about the receiver or the message."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return 500 <= error.smtp_code < 600
    return False


def _message(claimed: ClaimedMail, settings: Settings) -> EmailMessage:
    host = settings.mail_from.rpartition("@")[2]
    # Each buyer numbers its mails from 1: the name tells two of the same second apart.
    of_buyer = f"{settings.buyer}-" if settings.buyer_name else ""
    message = EmailMessage()
    message["Subject"] = claimed.subject
    # With several buyers the reader sees whose mail it is before opening it.
    message["From"] = _sender(settings)
    message["To"] = claimed.to_address
    message["Date"] = format_datetime(claimed.made_at)
    message["Message-ID"] = f"<mail-{of_buyer}{claimed.id}-{int(claimed.made_at.timestamp())}@{host}>"
    message["Content-Language"] = claimed.language
    # So that no holiday answers come back.
    message["Auto-Submitted"] = "auto-generated"
    portal = settings.public_url.rstrip("/") or "http://127.0.0.1:8000"
    message.set_content(claimed.body.replace("{portal}", portal))
    return message


def _sender(settings: Settings) -> str | Address:
    if not settings.buyer_name:
        return settings.mail_from
    return Address(settings.buyer_name, addr_spec=parseaddr(settings.mail_from)[1])


@contextmanager
def _outlet(settings: Settings) -> Iterator[Send]:
    """Where mails leave: a connection to the server held for the round, or the folder."""
    if not settings.smtp_host:
        settings.mail_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield lambda message: _write(settings.mail_folder, message)
        return
    with _connection(settings) as server:
        yield lambda message: _send(server, message)


@contextmanager
def _connection(settings: Settings) -> Iterator[smtplib.SMTP]:
    trust = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=_SECONDS, context=trust)
        if settings.smtp_encryption == "tls"
        else smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS)
    )
    with server:
        if settings.smtp_encryption == "starttls":
            server.starttls(context=trust)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        yield server


def _send(server: smtplib.SMTP, message: EmailMessage) -> None:
    server.send_message(message)


def _write(folder: Path, message: EmailMessage) -> None:
    """A mail as a file for its owner alone that any mail program opens; whole or not at all."""
    name = message["Message-ID"].strip("<>").partition("@")[0]
    path = folder / f"{name}.eml"
    write_whole(path, bytes(message))
