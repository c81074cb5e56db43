"""The controls of runs of payments as the database holds them: written once, with what each was found to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, insert, select

from foundation.engines.many_rows import insert_rows
from foundation.sql import Session
from foundation.text import WrittenText
from invoicing.documents import tables as document_tables
from invoicing.payment_control.controls import Control, ControlRow, ControlVerdict
from invoicing.payment_control.runs import ControlRun, RunStep, Tally
from invoicing.payment_control.tables import control_run, control_run_count, control_run_row


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A remark, stop or release of a run, with the invoice it is about."""

    invoice_id: int
    number: str
    supplier: str
    row: ControlRow


def add(
    session: Session,
    proposal: str,
    step: RunStep,
    tally: Tally,
    *,
    by: str,
    at: datetime,
) -> None:
    """Keep what the controls of a run came to."""
    made = {"proposal": proposal, "step": step, "payments": tally.payments, "made_at": at, "made_by": by}
    run_id: int = session.execute(insert(control_run).returning(control_run.c.id), made).scalar_one()
    counts = [
        {"run_id": run_id, "control": control, "verdict": verdict, "payments": count}
        for (control, verdict), count in tally.counts.items()
    ]
    insert_rows(session, control_run_count, counts)
    told = [
        {
            "run_id": run_id,
            "invoice_id": invoice_id,
            "control": row.control,
            "verdict": row.verdict,
            "source_sv": row.source.sv,
            "source_en": row.source.en,
            "moment": row.moment,
            "sentence_sv": row.sentence.sv,
            "sentence_en": row.sentence.en,
        }
        for invoice_id, row in tally.told
    ]
    insert_rows(session, control_run_row, told)


def of_proposal(session: Session, proposal: str) -> Sequence[ControlRun]:
    """The runs about a proposal, oldest first."""
    question = select(control_run).where(control_run.c.proposal == proposal).order_by(control_run.c.id)
    found = [
        ControlRun(
            row.proposal, RunStep(row.step), row.payments, row.made_at, row.made_by, counts={}, id=row.id
        )
        for row in session.execute(question)
    ]
    return [replace(each, counts=_counts(session, each.id)) for each in found]


def count_told(session: Session, run_id: int) -> int:
    """How many remarks, stops and releases a run has."""
    question = select(func.count()).where(control_run_row.c.run_id == run_id)
    return session.execute(question).scalar_one()


def told_in(session: Session, run_id: int, *, limit: int, offset: int = 0) -> Sequence[ToldRow]:
    """Remarks, stops and releases of a run, by invoice."""
    invoice, held = document_tables.invoice, control_run_row
    question = (
        select(held, invoice.c.number, invoice.c.supplier)
        .join(invoice, invoice.c.id == held.c.invoice_id)
        .where(held.c.run_id == run_id)
        .order_by(held.c.invoice_id, held.c.control)
        .limit(limit)
        .offset(offset)
    )
    return [
        ToldRow(
            row.invoice_id,
            row.number,
            row.supplier,
            ControlRow(
                Control(row.control),
                ControlVerdict(row.verdict),
                WrittenText(row.source_sv, row.source_en),
                row.moment,
                WrittenText(row.sentence_sv, row.sentence_en),
            ),
        )
        for row in session.execute(question)
    ]


def _counts(session: Session, run_id: int) -> Mapping[tuple[Control, ControlVerdict], int]:
    held = control_run_count.c
    question = select(held.control, held.verdict, held.payments).where(held.run_id == run_id)
    return {
        (Control(control), ControlVerdict(verdict)): count
        for control, verdict, count in session.execute(question)
    }
