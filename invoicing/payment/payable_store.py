"""Payables as the books hold them now: the invoice, its message, its match, its order and the supplier's account."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func, select

from foundation.money import Money
from foundation.sql import Session, among
from foundation.text import NO_TEXT, Text
from invoicing.claims import claim_store
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import STANDING
from invoicing.decisions import payee_decision_store
from invoicing.documents import decider_store
from invoicing.documents import tables as document_tables
from invoicing.matching import payee_accounts
from invoicing.model import DocumentType, InvoiceState, PaymentInstructions
from invoicing.payment import (
    account_confirmation_store,
    held_back_queries,
    payment_stop_store,
    repayment_store,
)
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import REFERENCE_MAX, Payable, PayableKind, PaymentTerms
from invoicing.payment.transfers import LIVE, UNDER_WAY, ItemState
from invoicing.payment_control.judging import AccountFacts, account_rows
from orders import tables as order_tables
from orders.register import store as register_store
from orders.register.parties import USUAL_CURRENCY, AccountScheme, PaymentAccount, Supplier
from orders.register.register import Register
from peppol.exchange import tables as exchange_tables

_INSTRUCTIONS = TypeAdapter(PaymentInstructions)
_INVOICE, _ITEM = document_tables.invoice, payment_tables.payment_item
_OF_INVOICE = (
    *(_INVOICE.c.id, _INVOICE.c.letter_id, _INVOICE.c.supplier, _INVOICE.c.number, _INVOICE.c.issued_on),
    *(_INVOICE.c.pays_on, _INVOICE.c.currency, _INVOICE.c.amount_payable, _INVOICE.c.credited_payable),
    *(_INVOICE.c.content, _INVOICE.c.state),
)
_TERMS = tuple(each.name for each in fields(PaymentTerms))
_BATCH = 1000

PayableKey = tuple[int, PayableKind]


@dataclass(frozen=True, slots=True)
class ComingDay:
    """What is to be paid on a day: how many invoices, and what they come to."""

    pays_on: date
    count: int
    amount: Money


def due(session: Session, *, on: date) -> list[int]:
    """The accepted invoices whose day has come and that lie in no proposal, by day and arrival."""
    question = select(_INVOICE.c.id).where(*_is_due(on)).order_by(_INVOICE.c.pays_on, _INVOICE.c.id)
    return list(session.scalars(question))


def due_after(session: Session, *, on: date, after: int, limit: int) -> list[int]:
    """The same, those that arrived after an invoice, by arrival; at most so many."""
    question = select(_INVOICE.c.id).where(*_is_due(on), _INVOICE.c.id > after)
    return list(session.scalars(question.order_by(_INVOICE.c.id).limit(limit)))


def due_sum(session: Session, *, on: date) -> tuple[int, Money]:
    """How many these invoices are, and what they come to."""
    amount = func.sum(
        _INVOICE.c.amount_payable - _INVOICE.c.credited_payable, type_=_INVOICE.c.amount_payable.type
    )
    # What is in another currency is held back, and no part of what kronor are needed for.
    own = register_store.currency(session)
    row = session.execute(select(func.count(), amount).where(*_is_due(on), _INVOICE.c.currency == own)).one()
    return row[0], Money(row[1] or Decimal("0.00"), own)


def coming(session: Session, *, until: date) -> list[ComingDay]:
    """The same by the day they are paid on, up to a day; in the currency of the buyer."""
    amount = func.sum(
        _INVOICE.c.amount_payable - _INVOICE.c.credited_payable, type_=_INVOICE.c.amount_payable.type
    )
    own = register_store.currency(session)
    asked = select(_INVOICE.c.pays_on, func.count(), amount).where(
        *_is_due(until), _INVOICE.c.currency == own
    )
    rows = session.execute(asked.group_by(_INVOICE.c.pays_on).order_by(_INVOICE.c.pays_on))
    return [ComingDay(pays_on, many, Money(total, own)) for pays_on, many, total in rows]


def _is_due(on: date) -> tuple[ColumnElement[bool], ...]:
    return (
        _INVOICE.c.state == InvoiceState.ACCEPTED,
        _INVOICE.c.document_type == DocumentType.INVOICE,
        _INVOICE.c.pays_on <= on,
        _INVOICE.c.id.not_in(_lying(PayableKind.INVOICE)),
    )


def claims_of(session: Session, suppliers: Iterable[str]) -> list[int]:
    """The invoices of these suppliers whose claims stand undisputed, lie in no proposal and have no deposit noted."""
    claim = claim_tables.claim
    question = (
        select(claim.c.invoice_id)
        .where(
            claim.c.state.in_(STANDING),
            among(session, claim.c.supplier, set(suppliers)),
            claim.c.invoice_id.not_in(_lying(PayableKind.CREDIT)),
            claim.c.invoice_id.not_in(repayment_store.noted()),
        )
        .order_by(claim.c.invoice_id)
    )
    return list(session.scalars(question))


def lies_in_proposal(session: Session, invoice_id: int) -> bool:
    """Whether the invoice is being paid through a proposal."""
    question = select(_ITEM.c.id).where(
        _ITEM.c.invoice_id == invoice_id, _ITEM.c.kind == PayableKind.INVOICE, _ITEM.c.state.in_(LIVE)
    )
    return session.execute(question.limit(1)).one_or_none() is not None


def held_back(session: Session, register: Register, *, on: date) -> list[PaymentTerms]:
    """What has come to its day and is not paid for its supplier's sake, each with its reason."""
    ids = session.scalars(select(_INVOICE.c.id).where(*_is_due(on)).order_by(_INVOICE.c.id))
    # Of all, as a proposal does: the account may be what stands in the way.
    every = terms(session, register, [(each, PayableKind.INVOICE) for each in ids], pay_on=on)
    return [each for each in every.values() if each.held_back]


