"""Background work as this program does it: whatever kind there is, for whoever may still ask for it."""

from collections.abc import Callable

from accounts import store as account_store
from accounts.identity import Permission
from accounts.store import AccountState
from billing.server.background import supplier_exports
from foundation.database import Database
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations.background import invoice_work, journal_work, month_work, payment_runs, running
from operations.background.running import Told
from operations.background.tasks import Task
from operations.settings import Settings


class NoLongerAllowed(Refused):
    """Whoever asked for the work may not do it any longer."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Den som satte igång arbetet har inte längre den behörighet som krävs, och ingenting mer är gjort. Be "
                "någon som har den."
            )
        )


def run_one(
    database: Database,
    settings: Settings,
    *,
    only: int | None = None,
    tell: Told = lambda done, total: None,
    stopping: Callable[[], bool] = bool,
    seconds: float = running.TURN_SECONDS,
) -> Task | None:
    """Do some of the oldest work that nobody has, or of this one; which it was."""
    return running.run_one(
        database,
        settings,
        {
            **payment_runs.KINDS,
            **month_work.KINDS,
            **supplier_exports.KINDS,
            **invoice_work.KINDS,
            **journal_work.KINDS,
        },
        may_still,
        only=only,
        tell=tell,
        stopping=stopping,
        seconds=seconds,
    )


def may_still(session: Session, task: Task) -> None:
    """Raise NoLongerAllowed where the person has lost what the page asked for; at the terminal nobody has accounts."""
    if not task.permission:
        return
    number = task.asked_by.removeprefix("user-")
    held = account_store.by_id(session, int(number)) if number.isdecimal() else None
    if (
        held is None
        or held.state is not AccountState.ACTIVE
        or Permission(task.permission) not in held.person.permissions
    ):
        raise NoLongerAllowed
