"""Placements, their periods, interruptions and reports, as the database holds them.

Every function is a named question or one change, and a supplier's question names the
supplier. Rows become the frozen values of `model.py`.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    and_,
    bindparam,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from foundation import transitions
from foundation.engines.many_rows import insert_rows
from foundation.errors import Refused
from foundation.periods import Month, Period
from foundation.sql import Session
from foundation.text import Text
from orders import tables as order_tables
from orders.model import (
    INTERRUPTION_FOLLOWS,
    PLACEMENT_FOLLOWS,
    REPORT_FOLLOWS,
    REPORT_UNDOES,
    Handling,
    Interruption,
    InterruptionState,
    Placement,
    PlacementPeriod,
    PlacementState,
    Report,
    ReportState,
    report_name,
)
from orders.register.agreements import DeliveryUnit
from orders.register.parties import Address
from orders.terms import Activity, CompensationLevel, InterruptionReason, RejectionReason


class PlacementUnknown(Refused):
    """No placement has this execution reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            Text(
                "Genomförandereferensen %(reference)s är okänd. Läs in beslutet först.", reference=reference
            ),
        )


class ReportUnknown(Refused):
    """No report with this month and version has been filed."""

    def __init__(self, reference: str, month: Month, version: int) -> None:
        super().__init__(
            Text(
                "Det finns ingen redovisning för %(reference)s, %(month)s, version %(version)s. Läs in "
                "report.filed först.",
                reference=reference,
                month=month,
                version=version,
            ),
        )


def find(session: Session, reference: str, *, lock: bool = False) -> Placement | None:
    """The placement with this execution reference, or None; `lock` keeps others from changing it meanwhile."""
    row = session.execute(_FIND_LOCKED if lock else _FIND, {"reference": reference}).one_or_none()
    return _placement(session, row) if row is not None else None


def get(session: Session, reference: str, *, lock: bool = False) -> Placement:
    """The placement with this execution reference; raises PlacementUnknown."""
    found = find(session, reference, lock=lock)
    if found is None:
        raise PlacementUnknown(reference)
    return found


def several(session: Session, references: Collection[str]) -> dict[str, Placement]:
    """The placements with these execution references, asked for together; those not known are left out."""
    table, period, cut = order_tables.placement, order_tables.placement_period, order_tables.interruption
    wanted = list(references)
    periods: dict[str, list[Row[Any]]] = defaultdict(list)
    of_periods = select(period).where(period.c.execution_reference.in_(wanted)).order_by(period.c.ordinal)
    for row in session.execute(of_periods):
        periods[row.execution_reference].append(row)
    cuts: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(select(cut).where(cut.c.execution_reference.in_(wanted)).order_by(cut.c.id)):
        cuts[row.execution_reference].append(row)
    return {
        row.execution_reference: _placement_of(
            row, periods[row.execution_reference], cuts[row.execution_reference]
        )
        for row in session.execute(select(table).where(table.c.execution_reference.in_(wanted)))
    }


def stretch_of(session: Session, placement: Placement) -> list[Placement]:
    """The placement with all those it follows, through changes of supplier and new references, the earliest first."""
    found = [placement]
    while found[0].follows:
        found.insert(0, get(session, found[0].follows))
    return found


def whole_stretch_of(session: Session, placement: Placement, *, lock: bool = False) -> list[Placement]:
    """The placement with all those it follows and all that follow it, the earliest first.

    `lock` holds the earliest, so that of two who decide about one stretch one waits for the other.
    """
    found = stretch_of(session, placement)
    if lock:
        get(session, found[0].execution_reference, lock=True)
    for each in found:
        later = session.scalars(_FOLLOWING, {"reference": each.execution_reference})
        known = {held.execution_reference for held in found}
        found += [get(session, reference) for reference in later if reference not in known]
    return found


def left_for(session: Session, reference: str) -> str | None:
    """The placement that the participant left this one for at a change of supplier, past those called off again."""
    placement = order_tables.placement
    question = select(placement.c.execution_reference, placement.c.state).where(*_follows(reference))
    for row in session.execute(question).all():
        if row.state != PlacementState.CANCELLED:
            return str(row.execution_reference)
        if later := left_for(session, row.execution_reference):
            return later
    return None


