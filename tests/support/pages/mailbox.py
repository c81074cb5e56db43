"""Mails as they come to people: sent to a real mail server, whose copy is the only one that has a link."""

import re
from datetime import datetime
from email.message import EmailMessage

from accounts.mails import leaving_mails
from foundation.database import Database
from operations.settings import Settings
from tests.support.servers.mail_server import mail_server


def delivered(database: Database, *, now: datetime) -> list[EmailMessage]:
    """Send what waits; the mails that came, in order."""
    with mail_server() as server:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_encryption="none")
        leaving_mails.deliver(database, settings, now=now)
    return server.received


def link_to(database: Database, address: str, *, now: datetime) -> str:
    """The path of the link in the newest mail that comes to an address now."""
    bodies = [said_in(each) for each in delivered(database, now=now) if each["To"] == address]
    return link_in(bodies[-1])


def said_in(mail: EmailMessage) -> str:
    """What a mail says to whoever reads it without HTML."""
    plain = mail.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


def link_in(text: str) -> str:
    """The path of the link in a text."""
    found = re.search(r"/link/[\w-]{43}", text)
    assert found, text
    return found[0]
