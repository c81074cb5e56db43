"""What a person decides about one document in question: credit, acceptance, rest, a question to the supplier.

Each locks and notes as `steps` does, decides by the pure rules of `decisions.rules`, and lets the one matcher
judge again. Links are apart: to an order line in `linking`, of a credit note to its invoice in `credit_linking`.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from foundation import formatting
from foundation.errors import Refused
from foundation.money import Money, total
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import (
    Action,
    ActionRefused,
    acceptable,
    at_stake,
    check_outcome,
    is_late_payment_claim,
)
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.exceptions import worklist_store
from invoicing.exceptions.steps import DeskActor, Later, begin, note
from invoicing.matching.deviations import (
    Check,
    CheckOutcome,
    DeviationActor,
    DeviationCode,
    Group,
    Match,
    Source,
    question,
)
from invoicing.matching.late_payment_claims import DISPUTED
from invoicing.model import DocumentType, SupplierInvoice
from invoicing.responses import responding, response_documents
from invoicing.verdicts import accepting_in_part, crediting, verdicts
from orders.purchase_orders import line_store
from orders.register.register import Register

_REST_LONGEST = timedelta(days=120)


class OverLimit(Refused):
    """The difference, or the claim without an order, is larger than the person may accept alone."""

    def __init__(self, stake: Money, limit: Money | None, *, is_claim: bool = False) -> None:
        own_limit = (
            Text("din gräns är %(amount)s", amount=formatting.AmountText(limit.amount))
            if limit is not None
            else Text("du har ingen gräns")
        )
        told = (
            Text(
                "Kravet är %(amount)s %(currency)s och %(own_limit)s. Be någon med högre gräns godta det, eller "
                "bestrid det."
            )
            if is_claim
            else Text(
                "Skillnaden är %(amount)s %(currency)s och %(own_limit)s. Be någon med högre gräns godta "
                "den, eller begär kredit."
            )
        )
        super().__init__(
            told.with_values(
                amount=formatting.AmountText(stake.amount), currency=stake.currency, own_limit=own_limit
            ),
        )


def ask_credit(
    session: Session, register: Register, invoice_id: int, actor: DeskActor, *, reason: str = ""
) -> int:
    """Ask for a credit note of the whole invoice and a new invoice; the number of the action."""
    invoice = begin(session, Action.ASK_CREDIT, invoice_id, reason=reason)
    later = Later()
    asked = crediting.ask_for_credit(
        session, register, invoice, by=actor.by, today=actor.today, answering=later
    )
    return note(session, invoice, Action.ASK_CREDIT, actor, reason, after=asked.state, answer=later.code)


def reject_duplicate(
    session: Session, register: Register, invoice_id: int, actor: DeskActor, *, of: str, reason: str = ""
) -> int:
    """Reject an invoice that says what another of the supplier's already said: credit it, send no new one."""
    invoice = begin(session, Action.REJECT_DUPLICATE, invoice_id, reason=reason)
    first = document_store.by_key(session, invoice.supplier, DocumentType.INVOICE, of.strip())
    if first is None or first.id == invoice.id:
        raise ActionRefused(
            Text(
                "Leverantören har ingen annan faktura %(number)s. Ange numret på den faktura som gäller.",
                number=of,
            ),
        )
    told = question(
        DeviationCode.ALREADY_INVOICED,
        "BT-1",
        invoice.number,
        "",
        Source.EARLIER_INVOICE,
        reference=first.number,
        variant="duplicate",
    )
    tree = Group("invoice", (Check("not invoiced before", CheckOutcome.DEVIATES, (told,)),))
    document_store.add_match(session, invoice.id, Match(tree), made_on=actor.today)
    later = Later()
    asked = crediting.ask_for_credit(
        session, register, invoice, by=actor.by, today=actor.today, answering=later
    )
    return note(
        session, invoice, Action.REJECT_DUPLICATE, actor, reason, after=asked.state, answer=later.code, of=of
    )


def dispute(session: Session, register: Register, invoice_id: int, actor: DeskActor, *, reason: str) -> int:
    """Dispute a claim of late payment in a person's own words: credit it, send no new one. Raises ActionRefused."""
    invoice = begin(session, Action.DISPUTE, invoice_id, reason=reason, must_tell_why=True)
    judged = document_store.matches(session, invoice.id)[-1][1]
    claims = [each for each in judged.deviations if each.code is DeviationCode.LATE_PAYMENT_CLAIM]
    if not claims:
        raise ActionRefused(
            Text(
                "%(invoice_number)s är inget krav för sen betalning. Begär kredit i stället.",
                invoice_number=invoice.number,
            ),
        )
    words = " ".join(reason.split())
    told = replace(claims[0], actor=DeviationActor.SUPPLIER, variant=f"{DISPUTED} {words}")
    tree = Group("invoice", (Check("order", CheckOutcome.DEVIATES, (told,)),))
    document_store.add_match(session, invoice.id, Match(tree), made_on=actor.today)
    later = Later()
    asked = crediting.ask_for_credit(
        session, register, invoice, by=actor.by, today=actor.today, answering=later
    )
    return note(session, invoice, Action.DISPUTE, actor, reason, after=asked.state, answer=later.code)