def by_decision(session: Session, decision_ids: Sequence[str]) -> dict[str, str]:
    """The execution references that decisions belong to, by decision; those not known are left out."""
    rows = session.execute(_BY_DECISION, {"decisions": list(decision_ids)})
    return {row.decision_id: row.execution_reference for row in rows}


def outside(session: Session, references: Sequence[str], *, supplier: str) -> Handling | None:
    """How the first of the supplier's placements is handled that is not by order; None where each is, or is unknown."""
    table = order_tables.placement.c
    for start in range(0, len(references), 500):
        some = references[start : start + 500]
        question = select(table.execution_reference, table.handling).where(
            table.execution_reference.in_(some),
            table.supplier == supplier,
            table.handling != Handling.ORDERED,
        )
        found = {row.execution_reference: Handling(row.handling) for row in session.execute(question)}
        first = next((found[each] for each in some if each in found), None)
        if first is not None:
            return first
    return None


def references_used(session: Session, references: Sequence[str]) -> set[str]:
    """Those of the execution references that a placement has."""
    return set(session.scalars(_USED, {"references": list(references)}))


def add_all(session: Session, placements: Sequence[Placement]) -> None:
    """Keep new placements; their periods are kept when their orders have numbers (`add_periods`)."""
    insert_rows(session, _PLACEMENT, [_placement_row(placement) for placement in placements])


def add_periods(session: Session, periods: Sequence[tuple[str, PlacementPeriod]]) -> None:
    """Keep periods with their decisions and orders, each with its execution reference."""
    insert_rows(session, _PERIOD, [_period_row(reference, period) for reference, period in periods])


def move(session: Session, placement: Placement, to: PlacementState) -> None:
    """Move the placement on from the state it was read in; refused where somebody else moved it first."""
    table, reference = order_tables.placement, placement.execution_reference
    transitions.move(
        session,
        table.c.state,
        table.c.execution_reference == reference,
        PLACEMENT_FOLLOWS,
        name=Text("Placeringen %(reference)s", reference=reference),
        was=placement.state,
        to=to,
    )


def set_interruption(
    session: Session, reference: str, interruption: Interruption | None, *, was: InterruptionState
) -> None:
    """Let `interruption` stand instead of the one before, which stays in the history as `was`."""
    table = order_tables.interruption
    of_placement = table.c.execution_reference == reference
    transitions.move_all(session, table.c.state, of_placement, INTERRUPTION_FOLLOWS, to=was)
    if interruption is not None:
        session.execute(
            insert(table),
            {
                "execution_reference": reference,
                "registered_on": interruption.registered_on,
                "effective_on": interruption.effective_on,
                "reason": interruption.reason,
                "state": InterruptionState.STANDING,
            },
        )


def end_interruption(session: Session, reference: str, *, back_on: date) -> None:
    """The participant is back from the standing interruption on that day, within the same period."""
    table = order_tables.interruption
    transitions.move_all(
        session,
        table.c.state,
        table.c.execution_reference == reference,
        INTERRUPTION_FOLLOWS,
        to=InterruptionState.ENDED,
        values={"back_on": back_on},
    )


def limit_approved(session: Session, reference: str, last_day: date) -> None:
    """Let approved reports of the month of `last_day` and later count no day after it: the rest is reported anew."""
    table = order_tables.periodic_report
    change = update(table).where(
        table.c.execution_reference == reference,
        # An expression has no index: SQLite might else go through all reports that are approved.
        table.c.state + "" == ReportState.APPROVED,
        table.c.month >= str(Month.of(last_day)),
        or_(table.c.counts_to.is_(None), table.c.counts_to > last_day),
    )
    session.execute(change.values(counts_to=last_day))


def interruptions(session: Session, reference: str) -> Sequence[Row[tuple[object, ...]]]:
    """Every interruption ever registered on the placement, oldest first."""
    table = order_tables.interruption
    return session.execute(
        select(table).where(table.c.execution_reference == reference).order_by(table.c.id)
    ).all()


def reports(session: Session, reference: str, month: Month | None = None) -> list[Report]:
    """The reports of a placement, by month and version."""
    rows = session.execute(_REPORTS, {"reference": reference, "month": "" if month is None else str(month)})
    return [report_of(row) for row in rows]


