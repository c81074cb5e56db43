"""Payment proposals and what lies in them, as the database holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, func, insert, select, update

from foundation import transitions
from foundation.engines.many_rows import insert_rows
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind, PaymentTerms
from invoicing.payment.payable_store import PayableKey
from invoicing.payment.transfers import (
    ITEM_FOLLOWS,
    LIVE,
    PROPOSAL_FOLLOWS,
    SENT,
    UNDER_WAY,
    ItemState,
    ProposalState,
    proposal_name,
)
from orders.register import store as register_store
from orders.register.parties import AccountScheme, PaymentAccount

_PROPOSAL, _ITEM = payment_tables.payment_proposal, payment_tables.payment_item
_BATCH = 500

CHANGED = "CHANGED"
"""Why an item waits that was shown as something else: its amount, account or reference has become another."""


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
    revision: int


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
    bank_status: str

    @property
    def key(self) -> PayableKey:
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


def add(
    session: Session, number: str, payables: Sequence[PaymentTerms], *, pay_on: date, by: str, at: datetime
) -> None:
    """Keep a new proposal with what lies in it."""
    row = {
        "number": number,
        "pay_on": pay_on,
        "state": ProposalState.DRAFT,
        "prepared_by": by,
        "prepared_at": at,
    }
    session.execute(insert(_PROPOSAL), row)
    insert_rows(
        session,
        _ITEM,
        [
            {"proposal": number, "prepared_by": by, "state": ItemState.PROPOSED, **item_values(each)}
            for each in payables
        ],
    )


def item_values(payable: PaymentTerms) -> dict[str, object]:
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


def is_as_kept(item: ProposalItem, payable: PaymentTerms) -> bool:
    """Whether what is to be paid is what the item says, and so what its proposal showed."""
    kept = (item.supplier, item.amount, item.account.scheme, item.account.number, item.reference)
    account = payable.account
    return kept == (payable.supplier, payable.amount, account.scheme, account.number, payable.reference)


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


def refresh_item(session: Session, item: ProposalItem, payable: PaymentTerms) -> None:
    """Let a waiting item say what is to be paid now, marked as changed since it was shown."""
    still = (_ITEM.c.id == item.id, _ITEM.c.state == ItemState.PROPOSED)
    session.execute(update(_ITEM).where(*still).values(**item_values(payable), why=CHANGED))


def raise_revision(session: Session, number: str) -> int:
    """Let what was shown of the proposal count no longer; the new revision."""
    change = update(_PROPOSAL).where(_PROPOSAL.c.number == number).values(revision=_PROPOSAL.c.revision + 1)
    revision: int = session.execute(change.returning(_PROPOSAL.c.revision)).scalar_one()
    return revision


def withdraw_items(session: Session, number: str) -> None:
    """Take everything out of a proposal that is withdrawn."""
    transitions.move_all(
        session,
        _ITEM.c.state,
        _ITEM.c.proposal == number,
        ITEM_FOLLOWS,
        to=ItemState.TAKEN_OUT,
        values={"why": "WITHDRAWN"},
    )


def get(session: Session, number: str, *, lock: bool = False) -> Proposal:
    """One proposal. Raises ProposalUnknown."""
    question = select(_PROPOSAL).where(_PROPOSAL.c.number == number)
    row = session.execute(question.with_for_update() if lock else question).one_or_none()
    if row is None:
        raise ProposalUnknown(Text("Det finns inget betalningsförslag %(number)s.", number=number))
    return _proposal(row)


def items(session: Session, number: str) -> Sequence[ProposalItem]:
    """What lies or lay in a proposal, in the order it was put in."""
    return [
        item_from(row)
        for row in session.execute(select(_ITEM).where(_ITEM.c.proposal == number).order_by(_ITEM.c.id))
    ]


def item_of(session: Session, item_id: int) -> ProposalItem:
    """One item. Raises ProposalUnknown."""
    row = session.execute(select(_ITEM).where(_ITEM.c.id == item_id)).one_or_none()
    if row is None:
        raise ProposalUnknown(Text("Raden finns inte i något förslag."))
    return item_from(row)


def items_sent_as(session: Session, end_to_end: str) -> list[ProposalItem]:
    """The items of the transfer that the bank knows by this id, whatever it answered."""
    question = select(_ITEM).where(_ITEM.c.end_to_end == end_to_end, _ITEM.c.state.in_(SENT))
    return [item_from(row) for row in session.execute(question.order_by(_ITEM.c.id))]


def items_sent_in(session: Session, number: str) -> list[ProposalItem]:
    """The items of a proposal that were exported, whatever the bank answered."""
    question = select(_ITEM).where(_ITEM.c.proposal == number, _ITEM.c.state.in_(SENT))
    return [item_from(row) for row in session.execute(question.order_by(_ITEM.c.id))]


def set_bank_status(session: Session, ids: Sequence[int], status: str) -> None:
    """Note what the bank says of payments that it has: a status of ISO's, as ACCP."""
    for start in range(0, len(ids), _BATCH):
        those = _ITEM.c.id.in_(ids[start : start + _BATCH])
        session.execute(update(_ITEM).where(those).values(bank_status=status))


