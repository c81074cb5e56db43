"""How well an access point that acknowledges by itself keeps the network's times: the reports of phoss-ap (0.12), read.

GET /api/mls/sla/mls1    MLS-1, received here: from the document to our status sent, within 20 minutes
GET /api/mls/sla/mls2    MLS-2, sent from here: from the document to their status received, within 25 minutes
GET /api/mls/missing     what came and has had no status yet

The target of both is 99.5 percent (Peppol Network Policy 1.0). Each answer lists every measurement; only its sums are
wanted, which come before the list. What is not there, as in an older version, is said to be unknown and never zero.
"""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from peppol.access_points.protocol import Unreachable
from peppol.access_points.web import HttpAnswer, Web, complain

_ENTRIES: Final = b'"entries"'
_LARGEST: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """How many were measured, how many of them were in time, what is wanted in percent, and what in time means."""

    measured: int
    in_time: int
    target_percent: Decimal
    threshold_seconds: int

    @property
    def percent(self) -> Decimal:
        """The part that was in time, in percent with two decimals, cut and not rounded; 100 where nothing was measured.

        >>> ServiceLevel(1240, 1238, Decimal("99.5"), 1200).percent
        Decimal('99.83')
        """
        if not self.measured:
            return Decimal("100.00")
        return Decimal(10_000 * self.in_time // self.measured).scaleb(-2)

    @property
    def is_met(self) -> bool:
        """Whether the target is reached, exactly reckoned."""
        return 100 * self.in_time >= self.target_percent * self.measured


@dataclass(frozen=True, slots=True)
class ServiceLevels:
    """Both reports and how many transmissions have had no status; None where the access point does not say."""

    receiving: ServiceLevel | None
    sending: ServiceLevel | None
    unacknowledged: int | None
    words: str = ""


def read(web: Web) -> ServiceLevels:
    """What the access point reports. Raises nothing: what could not be read is None, and `words` say why."""
    said: list[str] = []

    def asked(*path: str) -> HttpAnswer | None:
        try:
            answer = web.get("api", "mls", *path, largest=_LARGEST)
            complain(answer, repeatable=True)
        except (Unreachable, OSError) as fault:
            said.append(str(fault))
            return None
        return answer

    receiving, sending, missing = asked("sla", "mls1"), asked("sla", "mls2"), asked("missing")
    return ServiceLevels(
        level_in(receiving.body) if receiving else None,
        level_in(sending.body) if sending else None,
        _count(missing.body) if missing else None,
        said[0] if said else "",
    )


def level_in(body: bytes) -> ServiceLevel | None:
    """The sums of a report; None where it is none, or where its sums do not agree with each other.

    >>> level_in(b'{"totalCount":2,"withinSlaCount":3,"targetPercent":99.5,"thresholdSeconds":1200}') is None
    True
    """
    # The list of measurements may be longer than what is read of it.
    head, found, _ = body.partition(_ENTRIES)
    try:
        report = json.loads(head.rstrip().rstrip(b",") + b"}" if found else body, parse_float=Decimal)
        level = ServiceLevel(
            report["totalCount"],
            report["withinSlaCount"],
            Decimal(report["targetPercent"]),
            report["thresholdSeconds"],
        )
    except (ValueError, KeyError, TypeError, InvalidOperation, RecursionError):
        return None
    counts = (level.measured, level.in_time, level.threshold_seconds)
    if not all(type(each) is int for each in counts) or not level.target_percent.is_finite():
        return None
    return level if 0 <= level.in_time <= level.measured and level.threshold_seconds > 0 else None


def _count(body: bytes) -> int | None:
    try:
        listed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return len(listed) if isinstance(listed, list) else None
