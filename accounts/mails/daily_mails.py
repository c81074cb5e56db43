"""The daily mail: what somebody chose to have gathered, told in one mail at a set hour.

Convention: what is gathered is taken away in the transaction that lays the mail, so that nothing is left out and
nothing is told twice. A person gets one for each moment at most; a worker that was away makes one mail of all.
"""

from datetime import datetime

from accounts import store as account_store
from accounts import tokens
from accounts.store import AccountState
from foundation.sql import Session
from operations.mail import choice_store
from operations.mail.choices import latest_moment
from operations.mail.mail import put_to_address
from operations.mail.texts import DAILY


def lay_due(session: Session, *, now: datetime, hour: int) -> int:
    """Lay the daily mails of the latest moment at that hour; how many.

    What was gathered for somebody who has left since is told nobody.
    """
    moment = latest_moment(now, hour)
    laid = 0
    for account_id in choice_store.due(session, moment, now=now):
        gathered = choice_store.take(session, account_id, moment, now=now)
        account = account_store.by_id(session, account_id)
        if not gathered or account is None or account.state != AccountState.ACTIVE:
            continue
        choice_store.link_key(session, account_id, fresh=tokens.secret())
        choice_store.note_daily(session, account_id, moment)
        put_to_address(
            session,
            account.sign_in_name,
            account.language,
            DAILY,
            about=account.person.id,
            at=now,
            account_id=account_id,
            told="\n\n".join(f"* {each.subject}\n{each.body}" for each in gathered),
        )
        laid += 1
    return laid
