"""What somebody is told of in the pages and has not seen: how much, for the head of every page.

Convention: to open a page is to see what it is about, by whatever link one came. Two processes never tell two numbers,
for nothing is kept in them: it is one question of the index of what is unseen, and a write only where there is
something to write. Who cannot be told, for a database away, or whose seeing cannot be noted, as on a standby, reads the
page all the same.
"""

from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from accounts.identity import Person
from accounts.notifications import store as notification_store
from foundation.database import Database
from foundation.errors import Refused


def unseen(database: Database, person: Person, path: str, *, is_opened: bool, at: datetime) -> int:
    """How many notifications the person has not seen; `is_opened`: those about the page at this path are seen now."""
    try:
        account_id = person.account_id
        with database.reading() as session:
            found = notification_store.unseen(session, account_id, path)
    except (ValueError, Refused, SQLAlchemyError):
        return 0
    if not is_opened or not found.here:
        return found.count
    try:
        # That somebody has read is no part of the books: it is noted also while they are held.
        with database.for_recovery().writing() as session:
            seen = notification_store.see(session, account_id, path, at=at)
    except (Refused, SQLAlchemyError):
        return found.count
    return found.count - seen
