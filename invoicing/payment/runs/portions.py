"""Attesting some items of a proposal at a time: each is decided alone, so many portions come to the same as one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from foundation import journal
from foundation.sql import Session
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import attest_right_store, attest_store, payable_store, proposal_store, proposals
from invoicing.payment.attest_rights import AttestRefused, NotAttested, granted
from invoicing.payment.proposal_store import Proposal
from invoicing.payment.runs import portion_store
from invoicing.payment.transfers import PROPOSAL_FOLLOWS, ItemState, ProposalState, proposal_name
from orders.register.register import Register

PORTION = 1000
"""So many items are attested in one transaction of a large run."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What came of attesting: the items attested now, and for each other one why not.

    `changed` were to be paid with another sum, or to another account, than what was shown: they say so now, and wait.
    `gone` may no longer be paid and are taken out.
    """

    items: tuple[int, ...]
    refused: tuple[tuple[int, AttestRefused], ...]
    state: ProposalState
    changed: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()

    @property
    def left_over(self) -> int:
        """How many were asked for and are not attested."""
        return len(self.refused) + len(self.changed) + len(self.gone)


@dataclass(frozen=True, slots=True)
class Portion:
    """What came of the next items: `after` is the last of them, 0 when none is left; `revision` is the proposal's."""

    attested: Attested
    after: int
    revision: int


def attest_portion(
    session: Session,
    register: Register,
    number: str,
    *,
    by: str,
    today: date,
    now: datetime,
    after: int,
    revision: int,
    only: Collection[int] | None = None,
    at_most: int = PORTION,
) -> Portion:
    """Attest the next items after this one. Raises ChangedSinceShown where others have changed the proposal since.

    Many portions, each in a transaction of its own, come to the same as all in one: an item is decided alone.
    """
    proposal = open_to_attest(session, number)
    if proposal.revision != revision:
        raise portion_store.ChangedSinceShown(number)
    waiting = portion_store.waiting(session, number, after=after, at_most=at_most, only=only)
    payables = payable_store.load(
        session, register, [item.key for item in waiting], pay_on=proposal.pay_on, lock=True
    )
    rights, substitutions = attest_right_store.rights(session), attest_right_store.substitutions(session)
    given: list[attest_store.Given] = []
    refused: list[tuple[int, AttestRefused]] = []
    changed: list[int] = []
    gone: list[int] = []
    for item in waiting:
        payable = payables[item.key]
        if not payable.is_payable:
            proposal_store.move_item(session, item, ItemState.TAKEN_OUT, why="GONE")
            gone.append(item.id)
            continue
        if payable.held_back:
            refused.append((item.id, AttestRefused(payable.held_back, NotAttested.HELD_BACK)))
            continue
        if not proposal_store.is_as_kept(item, payable):
            proposal_store.refresh_item(session, item, payable)
            changed.append(item.id)
            continue
        try:
            right = granted(by, payable.subject(item.prepared_by), rights, substitutions, on=today)
        except AttestRefused as reason:
            refused.append((item.id, reason))
            continue
        given.append(attest_store.Given(item, payable, right))
    done = [each.item.id for each in given]
    if given:
        attest_store.add(session, given, by=by, on=today, at=now)
        portion_store.attest_items(session, done, number=number, by=by)
        subject = InvoicingSubject.PROPOSAL.of(number)
        journal.record(session, by, PaymentAction.ATTEST_GIVEN, subject, items=" ".join(map(str, done)))
    if changed or gone:
        revision = proposal_store.raise_revision(session, number)
    state = proposals.settle_state(session, number)
    attested = Attested(tuple(done), tuple(refused), state, tuple(changed), tuple(gone))
    more = len(waiting) == at_most and state is ProposalState.DRAFT
    return Portion(attested, waiting[-1].id if more else 0, revision)


def open_to_attest(session: Session, number: str) -> Proposal:
    """The proposal, ours until the transaction ends. Raises StepRefused unless it waits for attests."""
    proposal = proposal_store.get(session, number, lock=True)
    if proposal.state is not ProposalState.DRAFT:
        raise PROPOSAL_FOLLOWS.refusal(proposal_name(number), proposal.state, ProposalState.ATTESTED)
    return proposal
