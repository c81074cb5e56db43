"""Alarms as the database holds them, and the troubles nobody was told of yet.

Convention: what takes troubles locks their rows and marks them as told in the same transaction, so that each is
alarmed about once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, String, Table, and_, cast, func, insert, select, text, update

from foundation import leases
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from operations.background.tasks import TaskState
from operations.job_run_store import JobRunState
from operations.tables import alarm, job_run
from orders import tables as order_tables
from orders.model import PlannedState, ReportState
from orders.objections.model import ObjectionState
from orders.objections.tables import order_objection
from peppol.exchange.tables import (
    OWED,
    InState,
    OutState,
    OwedState,
    UnfetchedState,
    access_point,
    inbox,
    outbox,
    owed_answer,
    unfetched_arrival,
)


@dataclass(frozen=True, slots=True)
class PointDown:
    """An access point, or its way in, that is out of reach: since when, what for, at which host, and what it said."""

    name: str
    opened_at: datetime
    answer: str
    code: str = ""
    host: str = ""
    verb: str = ""


@dataclass(frozen=True, slots=True)
class RunGivenUp:
    """A slot of a job that is not tried again, and why."""

    job: str
    slot: datetime
    note: str


@dataclass(frozen=True, slots=True)
class ReportWaiting:
    """A report that waits for the buyer: of which month, and since when."""

    month: Month
    filed_on: date


def last_raised(session: Session, *, now: datetime) -> dict[str, datetime]:
    """When an alarm of each kind was raised last, of those a clock that was ahead has not put later than now."""
    question = select(alarm.c.kind, func.max(alarm.c.raised_at)).where(
        ~leases.is_ahead(alarm.c.raised_at, now)
    )
    rows = session.execute(question.group_by(alarm.c.kind))
    return {kind: at for kind, at in rows}


def is_raised_about(session: Session, kind: str, about: str) -> bool:
    """Whether this very thing was alarmed about."""
    question = select(alarm.c.id).where(alarm.c.kind == kind, alarm.c.about == about).limit(1)
    return session.scalar(question) is not None


def add(session: Session, kind: str, *, count: int, about: str, sentence: Text, at: datetime) -> None:
    """An alarm that is raised now."""
    session.execute(
        insert(alarm),
        {
            "kind": kind,
            "raised_at": at,
            "count": count,
            "about": about,
            "sentence_sv": sentence.sv,
            "sentence_en": sentence.en,
        },
    )


def take_messages(
    session: Session, table: Table, state: OutState | InState | OwedState | TaskState, *, now: datetime
) -> Sequence[int]:
    """The numbers of the messages, or pieces of work, in a state that nobody was told of yet, which are told of now."""
    number: Column[Any] = next(iter(table.primary_key.columns))
    untold = (table.c.state == state, table.c.alarmed_at.is_(None))
    found = list(session.scalars(select(number).where(*untold).order_by(number).with_for_update()))
    if found:
        session.execute(update(table).where(number.in_(found)).values(alarmed_at=now))
    return found


def take_unanswered(session: Session, *, now: datetime) -> Sequence[int]:
    """The numbers of the messages aside that nobody was answered about nor is to be, which are told of now."""
    # In the very words of the index that holds the messages aside; those that failed have an alarm of their own.
    aside = and_(
        text("inbox.state in ('CONFLICT', 'QUARANTINED', 'FAILED')"), inbox.c.state != InState.FAILED
    )
    about = "letter " + cast(inbox.c.id, String)
    answered = select(outbox.c.sequence).where(outbox.c.about == about).exists()
    owed = select(owed_answer.c.id).where(owed_answer.c.about == about, text(f"owed_answer.{OWED}")).exists()
    untold = (aside, inbox.c.alarmed_at.is_(None), ~answered, ~owed)
    found = list(session.scalars(select(inbox.c.id).where(*untold).order_by(inbox.c.id).with_for_update()))
    if found:
        session.execute(update(inbox).where(inbox.c.id.in_(found)).values(alarmed_at=now))
    return found


def take_points_down(session: Session, *, told_until: datetime, now: datetime) -> Sequence[PointDown]:
    """The access points out of reach that were not told of, or last then or before; they are told of now."""
    told = access_point.c.alarmed_at
    question = (
        select(access_point)
        .where(access_point.c.opened_at.is_not(None), leases.may_be_said_again(told, told_until, now))
        .with_for_update()
    )
    down = [
        PointDown(row.name, row.opened_at, row.answer, row.code, row.host, row.verb)
        for row in session.execute(question)
    ]
    if down:
        names = [each.name for each in down]
        session.execute(update(access_point).where(access_point.c.name.in_(names)).values(alarmed_at=now))
    return down


def take_unfetched(session: Session, *, met_until: datetime, now: datetime) -> Sequence[int]:
    """The numbers of what lies at an access point and has not been had since then, untold of; told of now."""
    untold = (
        unfetched_arrival.c.state == UnfetchedState.WAITING,
        unfetched_arrival.c.alarmed_at.is_(None),
        # Later than now: noted by a clock that was ahead.
        (unfetched_arrival.c.first_at <= met_until) | (unfetched_arrival.c.first_at > now),
    )
    question = (
        select(unfetched_arrival.c.id).where(*untold).order_by(unfetched_arrival.c.id).with_for_update()
    )
    found = list(session.scalars(question))
    if found:
        told = update(unfetched_arrival).where(unfetched_arrival.c.id.in_(found))
        session.execute(told.values(alarmed_at=now))
    return found


def held_up(session: Session, *, laid_until: datetime) -> Sequence[int]:
    """The messages of ours, laid out then or before, that wait since they could not be handed over.

    Those of an access point that is left alone are told of with it.
    """
    left_alone = select(access_point.c.name).where(access_point.c.opened_at.is_not(None)).exists()
    waiting = (
        outbox.c.state == OutState.WAITING,
        outbox.c.laid_at <= laid_until,
        outbox.c.outcome.in_(("UNREACHABLE", "OWN_CERTIFICATE")),
        ~left_alone,
    )
    return list(session.scalars(select(outbox.c.sequence).where(*waiting).order_by(outbox.c.sequence)))


def take_given_up(session: Session, *, now: datetime) -> Sequence[RunGivenUp]:
    """The slots that were given up and nobody was told of yet, which are told of now."""
    untold = (job_run.c.state == JobRunState.GIVEN_UP, job_run.c.alarmed_at.is_(None))
    question = select(job_run.c.job, job_run.c.slot, job_run.c.note).where(*untold)
    rows = session.execute(question.order_by(job_run.c.slot).with_for_update())
    found = [RunGivenUp(row.job, row.slot, row.note) for row in rows]
    if found:
        session.execute(update(job_run).where(*untold).values(alarmed_at=now))
    return found


@dataclass(frozen=True, slots=True)
class ObjectionWaiting:
    """An objection to an order that the buyer has not answered."""

    order_number: str
    made_on: date


def take_objections_waiting(
    session: Session, *, made_until: date, told_until: datetime, now: datetime
) -> Sequence[ObjectionWaiting]:
    """The objections made then or before that wait and were not told of since; told of now."""
    told = order_objection.c.alarmed_at
    waiting = (
        order_objection.c.state == ObjectionState.OPEN,
        order_objection.c.made_on <= made_until,
        leases.may_be_said_again(told, told_until, now),
    )
    question = select(order_objection.c.order_number, order_objection.c.made_on).where(*waiting)
    rows = session.execute(question.order_by(order_objection.c.id).with_for_update())
    found = [ObjectionWaiting(row.order_number, row.made_on) for row in rows]
    if found:
        session.execute(update(order_objection).where(*waiting).values(alarmed_at=now))
    return found


def take_reports_waiting(
    session: Session, *, filed_until: date, told_until: datetime, now: datetime
) -> Sequence[ReportWaiting]:
    """The reports filed then or before that the buyer has not decided and were not told of since; told of now."""
    report = order_tables.periodic_report
    told = report.c.alarmed_at
    waiting = (
        report.c.state == ReportState.FILED,
        report.c.filed_on <= filed_until,
        leases.may_be_said_again(told, told_until, now),
    )
    question = select(report.c.month, report.c.filed_on).where(*waiting)
    rows = session.execute(question.order_by(report.c.execution_reference, report.c.month).with_for_update())
    found = [ReportWaiting(Month.parse(row.month), row.filed_on) for row in rows]
    if found:
        session.execute(update(report).where(*waiting).values(alarmed_at=now))
    return found


def take_results_stuck(session: Session, *, told_until: datetime, now: datetime) -> Sequence[int]:
    """The numbers of the planned orders that could not be placed and were not told of since; told of now."""
    plan = order_tables.planned_order
    told = plan.c.alarmed_at
    stuck = (
        plan.c.state == PlannedState.WAITING,
        plan.c.reason_sv != "",
        leases.may_be_said_again(told, told_until, now),
    )
    found = list(session.scalars(select(plan.c.id).where(*stuck).order_by(plan.c.id).with_for_update()))
    if found:
        session.execute(update(plan).where(plan.c.id.in_(found)).values(alarmed_at=now))
    return found
