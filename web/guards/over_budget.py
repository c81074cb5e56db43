"""An alarm where strangers have been refused again and again for having had their share of this process.

Convention: refusals are counted in memory (`web.budgets`), so that none of them costs a write; this looks once a
minute, and what it tells is an alarm like all others: at most one an hour, whichever of the processes comes first.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

import anyio
import structlog
from anyio import to_thread
from fastapi import FastAPI

from foundation.database import utc_now
from foundation.sql import Session
from foundation.text import Text
from operations import alarm_store, alarms
from operations.alarms import APART, Trouble
from web.budgets import Budgets

_log = structlog.get_logger("budgets")

STRANGERS_OVER_BUDGET: Final = "STRANGERS_OVER_BUDGET"
MANY: Final = 30
"""So many refusals of strangers within the window are alarmed about; some now and then are what budgets are for."""
WINDOW: Final = timedelta(minutes=10)
_LOOK_SECONDS: Final = 60.0


class Refusals:
    """How often strangers were refused within the window that ends now."""

    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets
        self._seen: deque[tuple[datetime, int]] = deque()

    def within_window(self, now: datetime) -> int:
        """The refusals since the last look that lies a window back, or since the first one."""
        self._seen.append((now, self._budgets.figures["strangers"]))
        while self._seen[0][0] < now - WINDOW:
            self._seen.popleft()
        return self._seen[-1][1] - self._seen[0][1]


def tell(session: Session, refused: int, *, now: datetime, mail_to: str = "") -> bool:
    """Raise the alarm where there were many and none was raised within the hour; whether it was."""
    last = alarm_store.last_raised(session, now=now).get(STRANGERS_OVER_BUDGET)
    if refused < MANY or (last is not None and now - last < APART):
        return False
    sentence = Text(
        "Främmande har nekats %(count)s gånger på tio minuter, eftersom de tillsammans prövar mer än sin del. "
        "De som är inloggade har sin egen del och märker inget. Se i proxyns logg varifrån det kommer och "
        "stäng ute nätet där; är det leverantörer som prövar sina dokument, be dem logga in eller höj "
        "BILLING_STRANGERS_CPU_SECONDS.",
        count=refused,
    )
    trouble = Trouble(refused, "strangers", sentence)
    alarms.put(session, STRANGERS_OVER_BUDGET, trouble, now=now, mail_to=mail_to)
    return True


async def watch(app: FastAPI) -> None:
    """Look once a minute for as long as the process lives; what could not be told is told at the next look."""
    refusals = Refusals(app.state.budgets)
    while True:
        await anyio.sleep(_LOOK_SECONDS)
        try:
            await to_thread.run_sync(_look, app, refusals)
        except Exception as fault:
            # Whatever it was, it is no reason never to look again.
            _log.error("refusals not looked at", error=type(fault).__name__)


def _look(app: FastAPI, refusals: Refusals) -> None:
    """Tell the first buyer whose books can be had; those that cannot are logged and passed over."""
    refused = refusals.within_window(utc_now())
    if refused < MANY:
        return
    for watched in app.state.watched():
        if watched.database is None:
            continue
        try:
            with watched.database.writing() as session:
                tell(session, refused, now=watched.database.clock(), mail_to=app.state.settings.alarm_mail)
        except Exception as fault:
            _log.error("refusals not told", buyer=watched.slug, error=type(fault).__name__)
        else:
            return
