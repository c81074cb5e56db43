"""Days in documents, read as xs:date reads them and comparable with each other.

A day may carry a time zone, which moves its beginning; a day that cannot be read is
None, and no comparison with it holds.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final

_DAY: Final = re.compile(
    r"[ \t\r\n]*([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|([+-])(0[0-9]|1[0-3]):([0-5][0-9])|([+-])14:00)?[ \t\r\n]*"
).fullmatch
_MINUTES_A_DAY: Final = 24 * 60


def day_of(text: str) -> int | None:
    """The minute, counted from the first of January of year 1, when the day begins in UTC.

    Years 0001 to 9999; a text that is no such day gives None.
    """
    return _day_of(text) if len(text) < 60 else None


@lru_cache(maxsize=4096)
def _day_of(text: str) -> int | None:
    parts = _DAY(text)
    if parts is None:
        return None
    year, month, day, sign, hours, minutes, edge = parts.groups()
    try:
        number = date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return None
    offset = int(hours) * 60 + int(minutes) if sign else 14 * 60 if edge else 0
    return number * _MINUTES_A_DAY + (offset if "-" in (sign, edge) else -offset)
