"""What the network's monthly statistics want of an end user: who sent and received what, and in which country.

The access point's operator owes OpenPeppol two reports a month: TSR counts transmissions by document type, process and
the countries of both ends; EUSR counts end users by the same. It sees every transmission, and not who stands behind it:
that an address of ours is one end user, and where (`countryCodeC4`). So the operator can be given this table. Months
are of UTC, as the reports have them (TSR 1.0.1, EUSR 1.1.0).

A message of ours counts when an access point took it, one to us when it came; what was made and read in the portal
alone does not. Only identifiers of the published lists are told: what a stranger writes in a document stands nowhere.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from foundation.periods import Month
from foundation.sql import Session
from operations.network_reports import statistics_queries
from operations.network_reports.statistics_queries import Exchanged
from peppol.identifiers import DocumentKind

_PROCESS: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?ProfileID[^>]*>\s*([^<]{1,300}?)\s*<")
_KINDS: Final = frozenset(each.value for each in DocumentKind)


class Direction(StrEnum):
    """Which way messages went, seen from the end user."""

    SENT = "SENT"
    RECEIVED = "RECEIVED"


@dataclass(frozen=True, slots=True, order=True)
class StatisticsKey:
    """What is counted together. Document type and process are empty where a message does not say them."""

    direction: Direction
    document_type: str
    process: str


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """How many messages of one sort went one way."""

    key: StatisticsKey
    messages: int


@dataclass(frozen=True, slots=True)
class EndUserRow:
    """For one document type and process: how many end users sent, received, and did either; here none or one."""

    document_type: str
    process: str
    sending: int
    receiving: int
    either: int


@dataclass(frozen=True, slots=True)
class NetworkStatistics:
    """A month of one end user. `country` is its own: C1 of what it sent, C4 of what it received."""

    month: Month
    end_user: str
    country: str
    rows: Sequence[StatisticsRow]

    def count(self, direction: Direction) -> int:
        """How many messages went one way."""
        return sum(row.messages for row in self.rows if row.key.direction == direction)

    @property
    def end_users(self) -> Sequence[EndUserRow]:
        """The same as EUSR counts it, by document type and process."""
        ways: dict[tuple[str, str], set[Direction]] = {}
        for row in self.rows:
            ways.setdefault((row.key.document_type, row.key.process), set()).add(row.key.direction)
        return [
            EndUserRow(
                document_type, process, int(Direction.SENT in found), int(Direction.RECEIVED in found), 1
            )
            for (document_type, process), found in sorted(ways.items())
        ]


def of_month(session: Session, month: Month, *, end_user: str, country: str) -> NetworkStatistics:
    """The messages of a month over the network, counted."""
    first = datetime.combine(month.period.start, time(), UTC)
    end = datetime.combine(month.period.end, time(), UTC) + timedelta(days=1)
    counts: Counter[StatisticsKey] = Counter()
    for direction, messages in (
        (Direction.SENT, statistics_queries.sent(session, first, end)),
        (Direction.RECEIVED, statistics_queries.received(session, first, end)),
    ):
        counts.update(_keys(direction, messages))
    return NetworkStatistics(
        month, end_user, country, [StatisticsRow(key, counts[key]) for key in sorted(counts)]
    )


def _keys(direction: Direction, messages: Iterable[Exchanged]) -> Iterable[StatisticsKey]:
    for each in messages:
        kind = DocumentKind(each.kind) if each.kind in _KINDS else None
        yield StatisticsKey(
            direction,
            kind.document_type_id if kind else "",
            process_in(each.beginning, kind) if kind else "",
        )


def process_in(beginning: bytes, kind: DocumentKind) -> str:
    """The process a document names, where it is one of its kind's; empty for any other.

    >>> body = b"<Order><cbc:ProfileID>urn:fdc:peppol.eu:poacc:bis:order_only:3</cbc:ProfileID></Order>"
    >>> process_in(body, DocumentKind.ORDER), process_in(body, DocumentKind.MLR)
    ('urn:fdc:peppol.eu:poacc:bis:order_only:3', '')
    """
    for found in _PROCESS.finditer(beginning):
        named = found.group(1).decode("ascii", "replace")
        if named in kind.profile_ids:
            return named
    return ""