def report(session: Session, reference: str, month: Month, version: int) -> Report:
    """One version of one month's report; raises ReportUnknown."""
    for found in reports(session, reference, month):
        if found.version == version:
            return found
    raise ReportUnknown(reference, month, version)


def add_report(session: Session, report: Report) -> None:
    """Keep a filed report."""
    session.execute(
        insert(order_tables.periodic_report),
        {
            "execution_reference": report.execution_reference,
            "month": str(report.month),
            "version": report.version,
            "state": report.state,
            "filed_on": report.filed_on,
            "filed_by": report.filed_by,
            "activities": " ".join(report.activities),
        },
    )


def move_report(
    session: Session,
    report: Report,
    to: ReportState,
    *,
    on: date | None = None,
    by: str = "",
    reason: RejectionReason | None = None,
    counts_to: date | None = None,
) -> None:
    """Move a report on; a decision carries its day and who took it, a rejection why where told.

    `counts_to` is the last day an approval is for, where that is not the month's last.

    Raises StepRefused where `to` may not follow, or where somebody else moved it first.
    """
    table = order_tables.periodic_report
    values: dict[str, object] = {}
    if reason is not None:
        values["reason"] = reason
    if to is ReportState.APPROVED:
        # One that was revoked may be approved anew, for other days and without the reason it was revoked for.
        values |= {"counts_to": counts_to, "reason": ""}
    if on is not None:
        values |= {"decided_on": on, "decided_by": by}
    transitions.move(
        session,
        table.c.state,
        the_report(report),
        REPORT_FOLLOWS,
        name=report_name(report),
        was=report.state,
        to=to,
        values=values,
    )


def undo_approval(session: Session, report: Report) -> None:
    """Let an approved report wait again, as if nobody had decided about it. Raises StepRefused."""
    _undo(session, report, ReportState.FILED, {"decided_on": None, "decided_by": "", "counts_to": None})


def stand_again(session: Session, report: Report) -> None:
    """Let a report that an approval replaced stand again, as it was decided then. Raises StepRefused."""
    _undo(session, report, ReportState.APPROVED, {})


def _undo(session: Session, report: Report, to: ReportState, values: dict[str, object]) -> None:
    transitions.move(
        session,
        order_tables.periodic_report.c.state,
        the_report(report),
        REPORT_UNDOES,
        name=report_name(report),
        was=report.state,
        to=to,
        values=values,
    )


def the_report(report: Report) -> ColumnElement[bool]:
    """The condition that names one version of a report."""
    table = order_tables.periodic_report
    return and_(
        table.c.execution_reference == report.execution_reference,
        table.c.month == str(report.month),
        table.c.version == report.version,
    )


# Prepared once: building a statement costs more than running it.
_PLACEMENT, _PERIOD, _REPORT = (
    order_tables.placement,
    order_tables.placement_period,
    order_tables.periodic_report,
)
_INTERRUPTION = order_tables.interruption


def _follows(reference: str | BindParameter[str]) -> tuple[ColumnElement[bool], ...]:
    """What follows this placement, said as its index has it too: no engine knows that from a value given later."""
    return _PLACEMENT.c.follows == reference, _PLACEMENT.c.follows != literal_column("''")


_FIND = select(_PLACEMENT).where(_PLACEMENT.c.execution_reference == bindparam("reference"))
_FIND_LOCKED = _FIND.with_for_update()
_BY_DECISION = select(_PERIOD.c.decision_id, _PERIOD.c.execution_reference).where(
    _PERIOD.c.decision_id.in_(bindparam("decisions", expanding=True))
)
_FOLLOWING = select(_PLACEMENT.c.execution_reference).where(*_follows(bindparam("reference")))
_USED = select(_PLACEMENT.c.execution_reference).where(
    _PLACEMENT.c.execution_reference.in_(bindparam("references", expanding=True))
)
_PERIODS = (
    select(_PERIOD).where(_PERIOD.c.execution_reference == bindparam("reference")).order_by(_PERIOD.c.ordinal)
)
_INTERRUPTIONS = (
    select(_INTERRUPTION)
    .where(
        _INTERRUPTION.c.execution_reference == bindparam("reference"),
        _INTERRUPTION.c.state.in_([InterruptionState.STANDING, InterruptionState.ENDED]),
    )
    .order_by(_INTERRUPTION.c.id)
)
_REPORTS = (
    select(_REPORT)
    .where(
        _REPORT.c.execution_reference == bindparam("reference"),
        or_(bindparam("month") == "", _REPORT.c.month == bindparam("month")),
    )
    .order_by(_REPORT.c.month, _REPORT.c.version)
)


