"""Payments leave us: an attested proposal becomes files for the bank, once.

Until the bank answers, a payment is exported and not paid.
"""

from datetime import datetime

from foundation import journal, transitions
from foundation.spreadsheets import CSV_TYPE, XLSX_TYPE, Dialect, csv_of, xlsx_of
from foundation.sql import Session
from foundation.transitions import MovedMeanwhile
from invoicing.decisions import protected_store
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import attestation, export_store, proposal_store, proposals
from invoicing.payment import files as payment_files
from invoicing.payment import tables as payment_tables
from invoicing.payment.export_store import FileKind
from invoicing.payment.files import Debtor
from invoicing.payment.transfers import (
    ITEM_FOLLOWS,
    PROPOSAL_FOLLOWS,
    ItemState,
    Netted,
    ProposalState,
    netted,
    proposal_name,
)
from invoicing.payment_control import run_store
from invoicing.payment_control.runs import RunStep, Tally
from orders.register.register import Register

_ITEM = payment_tables.payment_item


def export(
    session: Session, register: Register, number: str, *, debtor: Debtor, by: str, now: datetime
) -> Netted:
    """Make the proposal's files and note what the bank will know each payment by.

    Raises StepRefused unless everything is attested, and ChangedSinceAttest where something no longer
    is as it was (drop it first: `attesting.drop_changed`).
    """
    proposal = proposal_store.get(session, number, lock=True)
    PROPOSAL_FOLLOWS.check(proposal_name(number), proposal.state, ProposalState.EXPORTED)
    payables = attestation.check_unchanged(session, register, proposal)
    live = [item for item in proposal_store.items(session, number) if item.is_live]
    tally = Tally()
    for each in payables.values():
        tally.add(each.invoice_id, each.controls)
    run_store.add(session, number, RunStep.EXPORTED, tally, by=by, at=now)
    names = protected_store.names_outside(session)
    apart = protected_store.among(session, [item.invoice_id for item in live])
    plan = netted(
        [proposals.to_send(item, payables[item.key], names, apart=item.invoice_id in apart) for item in live],
        message_id=message_id(number),
    )
    for left in plan.left_out:
        proposals.take_out(session, left.part.item_id, by=journal.SYSTEM, why="NO_ROOM")
    for transfer in plan.transfers:
        ids = [part.item_id for part in transfer.parts]
        moved = transitions.move_all(
            session,
            _ITEM.c.state,
            _ITEM.c.id.in_(ids),
            ITEM_FOLLOWS,
            to=ItemState.EXPORTED,
            values={"end_to_end": transfer.end_to_end},
        )
        if moved != len(ids):
            raise MovedMeanwhile(proposal_name(number), PROPOSAL_FOLLOWS.words[proposal.state])
    body = payment_files.pain001(
        register.buyer,
        debtor,
        plan.transfers,
        message_id=message_id(number),
        pay_on=proposal.pay_on,
        created=proposal.prepared_at,
    )
    rows = payment_files.rows(plan.transfers, pay_on=proposal.pay_on)
    name = f"betalningar-{proposal.pay_on}-{number}"
    columns = payment_files.COLUMNS
    for kind, ending, media_type, content in (
        (FileKind.PAIN001, "xml", "application/xml", body),
        (FileKind.PAYMENTS_CSV, "csv", CSV_TYPE, b"".join(csv_of(columns, rows, Dialect.SWEDISH))),
        (FileKind.PAYMENTS_XLSX, "xlsx", XLSX_TYPE, b"".join(xlsx_of("Betalningar", columns, rows))),
    ):
        export_store.keep(session, kind, number, f"{name}.{ending}", media_type, content, by=by, now=now)
    proposal_store.move(session, proposal, ProposalState.EXPORTED, exported_by=by)
    subject = InvoicingSubject.PROPOSAL.of(number)
    journal.record(session, by, PaymentAction.EXPORTED, subject, transfers=str(len(plan.transfers)))
    return plan


def message_id(number: str) -> str:
    """What the bank knows the proposal's file by; its transfers are this, a hyphen and five digits."""
    return f"RM{number}"