def terms(
    session: Session, register: Register, keys: Sequence[PayableKey], *, pay_on: date, lock: bool = False
) -> dict[PayableKey, PaymentTerms]:
    """What is to be paid, where to and whether it is held back, without the rest that an attest looks at. As `load`."""
    found: dict[PayableKey, PaymentTerms] = {}
    paid_to = _PaidTo(session, register, pay_on)
    for start in range(0, len(keys), _BATCH):
        found.update(_terms(session, paid_to, keys[start : start + _BATCH], lock=lock)[0])
    return found


def load(
    session: Session, register: Register, keys: Sequence[PayableKey], *, pay_on: date, lock: bool = False
) -> dict[PayableKey, Payable]:
    """Everything there is to attest about these invoices; `lock` keeps others from changing them meanwhile.

    `pay_on` is the day they are paid: it says which account is the supplier's then.

    Whose supplier the register has lost comes with the reason why it is held back. Left out is only what no
    register ever had a supplier for.
    """
    found: dict[PayableKey, Payable] = {}
    paid_to = _PaidTo(session, register, pay_on)
    for start in range(0, len(keys), _BATCH):
        found.update(_loaded(session, paid_to, keys[start : start + _BATCH], lock=lock))
    return found


class _PaidTo:
    """Where the money of a document goes on a day: looked up once for all documents of a supplier that say the same."""

    def __init__(self, session: Session, register: Register, on: date) -> None:
        self.session, self.register, self.on = session, register, on
        self._suppliers: dict[str, Supplier | None] = {}
        self._accounts: dict[tuple[object, ...], tuple[PaymentAccount, bool]] = {}

    def supplier(self, number: str) -> Supplier | None:
        """The supplier as any register knew it."""
        if number not in self._suppliers:
            self._suppliers[number] = register_store.last_known_supplier(self.session, self.register, number)
        return self._suppliers[number]

    def account(
        self, supplier: Supplier, said: PaymentInstructions, *, to_seller: bool
    ) -> tuple[PaymentAccount, bool]:
        """The account, and whether it is the payee's: who has none is held back, and the seller's own stands there."""
        key = (
            *(supplier.organisation_number, said.accounts, said.payee, said.type_code),
            *(said.supplier, said.supplier_name, said.endpoint, to_seller),
        )
        if key not in self._accounts:
            own = payee_accounts.sellers_own(supplier, on=self.on, given=said.accounts)
            chosen = own if to_seller else payee_accounts.chosen(said, supplier, on=self.on)
            self._accounts[key] = (chosen or own, chosen is not None)
        return self._accounts[key]


