"""What a person does with one document in question: the use cases of the finance desk.

Each locks the order's lines and then the document, decides by the pure rules of `exception_rules`, lets the
one matcher judge again, and notes who did it and why. The answer it gives does not leave at once: it is held
back for a while (`Hand.hold`), and until it has left everything can be undone (`exception_undo`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from invoicing import (
    crediting,
    exception_tables,
    judging,
    personal_numbers,
    responding,
    stored_exceptions,
    stored_facts,
    stored_invoices,
    stored_payables,
    tables,
)
from invoicing.deviations import Check, Code, Deviation, Group, Match, Outcome, Source, question
from invoicing.exception_rules import (
    Action,
    ActionRefused,
    acceptable,
    at_stake,
    check_action,
    check_outcome,
)
from invoicing.judging import STATE_OF, record
from invoicing.model import DocumentType, Held, InvoiceState, check_step
from orders import stored_orders
from orders.contracts import Register
from orders.parties import Supplier
from orders.values import Money, Refused, total
from peppol.sql import Session, rows_changed

DOCUMENT = "DOCUMENT"
#: How long an answer is held back, so that the press can be undone.
HOLD = timedelta(minutes=10)
_REST_LONGEST = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts and when: the person's opaque id, the instant, the day, and how long the answer is held back."""

    by: str
    now: datetime
    today: date
    hold: timedelta = HOLD
    batch_id: int | None = None


@dataclass(slots=True)
class Later:
    """An answer that is noted instead of sent."""

    code: str = field(default="")

    def __call__(
        self,
        session: Session,
        register: Register,
        held: Held,
        code: str,
        deviations: Iterable[Deviation],
        *,
        today: date,
        supplier: Supplier | None,
    ) -> str:
        """Note the answer that is to follow; nothing is sent."""
        if supplier is not None and responding.may_follow(held.answered, code):
            self.code = code
        return held.answered


class OverLimit(Refused):
    """The difference is larger than the person may accept alone."""

    def __init__(self, stake: Money, limit: Money | None) -> None:
        may = (
            (f"din gräns är {limit.amount}", f"your limit is {limit.amount}")
            if limit is not None
            else ("du har ingen gräns", "you have no limit")
        )
        super().__init__(
            f"Skillnaden är {stake.amount} {stake.currency} och {may[0]}. "
            "Be någon med högre gräns godta den, eller begär kredit.",
            f"The difference is {stake.amount} {stake.currency} and {may[1]}. "
            "Ask somebody with a higher limit to accept it, or ask for credit.",
        )


def ask_credit(session: Session, register: Register, invoice_id: int, hand: Hand, *, reason: str = "") -> int:
    """Ask for a credit note of the whole invoice and a new invoice; the number of the action."""
    held = begin(session, Action.ASK_CREDIT, invoice_id, reason=reason)
    later = Later()
    asked = crediting.ask_for_credit(session, register, held, by=hand.by, today=hand.today, answering=later)
    return _note(session, held, Action.ASK_CREDIT, hand, reason, after=asked.state, answer=later.code)


def reject_duplicate(
    session: Session, register: Register, invoice_id: int, hand: Hand, *, of: str, reason: str = ""
) -> int:
    """Reject an invoice that says what another of the supplier's already said: credit it, send no new one."""
    held = begin(session, Action.REJECT_DUPLICATE, invoice_id, reason=reason)
    first = stored_invoices.by_key(session, held.supplier, DocumentType.INVOICE, of.strip())
    if first is None or first.id == held.id:
        raise ActionRefused(
            f"Leverantören har ingen annan faktura {of}. Ange numret på den faktura som gäller.",
            f"The supplier has no other invoice {of}. Give the number of the invoice that stands.",
        )
    told = question(
        Code.ALREADY_INVOICED,
        "BT-1",
        held.number,
        "",
        Source.EARLIER_INVOICE,
        reference=first.number,
        variant="duplicate",
    )
    tree = Group("invoice", (Check("not invoiced before", Outcome.DEVIATES, (told,)),))
    stored_invoices.add_match(session, held.id, Match(tree), made_on=hand.today)
    later = Later()
    asked = crediting.ask_for_credit(session, register, held, by=hand.by, today=hand.today, answering=later)
    return _note(
        session, held, Action.REJECT_DUPLICATE, hand, reason, after=asked.state, answer=later.code, of=of
    )


