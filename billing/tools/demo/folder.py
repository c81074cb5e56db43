"""The folder a demo plays in: what lies there, whose it is, and the day its books stand at.

Convention: the demo clears only what an earlier demo has left. The mark says that a demo has been here and holds
the last day of its story; a portal that opens the folder goes on from that day, so that nothing in it is years
late when somebody looks at it years later.
"""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from foundation.database import utc_now
from foundation.errors import Refused
from foundation.periods import Clock, stockholm_date
from foundation.text import Text

DATABASE_FILE: Final = "billing.sqlite"
_FOLDERS: Final = ("outbox", "inbox", "collected", "access-point", "billing-sandbox")
_FILES: Final = ("statement.csv", "summary.json", "post.log")
_MARK: Final = ".billing-demo"


class NotOurs(Refused):
    """The folder holds something that no demo has made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            Text(
                "I %(folder)s ligger redan annat än en demo. Ange en tom mapp, eller en ny, med --dir.",
                folder=folder,
            )
        )


class NoDemo(Refused):
    """The folder holds no demo."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            Text(
                "I %(folder)s ligger ingen demonstration. Kör först: billing demo --dir %(folder)s",
                folder=folder,
            )
        )


def clear(folder: Path) -> None:
    """Remove what an earlier demo left in `folder`; raises NotOurs where anything lies there and no demo has been."""
    folder.mkdir(parents=True, exist_ok=True)
    files = (*folder.glob(f"{DATABASE_FILE}*"), *(folder / name for name in _FILES))
    folders = [folder / name for name in _FOLDERS]
    if not (folder / _MARK).exists() and any(folder.iterdir()):
        raise NotOurs(folder)
    (folder / _MARK).write_text("", encoding="ascii")
    for path in folders:
        shutil.rmtree(path, ignore_errors=True)
    for path in files:
        path.unlink(missing_ok=True)


def mark(folder: Path, last_day: date) -> None:
    """Note the day the story has come to."""
    (folder / _MARK).write_text(last_day.isoformat(), encoding="ascii")


def clock_of(folder: Path, *, true_clock: Clock = utc_now) -> Clock:
    """The clock of the books in `folder`: the story's last day, at the true time of day. Raises NoDemo."""
    try:
        last_day = date.fromisoformat((folder / _MARK).read_text(encoding="ascii"))
    except (OSError, ValueError):
        raise NoDemo(folder) from None
    ahead = timedelta(days=(last_day - stockholm_date(true_clock())).days)

    def clock() -> datetime:
        return true_clock() + ahead

    return clock