def _placement_row(placement: Placement) -> dict[str, object]:
    return {
        "execution_reference": placement.execution_reference,
        "supplier": placement.supplier,
        "contract_id": placement.contract_id,
        "unit_id": placement.unit.id,
        "address_id": placement.address_id,
        "unit": json.dumps(_unit_content(placement.unit), ensure_ascii=False, sort_keys=True),
        "delivery_area": placement.delivery_area,
        "service": placement.service,
        "level": placement.level,
        "handling": placement.handling,
        "state": placement.state,
        "follows": placement.follows,
    }


def _period_row(reference: str, period: PlacementPeriod) -> dict[str, object]:
    return {
        "execution_reference": reference,
        "ordinal": period.ordinal,
        "decision_id": period.decision_id,
        "decided_on": period.decided_on,
        "starts_on": period.period.start,
        "ends_on": period.period.end,
        "order_number": period.order_number,
        "start_by": period.start_by,
    }


def _placement(session: Session, row: Row[tuple[object, ...]]) -> Placement:
    given = {"reference": row.execution_reference}
    return _placement_of(row, session.execute(_PERIODS, given), session.execute(_INTERRUPTIONS, given).all())


def _placement_of(row: Row[Any], periods: Iterable[Row[Any]], interruptions: Sequence[Row[Any]]) -> Placement:
    standing = [_interruption(each) for each in interruptions if each.state == InterruptionState.STANDING]
    return Placement(
        execution_reference=row.execution_reference,
        supplier=row.supplier,
        contract_id=row.contract_id,
        unit=_unit(row.unit),
        address_id=row.address_id,
        delivery_area=row.delivery_area,
        service=row.service,
        level=CompensationLevel(row.level),
        handling=Handling(row.handling),
        state=PlacementState(row.state),
        periods=_periods(periods),
        interruption=standing[0] if standing else None,
        interruptions_ended=tuple(
            _interruption(each) for each in interruptions if each.state == InterruptionState.ENDED
        ),
        follows=row.follows,
    )


def _periods(rows: Iterable[Row[tuple[object, ...]]]) -> tuple[PlacementPeriod, ...]:
    return tuple(map(period_of, rows))


def period_of(row: Row[tuple[object, ...]]) -> PlacementPeriod:
    """The period a row of `placement_period` stands for."""
    return PlacementPeriod(
        ordinal=row.ordinal,
        decision_id=row.decision_id,
        decided_on=row.decided_on,
        period=Period(row.starts_on, row.ends_on),
        order_number=row.order_number,
        start_by=row.start_by,
    )


def _interruption(row: Row[tuple[object, ...]]) -> Interruption:
    return Interruption(row.registered_on, row.effective_on, InterruptionReason(row.reason), row.back_on)


def report_of(row: Row[tuple[object, ...]]) -> Report:
    """The report a row of `periodic_report` stands for."""
    return Report(
        execution_reference=row.execution_reference,
        month=Month.parse(row.month),
        version=row.version,
        state=ReportState(row.state),
        filed_on=row.filed_on,
        filed_by=row.filed_by,
        decided_on=row.decided_on,
        decided_by=row.decided_by,
        activities=tuple(Activity(code) for code in row.activities.split()),
        reason=RejectionReason(row.reason) if row.reason else None,
        counts_to=row.counts_to,
    )


def _unit_content(unit: DeliveryUnit) -> dict[str, object]:
    """The unit with the one address the placement is at."""
    return {key: value for key, value in asdict(unit).items() if key != "addresses"}


def _unit(text: str) -> DeliveryUnit:
    content = json.loads(text)
    return DeliveryUnit(
        id=content["id"],
        supplier=content["supplier"],
        name=content["name"],
        address=Address(**content["address"]),
    )
