"""What a line of the account does to our payments and claims: paid, returned, repaid, or a finding for a person.

A payment is found by its end-to-end id, or by the file it was sent in where the bank does not list its payments. The
amount must be ours to the öre. What is told twice, in another file, version or split, is one effect.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from foundation import journal
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import store as document_store
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import payment, payment_store, proposal_store
from invoicing.payment.bank_answers import (
    bank_report_store,
    batch_matching,
    deposit_effects,
    payment_words,
    reason_words,
)
from invoicing.payment.bank_answers.bank_report_store import BankReportResult
from invoicing.payment.bank_answers.batch_matching import SentTransfer
from invoicing.payment.bank_answers.told_rows import Reading, Told
from invoicing.payment.bank_answers.transfer_steps import step
from invoicing.payment.bank_files.sent_names import is_our_form, message_number
from invoicing.payment.bank_files.told import Entry, Movement
from invoicing.payment.payable import PayableKind
from invoicing.payment.payment_store import Claim, ClaimWay
from invoicing.payment.proposal_store import ProposalItem
from invoicing.payment.transfers import LIVE, ItemState
from invoicing.remittance import advice_queries
from invoicing.remittance.advice import Remittance

_R = BankReportResult


def take_effect(reading: Reading, entry: Entry) -> Iterator[Told]:
    """Let one line do what it says, and tell what became of each of its movements."""
    entry = _with_amounts(reading, entry)
    ours = False
    for movement in entry.movements:
        told = _moved(reading, movement, _charged(entry))
        if movement.debit and movement.booked:
            reading.booked.add(movement.end_to_end)
        ours = ours or told[1] not in (_R.NOT_OURS, _R.UNKNOWN)
        yield told
    if ours and entry.rest:
        yield _rest(entry)


def take_effect_alone(reading: Reading, movement: Movement) -> Told:
    """Let one movement do what it says, told before and now come to its day."""
    return _moved(reading, movement, Decimal(0))


def _moved(reading: Reading, movement: Movement, charges: Decimal) -> Told:
    items, ours = _items_of(reading.session, movement)
    name = movement.end_to_end or movement.batch
    if not items:
        deposit = None if ours else deposit_effects.take_effect(reading, movement)
        if deposit is not None:
            return deposit
        if not ours:
            return Told(movement, _R.NOT_OURS)
        return Told(
            movement,
            _R.UNKNOWN,
            Text(
                "Banken nämner %(name)s, som vi inte har skickat. Fråga banken vad den har betalat och till vem.",
                name=name,
            ),
        )
    if not movement.booked:
        called = _called(reading, movement, items)
        return Told(movement, _R.NOT_BOOKED, Text("%(name)s är aviserad men inte bokförd än.", name=called))
    chosen = _chosen(items, movement, charges)
    if not chosen:
        called = _called(reading, movement, items)
        return Told(movement, _R.AMOUNT, _another_amount(movement, items, called))
    if movement.booked_on and movement.booked_on > reading.today:
        # Kept without the bank's charges, which stand on the line and not on its day.
        carried = replace(movement, amount=sum_of(chosen).amount)
        return _ahead(carried, _called(reading, movement, items), movement.booked_on)
    return _left(reading, movement, chosen) if movement.debit else _returned(reading, movement, chosen)


def _called(reading: Reading, movement: Movement, items: Sequence[ProposalItem]) -> Text:
    name = movement.end_to_end or movement.batch
    return payment_words.called(reading.session, reading.register, name, items)


def _ahead(movement: Movement, called: Text, on: date) -> Told:
    """Booked on a day that has not come: paid that day; what comes back then is told once more by the bank."""
    if not movement.debit:
        return Told(
            movement, _R.NOT_BOOKED, Text("%(name)s kommer tillbaka den %(day)s.", name=called, day=on)
        )
    said = Text("%(name)s bokförs den %(day)s och räknas som betald då.", name=called, day=on)
    return Told(movement, _R.AHEAD, said)


def _left(reading: Reading, movement: Movement, items: Sequence[ProposalItem]) -> Told:
    """The money left: what the bank had is paid, and what was paid already is told once more."""
    if movement.reversal:
        said = Text(
            "Banken tar tillbaka en insättning för %(name)s. Fråga banken vad som har hänt.",
            name=_called(reading, movement, items),
        )
        return Told(movement, _R.UNKNOWN, said)
    waiting = [item for item in items if item.state is ItemState.EXPORTED]
    refused = [item for item in items if item.state is ItemState.REFUSED]
    note_paid(reading, waiting, movement.booked_on or reading.today)
    if refused:
        said = Text(
            "Banken har bokfört %(name)s, som den avvisade förut. Vänta tills pengarna har kommit tillbaka, eller "
            "fråga banken, innan fakturan betalas igen.",
            name=_called(reading, movement, refused),
        )
        return Told(movement, _R.BOOKED_AFTER_REFUSED, said)
    if waiting:
        return Told(movement, _R.PAID)
    if _is_second_booking(reading, movement):
        said = Text(
            "Banken har bokfört %(name)s två gånger. Be banken om pengarna tillbaka.",
            name=_called(reading, movement, items),
        )
        return Told(movement, _R.BOOKED_TWICE, said)
    return Told(movement, _R.REPEAT)


def _is_second_booking(reading: Reading, movement: Movement) -> bool:
    """Whether a statement books what a statement booked before: twice in one file, or on another day.

    A notice is followed by the statement of the same booking, and a statement may be sent again: that is one booking.
    """
    name = movement.end_to_end
    if not name or not reading.message.startswith("camt.053"):
        return False
    days = bank_report_store.days_booked(reading.session, name)
    return name in reading.booked or bool(days - {movement.booked_on})


def note_paid(reading: Reading, items: Sequence[ProposalItem], paid_on: date) -> None:
    """Note what left as paid: invoices are paid, and claims taken off are settled."""
    # Asked once, and not for each of the thousands of parts that a payment may have.
    made_up = {
        each: advice_queries.of_payment(reading.session, *each)
        for each in {(item.supplier, item.end_to_end): None for item in items}
    }
    netted = [item.invoice_id for item in items if item.kind is PayableKind.CREDIT]
    claims = {each.invoice_id: each for each in payment_store.claims(reading.session, netted)}
    for item in items:
        if item.kind is PayableKind.INVOICE:
            _note_invoice(reading, item, paid_on, made_up[item.supplier, item.end_to_end])
        else:
            _note_claim(reading, item, paid_on, claims[item.invoice_id])
        step(reading.session, item, ItemState.PAID)
        reading.touched.add(item.proposal)
    bank_report_store.close_announced(reading.session, [item.end_to_end for item in items])


def _returned(reading: Reading, movement: Movement, items: Sequence[ProposalItem]) -> Told:
    """The money came back: what was only sent may be proposed again; what was noted as paid needs two people."""
    why, called = reason_words.sentence(movement.reasons), _called(reading, movement, items)
    if any(item.state is ItemState.PAID for item in items):
        return Told(
            movement,
            _R.RETURNED_AFTER_PAID,
            Text(
                "%(name)s har kommit tillbaka efter att den noterats som betald. %(why)s Notera det på betalningen; "
                "när en annan person har bekräftat ska fakturan betalas igen.",
                name=called,
                why=why,
            ),
        )
    waiting = [item for item in items if item.state is ItemState.EXPORTED]
    if not waiting:
        return Told(movement, _R.REPEAT)
    for item in waiting:
        step(reading.session, item, ItemState.RETURNED)
        reading.touched.add(item.proposal)
        subject = InvoicingSubject.PROPOSAL.of(item.proposal)
        journal.record(reading.session, reading.by, PaymentAction.RETURNED, subject, item=str(item.id))
    return Told(
        movement,
        _R.RETURNED,
        Text(
            "%(name)s kunde inte betalas ut. %(why)s Kontrollera kontot; fakturan föreslås för betalning igen.",
            name=called,
            why=why,
        ),
    )


def _items_of(session: Session, movement: Movement) -> tuple[list[ProposalItem], bool]:
    """The items the movement may be about, and whether its id has our form."""
    if movement.end_to_end:
        found = proposal_store.items_sent_as(session, movement.end_to_end)
        return found, bool(found) or is_our_form(movement.end_to_end)
    number = message_number(movement.batch)
    return (proposal_store.items_sent_in(session, number), True) if number else ([], False)


def _chosen(items: Sequence[ProposalItem], movement: Movement, charges: Decimal) -> list[ProposalItem]:
    """The items whose transfers make up the amount, with the bank's charges or without."""
    if movement.amount is None or any(item.amount.currency != movement.currency for item in items):
        return []
    sent = [
        SentTransfer(name, sum_of(of_it).amount, of_it[0].state in LIVE)
        for name, of_it in _by_transfer(items).items()
    ]
    count = 1 if movement.end_to_end else movement.count
    for amount in dict.fromkeys((movement.amount, movement.amount - charges, movement.amount + charges)):
        if names := batch_matching.chosen(sent, amount, count=count):
            return [item for item in items if item.end_to_end in names]
    return []