_InvoiceRow = Any


def _terms(
    session: Session, paid_to: _PaidTo, keys: Sequence[PayableKey], *, lock: bool
) -> tuple[dict[PayableKey, PaymentTerms], Mapping[int, _InvoiceRow]]:
    """The terms of a batch, and the rows of its invoices."""
    ids = sorted({invoice_id for invoice_id, _ in keys})
    question = select(*_OF_INVOICE).where(among(session, _INVOICE.c.id, ids)).order_by(_INVOICE.c.id)
    rows = {row.id: row for row in session.execute(question.with_for_update() if lock else question)}
    claimed = [each for each, kind in keys if kind is PayableKind.CREDIT]
    credits = _credit_notes(session, claimed)
    owed = claim_store.open_amounts(session, claimed, STANDING)
    if lock:
        # Whoever pays and whoever stops payments follow each other: a stop is seen, or the payment left before it.
        payment_stop_store.hold_still(session)
    supplier_of = {row.id: row.supplier for row in rows.values()}
    looked_at = held_back_queries.looked_at(session, paid_to.register, supplier_of, on=paid_to.on)
    confirmed_at = account_confirmation_store.last_confirmed(session, supplier_of.values())
    to_seller = payee_decision_store.paid_to_seller(session, rows)
    found: dict[PayableKey, PaymentTerms] = {}
    for invoice_id, kind in keys:
        row = rows[invoice_id]
        supplier = paid_to.supplier(row.supplier)
        if supplier is None:
            # No register ever had it, so nothing says where to pay: there is no payable.
            continue
        said = _INSTRUCTIONS.validate_json(row.content)
        account, is_payees = paid_to.account(supplier, said, to_seller=invoice_id in to_seller)
        # A claim goes by the credit note that made it: that is what the supplier looks for.
        itself = (row.number, row.issued_on)
        whole = Money(row.amount_payable - row.credited_payable, row.currency)
        number, issued_on = credits.get(invoice_id, itself) if kind is PayableKind.CREDIT else itself
        stands = looked_at[invoice_id]
        wanted = " ".join(said.payment_reference.split())
        facts = AccountFacts(
            account,
            confirmed_at.get(row.supplier),
            stands.stop.asked_at if stands.stop else None,
            stands.stop.sentence if stands.stop else NO_TEXT,
        )
        about = account_rows(facts, paid_to.register.policy.payment_controls, on=paid_to.on)
        found[invoice_id, kind] = PaymentTerms(
            invoice_id=invoice_id,
            kind=kind,
            number=number,
            issued_on=issued_on,
            supplier=row.supplier,
            supplier_name=supplier.name,
            state=InvoiceState(row.state),
            amount=owed[invoice_id] if kind is PayableKind.CREDIT and invoice_id in owed else whole,
            is_owed=kind is PayableKind.CREDIT and invoice_id in owed,
            pays_on=row.pays_on,
            account=account,
            reference=wanted[:REFERENCE_MAX],
            is_reference_cut=len(wanted) > REFERENCE_MAX,
            address=supplier.on(paid_to.on).address if account.is_own else None,
            held_back=stands.reason or _kept_by_account(row.currency, account, is_chosen=is_payees),
            controls=(*about, *stands.controls) if kind is PayableKind.INVOICE else (),
        )
    return found, rows


