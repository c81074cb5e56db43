"""Months and their reports as the API tells them: which version stands, why one was sent back, when to file. Pure."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from pydantic import BaseModel, Field

from billing.server.api.told_orders import decimal_of
from foundation.periods import Month
from orders.model import Report, ReportState
from orders.register.service_terms import Service
from orders.terms import Activity
from supplier_portal.month_filing import MonthLine
from web import report_words


class ToldReason(BaseModel):
    """Why a report was sent back, or its approval taken back, and what to do."""

    code: str | None = Field(description="Null: the buyer gave none.")
    sentence_sv: str
    sentence_en: str


class ToldVersion(BaseModel):
    """One version of a month's report."""

    version: int = Field(description="The version: 1 for the first, one more for each correction.")
    state: ReportState = Field(description="What has become of it.")
    filed_on: date = Field(description="The day it was filed.")
    decided_on: date | None = Field(description="The day the buyer decided; null while it has not.")
    counts_to: date | None = Field(
        description="The last day that is received on it, where it was approved before its month was over."
    )
    activities: list[Activity] = Field(description="What was done in the month, in the codes of the service.")
    reason: ToldReason | None = Field(
        description="Why it was sent back, or its approval taken back; null where it was not."
    )


class ToldReportMonth(BaseModel):
    """A month of a placement: whether its report is due, until when, and the newest version."""

    execution_reference: str
    month: str
    unit: str = Field(description="The id of the delivery unit.")
    is_due: bool = Field(description="Whether a report of it is to be filed now.")
    file_by: date = Field(description="The last day to file it without a reminder.")
    is_late: bool
    version: int = Field(description="The version that the next report of it gets.")
    report: ToldVersion | None = Field(description="The newest version.")
    href: str


class ToldMonthLine(BaseModel):
    """An order line of the month."""

    order: str
    line: str
    unit_of_measure: str
    quantity_ordered: str
    quantity_to_receive: str = Field(description="What it is received with when the report is approved.")
    quantity_received: str | None
    href: str


class OneReportMonth(ToldReportMonth):
    """The month with its order lines and every version filed."""

    lines: list[ToldMonthLine] = Field(description="The order lines of the month.")
    versions: list[ToldVersion] = Field(description="The newest first.")
    activities_to_choose: list[Activity] = Field(
        description="The codes that a report of this service may have."
    )


def report_path(reference: str, month: Month) -> str:
    """The address of a month's report."""
    return f"/api/v1/reports/{quote(reference)}/{month}"


def version_of(report: Report, service: Service) -> ToldVersion:
    """One version as it stands now."""
    return ToldVersion(
        version=report.version,
        state=report.state,
        filed_on=report.filed_on,
        decided_on=report.decided_on,
        counts_to=report.counts_to,
        activities=list(report.activities),
        reason=reason_of(report, service),
    )


def reason_of(report: Report, service: Service) -> ToldReason | None:
    """Why it does not stand; None for one that may."""
    if report.state not in (ReportState.REJECTED, ReportState.REVOKED):
        return None
    said = report_words.rejection_of(service, report.reason)
    return ToldReason(code=report.reason or None, sentence_sv=said.sv, sentence_en=said.en)


def told_month(
    reference: str,
    month: Month,
    unit: str,
    newest: Report | None,
    service: Service,
    *,
    is_due: bool,
    file_by: date,
    today: date,
) -> ToldReportMonth:
    """A month that is due, has a report, or both: one that was sent back. `newest` is its newest version."""
    return ToldReportMonth(
        execution_reference=reference,
        month=str(month),
        unit=unit,
        is_due=is_due,
        file_by=file_by,
        is_late=is_due and file_by < today,
        version=newest.version + 1 if newest is not None else 1,
        report=version_of(newest, service) if newest is not None else None,
        href=report_path(reference, month),
    )


def one_month(
    told: ToldReportMonth, versions: Sequence[Report], lines: Sequence[MonthLine], service: Service
) -> OneReportMonth:
    """The month with its lines and every version."""
    newest_first = sorted(versions, key=lambda each: -each.version)
    return OneReportMonth(
        **told.model_dump(),
        lines=[_line(each) for each in lines],
        versions=[version_of(each, service) for each in newest_first],
        activities_to_choose=list(service.activity_codes),
    )


def _line(held: MonthLine) -> ToldMonthLine:
    received = held.account.quantity_received if held.account.receipt_id is not None else None
    return ToldMonthLine(
        order=held.order_number,
        line=held.line.line_id,
        unit_of_measure=held.line.quantity.unit,
        quantity_ordered=decimal_of(held.line.quantity.value),
        quantity_to_receive=decimal_of(held.days.value),
        quantity_received=None if received is None else decimal_of(received),
        href=f"/api/v1/orders/{held.order_number}",
    )
