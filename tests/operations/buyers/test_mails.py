"""Mails of several buyers: the reader sees whose each is, links lead to its pages, and no two are taken for one."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from foundation.text import SWEDISH
from operations.buyers import books
from operations.buyers.model import InstallationBuyer
from operations.mail import delivery, mail
from operations.settings import Settings
from tests.support.pages.mailbox import said_in
from tests.support.servers.system_databases import migrated

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FIRST = InstallationBuyer("af", "2021002114", "Arbetsförmedlingen", ("0007:2021002114",))
SECOND = InstallationBuyer("by", "2120001850", "Stora by, nämnden", ("0007:2120001850",), books="b")


def sent(folder: Path, buyer: InstallationBuyer) -> EmailMessage:
    """The first mail of the buyer's books, as it lies in the folder for mails."""
    common = Settings(mail_folder=folder / "mail", public_url="https://portal.example")
    settings = books.settings_of(common, buyer, several=True)
    database = migrated(f"sqlite:///{folder / buyer.slug}.sqlite", clock=lambda: NOW)
    with database.writing() as session:
        mail.put_to_address(
            session,
            "drift@example.se",
            SWEDISH,
            "alarm",
            about="alarm",
            at=NOW,
            kind="LETTERS_STUCK",
            sentence="Se efter.",
            which="1",
        )
    assert delivery.deliver(database, settings, now=NOW, links=lambda *_: {}).sent == 1
    database.close()
    (file,) = settings.mail_folder.glob("*.eml")
    read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def test_each_buyers_mails_are_its_own(tmp_path: Path) -> None:
    one, other = sent(tmp_path, FIRST), sent(tmp_path, SECOND)
    assert other["From"] == '"Stora by, nämnden" <leverantorsportalen@kopare.example>'
    assert "Arbetsförmedlingen" in one["From"]
    assert one["Message-ID"] != other["Message-ID"]
    assert "https://portal.example/buyers/by" in said_in(other)