def _loaded(
    session: Session, paid_to: _PaidTo, keys: Sequence[PayableKey], *, lock: bool
) -> dict[PayableKey, Payable]:
    found, rows = _terms(session, paid_to, keys, lock=lock)
    messages = _messages(session, [row.letter_id for row in rows.values()])
    ids = list(rows)
    matches, scopes, decided = _matches(session, ids), _scopes(session, ids), decider_store.of(session, ids)
    confirmed = account_confirmation_store.barred(session, {row.supplier for row in rows.values()})
    payables: dict[PayableKey, Payable] = {}
    for key, each in found.items():
        match_id, match_sha256 = matches.get(each.invoice_id, (0, ""))
        articles, areas = scopes[each.invoice_id]
        payables[key] = Payable(
            **{name: getattr(each, name) for name in _TERMS},
            message_sha256=messages.get(rows[each.invoice_id].letter_id, ""),
            match_id=match_id,
            match_sha256=match_sha256,
            articles=frozenset(articles),
            areas=frozenset(areas),
            decided_by=frozenset(decided[each.invoice_id]),
            account_confirmed_by=frozenset(confirmed[each.supplier]),
        )
    return payables


def _kept_by_account(currency: str, account: PaymentAccount, *, is_chosen: bool) -> Text:
    """Why nothing is paid to this account, whatever else is right."""
    if not is_chosen:
        return held_back_queries.PAYEE_WITHOUT_ACCOUNT
    if account.scheme is not AccountScheme.IBAN and currency != USUAL_CURRENCY:
        return held_back_queries.GIRO_IN_KRONOR.with_values(currency=currency)
    return NO_TEXT


def _lying(kind: PayableKind):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a select of one column
    states = LIVE if kind is PayableKind.INVOICE else UNDER_WAY
    return select(_ITEM.c.invoice_id).where(_ITEM.c.kind == kind, _ITEM.c.state.in_(states))


def _messages(session: Session, message_ids: Sequence[int]) -> Mapping[int, str]:
    inbox = exchange_tables.inbox
    rows = session.execute(select(inbox.c.id, inbox.c.sha256).where(among(session, inbox.c.id, message_ids)))
    return {row.id: row.sha256 for row in rows}


def _credit_notes(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[str, date]]:
    """The number and day of the credit note that settled each invoice."""
    pair = document_tables.credit_pair
    question = (
        select(pair.c.invoice_id, _INVOICE.c.number, _INVOICE.c.issued_on)
        .join(_INVOICE, _INVOICE.c.id == pair.c.credit_id)
        .where(among(session, pair.c.invoice_id, ids))
    )
    return {row.invoice_id: (row.number, row.issued_on) for row in session.execute(question)}


def _matches(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[int, str]]:
    """The newest match of each, and the sha256 of its tree."""
    table = document_tables.match_made
    newest = (
        select(func.max(table.c.id))
        .where(among(session, table.c.invoice_id, ids))
        .group_by(table.c.invoice_id)
    )
    rows = session.execute(select(table.c.invoice_id, table.c.id, table.c.tree).where(table.c.id.in_(newest)))
    return {row.invoice_id: (row.id, hashlib.sha256(row.tree.encode()).hexdigest()) for row in rows}


def _scopes(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[set[str], set[str]]]:
    part, order = document_tables.invoice_part, order_tables.purchase_order
    question = (
        select(part.c.invoice_id, order.c.article, order.c.delivery_area)
        .join(order, order.c.number == part.c.order_number)
        .where(among(session, part.c.invoice_id, ids))
    )
    scopes: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for row in session.execute(question):
        scopes[row.invoice_id][0].add(row.article)
        scopes[row.invoice_id][1].add(row.delivery_area)
    return scopes


def is_on_its_way(session: Session, invoice_id: int) -> bool:
    """Whether a payment of the invoice has left us and the bank has not answered yet."""
    question = select(_ITEM.c.id).where(
        _ITEM.c.invoice_id == invoice_id,
        _ITEM.c.kind == PayableKind.INVOICE,
        _ITEM.c.state == ItemState.EXPORTED,
    )
    return session.execute(question.limit(1)).one_or_none() is not None
