"""Attest: another person than the one who prepared vouches for each payment, and a later change drops it.

What is attested is the fingerprint of the payable (payable.py). Before anything leaves us each
fingerprint is taken again: an attest of something else is dropped, and what may no longer be paid is taken out. So is
the attest of somebody who has decided about the invoice, or confirmed the account, after attesting.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import attest_store, payable_store, proposal_store, proposals
from invoicing.payment.payable import Payable
from invoicing.payment.proposal_store import Proposal, ProposalItem
from invoicing.payment.runs import portion_store, portions
from invoicing.payment.runs.portions import Attested
from invoicing.payment.transfers import LIVE, ItemState, ProposalState
from orders.register.register import Register

_STANDING = (ItemState.PROPOSED, ItemState.ATTESTED)


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
    shown: str | None = None,
) -> Attested:
    """Attest what lies in the proposal, or the items named, as far as the person's rights reach.

    Each item is decided alone: one above the limit does not keep the others back. `shown` is the fingerprint of the
    proposal as the person saw it. Raises ChangedSinceShown where it is another, and AttestRefused where nothing could
    be attested, with the first reason.
    """
    proposal = portions.open_to_attest(session, number)
    if shown is not None:
        portion_store.check_shown(session, proposal, shown)
    parts: list[Attested] = []
    after, revision = 0, proposal.revision
    while not parts or after:
        portion = portions.attest_portion(
            session,
            register,
            number,
            by=by,
            today=today,
            now=now,
            after=after,
            revision=revision,
            only=only,
        )
        parts.append(portion.attested)
        after, revision = portion.after, portion.revision
    whole = Attested(
        tuple(each for part in parts for each in part.items),
        tuple(each for part in parts for each in part.refused),
        parts[-1].state,
        tuple(each for part in parts for each in part.changed),
        tuple(each for part in parts for each in part.gone),
    )
    if not whole.items and whole.refused:
        raise whole.refused[0][1]
    return whole


def changed(session: Session, register: Register, number: str) -> dict[int, str]:
    """What is not as it was attested or shown: item id and GONE, HELD_BACK, CHANGED or DECIDED. Changes nothing."""
    proposal = proposal_store.get(session, number)
    found: dict[int, str] = {}
    for portion in portion_store.in_portions(session, number, _STANDING):
        found |= changed_among(session, register, proposal, portion)
    return found


def changed_among(
    session: Session, register: Register, proposal: Proposal, items: Sequence[ProposalItem]
) -> dict[int, str]:
    """The same of these items alone; those that have left, or lie in the proposal no longer, are passed over."""
    standing = [item for item in items if item.state in _STANDING]
    return {item.id: why for item, why, _ in _changes_among(session, register, proposal, standing)}


def drop_changed(
    session: Session, register: Register, number: str, *, now: datetime, by: str = journal.SYSTEM
) -> Dropped:
    """Drop every attest whose object has changed, and take out what may no longer be paid.

    A transaction of its own: it must stand also where the step that asked for it is refused.
    """
    proposal = proposal_store.get(session, number, lock=True)
    if proposal.state not in (ProposalState.DRAFT, ProposalState.ATTESTED):
        return Dropped((), ())
    parts = [
        drop_among(session, register, proposal, portion, now=now, by=by)
        for portion in portion_store.in_portions(session, number, _STANDING)
    ]
    return Dropped(
        tuple(each for part in parts for each in part.dropped),
        tuple(each for part in parts for each in part.taken_out),
    )


def drop_next(
    session: Session, register: Register, number: str, *, after: int, now: datetime, by: str
) -> tuple[Dropped, int]:
    """The same of the next portion after this item; and the last of them, 0 when none is left."""
    proposal = proposal_store.get(session, number, lock=True)
    if proposal.state not in (ProposalState.DRAFT, ProposalState.ATTESTED):
        return Dropped((), ()), 0
    portion = next(iter(portion_store.in_portions(session, number, _STANDING, after=after)), ())
    dropped = drop_among(session, register, proposal, portion, now=now, by=by)
    return dropped, portion[-1].id if portion else 0


def drop_among(
    session: Session,
    register: Register,
    proposal: Proposal,
    items: Sequence[ProposalItem],
    *,
    now: datetime,
    by: str,
) -> Dropped:
    """The same of these items of a proposal that has not left."""
    number = proposal.number
    dropped: list[ProposalItem] = []
    out: list[ProposalItem] = []
    for item, why, payable in _changes_among(session, register, proposal, items, lock=True):
        if item.attest_id is not None:
            attest_store.drop(session, item.attest_id, reason=why, at=now)
            told = {"item": str(item.id), "reason": why}
            subject = InvoicingSubject.PROPOSAL.of(number)
            journal.record(session, by, PaymentAction.ATTEST_DROPPED, subject, **told)
        if why in ("GONE", "HELD_BACK"):
            proposal_store.move_item(session, item, ItemState.TAKEN_OUT, why=why)
            out.append(item)
            continue
        if item.state is ItemState.ATTESTED:
            no_attest = {"attest_id": None, "attested_by": None}
            proposal_store.move_item(session, item, ItemState.PROPOSED, **no_attest)
        if not proposal_store.is_as_kept(item, payable):
            proposal_store.refresh_item(session, item, payable)
        dropped.append(item)
    if dropped or out:
        proposal_store.raise_revision(session, number)
        proposals.settle_state(session, number)
    return Dropped(tuple(dropped), tuple(out))


def check_unchanged(
    session: Session,
    register: Register,
    proposal: Proposal,
    *,
    lock: bool = True,
    tell: Callable[[int], None] = lambda done: None,
) -> dict[payable_store.PayableKey, Payable]:
    """The proposal's payables, each exactly as attested. Raises ChangedSinceAttest. `tell` hears how many are read."""
    payables: dict[payable_store.PayableKey, Payable] = {}
    for portion in portion_store.in_portions(session, proposal.number, LIVE):
        keys = [item.key for item in portion]
        payables |= payable_store.load(session, register, keys, pay_on=proposal.pay_on, lock=lock)
        ids = [item.attest_id for item in portion if item.attest_id is not None]
        attested = attest_store.given(session, proposal.number, ids)
        for item in portion:
            payable = payables[item.key]
            given = attested.get(item.attest_id or 0)
            if (
                not payable.is_payable
                or payable.held_back
                or given is None
                or not given.stands(payable, prepared_by=item.prepared_by)
            ):
                raise ChangedSinceAttest(
                    Text(
                        "%(number)s har ändrats efter attesten och måste attesteras på nytt.",
                        number=payable.number,
                    ),
                )
        tell(len(payables))
    return payables


def _changes_among(
    session: Session,
    register: Register,
    proposal: Proposal,
    standing: Sequence[ProposalItem],
    *,
    lock: bool = False,
) -> list[tuple[ProposalItem, str, Payable]]:
    """Of items that have not left: those gone, held back, or no longer what was attested or shown."""
    payables = payable_store.load(
        session, register, [item.key for item in standing], pay_on=proposal.pay_on, lock=lock
    )
    ids = [item.attest_id for item in standing if item.attest_id is not None]
    attested = attest_store.given(session, proposal.number, ids)
    found = []
    for item in standing:
        payable = payables[item.key]
        if not payable.is_payable:
            found.append((item, "GONE", payable))
        elif payable.held_back:
            found.append((item, "HELD_BACK", payable))
        elif item.attest_id is None:
            if not proposal_store.is_as_kept(item, payable):
                found.append((item, proposal_store.CHANGED, payable))
        elif attested[item.attest_id].fingerprint != payable.fingerprint:
            found.append((item, proposal_store.CHANGED, payable))
        elif not attested[item.attest_id].stands(payable, prepared_by=item.prepared_by):
            found.append((item, "DECIDED", payable))
    return found
