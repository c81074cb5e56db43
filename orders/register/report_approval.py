"""Who judges a report that is filed: a choice of the buyer's policy, or of a service."""

from enum import StrEnum


class ReportApproval(StrEnum):
    """Who judges a filed report: nobody where nothing is odd about it, always an officer, or another system."""

    WHEN_NOTHING_IS_ODD = "when_nothing_is_odd"
    BY_OFFICER = "by_officer"
    OUTSIDE = "outside"
