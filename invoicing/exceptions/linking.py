"""Saying which order line an invoice is for, or that it is for none of ours, and taking that back.

The document never changes: a link is a row beside it, read whenever the document is judged. A line that comes
free is offered to the invoices that wait for it only when the time for second thoughts has ended, since what they
are answered then cannot be taken back.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action, ActionRefused, check_outcome
from invoicing.decisions.store import Done
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.exceptions.steps import DeskActor, Later, begin, note
from invoicing.matching.order_slices import orders_named
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.payment import payable_store
from invoicing.responses import responding
from invoicing.verdicts import verdicts
from orders.purchase_orders import line_store
from orders.register.register import Register


def link(
    session: Session,
    register: Register,
    invoice_id: int,
    actor: DeskActor,
    *,
    order_number: str,
    line_id: str,
    reason: str,
) -> int:
    """Say which order line an invoice is for. It is judged as if the invoice had named it."""
    invoice = begin(session, Action.LINK, invoice_id, reason=reason, must_tell_why=True, also=order_number)
    if invoice.document_type is DocumentType.CREDIT_NOTE:
        raise ActionRefused(
            Text(
                "%(invoice_number)s är en kreditfaktura. Ange fakturan den krediterar.",
                invoice_number=invoice.number,
            ),
        )
    account = line_store.account(session, order_number, line_id)
    if account is None:
        raise ActionRefused(
            Text(
                "Det finns ingen orderrad %(order_number)s/%(line_id)s.",
                order_number=order_number,
                line_id=line_id,
            ),
        )
    return _relink(session, register, invoice, Action.LINK, actor, reason, order_number, line_id)


def unlink(session: Session, register: Register, invoice_id: int, actor: DeskActor, *, reason: str) -> int:
    """Say that an invoice is not for the order line it lies on: the line is free, the invoice in question."""
    invoice = begin(session, Action.UNLINK, invoice_id, reason=reason, must_tell_why=True)
    if payable_store.is_on_its_way(session, invoice.id):
        raise ActionRefused(
            Text(
                "%(invoice_number)s är på väg till banken. Vänta på bankens svar.",
                invoice_number=invoice.number,
            ),
        )
    own = document_store.content(session, invoice.id)
    return _relink(session, register, invoice, Action.UNLINK, actor, reason, own.order_number, "")


def lay_on(session: Session, register: Register, invoice: SupplierInvoice) -> None:
    """Let the invoice lie on the lines it is now said to be for, and on no other; its parts follow."""
    content = decision_store.as_judged(session, invoice.id)
    document_store.remove_parts(session, invoice.id)
    facts = facts_loading.facts_of(
        session, register, content, received_on=invoice.received_on, invoice_id=invoice.id
    )
    parts = verdicts.parts_of(content, facts)
    document_store.add_parts(session, invoice.id, parts)
    _, reference = verdicts.case_of(parts, facts)
    document_store.set_order(
        session,
        invoice.id,
        order_number=content.order_number,
        execution_reference=reference,
        named=orders_named(content),
    )


def _relink(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    action: Action,
    actor: DeskActor,
    reason: str,
    order_number: str,
    line_id: str,
) -> int:
    before = decision_store.link_of(session, invoice.id)
    freed = line_store.free_lines(session, invoice.id)
    decision_store.add_link(
        session,
        invoice.id,
        by=actor.by,
        on=actor.today,
        reason=reason,
        order_number=order_number,
        line_id=line_id,
    )
    lay_on(session, register, invoice)
    later = Later()
    moved = document_store.by_id(session, invoice.id)
    judged = verdicts.judge_again(
        session, register, moved, today=actor.today, actor=actor.by, answering=later
    )
    check_outcome(action, invoice, judged.state)
    return note(
        session,
        moved,
        action,
        actor,
        reason,
        was=invoice.state,
        after=judged.state,
        answer=later.code if judged.state is not InvoiceState.IN_QUESTION else "",
        holds=_is_waited_for(session, freed, invoice.id),
        link_before=before.id if before else None,
        line=f"{order_number}/{line_id}",
        freed=[f"{number}/{line}" for number, line in freed],
    )


def offer_lines(session: Session, register: Register, done: Done, *, today: date) -> None:
    """Let the invoices that wait for the lines an action freed be judged again."""
    verdicts.judge_lines_again(session, register, _freed_by(done), today=today)


def orders_of(done: Done) -> set[str]:
    """The orders whose lines an action freed: they are locked before it is undone."""
    return {number for number, _ in _freed_by(done)}


def put_back(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    done: Done,
    actor: DeskActor,
    *,
    answering: responding.Answering,
) -> None:
    """Withdraw a link, and let the invoice lie where it lay. Raises ActionRefused where another took its line."""
    for number, line_id in _freed_by(done):
        account = line_store.account(session, number, line_id)
        if account is not None and account.invoice_id not in (None, invoice.id):
            taker = document_store.by_id(session, account.invoice_id)
            raise ActionRefused(
                Text(
                    "Orderrad %(order_number)s/%(line_id)s har gått till %(invoice_number)s. Koppla loss den "
                    "fakturan först, om raden ändå är den här fakturans.",
                    order_number=number,
                    line_id=line_id,
                    invoice_number=taker.number,
                ),
            )
    decision_store.restore_link(session, invoice.id, done.detail["link_before"])
    freed = line_store.free_lines(session, invoice.id)
    lay_on(session, register, invoice)
    now = document_store.by_id(session, invoice.id)
    verdicts.judge_again(session, register, now, today=actor.today, actor=actor.by, answering=answering)
    verdicts.judge_lines_again(session, register, freed, today=actor.today)


def _freed_by(done: Done) -> Sequence[tuple[str, str]]:
    keys = [str(each).rpartition("/") for each in done.detail.get("freed", ())]
    return [(number, line_id) for number, _, line_id in keys]


def _is_waited_for(session: Session, lines: Iterable[tuple[str, str]], invoice_id: int) -> bool:
    return any(
        each.id != invoice_id
        for number, line_id in lines
        for each in document_store.on_line(session, number, line_id)
    )
