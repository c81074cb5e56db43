"""Preparing payments: a proposal for a day, what lies in it, and taking something out again.

Whoever prepares a proposal attests nothing of it. An invoice lies in one proposal at a time; the database
refuses a second. Credits of paid invoices are put in where the policy nets them and there is room.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, func, insert, select

from foundation import journal, number_series, transitions
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from invoicing.payment import payable_store
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import Payable, PayableKind
from invoicing.payment.transfers import (
    ITEM_FOLLOWS,
    LIVE,
    PROPOSAL_FOLLOWS,
    ItemState,
    ProposalState,
    ToSend,
    TransferPart,
    netted,
    proposal_name,
)
from orders.register.agreements import CreditOfPaid
from orders.register.parties import AccountScheme, PaymentAccount
from orders.register.register import Register

_PROPOSAL, _ITEM = payment_tables.payment_proposal, payment_tables.payment_item


class NothingToPay(Refused):
    """No accepted invoice has come to its day."""


class ProposalUnknown(Refused):
    """There is no such proposal or item."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One day's payments."""

    number: str
    pay_on: date
    state: ProposalState
    prepared_by: str
    prepared_at: datetime
    exported_by: str


@dataclass(frozen=True, slots=True)
class ProposalItem:
    """One invoice or credit in a proposal."""

    id: int
    proposal: str
    prepared_by: str
    invoice_id: int
    kind: PayableKind
    supplier: str
    amount: Money
    account: PaymentAccount
    reference: str
    state: ItemState
    attest_id: int | None
    attested_by: str
    end_to_end: str
    why: str

    @property
    def key(self) -> payable_store.PayableKey:
        """What the payable is known by."""
        return self.invoice_id, self.kind

    @property
    def is_live(self) -> bool:
        """Whether it still belongs to the payment."""
        return self.state in LIVE


@dataclass(frozen=True, slots=True)
class Overview:
    """A proposal with its sums: `to_pay` is invoices less credits of what is in it, in kronor."""

    proposal: Proposal
    items: int
    attested: int
    to_pay: Money


def propose(session: Session, register: Register, *, pay_on: date, by: str, now: datetime) -> Proposal:
    """Put everything due by `pay_on` into a new proposal. Raises NothingToPay."""
    due = payable_store.due(session, on=pay_on)
    if not due:
        raise NothingToPay(
            f"Ingen godkänd faktura ska betalas till och med {pay_on}.",
            f"No accepted invoice is to be paid by {pay_on}.",
        )
    payables = list(
        payable_store.load(session, register, [(each, PayableKind.INVOICE) for each in due]).values()
    )
    if register.policy.credit_of_paid is CreditOfPaid.NETTED:
        payables += _fitting(session, register, payables)
    number = number_series.next_number(session, number_series.PROPOSALS)
    row = {
        "number": number,
        "pay_on": pay_on,
        "state": ProposalState.DRAFT,
        "prepared_by": by,
        "prepared_at": now,
    }
    session.execute(insert(_PROPOSAL), row)
    session.execute(
        insert(_ITEM),
        [
            {"proposal": number, "prepared_by": by, "state": ItemState.PROPOSED, **item_values(each)}
            for each in payables
        ],
    )
    journal.record(
        session, by, "payment.proposed", f"proposal {number}", pay_on=str(pay_on), items=str(len(payables))
    )
    return get(session, number)


def item_values(payable: Payable) -> dict[str, object]:
    """What an item's row holds of its payable."""
    return {
        "invoice_id": payable.invoice_id,
        "kind": payable.kind,
        "supplier": payable.supplier,
        "amount": payable.amount.amount,
        "currency": payable.amount.currency,
        "scheme": payable.account.scheme,
        "account": payable.account.number,
        "reference": payable.reference,
    }


def withdraw(session: Session, number: str, *, by: str) -> None:
    """Take a proposal back before it leaves us: its invoices may be proposed again."""
    proposal = get(session, number, lock=True)
    PROPOSAL_FOLLOWS.check(proposal_name(number), proposal.state, ProposalState.WITHDRAWN)
    transitions.move_all(
        session,
        _ITEM.c.state,
        _ITEM.c.proposal == number,
        ITEM_FOLLOWS,
        to=ItemState.TAKEN_OUT,
        values={"why": "WITHDRAWN"},
    )
    move(session, proposal, ProposalState.WITHDRAWN)
    journal.record(session, by, "payment.withdrawn", f"proposal {number}")


def take_out(session: Session, item_id: int, *, by: str, why: str = "BY_HAND") -> None:
    """Leave one item out of its proposal; it may be proposed again another day."""
    item = item_of(session, item_id)
    proposal = get(session, item.proposal, lock=True)
    if proposal.state not in (ProposalState.DRAFT, ProposalState.ATTESTED):
        raise PROPOSAL_FOLLOWS.refusal(proposal_name(proposal.number), proposal.state, ProposalState.DRAFT)
    # Read again: only now is the proposal ours, and its items with it.
    move_item(session, item_of(session, item_id), ItemState.TAKEN_OUT, why=why)
    journal.record(
        session, by, "payment.taken_out", f"proposal {proposal.number}", item=str(item_id), why=why
    )
    settle_state(session, proposal.number)


