"""How a person gets each kind of mail: at once, gathered in one mail a day, or not at all. Pure.

The daily mail goes at a set hour in Sweden. That hour comes once every date, also on the days when the clock is put
forward or back: an hour that is skipped counts as the one it becomes, and of an hour that comes twice the first counts.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from foundation.periods import STOCKHOLM
from foundation.text import Text


class MailChoice(StrEnum):
    """How somebody gets a kind of mail."""

    AT_ONCE = "AT_ONCE"
    DAILY = "DAILY"
    NEVER = "NEVER"


CHOICE_WORDS: Final[Mapping[MailChoice, Text]] = {
    MailChoice.AT_ONCE: Text("Varje mejl direkt"),
    MailChoice.DAILY: Text("Samlade i ett mejl om dagen"),
    MailChoice.NEVER: Text("Inga mejl"),
}
"""What people call each choice."""


def latest_moment(now: datetime, hour: int) -> datetime:
    """The latest moment, up to now, at which the daily mails of that hour were to go, in UTC.

    >>> latest_moment(datetime(2026, 3, 29, 6, 30, tzinfo=UTC), 7).isoformat()
    '2026-03-29T05:00:00+00:00'
    """
    today = now.astimezone(STOCKHOLM).date()
    moments = (
        datetime.combine(today - timedelta(days=back), time(hour), STOCKHOLM).astimezone(UTC)
        for back in (0, 1)
    )
    return next(moment for moment in moments if moment <= now)
