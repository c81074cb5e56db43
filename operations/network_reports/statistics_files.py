"""The network's statistics of a month as a file: one row for each sort of message, with its countries and end users."""

from collections.abc import Iterator, Sequence
from typing import Final

from foundation.formatting import Json
from foundation.spreadsheets import CellValue, csv_bytes
from operations.network_reports.statistics import NetworkStatistics
from peppol.identifiers import DOCUMENT_SCHEME, PROCESS_SCHEME

HEADINGS: Final = (
    *("month", "end_user", "end_user_country", "direction", "document_type_scheme", "document_type"),
    *("process_scheme", "process", "messages"),
)
"""In English, as the reports they are for are: an operator's program reads them."""


def csv_of_month(found: NetworkStatistics) -> bytes:
    """The rows as CSV. A document type or process that is not known has neither scheme nor value."""
    return csv_bytes(HEADINGS, _cells(found))


def json_of_month(found: NetworkStatistics) -> Json:
    """The rows by name, their sums, and the same as EUSR counts end users."""
    return {
        "month": str(found.month),
        "end_user": found.end_user,
        "end_user_country": found.country,
        "rows": [dict(zip(HEADINGS, map(_plain, cells), strict=True)) for cells in _cells(found)],
        "sent": sum(row.messages for row in found.rows if row.key.direction == "SENT"),
        "received": sum(row.messages for row in found.rows if row.key.direction == "RECEIVED"),
        "end_users": [
            {
                "document_type": each.document_type,
                "process": each.process,
                "sending": each.sending,
                "receiving": each.receiving,
                "sending_or_receiving": each.either,
            }
            for each in found.end_users
        ],
    }


def _cells(found: NetworkStatistics) -> Iterator[Sequence[CellValue]]:
    for row in found.rows:
        key = row.key
        yield (
            str(found.month),
            found.end_user,
            found.country,
            key.direction.value,
            DOCUMENT_SCHEME if key.document_type else "",
            key.document_type,
            PROCESS_SCHEME if key.process else "",
            key.process,
            row.messages,
        )


def _plain(value: CellValue) -> Json:
    return value if isinstance(value, int | str) else str(value)
