"""Payments leave us: an attested proposal becomes files for the bank, once.

Until the bank answers, a payment is exported and not paid.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from foundation import journal
from foundation.spreadsheets import CSV_TYPE, XLSX_TYPE, Dialect, csv_of, xlsx_of
from foundation.sql import Session
from invoicing.decisions import protected_store
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import attestation, export_store, payable_store, proposal_store, proposals
from invoicing.payment import files as payment_files
from invoicing.payment.bank_files.sent_names import message_id
from invoicing.payment.export_store import FileKind
from invoicing.payment.files import Debtor
from invoicing.payment.payable import Payable
from invoicing.payment.proposal_store import Proposal
from invoicing.payment.runs import portion_store
from invoicing.payment.transfers import (
    PROPOSAL_FOLLOWS,
    Netted,
    ProposalState,
    netted,
    proposal_name,
)
from invoicing.payment_control import run_store
from invoicing.payment_control.runs import RunStep, Tally
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class Prepared:
    """The files of a proposal as it was when it was read, and the transfers in them."""

    revision: int
    plan: Netted
    files: tuple[tuple[FileKind, str, str, bytes], ...]
    controls: Tally


def prepare(
    session: Session,
    register: Register,
    number: str,
    *,
    debtor: Debtor,
    lock: bool = False,
    tell: Callable[[int], None] = lambda done: None,
) -> Prepared:
    """Make the proposal's files, and keep nothing. Raises StepRefused and ChangedSinceAttest as `export` does."""
    proposal = proposal_store.get(session, number)
    PROPOSAL_FOLLOWS.check(proposal_name(number), proposal.state, ProposalState.EXPORTED)
    payables = attestation.check_unchanged(session, register, proposal, lock=lock, tell=tell)
    tally = Tally()
    for each in payables.values():
        tally.add(each.invoice_id, each.controls)
    plan = _plan(session, number, payables)
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
    files = (
        (FileKind.PAIN001, f"{name}.xml", "application/xml", body),
        (FileKind.PAYMENTS_CSV, f"{name}.csv", CSV_TYPE, b"".join(csv_of(columns, rows, Dialect.SWEDISH))),
        (
            FileKind.PAYMENTS_XLSX,
            f"{name}.xlsx",
            XLSX_TYPE,
            b"".join(xlsx_of("Betalningar", columns, rows)),
        ),
    )
    return Prepared(proposal.revision, plan, files, tally)


def export(
    session: Session,
    register: Register,
    number: str,
    *,
    debtor: Debtor,
    by: str,
    now: datetime,
    prepared: Prepared | None = None,
) -> Netted:
    """Make the proposal's files and note what the bank will know each payment by.

    What was `prepared` before is kept where every fingerprint still is what was attested. Raises StepRefused unless
    everything is attested, and ChangedSinceAttest where something no longer is as it was (drop it first:
    `attestation.drop_changed`).
    """
    proposal = proposal_store.get(session, number, lock=True)
    PROPOSAL_FOLLOWS.check(proposal_name(number), proposal.state, ProposalState.EXPORTED)
    if prepared is None or not _is_as_now(session, register, proposal, prepared):
        prepared = prepare(session, register, number, debtor=debtor, lock=True)
    plan = prepared.plan
    run_store.add(session, number, RunStep.EXPORTED, prepared.controls, by=by, at=now)
    for left in plan.left_out:
        proposals.take_out(session, left.part.item_id, by=journal.SYSTEM, why="NO_ROOM")
    sent = [(part.item_id, transfer.end_to_end) for transfer in plan.transfers for part in transfer.parts]
    portion_store.send_items(session, sent, number=number)
    for kind, name, media_type, content in prepared.files:
        export_store.keep(session, kind, number, name, media_type, content, by=by, now=now)
    proposal_store.move(session, proposal, ProposalState.EXPORTED, exported_by=by)
    subject = InvoicingSubject.PROPOSAL.of(number)
    journal.record(session, by, PaymentAction.EXPORTED, subject, transfers=str(len(plan.transfers)))
    return plan


def _is_as_now(session: Session, register: Register, proposal: Proposal, prepared: Prepared) -> bool:
    """Whether the files would be the same now. Raises ChangedSinceAttest. Locks what is paid."""
    if prepared.revision != proposal.revision:
        return False
    payables = attestation.check_unchanged(session, register, proposal)
    # Names, and what is told apart, are no part of what was attested, and go into the files all the same.
    return _plan(session, proposal.number, payables) == prepared.plan


def _plan(session: Session, number: str, payables: Mapping[payable_store.PayableKey, Payable]) -> Netted:
    """The proposal's transfers, as its documents are named and told apart now."""
    live = [item for item in proposal_store.items(session, number) if item.is_live]
    names = protected_store.names_outside(session)
    apart = protected_store.among(session, [item.invoice_id for item in live])
    return netted(
        [proposals.to_send(item, payables[item.key], names, apart=item.invoice_id in apart) for item in live],
        message_id=message_id(number),
    )