def _by_transfer(items: Sequence[ProposalItem]) -> dict[str, list[ProposalItem]]:
    found: dict[str, list[ProposalItem]] = {}
    for item in items:
        found.setdefault(item.end_to_end, []).append(item)
    return found


def _charged(entry: Entry) -> Decimal:
    """The charges that may stand in a movement's own amount: only where it is all of the line."""
    return entry.charges if len(entry.movements) == 1 else Decimal(0)


def _with_amounts(reading: Reading, entry: Entry) -> Entry:
    """The line with our own amounts where the bank says none, if they then add up to the line."""
    if all(each.amount is not None for each in entry.movements):
        return entry
    filled = []
    for each in entry.movements:
        items, _ = _items_of(reading.session, each)
        if each.amount is not None or not items:
            filled.append(each)
        else:
            filled.append(replace(each, amount=sum_of(items).amount))
    whole = replace(entry, movements=tuple(filled))
    return whole if whole.rest in (Decimal(0), entry.charges) else entry


def _rest(entry: Entry) -> Told:
    """What of a line with payments of ours none of them accounts for: the bank's charges, or something unsaid."""
    rest = entry.rest or Decimal(0)
    first = entry.movements[0]
    left = replace(first, end_to_end="", batch="", amount=abs(rest), currency=entry.currency, reasons=())
    if rest == entry.charges:
        return Told(
            left,
            _R.CHARGES,
            Text("Bankens avgift, %(amount)s %(currency)s.", amount=rest, currency=entry.currency),
        )
    return Told(
        left,
        _R.AMOUNT,
        Text(
            "Posten är på %(amount)s %(currency)s, men delarna i den är %(rest)s mer eller mindre. Be banken om en "
            "specifikation (camt.054).",
            amount=entry.amount,
            currency=entry.currency,
            rest=abs(rest),
        ),
    )


