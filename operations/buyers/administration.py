"""Adding, changing, closing and opening the buyers of an installation; each is a line in the first books' journal.

Convention: `session` is one of the installation's first books, where the rows are. A buyer is never removed: its
books are kept for as long as the law says, and somebody must be able to read them.
"""

from dataclasses import replace
from datetime import datetime

from foundation import journal
from foundation.sql import Session, take_turns
from foundation.text import CountedText, JoinedText, Text
from operations.buyers import buyer_store
from operations.buyers.buyer_store import BuyerTaken
from operations.buyers.closing_queries import OpenMatters
from operations.buyers.model import BUYER_FOLLOWS, BuyerRefused, BuyerState, InstallationBuyer
from operations.journal_actions import OperationsAction, OperationsSubject
from orders.register.register import Register


def add(session: Session, buyer: InstallationBuyer, *, by: str, now: datetime) -> None:
    """Add a buyer, whose books are made already. Raises BuyerRefused where something of it is another's."""
    try:
        buyer_store.add(session, buyer, at=now)
    except BuyerTaken:
        raise _taken() from None
    _record(session, by, OperationsAction.BUYER_ADDED, buyer)


def change(
    session: Session,
    buyer: InstallationBuyer,
    *,
    name: str = "",
    participants: tuple[str, ...] = (),
    hosts: tuple[str, ...] | None = None,
    by: str,
) -> InstallationBuyer:
    """Give the buyer another name, other Peppol addresses or other hosts; what is not given stays.

    Raises BuyerRefused.
    """
    changed = replace(
        buyer,
        name=name or buyer.name,
        participants=participants or buyer.participants,
        hosts=buyer.hosts if hosts is None else hosts,
    )
    if changed != buyer:
        try:
            buyer_store.change(session, changed)
        except BuyerTaken:
            raise _taken() from None
        _record(session, by, OperationsAction.BUYER_CHANGED, changed)
    return changed


def close(session: Session, buyer: InstallationBuyer, matters: OpenMatters, *, by: str) -> None:
    """Serve the buyer no longer, once nothing in its books moves. Raises BuyerRefused, StepRefused."""
    BUYER_FOLLOWS.check(buyer.label, buyer.state, BuyerState.CLOSED)
    if open_ones := [said for count, said in _said_of(matters) if count]:
        raise BuyerRefused(
            Text(
                "%(buyer)s kan inte stängas än: %(matters)s. Gör klart det först.",
                buyer=buyer.label,
                matters=JoinedText(", ", open_ones),
            )
        )
    take_turns(session, "buyers")
    if not any(each.is_open and each.slug != buyer.slug for each in buyer_store.buyers(session)):
        raise BuyerRefused(
            Text(
                "%(buyer)s är den enda köpare som är öppen, och en installation utan köpare betjänar ingen. Stanna "
                "tjänsten i stället: avsluta billing serve och billing work.",
                buyer=buyer.label,
            )
        )
    buyer_store.move(session, buyer, BuyerState.CLOSED)
    _record(session, by, OperationsAction.BUYER_CLOSED, buyer)


def reopen(session: Session, buyer: InstallationBuyer, *, by: str) -> None:
    """Serve the buyer again, from where its books stand. Raises StepRefused."""
    buyer_store.move(session, buyer, BuyerState.OPEN)
    _record(session, by, OperationsAction.BUYER_REOPENED, buyer)


def check_register(buyer: InstallationBuyer | None, read: Register) -> None:
    """Raise BuyerRefused for a register that is another buyer's than the one whose books it is loaded into."""
    if buyer is None:
        return
    if read.buyer.organisation_number != buyer.organisation_number:
        raise BuyerRefused(
            Text(
                "Registret är en annan köpares än %(buyer)s: organisationsnumret i [buyer] är ett annat. Läs in "
                "det i rätt böcker med --buyer, eller rätta filen.",
                buyer=buyer.label,
            )
        )
    known = {each.casefold() for each in buyer.participants}
    if read.buyer.participant_id.casefold() not in known:
        raise BuyerRefused(
            Text(
                "Peppol-adressen i [buyer] är inte en av dem som går till %(buyer)s, så svar på ordrarna kom inte "
                "hit. Rätta filen, eller lägg till adressen: billing buyers change %(slug)s --participant ADRESS",
                buyer=buyer.label,
                slug=buyer.slug,
            )
        )


def _said_of(matters: OpenMatters) -> tuple[tuple[int, Text], ...]:
    return (
        (
            matters.messages,
            CountedText(
                "%(count)s meddelande väntar", "%(count)s meddelanden väntar", count=matters.messages
            ),
        ),
        (
            matters.undecided,
            CountedText(
                "%(count)s faktura väntar på beslut",
                "%(count)s fakturor väntar på beslut",
                count=matters.undecided,
            ),
        ),
        (
            matters.unpaid,
            CountedText(
                "%(count)s godkänd faktura är inte betald",
                "%(count)s godkända fakturor är inte betalda",
                count=matters.unpaid,
            ),
        ),
    )


def _taken() -> BuyerRefused:
    return BuyerRefused(
        Text(
            "En annan köpare har redan kortnamnet, organisationsnumret, en av Peppol-adresserna eller ett av "
            "värdnamnen. Se vilka som finns med: billing buyers list"
        )
    )


def _record(session: Session, by: str, action: OperationsAction, buyer: InstallationBuyer) -> None:
    journal.record(
        session,
        by,
        action,
        OperationsSubject.BUYER.of(buyer.slug),
        participants=" ".join(buyer.participants),
        hosts=" ".join(buyer.hosts),
    )