def accept(session: Session, register: Register, invoice_id: int, hand: Hand, *, reason: str) -> int:
    """Accept what deviates, with a reason, within the person's own limit. Raises OverLimit, ActionRefused."""
    held = begin(session, Action.ACCEPT, invoice_id, reason=reason, must_tell_why=True)
    match = stored_invoices.matches(session, held.id)[-1][1]
    deviations = acceptable(held, match)
    received = received_on(session, held)
    stake = at_stake(held, received, deviations)
    limit = stored_exceptions.limit_of(session, hand.by, currency=held.currency)
    if limit is None or stake.amount > limit.amount:
        raise OverLimit(stake, limit)
    accepted = stored_exceptions.add_acceptance(
        session,
        held,
        by=hand.by,
        on=hand.today,
        reason=reason,
        difference=held.amount_net - received,
        at_stake=stake,
        deviations=deviations,
    )
    later = Later()
    judged = judging.judge_again(session, register, held, today=hand.today, actor=hand.by, answering=later)
    check_outcome(Action.ACCEPT, held, judged.state)
    return _note(
        session,
        held,
        Action.ACCEPT,
        hand,
        reason,
        after=judged.state,
        answer=later.code,
        acceptance=accepted,
        at_stake=str(stake.amount),
    )


def link(
    session: Session,
    register: Register,
    invoice_id: int,
    hand: Hand,
    *,
    order_number: str,
    line_id: str,
    reason: str,
) -> int:
    """Say which order line an invoice is for. It is judged as if the invoice had named it."""
    held = begin(session, Action.LINK, invoice_id, reason=reason, must_tell_why=True, also=order_number)
    if held.document_type is DocumentType.CREDIT_NOTE:
        raise ActionRefused(
            f"{held.number} är en kreditfaktura. Ange fakturan den krediterar.",
            f"{held.number} is a credit note. Name the invoice it credits.",
        )
    account = stored_orders.account(session, order_number, line_id)
    if account is None:
        raise ActionRefused(
            f"Det finns ingen orderrad {order_number}/{line_id}.",
            f"There is no order line {order_number}/{line_id}.",
        )
    return _relink(session, register, held, Action.LINK, hand, reason, order_number, line_id)


def unlink(session: Session, register: Register, invoice_id: int, hand: Hand, *, reason: str) -> int:
    """Say that an invoice is not for the order line it lies on: the line is free, the invoice in question."""
    held = begin(session, Action.UNLINK, invoice_id, reason=reason, must_tell_why=True)
    if stored_payables.is_on_its_way(session, held.id):
        raise ActionRefused(
            f"{held.number} är på väg till banken. Vänta på bankens svar.",
            f"{held.number} is on its way to the bank. Wait for the bank's answer.",
        )
    own = stored_invoices.content(session, held.id)
    return _relink(session, register, held, Action.UNLINK, hand, reason, own.order_number, "")


def link_credit(
    session: Session, register: Register, invoice_id: int, hand: Hand, *, credits: str, reason: str
) -> int:
    """Say which invoice a credit note credits. Where they agree the pair is settled at once."""
    held = begin(session, Action.LINK, invoice_id, reason=reason, must_tell_why=True)
    if held.document_type is DocumentType.INVOICE:
        raise ActionRefused(
            f"{held.number} är en faktura. Ange en orderrad.",
            f"{held.number} is an invoice. Name an order line.",
        )
    before = stored_exceptions.link_of(session, held.id)
    stored_exceptions.add_link(
        session, held.id, by=hand.by, on=hand.today, reason=reason, credited_number=credits.strip()
    )
    judged = crediting.judge(session, register, stored_exceptions.as_judged(session, held.id))
    state = STATE_OF[judged.match.verdict]
    stored_invoices.add_match(session, held.id, judged.match, made_on=hand.today, policy=register.policy)
    later = Later()
    if state is InvoiceState.ACCEPTED:
        settled = crediting.take_effect(session, register, held, judged, today=hand.today, answering=later)
        return _note(session, held, Action.LINK, hand, reason, after=settled.state)
    check_step(held.number, held.state, state)
    stored_invoices.set_state(session, held.id, state, codes=judged.match.codes)
    record(session, held, "credit.judged", actor=hand.by, state=state, codes=" ".join(judged.match.codes))
    return _note(
        session,
        held,
        Action.LINK,
        hand,
        reason,
        after=state,
        link_before=before.id if before else None,
    )


def park(session: Session, invoice_id: int, hand: Hand, *, until: date, reason: str) -> int:
    """Let a document rest until a day; it comes back to the queue then."""
    held = begin(session, Action.PARK, invoice_id, reason=reason, must_tell_why=True)
    if not hand.today < until <= hand.today + _REST_LONGEST:
        raise ActionRefused(
            f"Dagen ska ligga efter {hand.today} och inom {_REST_LONGEST.days} dagar.",
            f"The day must lie after {hand.today} and within {_REST_LONGEST.days} days.",
        )
    before = rest(session, held.id, until)
    return _note(
        session,
        held,
        Action.PARK,
        hand,
        reason,
        after=held.state,
        until=until.isoformat(),
        rested_until=before.isoformat() if before else "",
    )