def _another_amount(movement: Movement, items: Sequence[ProposalItem], called: Text) -> Text:
    expected = sum_of(items)
    if movement.amount is None:
        return Text(
            "%(name)s: banken säger inte vilket belopp som är bokfört, och delarna går inte att räkna ut. Vi skickade "
            "%(expected)s. Be banken om camt.054 med belopp för varje betalning.",
            name=called,
            expected=expected,
        )
    if not movement.debit:
        return Text(
            "%(name)s: %(amount)s %(currency)s har kommit tillbaka, vi skickade %(expected)s. Fråga banken; ingen "
            "betalning är ändrad.",
            name=called,
            amount=movement.amount,
            currency=movement.currency,
            expected=expected,
        )
    return Text(
        "%(name)s: banken bokförde %(amount)s %(currency)s, vi skickade %(expected)s. Fråga banken; betalningen står "
        "kvar som exporterad.",
        name=called,
        amount=movement.amount,
        currency=movement.currency,
        expected=expected,
    )


def _note_invoice(reading: Reading, item: ProposalItem, paid_on: date, remittance: Remittance | None) -> None:
    payment.note_paid(
        reading.session,
        reading.register,
        document_store.lock(reading.session, item.invoice_id),
        prepared_by=item.prepared_by,
        attested_by=item.attested_by,
        today=paid_on,
        remittance=remittance,
    )


def _note_claim(reading: Reading, item: ProposalItem, paid_on: date, claim: Claim) -> None:
    payment.settle_claim(
        reading.session,
        replace(claim, amount=item.amount),
        how=ClaimWay.NETTED,
        first_by=item.prepared_by,
        second_by=item.attested_by,
        on=paid_on,
        reference=item.end_to_end,
    )


def sum_of(items: Sequence[ProposalItem]) -> Money:
    """What these items come to: invoices less credits."""
    amount = Money.of("0.00", items[0].amount.currency)
    for item in items:
        amount = amount + item.amount if item.kind is PayableKind.INVOICE else amount - item.amount
    return amount
