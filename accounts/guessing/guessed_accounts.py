"""Accounts whose password others guess at: noticed, alarmed about, and told to their owners.

Convention: signing in only counts, and does the same for every name, so that its time tells nothing; a job looks here
afterwards at whose names were tried by strangers more often than is free. It is told to the owner once a day at most,
to the operators by the alarm, in the log and in the figures, always by the opaque id.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from accounts import mailing, tokens
from accounts import store as account_store
from accounts.guessing import guessed_account_store, wrong_try_store
from accounts.guessing.rate_limit import STRANGERS
from accounts.journal_actions import AccountAction, AccountsSubject
from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from operations.alarms import Find, Patience, Trouble, first_named

GOES_ON: Final = timedelta(hours=1)
"""An attack is over when no try has come for so long."""

_TOLD_EVERY: Final = timedelta(days=1)
_KEPT: Final = timedelta(days=90)

ACCOUNTS_GUESSED: Final = "ACCOUNTS_GUESSED"


def key_of(sign_in_name: str) -> str:
    """The key that strangers' tries with a name are counted for."""
    return f"sign-in strangers {sign_in_name}"


def look(session: Session, *, now: datetime) -> int:
    """Notice the accounts that are guessed at now, and mail the owners who were not told today; how many there are."""
    guessed_account_store.remove_before(session, now - _KEPT)
    tried = wrong_try_store.waiting(session, at_least=STRANGERS.free, open_after=now - GOES_ON)
    if not tried:
        return 0
    found = 0
    for number, name in account_store.active_names(session):
        mark = tokens.fingerprint(key_of(name))
        if mark in tried and STRANGERS.left(tried[mark], now=now).count >= STRANGERS.free:
            found += 1
            _notice(session, number, now)
    return found


def _notice(session: Session, account_id: int, now: datetime) -> None:
    if not guessed_account_store.note(session, account_id, now=now, untold_since=now - _TOLD_EVERY):
        return
    account = account_store.by_id(session, account_id)
    assert account is not None  # noqa: S101 - it was found in this transaction
    person = account.person.id
    structlog.get_logger("accounts").warning("account guessed at", person=person)
    journal.record(session, journal.SYSTEM, AccountAction.GUESSED_AT, AccountsSubject.PERSON.of(person))
    mailing.put(session, account, "guessed-at", about=person, at=now)


def _alarm(session: Session, now: datetime, _: Patience) -> Trouble | None:
    found = guessed_account_store.take_untold(
        session, seen_after=now - GOES_ON, told_until=now - _TOLD_EVERY, now=now
    )
    if not found:
        return None
    about = first_named([f"user-{each}" for each in found])
    return Trouble(
        len(found),
        about,
        Text(
            "Någon gissar lösenord till %(count)s konton från många platser. Ägarna är meddelade och kommer in från "
            "sina egna webbläsare; främmande får vänta. Stäng ute nätet som försöken kommer från i proxyn, om det är "
            "ett.",
            count=len(found),
        ),
    )


GUESSING_KINDS: Final[Mapping[str, Find]] = {ACCOUNTS_GUESSED: _alarm}
"""What is alarmed about of guessing."""
