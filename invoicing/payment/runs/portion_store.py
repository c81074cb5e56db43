"""Large proposals as the database holds them: items some at a time, and the fingerprint of what was shown."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import func, select

from foundation import transitions
from foundation.errors import Refused
from foundation.sql import Session, among
from foundation.text import Text
from invoicing.payment import proposal_store
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.proposal_store import Proposal, ProposalItem
from invoicing.payment.runs import proposal_queries
from invoicing.payment.runs.proposal_queries import Sum
from invoicing.payment.transfers import ITEM_FOLLOWS, LIVE, ItemState, proposal_name

_ITEM = payment_tables.payment_item


class ChangedSinceShown(Refused):
    """The proposal is no longer what somebody looked at before the press."""

    def __init__(self, number: str) -> None:
        super().__init__(
            Text(
                "Betalningsförslag %(number)s har ändrats sedan du såg det, och ingenting mer är attesterat. Läs in "
                "det igen, se vad som är ändrat och attestera sedan.",
                number=number,
            )
        )


def fingerprint(session: Session, proposal: Proposal) -> str:
    """sha256, in hexadecimal digits, of what a proposal is: whoever attests all of it says which he saw.

    Attesting does not change it. Another sum, account or reference of an item does, and so does taking one out.
    """
    return fingerprint_of(proposal, proposal_queries.sums(session, proposal.number))


def fingerprint_of(proposal: Proposal, sums: Sequence[Sum]) -> str:
    """The same, of a proposal whose rows have been added up. Pure."""
    said = [proposal.number, str(proposal.revision)]
    for kind in PayableKind:
        live = [each for each in sums if each.kind is kind and each.state in LIVE]
        if live:
            amount = sum((each.amount.amount for each in live), Decimal("0.00"))
            said.append(f"{kind} {sum(each.count for each in live)} {amount}")
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def check_shown(session: Session, proposal: Proposal, shown: str) -> None:
    """Raise ChangedSinceShown where the proposal is not what its fingerprint says that somebody saw."""
    if shown != fingerprint(session, proposal):
        raise ChangedSinceShown(proposal.number)


def waiting(
    session: Session, number: str, *, after: int, at_most: int, only: Collection[int] | None = None
) -> Sequence[ProposalItem]:
    """The next items that wait for an attest, after this one, in the order they were put in; of all or of these."""
    wanted = [_ITEM.c.proposal == number, _ITEM.c.state == ItemState.PROPOSED, _ITEM.c.id > after]
    if only is not None:
        wanted.append(among(session, _ITEM.c.id, list(only)))
    question = select(_ITEM).where(*wanted).order_by(_ITEM.c.id).limit(at_most)
    return [proposal_store.item_from(row) for row in session.execute(question)]


def in_portions(
    session: Session, number: str, states: Collection[ItemState], *, after: int = 0, size: int = 1000
) -> Iterator[Sequence[ProposalItem]]:
    """The items in these states after this one, some at a time, in the order they were put in."""
    while True:
        wanted = (_ITEM.c.proposal == number, _ITEM.c.state.in_(states), _ITEM.c.id > after)
        rows = session.execute(select(_ITEM).where(*wanted).order_by(_ITEM.c.id).limit(size))
        portion = [proposal_store.item_from(row) for row in rows]
        if not portion:
            return
        yield portion
        after = portion[-1].id


def counts(session: Session, number: str) -> Mapping[ItemState, int]:
    """How many items of a proposal are in each state."""
    question = select(_ITEM.c.state, func.count()).where(_ITEM.c.proposal == number).group_by(_ITEM.c.state)
    return {ItemState(state): count for state, count in session.execute(question)}


def attest_items(session: Session, ids: Sequence[int], *, number: str, by: str) -> None:
    """Move these waiting items on as attested, each by the newest attest of its invoice in this proposal."""
    attest = payment_tables.attest
    newest = (
        select(func.max(attest.c.id))
        .where(attest.c.invoice_id == _ITEM.c.invoice_id, attest.c.proposal == number)
        .scalar_subquery()
    )
    those = among(session, _ITEM.c.id, ids) & (_ITEM.c.state == ItemState.PROPOSED)
    values = {"attest_id": newest, "attested_by": by, "why": ""}
    moved = transitions.move_all(
        session, _ITEM.c.state, those, ITEM_FOLLOWS, to=ItemState.ATTESTED, values=values
    )
    if moved != len(ids):
        raise transitions.MovedMeanwhile(proposal_name(number), ITEM_FOLLOWS.words[ItemState.PROPOSED])


def send_items(session: Session, sent: Sequence[tuple[int, str]], *, number: str) -> None:
    """Move attested items on as exported, each as a part of the transfer that the bank will know by this id."""
    rows = [{"id": item_id, "end_to_end": end_to_end} for item_id, end_to_end in sent]
    transitions.move_each(session, _ITEM.c.state, _ITEM.c.id, ITEM_FOLLOWS, to=ItemState.EXPORTED, rows=rows)
    exported = (_ITEM.c.proposal == number, _ITEM.c.state == ItemState.EXPORTED)
    if session.execute(select(func.count()).where(*exported)).scalar_one() != len(sent):
        raise transitions.MovedMeanwhile(proposal_name(number), ITEM_FOLLOWS.words[ItemState.ATTESTED])
