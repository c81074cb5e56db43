"""Who supervises accessibility, and what somebody reports that they cannot use: the law's two ways to complain."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from accounts.rules import AccountRefused, mail_address
from foundation.personal_numbers import PersonalNumber
from foundation.sql import Session
from foundation.text import NO_TEXT, SWEDISH, Text, WrittenText
from foundation.written import kept_words
from operations.mail.mail import put_to_address
from operations.statement_settings import StatementSettings
from orders.register.parties import Contact

ASSESSED_ON: Final = date(2026, 12, 3)
"""The day the portal was last gone through by us, against WCAG 2.2 AA and EN 301 549."""

LONGEST: Final = 2000
"""Signs of a report."""

_PTS_FROM: Final = date(2027, 1, 1)
_SHORTEST: Final = 10
_WORDS_ASKED: Final = Text("Skriv vad du försökte göra och vad som hände.")


@dataclass(frozen=True, slots=True)
class Supervisor:
    """An authority, and where it takes reports."""

    name: str
    address: str


_DIGG: Final = Supervisor("Myndigheten för digital förvaltning (Digg)", "https://www.digg.se/tdosanmalan")
_PTS: Final = Supervisor("Post- och telestyrelsen (PTS)", "https://www.pts.se/")


def supervisor(settings: StatementSettings, *, today: date) -> Supervisor:
    """Who supervises the portal's accessibility: as the installation says, otherwise by law on that day."""
    usual = _PTS if today >= _PTS_FROM else _DIGG
    if not settings.accessibility_supervisor:
        return Supervisor(usual.name, settings.accessibility_supervisor_url or usual.address)
    return Supervisor(settings.accessibility_supervisor, settings.accessibility_supervisor_url)


class ReportRefused(AccountRefused):
    """A report of what cannot be used that cannot be taken."""


def report(
    session: Session, contact: Contact, *, page: str, words: str, reply_to: str, utf8: bool, at: datetime
) -> None:
    """Mail to the buyer's contact what somebody cannot use: the contact answers, and keeps it as its letters are kept.

    Raises AccountRefused and PersonalNumber, each at its field: page, words or reply_to.
    """
    put_to_address(
        session,
        contact.email,
        SWEDISH,
        "accessibility-report",
        about="accessibility",
        at=at,
        page=_kept("page", page, longest=300) or "–",
        words=_kept("words", words, asked=_WORDS_ASKED, shortest=_SHORTEST, longest=LONGEST),
        reply_to=_answered_to(reply_to, utf8=utf8),
    )


def _kept(field: str, said: str, *, asked: Text = NO_TEXT, shortest: int = 0, longest: int) -> str:
    try:
        return kept_words.kept(
            said, ReportRefused, asked=asked, shortest=shortest, longest=longest, in_lines=True
        )
    except (ReportRefused, PersonalNumber) as refused:
        raise refused.at(field) from None


def _answered_to(reply_to: str, *, utf8: bool) -> Text:
    if not reply_to.strip():
        return Text("ingen adress angiven")
    try:
        return WrittenText(mail_address(reply_to, utf8=utf8))
    except AccountRefused as refused:
        raise refused.at("reply_to") from None
