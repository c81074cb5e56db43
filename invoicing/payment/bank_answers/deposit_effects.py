"""What a deposit does to the claim that its payer names: noted for a person to confirm, or a finding that says why not.

The bank is the first of the two: its file says that the money came, and a person confirms that it is what it says. A
notice (camt.054) is followed by the statement (camt.053) of the same deposit, in the same words or in others, so it is
known again by the bank's own reference, or else by its day and amount. What could be either is for a person.
"""

from dataclasses import replace
from datetime import date

from foundation import journal
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.text import NO_TEXT, JoinedText, Text
from foundation.written.fitted import within
from invoicing.claims import named_claims
from invoicing.claims.claim_store import SupplierClaim
from invoicing.claims.interest import RateUnknown
from invoicing.documents import store as document_store
from invoicing.payment import repayments
from invoicing.payment.bank_answers import deposit_store
from invoicing.payment.bank_answers.bank_report_store import BankReportResult
from invoicing.payment.bank_answers.deposit_store import Deposit
from invoicing.payment.bank_answers.told_rows import Reading, Told
from invoicing.payment.bank_files.told import NAME_LONGEST, Movement

_R = BankReportResult
_ON_THE_CLAIM = Text("Notera på fordran det som är rätt, eller skriv på raden vad du gjorde.")


def take_effect(reading: Reading, movement: Movement) -> Told | None:
    """Let a movement that no payment of ours is behind do what it says of a claim; None where it says nothing."""
    if movement.debit is not movement.reversal:
        return None
    references = (*movement.references, movement.end_to_end)
    named = named_claims.by_number(reading.session, references)
    if not named:
        return None if movement.reversal else _by_invoice(reading, movement, references)
    claim, *others = named
    if movement.reversal:
        return _told(movement, _R.DEPOSIT_TAKEN_BACK, claim, _taken_back(claim))
    if not movement.booked:
        said = Text(
            "En insättning för fordran %(number)s är aviserad men inte bokförd än.", number=claim.number
        )
        return _told(movement, _R.NOT_BOOKED, claim, said)
    if others:
        said = Text(
            "Insättningen nämner flera fordringar: %(numbers)s. Notera varje del på sin.",
            numbers=", ".join(each.number for each in named),
        )
        return Told(movement, _R.DEPOSIT_UNMATCHED, said)
    if movement.booked_on and movement.booked_on > reading.today:
        said = Text(
            "Insättningen för fordran %(number)s bokförs den %(day)s och noteras då.",
            number=claim.number,
            day=movement.booked_on,
        )
        return _told(movement, _R.AHEAD, claim, said)
    return _once(reading, movement, claim)


def note_by_hand(session: Session, deposit: Deposit, *, by: str, today: date) -> None:
    """A person notes a deposit that the bank's word alone did not, as the first of two. Raises Refused."""
    repayments.note(
        session,
        deposit.invoice_id,
        by=by,
        came_on=deposit.booked_on or today,
        reference=deposit.bank_reference or deposit.claim,
        today=today,
        amount=deposit.amount,
    )


def _once(reading: Reading, movement: Movement, claim: SupplierClaim, problem: Text | None = None) -> Told:
    """Note the deposit, unless it was told before; with a problem it is a finding, once too."""
    # Two files of the same deposit, read at once: the second waits here, and then sees the first.
    document_store.lock(reading.session, claim.invoice_id)
    amount, day = _money(movement), movement.booked_on or reading.today
    movement = replace(movement, booked_on=day)
    if amount is None:
        said = Text(
            "Banken säger inte vilket belopp som kom för fordran %(number)s. Be banken om det, och notera det på "
            "fordran.",
            number=claim.number,
        )
        return _told(movement, _R.DEPOSIT_UNMATCHED, claim, said)
    called = within(movement.bank_reference, NAME_LONGEST)  # as it is kept, so that it is known again
    deposit = Deposit(claim.number, claim.invoice_id, amount, day, called)
    before = deposit_store.of_claim(reading.session, claim)
    if any(each.is_same(deposit) for each in before):
        return _told(movement, _R.REPEAT, claim)
    is_alike = any(each.is_alike(deposit) for each in (*before, *reading.deposits))
    reading.deposits.append(deposit)
    misfit = _misfit(reading, claim, deposit)
    if misfit is not None:
        return _told(movement, _R.DEPOSIT_UNMATCHED, claim, misfit)
    if is_alike:
        problem = Text(
            "En insättning på samma belopp samma dag är redan berättad för fordran %(number)s. Är det här pengar till?",
            number=claim.number,
        )
    problem = problem or _note(reading, deposit)
    if problem is None:
        said = Text("Noterad på fordran %(number)s. En person bekräftar den där.", number=claim.number)
        return _told(movement, _R.DEPOSIT, claim, said)
    return _told(movement, _R.DEPOSIT_UNNOTED, claim, JoinedText(" ", (problem, _ON_THE_CLAIM)))


def _misfit(reading: Reading, claim: SupplierClaim, deposit: Deposit) -> Text | None:
    """Why it can be noted on the claim by nobody, as it is; None where it can."""
    if deposit.amount.currency != claim.amount.currency:
        return Text(
            "Insättningen är i %(currency)s; fordran %(number)s är i %(wanted)s.",
            currency=deposit.amount.currency,
            number=claim.number,
            wanted=claim.amount.currency,
        )
    if claim.is_ended:
        return Text(
            "Insättningen är för fordran %(number)s, som redan är avslutad (%(state)s). Betala tillbaka den, eller "
            "notera den på den fordran den är till, och skriv på raden vad du gjorde.",
            number=claim.number,
            state=claim.state_word,
        )
    if deposit.amount <= claim.left:
        return None
    try:
        most = repayments.most_of(reading.session, claim, deposit.booked_on)
    except RateUnknown:
        return None  # whoever notes it is told which rate to enter first
    if most < deposit.amount:
        return Text(
            "Insättningen är mer än de %(most)s som är kvar av fordran %(number)s, med dröjsmålsränta. Notera på "
            "fordran det som hör dit, betala tillbaka resten, och skriv på raden vad du gjorde.",
            most=most,
            number=claim.number,
        )
    return None


def _note(reading: Reading, deposit: Deposit) -> Text | None:
    """Note it by the bank's word; why not, where it cannot be now."""
    try:
        note_by_hand(reading.session, deposit, by=journal.SYSTEM, today=reading.today)
    except Refused as refused:
        return refused.text
    return None


def _by_invoice(reading: Reading, movement: Movement, references: tuple[str, ...]) -> Told | None:
    """A deposit that names the invoice and not the claim: likely, and not certain, so a person says."""
    amount = _money(movement)
    if amount is None or not movement.booked:
        return None
    claim = named_claims.by_invoice(reading.session, references, amount)
    if claim is None:
        return None
    said = Text(
        "Insättningen nämner %(invoice_number)s, som fordran %(number)s gäller, men inte fordrans nummer.",
        invoice_number=claim.invoice_number,
        number=claim.number,
    )
    return _once(reading, movement, claim, said)


def _taken_back(claim: SupplierClaim) -> Text:
    return Text(
        "Banken tar tillbaka en insättning för fordran %(number)s. Gå till fordran: ta tillbaka noteringen, eller säg "
        "att insättningen är återtagen om den redan är bekräftad.",
        number=claim.number,
    )


def _money(movement: Movement) -> Money | None:
    return None if movement.amount is None else Money(movement.amount, movement.currency)


def _told(
    movement: Movement, outcome: BankReportResult, claim: SupplierClaim, sentence: Text = NO_TEXT
) -> Told:
    return Told(movement, outcome, sentence, claim.number)
