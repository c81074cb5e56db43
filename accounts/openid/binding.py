"""A personal number bound to somebody's account by those who administer permissions, so that an e-ID opens it at once.

Convention: what is written is hashed in the same request and kept nowhere. The person is mailed; it is undone by the
same administrator, which lets whoever is tied already stay tied.
"""

from datetime import datetime

from accounts import accounts, mailing
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.openid import bound_number_store, personal_numbers
from accounts.rules import AccountRefused
from accounts.store import AccountState
from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from operations.settings import Settings


def bind(
    session: Session,
    settings: Settings,
    organisation: str,
    account_id: int,
    written: str,
    *,
    by: str,
    at: datetime,
) -> None:
    """Bind a number to an account. Raises NotThere, AccountRefused, and as `personal_numbers.bind`."""
    account = accounts.of_organisation(session, organisation, account_id)
    if account.state == AccountState.ENDED:
        raise AccountRefused(Text("Kontot är avslutat. Bjud in personen på nytt."))
    personal_numbers.bind(session, settings, account.id, written, by=by, at=at)
    person = AccountsSubject.PERSON.of(account.person.id)
    journal.record(session, by, AccountAction.NUMBER_BOUND, person)
    mailing.put(session, account, "number-bound", about=account.person.id, at=at)


def unbind(session: Session, organisation: str, account_id: int, *, by: str) -> None:
    """Bind no number to the account any longer. Raises NotThere, and AccountRefused where none was."""
    account = accounts.of_organisation(session, organisation, account_id)
    if not bound_number_store.unbind(session, account.id):
        raise AccountRefused(Text("Inget personnummer är bundet till kontot."))
    journal.record(session, by, AccountAction.NUMBER_UNBOUND, AccountsSubject.PERSON.of(account.person.id))
