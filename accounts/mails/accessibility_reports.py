"""What somebody cannot use, mailed to the buyer's contact: the form of the accessibility statement."""

from datetime import datetime
from typing import Final

from accounts.rules import AccountRefused, mail_address
from foundation.personal_numbers import PersonalNumber
from foundation.sql import Session
from foundation.text import NO_TEXT, SWEDISH, Text, WrittenText
from foundation.written import kept_words
from operations.mail.mail import put_to_address
from orders.register.parties import Contact

LONGEST: Final = 2000
"""Signs of a report."""

_SHORTEST: Final = 10
_PAGE_LONGEST: Final = 300
_WORDS_ASKED: Final = Text("Skriv vad du försökte göra och vad som hände.")


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
        page=_kept("page", page, longest=_PAGE_LONGEST) or "–",
        words=_kept("words", words, asked=_WORDS_ASKED, shortest=_SHORTEST, longest=LONGEST, in_lines=True),
        reply_to=_answered_to(reply_to, utf8=utf8),
    )


def _kept(
    field: str, said: str, *, asked: Text = NO_TEXT, shortest: int = 0, longest: int, in_lines: bool = False
) -> str:
    try:
        return kept_words.kept(
            said, AccountRefused, asked=asked, shortest=shortest, longest=longest, in_lines=in_lines
        )
    except (AccountRefused, PersonalNumber) as refused:
        raise refused.at(field) from None


def _answered_to(reply_to: str, *, utf8: bool) -> Text:
    if not reply_to.strip():
        return Text("ingen adress angiven")
    try:
        return WrittenText(mail_address(reply_to, utf8=utf8))
    except AccountRefused as refused:
        raise refused.at("reply_to") from None
