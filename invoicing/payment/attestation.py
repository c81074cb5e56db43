"""Attest: another person than the one who prepared vouches for each payment, and a later change drops it.

What is attested is the fingerprint of the payable (payable.py). Before anything leaves us each
fingerprint is taken again: an attest of something else is dropped, and what may no longer be paid is taken out. So is
the attest of somebody who has decided about the invoice, or confirmed the account, after attesting.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import attest_right_store, attest_store, payable_store, proposal_store, proposals
from invoicing.payment.attest_rights import AttestRefused, granted
from invoicing.payment.payable import Payable
from invoicing.payment.proposal_store import Proposal, ProposalItem
from invoicing.payment.transfers import PROPOSAL_FOLLOWS, ItemState, ProposalState, proposal_name
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class Attested:
    """What came of attesting: the items attested now, and for each other one why not."""

    items: tuple[int, ...]
    refused: tuple[tuple[int, AttestRefused], ...]
    state: ProposalState


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a change after the attest came to: attests that no longer count, and items taken out."""

    dropped: tuple[ProposalItem, ...]
    taken_out: tuple[ProposalItem, ...]

    @property
    def any(self) -> bool:
        """Whether something changed."""
        return bool(self.dropped or self.taken_out)


class ChangedSinceAttest(Refused):
    """Something was changed after it was attested; it must be attested again."""


def attest(
    session: Session,
    register: Register,
    number: str,
    *,
    by: str,
    today: date,
    now: datetime,
    only: Collection[int] | None = None,
) -> Attested:
    """Attest what lies in the proposal, or the items named, as far as the person's rights reach.

    Each item is decided alone: one above the limit does not keep the others back. Raises AttestRefused
    where nothing could be attested, with the first reason.
    """
    proposal = proposal_store.get(session, number, lock=True)
    if proposal.state is not ProposalState.DRAFT:
        raise PROPOSAL_FOLLOWS.refusal(proposal_name(number), proposal.state, ProposalState.ATTESTED)
    waiting = [
        item
        for item in proposal_store.items(session, number)
        if item.state is ItemState.PROPOSED and (only is None or item.id in only)
    ]
    payables = payable_store.load(
        session, register, [item.key for item in waiting], pay_on=proposal.pay_on, lock=True
    )
    rights, substitutions = attest_right_store.rights(session), attest_right_store.substitutions(session)
    done: list[int] = []
    refused: list[tuple[int, AttestRefused]] = []
    for item in waiting:
        payable = payables[item.key]
        if not payable.is_payable:
            proposal_store.move_item(session, item, ItemState.TAKEN_OUT, why="GONE")
            continue
        if payable.held_back:
            refused.append((item.id, AttestRefused(payable.held_back)))
            continue
        try:
            right = granted(by, payable.subject(item.prepared_by), rights, substitutions, on=today)
        except AttestRefused as reason:
            refused.append((item.id, reason))
            continue
        attest_id = attest_store.add(session, item, payable, right, by=by, on=today, at=now)
        values = proposal_store.item_values(payable) | {"attest_id": attest_id, "attested_by": by}
        proposal_store.move_item(session, item, ItemState.ATTESTED, **values)
        done.append(item.id)
    if not done and refused:
        raise refused[0][1]
    if done:
        subject = InvoicingSubject.PROPOSAL.of(number)
        journal.record(session, by, PaymentAction.ATTEST_GIVEN, subject, items=" ".join(map(str, done)))
    return Attested(tuple(done), tuple(refused), proposals.settle_state(session, number))


def changed(session: Session, register: Register, number: str) -> dict[int, str]:
    """What no longer is as it was attested: item id and GONE, HELD_BACK, CHANGED or DECIDED. Changes nothing."""
    return {item.id: why for item, why, _ in _changes(session, register, number, lock=False)}


def drop_changed(
    session: Session, register: Register, number: str, *, now: datetime, by: str = journal.SYSTEM
) -> Dropped:
    """Drop every attest whose object has changed, and take out what may no longer be paid.

    A transaction of its own: it must stand also where the step that asked for it is refused.
    """
    proposal = proposal_store.get(session, number, lock=True)
    if proposal.state not in (ProposalState.DRAFT, ProposalState.ATTESTED):
        return Dropped((), ())
    dropped, out = [], []
    for item, why, payable in _changes(session, register, number, lock=True):
        if item.attest_id is not None:
            attest_store.drop(session, item.attest_id, reason=why, at=now)
            subject = InvoicingSubject.PROPOSAL.of(number)
            journal.record(session, by, PaymentAction.ATTEST_DROPPED, subject, item=str(item.id), reason=why)
        if why in ("GONE", "HELD_BACK"):
            proposal_store.move_item(session, item, ItemState.TAKEN_OUT, why=why)
            out.append(item)
            continue
        values = proposal_store.item_values(payable) | {"attest_id": None, "attested_by": None}
        proposal_store.move_item(session, item, ItemState.PROPOSED, **values)
        dropped.append(item)
    if dropped or out:
        proposals.settle_state(session, number)
    return Dropped(tuple(dropped), tuple(out))


def check_unchanged(
    session: Session, register: Register, proposal: Proposal
) -> dict[payable_store.PayableKey, Payable]:
    """The proposal's payables, each exactly as attested. Raises ChangedSinceAttest."""
    live = [item for item in proposal_store.items(session, proposal.number) if item.is_live]
    payables = payable_store.load(
        session, register, [item.key for item in live], pay_on=proposal.pay_on, lock=True
    )
    attested = attest_store.given(session, proposal.number)
    for item in live:
        payable = payables[item.key]
        attest_given = attested.get(item.attest_id or 0)
        if (
            not payable.is_payable
            or payable.held_back
            or attest_given is None
            or not attest_given.stands(payable, prepared_by=item.prepared_by)
        ):
            raise ChangedSinceAttest(
                Text(
                    "%(number)s har ändrats efter attesten och måste attesteras på nytt.",
                    number=payable.number,
                ),
            )
    return payables


def _changes(
    session: Session, register: Register, number: str, *, lock: bool
) -> list[tuple[ProposalItem, str, Payable]]:
    """Items that are gone or held back, and attested ones that are no longer what was attested."""
    standing = [
        item
        for item in proposal_store.items(session, number)
        if item.state in (ItemState.PROPOSED, ItemState.ATTESTED)
    ]
    pay_on = proposal_store.get(session, number).pay_on
    payables = payable_store.load(
        session, register, [item.key for item in standing], pay_on=pay_on, lock=lock
    )
    attested = attest_store.given(session, number)
    found = []
    for item in standing:
        payable = payables[item.key]
        if not payable.is_payable:
            found.append((item, "GONE", payable))
        elif payable.held_back:
            found.append((item, "HELD_BACK", payable))
        elif item.attest_id is not None:
            given = attested[item.attest_id]
            if given.fingerprint != payable.fingerprint:
                found.append((item, "CHANGED", payable))
            elif not given.stands(payable, prepared_by=item.prepared_by):
                found.append((item, "DECIDED", payable))
    return found
