"""Placements as the API tells them: where they stand, what is ordered and due; never who the participant is. Pure.

Neither the level nor why a placement was interrupted is told, as on the portal's pages (decision 24).
"""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, Field

from billing.server.api.suppliers.told_reports import ToldVersion, report_path, version_of
from billing.server.api.told_orders import ToldPeriod, period_of
from foundation.periods import Month, Period
from orders.model import PlacementPeriod, Report
from orders.placements.informative.informative_store import InformativeReport, InformativeState
from orders.register.service_terms import Service
from orders.terms import InformativeKind
from supplier_portal.queries.placements import PlacementRow, Stands
from supplier_portal.queries.reports import DueMonth


class ToldDueMonth(BaseModel):
    """A month whose report is due."""

    month: str
    file_by: date = Field(description="The last day to file it without a reminder.")
    is_late: bool
    version: int = Field(description="The version its report gets.")


class ToldPlacement(BaseModel):
    """A placement (placering) by its execution reference, and what is due of it."""

    execution_reference: str
    service: str
    unit: str = Field(description="The id of the delivery unit.")
    state: Stands = Field(description="How it stands.")
    period: ToldPeriod = Field(description="Its first and last day as decided.")
    periods: int = Field(description="How many periods are decided so far.")
    last_day: date | None = Field(description="The last billable day, where it was interrupted.")
    tutor: str | None = Field(description="The code of its tutor (handledare).")
    needs_tutor: bool = Field(description="Whether a tutor is to be appointed.")
    assign_by: date = Field(description="The last day to appoint a tutor.")
    orders: list[str] = Field(description="The numbers of its orders.")
    months_due: list[ToldDueMonth] = Field(description="The months whose reports are due.")


class ToldPlacementPeriod(BaseModel):
    """A period with its decision and the order that carries it."""

    ordinal: int = Field(description="Which period of the placement it is, from 1.")
    period: ToldPeriod
    decided_on: date = Field(description="The day of the decision.")
    order: str | None = Field(
        description="The number of the order that carries it; null where there is none."
    )


class ToldMonth(BaseModel):
    """A month of the placement, and the newest version of its report."""

    month: str
    report: ToldVersion | None = Field(
        description="The newest version of the report; null while none is filed."
    )
    href: str


class ToldInformative(BaseModel):
    """What was told the buyer beside the months, in a code."""

    id: int
    execution_reference: str
    kind: InformativeKind = Field(description="What was told, in a code.")
    state: InformativeState = Field(description="What has become of it.")
    filed_on: date = Field(description="The day it was filed.")
    settled_on: date | None = Field(description="When it was read, or withdrawn.")


class OnePlacement(ToldPlacement):
    """A placement with its periods, its months and what was told of it."""

    decided_periods: list[ToldPlacementPeriod] = Field(description="Its periods with their decisions.")
    months: list[ToldMonth] = Field(description="The months so far, the newest first.")
    informative_reports: list[ToldInformative] = Field(
        description="What was told the buyer beside the months."
    )


def told_placement(
    row: PlacementRow, orders: Sequence[str], due: Sequence[DueMonth], *, today: date
) -> ToldPlacement:
    """A placement of the list, with its orders and the months that are due."""
    return ToldPlacement(
        execution_reference=row.execution_reference,
        service=row.service,
        unit=row.unit_id,
        state=row.stands,
        period=period_of(row.period),
        periods=row.periods,
        last_day=row.last_day,
        tutor=row.tutor or None,
        needs_tutor=row.needs_tutor,
        assign_by=row.assign_by,
        orders=list(orders),
        months_due=[told_due(each, today=today) for each in due],
    )


def told_due(due: DueMonth, *, today: date) -> ToldDueMonth:
    """A month that waits for its report."""
    return ToldDueMonth(
        month=str(due.month), file_by=due.file_by, is_late=due.late(today), version=due.version
    )


def one_placement(
    told: ToldPlacement,
    periods: Sequence[PlacementPeriod],
    months: Sequence[tuple[Month, Report | None]],
    informative: Sequence[InformativeReport],
    service: Service,
) -> OnePlacement:
    """The placement with all that hangs on it."""
    return OnePlacement(
        **told.model_dump(),
        decided_periods=[_period(each) for each in periods],
        months=[
            ToldMonth(
                month=str(month),
                report=version_of(report, service) if report is not None else None,
                href=report_path(told.execution_reference, month),
            )
            for month, report in months
        ],
        informative_reports=[told_informative(each) for each in informative],
    )


def told_informative(report: InformativeReport) -> ToldInformative:
    """An informative report as it stands now."""
    return ToldInformative(
        id=report.id,
        execution_reference=report.execution_reference,
        kind=report.kind,
        state=report.state,
        filed_on=report.filed_on,
        settled_on=report.settled_on,
    )


def _period(held: PlacementPeriod) -> ToldPlacementPeriod:
    days: Period = held.period
    return ToldPlacementPeriod(
        ordinal=held.ordinal,
        period=period_of(days),
        decided_on=held.decided_on,
        order=held.order_number or None,
    )