def ask_supplier(session: Session, register: Register, invoice_id: int, hand: Hand, *, text: str) -> int:
    """Ask the supplier in a person's own words: an Invoice Response UQ with the question."""
    held = begin(session, Action.ASK_SUPPLIER, invoice_id, reason=text, must_tell_why=True)
    supplier = stored_facts.registered(register, held.supplier)
    if supplier is None or not responding.may_follow(held.answered, responding.UNDER_QUERY):
        raise ActionRefused(
            f"En fråga kan inte skickas efter svaret {held.answered or '-'}. Kontakta leverantören direkt.",
            f"A question cannot be sent after the answer {held.answered or '-'}. Contact the supplier directly.",
        )
    return _note(
        session,
        held,
        Action.ASK_SUPPLIER,
        hand,
        text,
        after=held.state,
        answer=responding.UNDER_QUERY,
    )


# What they share ----------------------------------------------------------------------------


def begin(
    session: Session,
    action: Action,
    invoice_id: int,
    *,
    reason: str,
    must_tell_why: bool = False,
    also: str = "",
) -> Held:
    """Lock the order lines and then the document, and check that the action may be taken on it now."""
    if must_tell_why and not reason.strip():
        raise ActionRefused("Skriv varför. Skälet sparas.", "Say why. The reason is kept.")
    personal_numbers.refuse(reason)
    seen = stored_invoices.by_id(session, invoice_id)
    for number in sorted({seen.order_number, also} - {""}):
        stored_orders.lock_lines(session, number)
    held = stored_invoices.lock(session, invoice_id)
    check_action(action, held)
    return held


def received_on(session: Session, held: Held) -> Money:
    """What is received on the order lines the invoice lies on. Raises ActionRefused where it lies on none."""
    accounts = [
        each for each in stored_orders.accounts(session, held.order_number) if each.invoice_id == held.id
    ]
    if not accounts:
        raise ActionRefused(
            f"{held.number} ligger inte på någon orderrad. Koppla den först.",
            f"{held.number} does not lie on an order line. Link it first.",
        )
    return total((each.amount_received for each in accounts), currency=held.currency)


def rest(session: Session, invoice_id: int, until: date | None) -> date | None:
    """Let the document rest until a day, or no longer; until when it rested before comes back."""
    table = exception_tables.desk_item
    this = (table.c.kind == DOCUMENT) & (table.c.item_id == invoice_id)
    before: date | None = session.scalar(select(table.c.rests_until).where(this))
    if not rows_changed(session, update(table).where(this).values(rests_until=until)):
        session.execute(insert(table), {"kind": DOCUMENT, "item_id": invoice_id, "rests_until": until})
    return before


def lay_on(session: Session, register: Register, held: Held) -> None:
    """Let the invoice lie on the lines it is now said to be for, and on no other; its parts follow."""
    invoice = stored_exceptions.as_judged(session, held.id)
    session.execute(delete(tables.invoice_part).where(tables.invoice_part.c.invoice_id == held.id))
    facts = stored_facts.facts_of(session, register, invoice, invoice_id=held.id)
    parts = judging.parts_of(invoice, facts)
    stored_invoices.add_parts(session, held.id, parts)
    reference = facts.order.order.execution_reference if facts.order is not None and parts else ""
    session.execute(
        update(tables.invoice)
        .where(tables.invoice.c.id == held.id)
        .values(order_number=invoice.order_number, execution_reference=reference)
    )


def _relink(
    session: Session,
    register: Register,
    held: Held,
    action: Action,
    hand: Hand,
    reason: str,
    order_number: str,
    line_id: str,
) -> int:
    before = stored_exceptions.link_of(session, held.id)
    freed = stored_orders.free_lines(session, held.id)
    stored_exceptions.add_link(
        session,
        held.id,
        by=hand.by,
        on=hand.today,
        reason=reason,
        order_number=order_number,
        line_id=line_id,
    )
    lay_on(session, register, held)
    later = Later()
    moved = stored_invoices.by_id(session, held.id)
    judged = judging.judge_again(session, register, moved, today=hand.today, actor=hand.by, answering=later)
    check_outcome(action, held, judged.state)
    judging.judge_lines_again(session, register, freed, today=hand.today)
    return _note(
        session,
        moved,
        action,
        hand,
        reason,
        was=held.state,
        after=judged.state,
        answer=later.code if judged.state is not InvoiceState.IN_QUESTION else "",
        link_before=before.id if before else None,
        line=f"{order_number}/{line_id}",
    )


def _note(
    session: Session,
    held: Held,
    kind: Action,
    hand: Hand,
    reason: str,
    *,
    after: InvoiceState,
    answer: str = "",
    was: InvoiceState | None = None,
    **detail: object,
) -> int:
    action_id = stored_exceptions.add_action(
        session,
        held,
        kind,
        by=hand.by,
        at=hand.now,
        reason=reason,
        state_before=was or held.state,
        state_after=after,
        answer=answer,
        answers_at=hand.now + hand.hold if answer else None,
        batch_id=hand.batch_id,
        **detail,
    )
    told = {"answer": answer, "reason": reason, "press": str(action_id)}
    record(session, held, f"desk.{kind.value.lower()}", actor=hand.by, **told)
    return action_id