def accept(session: Session, register: Register, invoice_id: int, actor: DeskActor, *, reason: str) -> int:
    """Accept what deviates, with a reason, within the person's own limit. Raises OverLimit, ActionRefused."""
    invoice = begin(session, Action.ACCEPT, invoice_id, reason=reason, must_tell_why=True)
    match = document_store.matches(session, invoice.id)[-1][1]
    deviations = acceptable(invoice, match)
    received = received_for(session, invoice, match)
    stake = at_stake(invoice, received, deviations)
    limit = decision_store.limit_of(session, actor.by, currency=invoice.currency)
    if limit is None or stake.amount > limit.amount:
        raise OverLimit(stake, limit, is_claim=is_late_payment_claim(match))
    accepted = decision_store.add_acceptance(
        session,
        invoice,
        by=actor.by,
        on=actor.today,
        reason=reason,
        difference=invoice.amount_net - received,
        at_stake=stake,
        deviations=deviations,
    )
    later = Later()
    judged = verdicts.judge_again(
        session, register, invoice, today=actor.today, actor=actor.by, answering=later
    )
    check_outcome(Action.ACCEPT, invoice, judged.state)
    return note(
        session,
        invoice,
        Action.ACCEPT,
        actor,
        reason,
        after=judged.state,
        answer=later.code,
        acceptance=accepted,
        at_stake=str(stake.amount),
    )


def accept_in_part(
    session: Session, register: Register, invoice_id: int, actor: DeskActor, *, reason: str = ""
) -> int:
    """Accept the lines that agree and ask for credit of the others; those not received yet are asked back too."""
    invoice = begin(session, Action.ACCEPT_IN_PART, invoice_id, reason=reason)
    later = Later()
    accepted = accepting_in_part.accept_in_part(
        session,
        register,
        invoice,
        by=actor.by,
        today=actor.today,
        before_receipt=True,
        answering=later,
    )
    return note(
        session, invoice, Action.ACCEPT_IN_PART, actor, reason, after=accepted.state, answer=later.code
    )


def withdraw_part(session: Session, invoice_id: int, actor: DeskActor, *, reason: str) -> int:
    """Put an invoice that was accepted in part in question again, whole, when its credit note does not come."""
    invoice = begin(session, Action.WITHDRAW_PART, invoice_id, reason=reason, must_tell_why=True)
    withdrawn = accepting_in_part.withdraw(session, invoice, by=actor.by, today=actor.today)
    return note(session, invoice, Action.WITHDRAW_PART, actor, reason, after=withdrawn.state)


def park(session: Session, invoice_id: int, actor: DeskActor, *, until: date, reason: str) -> int:
    """Let a document rest until a day; it comes back to the queue then."""
    invoice = begin(session, Action.PARK, invoice_id, reason=reason, must_tell_why=True)
    if not actor.today < until <= actor.today + _REST_LONGEST:
        raise ActionRefused(
            Text(
                "Dagen ska ligga efter %(today)s och inom %(most)s dagar.",
                today=actor.today,
                most=_REST_LONGEST.days,
            ),
        )
    before = worklist_store.set_rest(session, invoice.id, until)
    return note(
        session,
        invoice,
        Action.PARK,
        actor,
        reason,
        after=invoice.state,
        until=until.isoformat(),
        rested_until=before.isoformat() if before else "",
    )


def ask_supplier(
    session: Session, register: Register, invoice_id: int, actor: DeskActor, *, text: str
) -> int:
    """Ask the supplier in a person's own words: an Invoice Response UQ with the question."""
    invoice = begin(session, Action.ASK_SUPPLIER, invoice_id, reason=text, must_tell_why=True)
    supplier = facts_loading.registered(register, invoice.supplier)
    if supplier is None or not responding.may_follow(invoice.answered, response_documents.UNDER_QUERY):
        raise ActionRefused(
            Text(
                "En fråga kan inte skickas efter svaret %(answer)s. Kontakta leverantören direkt.",
                answer=invoice.answered or "-",
            ),
        )
    return note(
        session,
        invoice,
        Action.ASK_SUPPLIER,
        actor,
        text,
        after=invoice.state,
        answer=response_documents.UNDER_QUERY,
    )


def received_for(session: Session, invoice: SupplierInvoice, match: Match) -> Money:
    """What is received of what the invoice is for: nothing for a claim of late payment, which is for no order."""
    if is_late_payment_claim(match):
        return Money(Decimal("0.00"), invoice.currency)
    return received_on(session, invoice)


def received_on(session: Session, invoice: SupplierInvoice) -> Money:
    """What is received on the order lines the invoice lies on. Raises ActionRefused where it lies on none."""
    accounts = line_store.occupied_by(session, invoice.id)
    if not accounts:
        raise ActionRefused(
            Text(
                "%(invoice_number)s ligger inte på någon orderrad. Koppla den först.",
                invoice_number=invoice.number,
            ),
        )
    return total((each.amount_received for each in accounts), currency=invoice.currency)
