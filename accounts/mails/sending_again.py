"""Sending a mail again that is stuck, on a person's word: by the command line and by the buyer's page.

Convention: it goes to the address its account has now, since the reason is mostly that the address was wrong and has
been mended. The mail that tells of another address is the exception, for it goes to the old one on purpose; and one
whose account has ended, or that never had an account, keeps its own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from accounts import store as account_store
from accounts.store import AccountState
from foundation import journal
from foundation.database import Database
from foundation.sql import Session
from foundation.text import CountedText, JoinedText, Text
from operations.journal_actions import OperationsAction, OperationsSubject
from operations.mail import mail_queries
from operations.mail import store as mail_store
from operations.mail.mail_queries import StuckMail
from operations.mail.store import MailState

_AT_ONCE: Final = 200
_TO_THE_OLD: Final = "address-changed"
_LEFT: Final[Mapping[MailState, Text]] = {
    MailState.WAITING: Text("Mejlet väntar redan på att skickas."),
    MailState.SENT: Text("Mejlet har redan gått."),
}


@dataclass(frozen=True, slots=True)
class MailsAgain:
    """What came of it: the mails that wait again, and those that were not stuck, each with where it is."""

    again: Sequence[int]
    left: Mapping[int, MailState]

    @property
    def told(self) -> Text:
        """What whoever pressed is told."""
        if not self.again and len(self.left) == 1:
            return _LEFT[next(iter(self.left.values()))]
        said: list[Text] = [
            CountedText(
                "%(count)s mejl försöks igen vid nästa utskick.",
                "%(count)s mejl försöks igen vid nästa utskick.",
                count=len(self.again),
            )
        ]
        if self.left:
            said.append(Text("%(count)s väntade redan eller har gått.", count=len(self.left)))
        return JoinedText(" ", said)


def send_again(database: Database, numbers: Collection[int] | None, *, by: str) -> MailsAgain:
    """Let the mails of these numbers wait to be sent again, or all that are stuck where it is None.

    A few hundred in each transaction: broken off, it is done as far as it came, and pressing again goes on.
    """
    with database.reading() as session:
        found = mail_queries.stuck(session, numbers=numbers)
    again: list[int] = []
    for start in range(0, len(found), _AT_ONCE):
        with database.writing() as session:
            now = database.clock()
            some = found[start : start + _AT_ONCE]
            again += [each.id for each in some if _again(session, each, by=by, now=now)]
    with database.reading() as session:
        left = mail_queries.states_of(session, sorted(set(numbers or ()) - set(again)))
    return MailsAgain(again, left)


def _again(session: Session, mail: StuckMail, *, by: str, now: datetime) -> bool:
    """One of them; False where somebody else was first."""
    if not mail_store.try_again(session, mail.id, now=now, to_address=_address_now(session, mail)):
        return False
    subject = OperationsSubject.MAIL.of(mail.id)
    told = {"kind": mail.template, "fault": mail.fault}
    journal.record(session, by, OperationsAction.MAIL_AGAIN, subject, **told)
    return True


def _address_now(session: Session, mail: StuckMail) -> str | None:
    """The address its account has now; None where it keeps the one it has."""
    if mail.account_id is None or mail.template == _TO_THE_OLD:
        return None
    account = account_store.by_id(session, mail.account_id)
    if account is None or account.state is AccountState.ENDED:
        return None
    return account.sign_in_name
