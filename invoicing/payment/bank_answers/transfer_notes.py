"""What the bank did with a payment, said by one person and confirmed by another: the way out where no file says it.

A payment that the bank has may be noted as paid, or as not paid and due again. One that was noted as paid may have
come back: its invoice is to be paid again, and neither of the two attests that. A payment is named by its end-to-end
id, or by our number of it where it left by other means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from foundation.written.fitted import quoted
from invoicing.claims import giving_back, raising
from invoicing.documents import decider_store
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction, InvoicingSubject, PaymentAction
from invoicing.model import InvoiceState
from invoicing.payment import payment_store, proposal_store
from invoicing.payment.bank_answers import movement_effects, transfer_note_store, transfer_steps
from invoicing.payment.bank_answers.told_rows import Reading
from invoicing.payment.bank_answers.transfer_note_store import TransferNote, TransferNoteState, TransferSaid
from invoicing.payment.payable import PayableKind
from invoicing.payment.payment import SamePerson
from invoicing.payment.payment_store import Payment
from invoicing.payment.proposal_store import ProposalItem
from invoicing.payment.transfers import ItemState
from orders.register.register import Register

NEEDS: Final = {
    TransferSaid.PAID: ItemState.EXPORTED,
    TransferSaid.NOT_PAID: ItemState.EXPORTED,
    TransferSaid.RETURNED: ItemState.PAID,
}
"""In which state a payment is of which each may be said."""


class TransferNoteRefused(Refused):
    """What is said of the payment cannot be noted, confirmed or taken back as things stand."""


@dataclass(frozen=True, slots=True)
class PaymentAtBank:
    """A payment as a person looks at it: its parts with their invoices, its sum, and what may be said of it now."""

    name: str
    supplier: str
    items: tuple[ProposalItem, ...]
    documents: Mapping[int, str]
    amount: Money
    may_be: tuple[TransferSaid, ...]


def look_up(session: Session, about: str) -> PaymentAtBank | None:
    """The payment that is named so; None where there is none, or none that has left."""
    items = proposal_store.items_sent_as(session, about)
    by_hand = payment_store.numbered(session, about)
    if items:
        ids = [item.invoice_id for item in items]
        supplier, amount = items[0].supplier, movement_effects.sum_of(items)
    elif by_hand is not None:
        ids, supplier, amount = [by_hand.invoice_id], by_hand.supplier, by_hand.amount
    else:
        return None
    documents = {each.id: each.number for each in document_store.by_ids(session, ids)}
    may_be = tuple(said for said in TransferSaid if _may_be_said(session, about, said))
    return PaymentAtBank(about, supplier, tuple(items), documents, amount, may_be)


def _may_be_said(session: Session, about: str, said: TransferSaid) -> bool:
    try:
        _check(session, about, said)
    except TransferNoteRefused:
        return False
    return True


def note(
    session: Session, about: str, said: TransferSaid, *, on_day: date, reason: str, by: str, today: date
) -> None:
    """Note what the bank did and how it is known, as the first person. Raises TransferNoteRefused."""
    about = about.strip()
    asked = Text("Skriv hur du vet det. Skälet sparas.")
    reason = kept_words.kept(reason, TransferNoteRefused, asked=asked)
    earliest = _check(session, about, said)
    if not earliest <= on_day <= today:
        raise TransferNoteRefused(Text("Dagen ska ligga mellan %(earliest)s och i dag.", earliest=earliest))
    if transfer_note_store.waiting_of(session, about) is not None:
        raise TransferNoteRefused(
            Text("Det är redan noterat. En annan person bekräftar det, eller tar tillbaka det.")
        )
    transfer_note_store.add(session, about, said, on_day=on_day, reason=reason, by=by, on=today)
    subject = InvoicingSubject.TRANSFER.of(about)
    journal.record(
        session, by, PaymentAction.TRANSFER_NOTED, subject, said=said, on_day=str(on_day), reason=reason
    )


def confirm(session: Session, register: Register, about: str, *, by: str, today: date) -> TransferNote:
    """Confirm what was noted, as the second person: now it has its effect.

    Raises TransferNoteRefused, or SamePerson for the one who noted it.
    """
    waits = _waiting(session, about)
    if waits.noted_by == by:
        raise SamePerson
    _check(session, waits.about, waits.said)
    items = proposal_store.items_sent_as(session, waits.about)
    match waits.said:
        case TransferSaid.PAID:
            reading = Reading(session, register, by, today)
            movement_effects.note_paid(reading, items, waits.on_day)
        case TransferSaid.NOT_PAID:
            for item in items:
                transfer_steps.step(session, item, ItemState.REFUSED)
        case TransferSaid.RETURNED:
            _take_back_payment(session, waits, items, second_by=by)
    for number in sorted({item.proposal for item in items}):
        transfer_steps.finish(session, number)
    transfer_note_store.end(session, waits, TransferNoteState.CONFIRMED, by=by)
    subject = InvoicingSubject.TRANSFER.of(waits.about)
    journal.record(
        session, by, PaymentAction.TRANSFER_SETTLED, subject, said=waits.said, first=waits.noted_by
    )
    return waits


def take_back(session: Session, about: str, *, by: str) -> None:
    """Take back what was noted and not confirmed: by whoever noted it, or by another who does not find it so."""
    waits = _waiting(session, about)
    transfer_note_store.end(session, waits, TransferNoteState.TAKEN_BACK, by=by)
    subject = InvoicingSubject.TRANSFER.of(waits.about)
    journal.record(session, by, PaymentAction.TRANSFER_NOTE_TAKEN_BACK, subject)


def _take_back_payment(
    session: Session, waits: TransferNote, items: Sequence[ProposalItem], *, second_by: str
) -> None:
    """The money of each part came back: invoices are to be paid again, and claims are owed again."""
    by_hand = payment_store.numbered(session, waits.about)
    if by_hand is not None:
        _unpay(session, waits, by_hand, "", second_by=second_by)
    for item in items:
        transfer_steps.step(session, item, ItemState.RETURNED)
        if item.kind is PayableKind.CREDIT:
            _owe_again(session, waits, item, second_by=second_by)
            continue
        paid = payment_store.standing(session, item.invoice_id)
        if paid is not None:
            _unpay(session, waits, paid, item.end_to_end, second_by=second_by)


def _unpay(session: Session, waits: TransferNote, paid: Payment, end_to_end: str, *, second_by: str) -> None:
    invoice = document_store.lock(session, paid.invoice_id)
    if invoice.state is InvoiceState.CREDITED and payment_store.is_settled(session, invoice.id):
        raise TransferNoteRefused(
            Text(
                "%(name)s är krediterad och leverantören har gett tillbaka pengarna: ingenting ska betalas igen. "
                "Betala ut det som kom tillbaka en gång för mycket, och skriv det på bankens rad.",
                name=invoice.name,
            )
        )
    if not raising.withdraw_for(session, invoice.id, today=waits.on_day):
        raise TransferNoteRefused(
            Text(
                "Det som betalades för %(name)s är krävt tillbaka och håller på att regleras, eller är det. Ta ut "
                "fordran ur betalningsförslaget först; är den reglerad: betala ut det som kom tillbaka en gång för "
                "mycket, och skriv det på bankens rad.",
                name=invoice.name,
            )
        )
    payment_store.add_returned(
        session, paid, end_to_end=end_to_end, first_by=waits.noted_by, second_by=second_by, on=waits.on_day
    )
    if invoice.state is InvoiceState.PAID:
        invoice = document_store.move(session, invoice, InvoiceState.ACCEPTED)
    document_store.set_unpaid(session, invoice.id)
    decider_store.note(session, invoice.id, waits.noted_by, DocumentAction.PAYMENT_RETURNED)
    record(
        session,
        invoice,
        DocumentAction.PAYMENT_RETURNED,
        actor=second_by,
        first=waits.noted_by,
        payment=paid.number,
        returned_on=str(waits.on_day),
        state=invoice.state,
    )


def _owe_again(session: Session, waits: TransferNote, item: ProposalItem, *, second_by: str) -> None:
    giving_back.owe_again(
        session,
        item.invoice_id,
        end_to_end=item.end_to_end,
        first_by=waits.noted_by,
        second_by=second_by,
        on=waits.on_day,
    )
    subject = InvoicingSubject.INVOICE.of(item.invoice_id)
    journal.record(session, second_by, PaymentAction.CLAIM_REOPENED, subject, first=waits.noted_by)


def _check(session: Session, about: str, said: TransferSaid) -> date:
    """The earliest day of which it may be said. Raises TransferNoteRefused where the payment is in another state."""
    items = proposal_store.items_sent_as(session, about)
    if items and {item.state for item in items} == {NEEDS[said]}:
        if said is TransferSaid.NOT_PAID:
            return date.min
        if said is TransferSaid.PAID:
            return proposal_store.get(session, items[0].proposal).pay_on
        paid = [payment_store.standing(session, each.invoice_id) for each in items]
        return max((each.paid_on for each in paid if each is not None), default=date.min)
    by_hand = payment_store.numbered(session, about)
    if not items and by_hand is not None and said is TransferSaid.RETURNED:
        if proposal_store.item_paid(session, by_hand.invoice_id) is None:
            return by_hand.paid_on
        raise TransferNoteRefused(
            Text(
                "Betalning %(number)s gick genom banken. Notera det på %(end_to_end)s i stället.",
                number=about,
                end_to_end=proposal_store.item_paid(session, by_hand.invoice_id) or "",
            )
        )
    raise TransferNoteRefused(
        Text(
            "Betalningen %(name)s finns inte, eller är inte i det läget att det kan noteras. Se betalningsförslaget.",
            name=quoted(about, 35) or "–",
        )
    )


def _waiting(session: Session, about: str) -> TransferNote:
    found = transfer_note_store.waiting_of(session, about)
    if found is None:
        raise TransferNoteRefused(
            Text("Ingenting är noterat om %(name)s. Notera det först.", name=quoted(about, 35) or "–")
        )
    return found