def settle_state(session: Session, number: str) -> ProposalState:
    """Let a proposal that has not left follow its items: attested when all are, withdrawn when none is left."""
    proposal = get(session, number, lock=True)
    states = [item.state for item in items(session, number) if item.is_live]
    if proposal.state not in (ProposalState.DRAFT, ProposalState.ATTESTED):
        return proposal.state
    if not states:
        wanted = ProposalState.WITHDRAWN
    elif all(state is ItemState.ATTESTED for state in states):
        wanted = ProposalState.ATTESTED
    else:
        wanted = ProposalState.DRAFT
    if wanted is not proposal.state:
        move(session, proposal, wanted)
    return wanted


def move(session: Session, proposal: Proposal, to: ProposalState, **values: object) -> None:
    """Move a proposal on; refused where somebody else moved it first."""
    transitions.move(
        session,
        _PROPOSAL.c.state,
        _PROPOSAL.c.number == proposal.number,
        PROPOSAL_FOLLOWS,
        name=proposal_name(proposal.number),
        was=proposal.state,
        to=to,
        values=values,
    )


def move_item(session: Session, item: ProposalItem, to: ItemState, **values: object) -> None:
    """Move an item of a proposal on; refused where somebody else moved it first."""
    transitions.move(
        session,
        _ITEM.c.state,
        _ITEM.c.id == item.id,
        ITEM_FOLLOWS,
        name=proposal_name(item.proposal),
        was=item.state,
        to=to,
        values=values,
    )


def get(session: Session, number: str, *, lock: bool = False) -> Proposal:
    """One proposal. Raises ProposalUnknown."""
    question = select(_PROPOSAL).where(_PROPOSAL.c.number == number)
    row = session.execute(question.with_for_update() if lock else question).one_or_none()
    if row is None:
        raise ProposalUnknown(
            f"Det finns inget betalningsförslag {number}.", f"There is no payment proposal {number}."
        )
    return _proposal(row)


def items(session: Session, number: str) -> Sequence[ProposalItem]:
    """What lies or lay in a proposal, in the order it was put in."""
    return [
        _item(row)
        for row in session.execute(select(_ITEM).where(_ITEM.c.proposal == number).order_by(_ITEM.c.id))
    ]


def item_of(session: Session, item_id: int) -> ProposalItem:
    """One item. Raises ProposalUnknown."""
    row = session.execute(select(_ITEM).where(_ITEM.c.id == item_id)).one_or_none()
    if row is None:
        raise ProposalUnknown("Raden finns inte i något förslag.", "The row is in no proposal.")
    return _item(row)


def overviews(session: Session, *, limit: int = 100) -> Sequence[Overview]:
    """The newest proposals with their sums."""
    live = _ITEM.c.state.in_(LIVE)
    done = _ITEM.c.state.in_((ItemState.ATTESTED, ItemState.EXPORTED, ItemState.PAID))
    sums = (
        select(
            _ITEM.c.proposal,
            _ITEM.c.kind,
            func.count().label("how_many"),
            func.count().filter(done).label("attested"),
            func.sum(_ITEM.c.amount, type_=_ITEM.c.amount.type).label("amount"),
        )
        .where(live)
        .group_by(_ITEM.c.proposal, _ITEM.c.kind)
    )
    newest = list(session.execute(select(_PROPOSAL).order_by(_PROPOSAL.c.number.desc()).limit(limit)))
    found: dict[str, list[Row[tuple[object, ...]]]] = {}
    for row in session.execute(sums.where(_ITEM.c.proposal.in_([each.number for each in newest]))):
        found.setdefault(row.proposal, []).append(row)
    made = []
    for row in newest:
        parts = found.get(row.number, [])
        amount = Money.of("0.00")
        for part in parts:
            signed = Money(part.amount, "SEK")
            amount = amount + signed if part.kind == PayableKind.INVOICE else amount - signed
        made.append(
            Overview(
                _proposal(row),
                sum(part.how_many for part in parts),
                sum(part.attested for part in parts),
                amount,
            )
        )
    return made


def to_send(item: ProposalItem, payable: Payable) -> ToSend:
    """The item as a part of a transfer."""
    part = TransferPart(item.id, item.kind, payable.number, payable.issued_on, item.amount, item.reference)
    return ToSend(part, item.supplier, payable.supplier_name, item.account)


def _fitting(session: Session, register: Register, invoices: Sequence[Payable]) -> list[Payable]:
    """The suppliers' credits of paid invoices that leave something to pay."""
    claims = payable_store.claims_of(session, {each.supplier for each in invoices})
    credits = list(
        payable_store.load(session, register, [(each, PayableKind.CREDIT) for each in claims]).values()
    )
    everything = [*invoices, *credits]
    planned = netted(
        [
            ToSend(
                TransferPart(place, each.kind, each.number, each.issued_on, each.amount, each.reference),
                each.supplier,
                each.supplier_name,
                each.account,
            )
            for place, each in enumerate(everything)
        ],
        message_id="",
    )
    out = {each.part.item_id for each in planned.left_out}
    return [
        each for place, each in enumerate(everything) if each.kind is PayableKind.CREDIT and place not in out
    ]


def _proposal(row: Row[tuple[object, ...]]) -> Proposal:
    return Proposal(
        row.number, row.pay_on, ProposalState(row.state), row.prepared_by, row.prepared_at, row.exported_by
    )


def _item(row: Row[tuple[object, ...]]) -> ProposalItem:
    return ProposalItem(
        row.id,
        row.proposal,
        row.prepared_by,
        row.invoice_id,
        PayableKind(row.kind),
        row.supplier,
        Money(row.amount, row.currency),
        PaymentAccount(AccountScheme(row.scheme), row.account),
        row.reference,
        ItemState(row.state),
        row.attest_id,
        row.attested_by or "",
        row.end_to_end,
        row.why,
    )
