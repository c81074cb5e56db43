"""A supplier pays back what it owes after a credit of a paid invoice: noted by one person, confirmed by another.

The first says which day the money came and what the bank calls it; the second has looked at the bank's own
statement too. What is noted is a row, and so is what is confirmed: the database allows each once for a claim, and
never by one person alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from foundation import journal
from foundation.errors import Refused
from foundation.journal_entries import JournalSubject
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.claims import claim_store, giving_back, steps
from invoicing.claims.claim_store import SupplierClaim
from invoicing.documents import store as document_store
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import payment, payment_store, proposal_store, repayment_store
from invoicing.payment.payment_store import Claim, ClaimWay
from invoicing.payment.repayment_store import RepaymentNote, RepaymentState

_LONGEST_REFERENCE = 80


class RepaymentRefused(Refused):
    """The repayment cannot be noted, confirmed or taken back as things stand."""


def claim_of(session: Session, invoice_id: int) -> Claim | None:
    """What the supplier owes after the credit of this invoice, or None."""
    return next(iter(payment_store.claims(session, [invoice_id])), None)


def noted(session: Session, claims: Sequence[Claim]) -> Mapping[int, RepaymentNote]:
    """The repayments noted and waiting for a second person, by invoice."""
    return repayment_store.waiting(session, [each.invoice_id for each in claims])


def note(
    session: Session,
    invoice_id: int,
    *,
    by: str,
    came_on: date,
    reference: str,
    today: date,
    amount: Money | None = None,
) -> Claim:
    """Note that money has come, as the first person: all that is left, or `amount`. Raises RepaymentRefused.

    More than is left is taken for late-payment interest, and only as much as has grown by the day it came.
    """
    claim = _open(session, invoice_id)
    if amount is not None:
        _parted(session, claim, amount, came_on)
    asked = Text("Skriv bankens referens för insättningen.")
    reference = kept_words.kept(reference, RepaymentRefused, asked=asked, longest=_LONGEST_REFERENCE)
    paid_on = document_store.by_id(session, invoice_id).paid_on
    if came_on > today or (paid_on is not None and came_on < paid_on):
        raise RepaymentRefused(
            Text(
                "Dagen ska ligga mellan %(paid_on)s, då fakturan betalades, och i dag.",
                paid_on=paid_on or "–",
            ),
        )
    if invoice_id in noted(session, [claim]):
        raise RepaymentRefused(Text("Återbetalningen är redan noterad. En annan person bekräftar den."))
    came = amount or claim.amount
    repayment_store.add(
        session,
        invoice_id,
        by=by,
        on=today,
        came_on=came_on,
        reference=reference,
        amount=None if amount is None else amount.amount,
    )
    told = {"came_on": str(came_on), "reference": reference, "noted_on": str(today)}
    journal.record(
        session, by, PaymentAction.REPAYMENT_NOTED, _subject(claim), amount=str(came.amount), **told
    )
    return claim


def confirm(session: Session, invoice_id: int, *, by: str) -> Claim:
    """Confirm as the second person: it is given back on the day the money came, and settled where nothing is left.

    Raises RepaymentRefused, or payment.SamePerson for the one who noted it.
    """
    claim = _open(session, invoice_id)
    first = _noted(session, claim)
    if by == first.by:
        raise payment.SamePerson
    came = claim.amount if first.amount is None else Money(first.amount, claim.amount.currency)
    part, interest = _parted(session, claim, came, first.came_on)
    people = {"first_by": first.by, "second_by": by}
    if interest.amount:
        giving_back.pay_interest(
            session, claim.number, interest, on=first.came_on, reference=first.reference, **people
        )
    payment.settle_claim(
        session,
        replace(claim, amount=part),
        how=ClaimWay.REPAID,
        on=first.came_on,
        reference=first.reference,
        **people,
    )
    repayment_store.end(session, first, RepaymentState.CONFIRMED, by=by)
    return claim


def take_back(session: Session, invoice_id: int, *, by: str, reason: str) -> Claim:
    """Take back what was noted and not confirmed: by whoever noted it, or by another who does not find it."""
    reason = kept_words.kept(reason, RepaymentRefused, asked=Text("Skriv varför. Skälet sparas."))
    claim = _open(session, invoice_id)
    found = _noted(session, claim)
    repayment_store.end(session, found, RepaymentState.TAKEN_BACK, by=by)
    journal.record(session, by, PaymentAction.REPAYMENT_TAKEN_BACK, _subject(claim), reason=reason)
    return claim


def ask_undo(
    session: Session, invoice_id: int, note_id: int, *, by: str, undone_on: date, reason: str, today: date
) -> None:
    """Say that the bank took a confirmed deposit back, as the first person. Raises RepaymentRefused."""
    reason = kept_words.kept(reason, RepaymentRefused, asked=Text("Skriv hur du vet det. Skälet sparas."))
    document_store.lock(session, invoice_id)
    note = _chosen(repayment_store.confirmed(session, invoice_id), note_id)
    if not note.came_on <= undone_on <= today:
        raise RepaymentRefused(
            Text("Dagen ska ligga mellan %(came_on)s, då pengarna kom, och i dag.", came_on=note.came_on)
        )
    repayment_store.ask_undo(session, note, by=by, on=today, undone_on=undone_on, reason=reason)
    subject = InvoicingSubject.INVOICE.of(invoice_id)
    told = {"reference": note.reference, "undone_on": str(undone_on)}
    journal.record(session, by, PaymentAction.REPAYMENT_UNDO_ASKED, subject, **told)


def confirm_undo(session: Session, invoice_id: int, note_id: int, *, by: str) -> None:
    """Confirm as the second person: what the deposit gave back is owed again.

    Raises RepaymentRefused, or payment.SamePerson for the one who said so.
    """
    document_store.lock(session, invoice_id)
    note = _chosen(repayment_store.undo_asked(session, invoice_id), note_id)
    if by == note.undo_asked_by:
        raise payment.SamePerson
    found = claim_store.of_invoice(session, invoice_id)
    if found is None or note.undone_on is None:
        raise RepaymentRefused(Text("Fakturan har ingen fordran som insättningen gäller."))
    claim = claim_store.get(session, found.number, lock=True)
    giving_back.undo_repayment(
        session,
        claim,
        came_on=note.came_on,
        reference=note.reference,
        amount=None if note.amount is None else Money(note.amount, claim.amount.currency),
        first_by=note.undo_asked_by,
        second_by=by,
        on=note.undone_on,
    )
    repayment_store.answer_undo(session, note, RepaymentState.UNDONE, by=by)


def refuse_undo(session: Session, invoice_id: int, note_id: int, *, by: str) -> None:
    """Say that the deposit stands: by whoever said that it did not, or by another. Raises RepaymentRefused."""
    document_store.lock(session, invoice_id)
    note = _chosen(repayment_store.undo_asked(session, invoice_id), note_id)
    repayment_store.answer_undo(session, note, RepaymentState.CONFIRMED, by=by)
    subject = InvoicingSubject.INVOICE.of(invoice_id)
    told = {"reference": note.reference, "first": note.undo_asked_by}
    journal.record(session, by, PaymentAction.REPAYMENT_UNDO_REFUSED, subject, **told)


def _chosen(notes: Sequence[RepaymentNote], note_id: int) -> RepaymentNote:
    found = next((each for each in notes if each.id == note_id), None)
    if found is None:
        raise RepaymentRefused(
            Text("Insättningen finns inte, eller är inte i det läget. Ladda om och se hur den står.")
        )
    return found


def most_of(session: Session, claim: SupplierClaim, on: date) -> Money:
    """The most that a deposit of that day may be: what is left, with the interest grown by then. Raises RateUnknown."""
    return claim.left + steps.interest_to(session, claim, on).amount


def _parted(session: Session, claim: Claim, came: Money, on: date) -> tuple[Money, Money]:
    """What of a deposit is the claim's, and what is interest. Raises RepaymentRefused for nothing, or for more."""
    owed = claim_store.get(session, claim.number)
    part = min(came, owed.left)
    interest = came - part
    most = most_of(session, owed, on) if interest.amount else owed.left
    if came.amount <= 0 or most < came:
        raise RepaymentRefused(
            Text(
                "Skriv beloppet som kom, mer än noll och högst %(most)s: det som är kvar, med dröjsmålsränta till den "
                "dagen. Betala tillbaka det som är för mycket.",
                most=most,
            )
        )
    return part, interest


def _open(session: Session, invoice_id: int) -> Claim:
    """The claim, locked by its invoice. Raises RepaymentRefused where it is settled, or being taken off a payment."""
    invoice = document_store.lock(session, invoice_id)
    claim = claim_of(session, invoice_id)
    if claim is None:
        raise RepaymentRefused(
            Text(
                "Leverantören är inte skyldig något för %(invoice_number)s: fordran är reglerad.",
                invoice_number=invoice.number,
            ),
        )
    # Whoever takes the claim off a payment locks it too, and looks for what is noted.
    claim_store.get(session, claim.number, lock=True)
    proposal = proposal_store.netting(session, invoice_id)
    if proposal:
        raise RepaymentRefused(
            Text(
                "Fordran räknas av i betalningsförslag %(proposal_number)s. Ta ut raden där först.",
                proposal_number=proposal,
            ),
        )
    return claim


def _noted(session: Session, claim: Claim) -> RepaymentNote:
    found = noted(session, [claim]).get(claim.invoice_id)
    if found is None:
        raise RepaymentRefused(Text("Ingen har noterat återbetalningen. Notera den först."))
    return found


def _subject(claim: Claim) -> JournalSubject:
    return InvoicingSubject.PAYMENT.of(claim.payment_number)
