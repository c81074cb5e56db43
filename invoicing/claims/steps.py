"""The steps of a claim that stands: demanded, reminded of, disputed and answered, written off by two people.

A claim that is disputed, or that somebody wants to write off, is neither set off nor demanded until that is decided.
"""

from collections.abc import Collection
from datetime import date, timedelta

from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.claims import (
    claim_store,
    giving_back,
    letter_store,
    owed_queries,
    part_store,
    rate_store,
    withdrawing,
)
from invoicing.claims.claim_states import STANDING, ClaimState
from invoicing.claims.claim_store import SupplierClaim
from invoicing.claims.interest import DAYS_BEFORE, Interest, late_payment, runs_from
from invoicing.claims.letters import ClaimLetter, LetterKind
from invoicing.claims.raising import ClaimRefused
from invoicing.documents import notice_store
from invoicing.documents import store as document_store
from invoicing.documents.notice_store import NoticeKind
from invoicing.journal_actions import ClaimAction, InvoicingSubject
from invoicing.payment import repayment_store
from invoicing.payment.payment_store import ClaimWay
from invoicing.payment.transfers import UNDER_WAY, ItemState

_LONGEST = 2000
_LEFT = (ItemState.EXPORTED,)
_SHORTEST_REMINDER = 8
"""Days that a reminder gives at least; a first demand gives 30, since no interest runs before (4 § räntelagen)."""


def demand(
    session: Session, number: str, *, by: str, today: date, pay_to: str, due_on: date | None = None
) -> ClaimLetter:
    """Send the first letter, or the next reminder; it stands in the supplier's portal. Raises ClaimRefused.

    A demand gives thirty days at least, a reminder eight, and only after the day of the letter before.
    """
    claim = _standing(session, number)
    is_first = claim.state is ClaimState.RAISED
    least = today + timedelta(days=DAYS_BEFORE if is_first else _SHORTEST_REMINDER)
    due = due_on or least
    if due < least:
        raise ClaimRefused(Text("Ge leverantören minst till och med %(least)s att betala.", least=least))
    if not is_first and not claim.is_overdue(today):
        raise ClaimRefused(
            Text(
                "%(name)s ska betalas senast %(due_on)s. Påminn efter den dagen.",
                name=claim.name,
                due_on=claim.due_on,
            )
        )
    letter = ClaimLetter(
        position=letter_store.next_position(session, claim),
        kind=LetterKind.DEMAND if is_first else LetterKind.REMINDER,
        sent_on=today,
        due_on=due,
        amount=claim.amount,
        given_back=claim.given_back,
        interest=interest_to(session, claim, today),
        pay_to=pay_to,
        sent_by=by,
    )
    letter_store.add(session, claim, letter)
    notice_store.lay(session, claim.invoice_id, NoticeKind.CLAIM_LETTER)
    claim_store.move(session, claim, ClaimState.DEMANDED if is_first else ClaimState.REMINDED, due_on=due)
    action = ClaimAction.DEMANDED if is_first else ClaimAction.REMINDED
    journal.record(session, by, action, InvoicingSubject.CLAIM.of(number), due_on=str(due))
    return letter


def interest_to(session: Session, claim: SupplierClaim, day: date) -> Interest:
    """Late-payment interest on a claim to and with a day: nothing before a demand, or while its days run.

    It runs from the first letter on, whatever day a reminder gives. Raises RateUnknown.
    """
    nothing = Interest((), claim.amount.currency)
    sent = letter_store.letters(session, claim)
    if not sent:
        return nothing
    first = runs_from(sent_on=sent[0].sent_on, due_on=sent[0].due_on)
    if day < first:
        return nothing
    parts = [(each.on_day, each.signed) for each in part_store.of(session, claim.number) if each.counts]
    return late_payment(
        claim.amount, first=first, last=day, rates=rate_store.in_force(session), given_back=parts
    )


def dispute(session: Session, number: str, *, supplier: str, by: str, words: str, today: date) -> None:
    """The supplier says that it does not owe it, and why. Raises NoClaim for another's, or ClaimRefused."""
    said = _said(words)
    claim = claim_store.get(session, number)
    if claim.supplier != supplier or claim.state is ClaimState.ASKED:
        raise claim_store.NoClaim(number)
    # What has left for the bank is set off; a proposal that has not lets go of it when it is attested or sent.
    claim = _standing(session, number, blocked_by=_LEFT)
    letter_store.say(session, claim, said, by=by, by_supplier=True, on=today)
    claim_store.move(session, claim, ClaimState.DISPUTED, state_before=claim.state)
    journal.record(session, by, ClaimAction.DISPUTED, InvoicingSubject.CLAIM.of(number))


def uphold(session: Session, number: str, *, by: str, words: str, today: date) -> None:
    """Answer the supplier that the claim stands: it is where it was before the dispute."""
    said = _said(words)
    claim = _in(session, number, ClaimState.DISPUTED)
    letter_store.say(session, claim, said, by=by, by_supplier=False, on=today)
    notice_store.lay(session, claim.invoice_id, NoticeKind.CLAIM_ANSWERED)
    claim_store.move(session, claim, ClaimState(claim.state_before), state_before="")
    journal.record(session, by, ClaimAction.UPHELD, InvoicingSubject.CLAIM.of(number))


