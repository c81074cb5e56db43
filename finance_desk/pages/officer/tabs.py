"""The parts of the page *Redovisningar*, each with how much lies there: the same row on every one of its pages."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from accounts.identity import Permission
from foundation.sql import Session
from foundation.text import Text
from orders.events import late_store
from orders.model import ReportState
from orders.placements import filed_queries, start_queries
from orders.placements.filed_queries import FiledFilter
from orders.placements.informative import informative_store
from orders.placements.informative.informative_store import InformativeState
from orders.placements.waiting import unreceived_queries

READERS: Final = (Permission.OFFICER, Permission.FINANCE, Permission.AUDIT)
REPORT_PARTS: Final = {
    ReportState.FILED: Text("Att pröva"),
    ReportState.APPROVED: Text("Godkända"),
    ReportState.REJECTED: Text("Sända tillbaka"),
    ReportState.REVOKED: Text("Återtagna"),
}
INFORMATIVE, ASIDE = "/finance/reports/informative", "/finance/reports/aside"
FIGURES = "/finance/reports/figures"


@dataclass(frozen=True, slots=True)
class Tab:
    """One part: where it leads, what it is called, how much lies there where anything can, and whether it is shown."""

    path: str
    words: Text
    count: int | None
    shown: bool


def tabs_of(session: Session, shown: str, *, today: date, unreceived: int | None = None) -> list[Tab]:
    """Every part; `shown` is the path of the one that is open, or the state of its reports.

    `unreceived` is how many approved lines are not received, where whoever asks has counted them.
    """
    if unreceived is None:
        unreceived = unreceived_queries.count(session, today=today)
    reports = [
        Tab(
            f"/finance/reports?part={state}",
            words,
            filed_queries.count(session, FiledFilter(state=state)),
            shown == state,
        )
        for state, words in REPORT_PARTS.items()
    ]
    unread = informative_store.count(session, InformativeState.UNREAD)
    aside = unreceived + late_store.count_interruptions(session) + start_queries.many(session, today=today)
    return [
        *reports,
        Tab(INFORMATIVE, Text("Informativa"), unread, shown == INFORMATIVE),
        Tab(ASIDE, Text("Avbrott och starter"), aside, shown == ASIDE),
        Tab(FIGURES, Text("Tjänstens siffror"), None, shown == FIGURES),
    ]
