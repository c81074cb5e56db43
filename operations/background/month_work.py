"""The work of closing a large month: its checklist is gone through, and then it is closed in one stroke."""

from collections.abc import Mapping
from typing import Final

from bookkeeping import closing_checklist, month_closing
from bookkeeping.month_closing import ClosingStep
from foundation.periods import Month
from foundation.text import Text
from operations.background.running import Doing, Work
from operations.background.tasks import Outcome, TaskKind
from operations.payment_settings import ledger_of


def month_about(month: Month) -> str:
    """What work on a month is about: one piece at a time."""
    return f"month {month}"


def page_of(month: Month) -> str:
    """Where the month is looked at."""
    return f"/finance/reconciliation/months?month={month}"


def close(doing: Doing) -> None:
    """The month is closed by whoever pressed, as the second person. `content`: day, month. Raises ClosingRefused."""
    month, accounts = Month.parse(doing.content["month"]), ledger_of(doing.settings)
    with doing.reading() as session:
        # What stops it is seen here, while others go on working; under the lock it is asked once more.
        month_closing.check(session, accounts, month, today=doing.day, tell=doing.come)
    with doing.keeping() as kept:
        month_closing.step(
            kept.session,
            accounts,
            month,
            ClosingStep.CLOSE,
            by=doing.task.asked_by,
            today=doing.day,
            now=doing.database.clock(),
        )
        points = len(closing_checklist.Point)
        kept.advance(points, doing.content, rows_total=points)
        said = Text("Månaden %(month)s är stängd. Inget mer bokförs i den.", month=month)
        kept.end(Outcome(said, leads_to=page_of(month)))


KINDS: Final[Mapping[TaskKind, Work]] = {TaskKind.CLOSE_MONTH: close}
"""What each kind of work does."""