def item_paid(session: Session, invoice_id: int) -> str | None:
    """What the bank knows the payment of the invoice by, where it went through the bank and stands."""
    question = select(_ITEM.c.end_to_end).where(
        _ITEM.c.invoice_id == invoice_id,
        _ITEM.c.kind == PayableKind.INVOICE,
        _ITEM.c.state == ItemState.PAID,
    )
    return session.execute(question).scalar_one_or_none()


def netting(session: Session, invoice_id: int) -> str:
    """The proposal in which the claim of a credited invoice is being taken off a payment, or nothing."""
    question = select(_ITEM.c.proposal).where(
        _ITEM.c.invoice_id == invoice_id, _ITEM.c.kind == PayableKind.CREDIT, _ITEM.c.state.in_(UNDER_WAY)
    )
    return session.execute(question.limit(1)).scalar_one_or_none() or ""


def drafts_of_others(session: Session, person: str) -> list[str]:
    """The numbers of the proposals that wait to be attested and that somebody else than the person has prepared."""
    waits = (_PROPOSAL.c.state == ProposalState.DRAFT) & (_PROPOSAL.c.prepared_by != person)
    return list(session.scalars(select(_PROPOSAL.c.number).where(waits).order_by(_PROPOSAL.c.number)))


def count(session: Session) -> int:
    """How many proposals have been made."""
    return session.execute(select(func.count()).select_from(_PROPOSAL)).scalar_one()


def overviews(session: Session, *, limit: int = 100, offset: int = 0) -> Sequence[Overview]:
    """A page of the proposals with their sums, the newest first."""
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
    page = select(_PROPOSAL).order_by(_PROPOSAL.c.number.desc()).limit(limit).offset(offset)
    newest = list(session.execute(page))
    found: dict[str, list[Row[tuple[object, ...]]]] = {}
    for row in session.execute(sums.where(_ITEM.c.proposal.in_([each.number for each in newest]))):
        found.setdefault(row.proposal, []).append(row)
    currency = register_store.currency(session)
    return [_overview(row, found.get(row.number, []), currency) for row in newest]


def _overview(
    row: Row[tuple[object, ...]], parts: Sequence[Row[tuple[object, ...]]], currency: str
) -> Overview:
    """A proposal with the sums of its invoices and of its credits, each a row."""
    amount = Money.of("0.00", currency)
    for part in parts:
        signed = Money(part.amount, currency)
        amount = amount + signed if part.kind == PayableKind.INVOICE else amount - signed
    return Overview(
        proposal=_proposal(row),
        items=sum(part.how_many for part in parts),
        attested=sum(part.attested for part in parts),
        to_pay=amount,
    )


def _proposal(row: Row[tuple[object, ...]]) -> Proposal:
    return Proposal(
        number=row.number,
        pay_on=row.pay_on,
        state=ProposalState(row.state),
        prepared_by=row.prepared_by,
        prepared_at=row.prepared_at,
        exported_by=row.exported_by,
        revision=row.revision,
    )


def item_from(row: Row[tuple[object, ...]]) -> ProposalItem:
    """The item in a row of the whole table."""
    return ProposalItem(
        id=row.id,
        proposal=row.proposal,
        prepared_by=row.prepared_by,
        invoice_id=row.invoice_id,
        kind=PayableKind(row.kind),
        supplier=row.supplier,
        amount=Money(row.amount, row.currency),
        account=PaymentAccount(AccountScheme(row.scheme), row.account),
        reference=row.reference,
        state=ItemState(row.state),
        attest_id=row.attest_id,
        attested_by=row.attested_by or "",
        end_to_end=row.end_to_end,
        why=row.why,
        bank_status=row.bank_status,
    )