def ask_write_off(session: Session, number: str, *, by: str, reason: str, today: date) -> None:
    """Say that the rest is to be written off, as the first person; nothing of it is set off or demanded meanwhile."""
    reason = _said(reason)
    claim = _open(session, number)
    _nothing_noted(session, claim)
    if claim.state is ClaimState.WRITE_OFF_ASKED:
        raise ClaimRefused(Text("Någon har redan begärt att fordran skrivs av. En annan person beslutar."))
    if claim.given_back.amount and not claim.is_credited:
        raise ClaimRefused(
            Text(
                "En del av fordran är återbetald men fakturan är inte krediterad. Vänta på kreditfakturan, så stämmer "
                "böckerna när resten skrivs av."
            )
        )
    before = claim.state_before if claim.state is ClaimState.DISPUTED else ""
    claim_store.move(
        session,
        claim,
        ClaimState.WRITE_OFF_ASKED,
        # Of a disputed claim both are kept: what it was, and that it is disputed.
        state_before=f"{claim.state} {before}".strip(),
        write_off_by=by,
        write_off_asked_on=today,
        write_off_reason=reason,
    )
    subject = InvoicingSubject.CLAIM.of(number)
    journal.record(session, by, ClaimAction.WRITE_OFF_ASKED, subject, reason=reason)


def keep(session: Session, number: str, *, by: str) -> None:
    """Do not write it off: the claim is where it was; whoever asked may take it back, and another may refuse."""
    claim = _in(session, number, ClaimState.WRITE_OFF_ASKED)
    state, _, before = claim.state_before.partition(" ")
    claim_store.move(
        session,
        claim,
        ClaimState(state),
        state_before=before,
        write_off_by="",
        write_off_reason="",
        write_off_asked_on=None,
    )
    journal.record(session, by, ClaimAction.WRITE_OFF_REFUSED, InvoicingSubject.CLAIM.of(number))


def write_off(session: Session, number: str, *, by: str, today: date) -> None:
    """Write the rest off, as the second person. What was never credited was paid for good: its claim is withdrawn."""
    claim = _in(session, number, ClaimState.WRITE_OFF_ASKED)
    _nothing_noted(session, claim)
    if by == claim.write_off_by:
        raise ClaimRefused(Text("Den andra personen måste vara en annan än den första."))
    if claim.is_credited:
        giving_back.give_back(
            session,
            claim,
            claim.left,
            how=ClaimWay.WRITTEN_OFF,
            first_by=claim.write_off_by,
            second_by=by,
            on=today,
        )
    else:
        # Should a credit note come after all, it raises a claim of its own.
        withdrawing.withdraw(session, claim, by=by, on=today)
    journal.record(session, by, ClaimAction.WRITTEN_OFF, InvoicingSubject.CLAIM.of(number))


def _in(session: Session, number: str, state: ClaimState) -> SupplierClaim:
    """The claim in this state, locked."""
    claim = _open(session, number)
    if claim.state is not state:
        raise ClaimRefused(
            Text(
                "%(name)s har läget ”%(state)s”. Ladda om och se hur den står.",
                name=claim.name,
                state=claim.state_word,
            )
        )
    return claim


def _standing(
    session: Session, number: str, *, blocked_by: Collection[ItemState] = UNDER_WAY
) -> SupplierClaim:
    """The claim, locked, where it stands undisputed."""
    claim = _open(session, number, blocked_by=blocked_by)
    if claim.state not in STANDING:
        raise ClaimRefused(
            Text("%(name)s har läget ”%(state)s”. Avgör det först.", name=claim.name, state=claim.state_word)
        )
    return claim


def _open(session: Session, number: str, *, blocked_by: Collection[ItemState] = UNDER_WAY) -> SupplierClaim:
    """The claim, locked with its invoice, where it is not being taken off a payment. Raises ClaimRefused."""
    document_store.lock(session, claim_store.get(session, number).invoice_id)
    claim = claim_store.get(session, number, lock=True)
    proposal = owed_queries.set_off_in(session, claim.invoice_id, states=blocked_by)
    if proposal and not claim.is_ended:
        raise ClaimRefused(
            Text(
                "Fordran räknas av i betalningsförslag %(proposal_number)s. Ta ut raden där först.",
                proposal_number=proposal,
            )
        )
    return claim


def _nothing_noted(session: Session, claim: SupplierClaim) -> None:
    """Raise ClaimRefused where somebody has noted that the supplier paid, and nobody has confirmed it."""
    if claim.invoice_id in repayment_store.waiting(session, [claim.invoice_id]):
        raise ClaimRefused(
            Text(
                "En återbetalning är noterad på %(name)s. Bekräfta den eller ta tillbaka den först.",
                name=claim.name,
            )
        )


def _said(words: str) -> str:
    """The words as they are kept. Raises ClaimRefused, or PersonalNumber."""
    return kept_words.kept(words, ClaimRefused, asked=Text("Skriv varför. Det sparas."), longest=_LONGEST)
