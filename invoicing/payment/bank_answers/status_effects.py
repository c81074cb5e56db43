"""What a status report (pain.002) does to our payments: refused, accepted, waiting, or a finding for a person.

A status of the whole file holds for each payment that has none of its own; of a partly accepted file (PART) it says
nothing. A refused payment is freed, and its invoice is due again. Nothing is paid by being accepted: money that has
left stands on the account.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from foundation import journal
from foundation.text import NO_TEXT, Text
from foundation.written.fitted import quoted
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import proposal_store
from invoicing.payment.bank_answers import payment_words, reason_words
from invoicing.payment.bank_answers.bank_report_store import BankReportResult
from invoicing.payment.bank_answers.movement_effects import sum_of
from invoicing.payment.bank_answers.told_rows import Reading, Told
from invoicing.payment.bank_answers.transfer_steps import step
from invoicing.payment.bank_files.movements import BankFileUnreadable
from invoicing.payment.bank_files.sent_names import message_number
from invoicing.payment.bank_files.told import BankReport, Movement, Status
from invoicing.payment.proposal_store import ProposalItem
from invoicing.payment.transfers import ItemState

_R = BankReportResult
REFUSED: Final = frozenset({"RJCT", "CANC"})
ACCEPTED: Final = frozenset({"ACCP", "ACTC", "ACSP", "ACSC", "ACCC", "ACWC", "ACFC"})
WAITING: Final = frozenset({"RCVD", "PDNG", "ACWP", "PATC", "PRES", "ACIS"})
# Some of the payments: the others have no status yet.
_PARTLY: Final = "PART"

STATUS_WORDS: Final[Mapping[str, Text]] = {
    **dict.fromkeys(ACCEPTED, Text("Mottagen av banken")),
    **dict.fromkeys(WAITING, Text("Väntar i banken")),
}
"""What people call each status that a payment may have while it is with the bank."""


def take_effect(reading: Reading, report: BankReport) -> Iterator[Told]:
    """Let the report do what it says, payment by payment. Raises BankFileUnreadable where the file is not ours."""
    number = message_number(report.original)
    sent = proposal_store.items_sent_in(reading.session, number) if number else []
    if not sent:
        raise BankFileUnreadable(
            Text(
                "Statusrapporten gäller filen %(original)s, som inte har skickats härifrån. Ingenting är ändrat. "
                "Fråga banken vilken fil den svarar på.",
                original=quoted(report.original, 35),
            )
        )
    transfers: dict[str, list[ProposalItem]] = {}
    for item in sent:
        transfers.setdefault(item.end_to_end, []).append(item)
    whole = [each for each in report.statuses if not each.end_to_end]
    single = {each.end_to_end: each for each in report.statuses if each.end_to_end}
    last = whole[-1] if whole else Status("", report.original, "")
    common = "" if last.code == _PARTLY else last.code
    for name, items in transfers.items():
        own = single.pop(name, None)
        if own is None and common not in REFUSED:
            _keep(reading, items, common)
            continue
        said = own if own is not None and own.code else replace(own or last, code=common)
        yield _one(reading, items, _with_reasons(said, whole))
    for status in single.values():
        unknown = Text("Banken nämner %(name)s, som inte finns i filen.", name=quoted(status.end_to_end, 35))
        yield Told(_movement(status.end_to_end, None), _R.UNKNOWN, unknown)
    if common and common not in REFUSED:
        yield _of_the_file(reading, sent, Status("", report.original, common, last.reasons))


def _one(reading: Reading, items: Sequence[ProposalItem], status: Status) -> Told:
    """What the status of one payment comes to."""
    name = items[0].end_to_end
    movement = _movement(name, items)
    called = payment_words.called(reading.session, reading.register, name, items)
    if status.code in REFUSED:
        return Told(movement, *_refused(reading, items, status, called))
    if status.code in ACCEPTED | WAITING:
        _keep(reading, items, status.code)
        return Told(movement, _R.ACCEPTED if status.code in ACCEPTED else _R.PENDING)
    return Told(movement, _R.UNKNOWN, _not_known(status, called))


def _refused(
    reading: Reading, items: Sequence[ProposalItem], status: Status, called: Text
) -> tuple[BankReportResult, Text]:
    why = reason_words.sentence(status.reasons)
    if any(item.state is ItemState.PAID for item in items):
        return _R.RETURNED_AFTER_PAID, Text(
            "Banken avvisar %(name)s, som den har bokfört. %(why)s Se efter om pengarna har kommit tillbaka, och "
            "notera det på betalningen; när en annan person har bekräftat ska fakturan betalas igen.",
            name=called,
            why=why,
        )
    waiting = [item for item in items if item.state is ItemState.EXPORTED]
    if not waiting:
        return _R.REPEAT, NO_TEXT
    for item in waiting:
        step(reading.session, item, ItemState.REFUSED, bank_status=status.code)
        reading.touched.add(item.proposal)
        subject = InvoicingSubject.PROPOSAL.of(item.proposal)
        codes = quoted(" ".join(each.code for each in status.reasons), 80)
        journal.record(
            reading.session, reading.by, PaymentAction.REFUSED, subject, item=str(item.id), codes=codes
        )
    return _R.REFUSED, Text(
        "Banken har avvisat %(name)s. %(why)s Rätta det som är fel; fakturan ska betalas igen och föreslås på nytt.",
        name=called,
        why=why,
    )


def _of_the_file(reading: Reading, items: Sequence[ProposalItem], status: Status) -> Told:
    """The status that all payments without one of their own have."""
    movement = _movement(status.batch, items)
    if status.code in ACCEPTED:
        return Told(movement, _R.ACCEPTED)
    if status.code in WAITING:
        return Told(movement, _R.PENDING)
    called = payment_words.called(reading.session, reading.register, status.batch, items)
    return Told(movement, _R.UNKNOWN, _not_known(status, called))


def _not_known(status: Status, called: Text) -> Text:
    return Text(
        "Banken säger ”%(code)s” om %(name)s. %(why)s Fråga banken vad som händer med betalningen.",
        code=quoted(status.code, 10) or "–",
        name=called,
        why=reason_words.sentence(status.reasons),
    )


def _keep(reading: Reading, items: Sequence[ProposalItem], code: str) -> None:
    """Note what the bank says of payments that it has and has not carried out yet."""
    if code in ACCEPTED | WAITING:
        waiting = [item.id for item in items if item.state is ItemState.EXPORTED]
        proposal_store.set_bank_status(reading.session, waiting, code)


def _with_reasons(status: Status, whole: Sequence[Status]) -> Status:
    """A payment refused without a reason has the reason of the whole."""
    said = status.reasons or next((each.reasons for each in reversed(whole) if each.reasons), ())
    return replace(status, reasons=said)


def _movement(name: str, items: Sequence[ProposalItem] | None) -> Movement:
    """What the row of the report shows: the payment and what we sent."""
    amount = sum_of(items) if items else None
    return Movement(
        end_to_end=name,
        batch="",
        amount=amount.amount if amount else Decimal(0),
        currency=amount.currency if amount else "SEK",
        booked_on=None,
        debit=True,
        booked=False,
    )
