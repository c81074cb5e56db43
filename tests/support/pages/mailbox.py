"""Mails as they come to people: sent to a real mail server, whose copy is the only one that has a link."""

import re
from datetime import datetime
from email.message import EmailMessage
from functools import partial

from accounts import mailed_links
from foundation.database import Database
from operations.mail import delivery
from operations.settings import Settings
from tests.support.servers.mail_server import mail_server


def delivered(database: Database, *, now: datetime) -> list[EmailMessage]:
    """Send what waits; the mails that came, in order."""
    with mail_server() as server:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_encryption="none")
        links = partial(mailed_links.of_leaving_mail, now=now)
        delivery.deliver(database, settings, now=now, links=links)
    return server.received


def link_to(database: Database, address: str, *, now: datetime) -> str:
    """The path of the link in the newest mail that comes to an address now."""
    bodies = [each.get_content() for each in delivered(database, now=now) if each["To"] == address]
    return link_in(bodies[-1])


def link_in(text: str) -> str:
    """The path of the link in a text."""
    found = re.search(r"/link/[\w-]{43}", text)
    assert found, text
    return found[0]
