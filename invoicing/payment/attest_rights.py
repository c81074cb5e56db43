"""Who may attest what: limits, scopes and substitutes. Pure.

A right lets one person attest up to an amount on a range of days, for one supplier, article or delivery
area, or for all of them. A substitute uses the rights of the person stood in for, on the days that was
given. Whoever put a payment into the proposal, decided something about its invoice or confirmed the account it goes
to attests nothing of it, in their own name or in another's, and lends nobody the right to (`barred`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from foundation.errors import Refused
from foundation.money import Money
from foundation.text import Text


@dataclass(frozen=True, slots=True)
class Right:
    """What one person may attest. An empty scope is no limit; `limit` is in the payment's currency, VAT included.

    One that a person gave alone, before it took two, is not confirmed: it stands in the books and attests nothing.
    """

    id: int
    person: str
    limit: Decimal
    supplier: str
    article: str
    delivery_area: str
    valid_from: date
    valid_to: date | None
    is_confirmed: bool = True

    def holds_on(self, day: date) -> bool:
        """Whether the right may be used on this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def covers(self, subject: "Subject") -> bool:
        """Whether everything about the payment but its amount is within the scope."""
        return (
            self.supplier in ("", subject.supplier)
            and (not self.article or subject.articles == {self.article})
            and (not self.delivery_area or subject.areas == {self.delivery_area})
        )


@dataclass(frozen=True, slots=True)
class Substitution:
    """`substitute` acts for `person` from the first day to the last, both included."""

    person: str
    substitute: str
    valid_from: date
    valid_to: date
    id: int = 0
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be attested, as far as rights look at it.

    `decided_by`: who decided something about it; `account_confirmed_by`: who confirmed the account it is paid to.
    """

    number: str
    amount: Money
    supplier: str
    articles: frozenset[str]
    areas: frozenset[str]
    prepared_by: str
    decided_by: frozenset[str] = frozenset()
    account_confirmed_by: frozenset[str] = frozenset()

    @property
    def barred(self) -> frozenset[str]:
        """Those who may not attest it, and whose rights nobody may use for it."""
        return self.decided_by | self.account_confirmed_by | {self.prepared_by}


@dataclass(frozen=True, slots=True)
class Granted:
    """The right that is used, and whose it is."""

    right: Right
    of: str


class NotAttested(StrEnum):
    """Why something is not attested by a person, from what no right helps against to what a higher one does."""

    PREPARED = "PREPARED"
    DECIDED = "DECIDED"
    ACCOUNT_CONFIRMED = "ACCOUNT_CONFIRMED"
    NO_RIGHT = "NO_RIGHT"
    OUTSIDE = "OUTSIDE"
    OVER_LIMIT = "OVER_LIMIT"
    HELD_BACK = "HELD_BACK"


NOT_ATTESTED_WORDS: Final[Mapping[str, Text]] = {
    NotAttested.PREPARED: Text("förberedda av dig själv"),
    NotAttested.DECIDED: Text("fakturor som du själv har beslutat om"),
    NotAttested.ACCOUNT_CONFIRMED: Text("till ett konto som du själv har bekräftat"),
    NotAttested.NO_RIGHT: Text("du har ingen attesträtt för dem i dag"),
    NotAttested.OUTSIDE: Text("utanför din attesträtts leverantör, artikel eller leveransområde"),
    NotAttested.OVER_LIMIT: Text("över din gräns"),
    NotAttested.HELD_BACK: Text("hålls kvar"),
}
"""What people call each reason, of several rows."""


class AttestRefused(Refused):
    """This person may not attest this, for a reason that can be counted and a sentence about it."""

    def __init__(self, text: Text, why: NotAttested) -> None:
        super().__init__(text)
        self.why = why


def granted(
    person: str, subject: Subject, rights: Iterable[Right], substitutions: Iterable[Substitution], *, on: date
) -> Granted:
    """The right by which `person` attests, the person's own first. Raises AttestRefused with what is lacking."""
    check_not_barred(person, subject)
    in_place_of = {
        each.person
        for each in substitutions
        if each.is_confirmed and each.substitute == person and each.valid_from <= on <= each.valid_to
    }
    number = subject.number
    named = [person, *sorted(in_place_of - subject.barred)]
    held = [each for each in rights if each.person in named and each.holds_on(on)]
    usable = [each for each in held if each.is_confirmed]
    if held and not usable:
        raise AttestRefused(
            Text(
                "%(number)s: din attesträtt gavs av en person ensam och gäller när en annan administratör har "
                "bekräftat den, under Attesträtter.",
                number=number,
            ),
            NotAttested.NO_RIGHT,
        )
    if not usable:
        raise AttestRefused(
            Text(
                "%(number)s: du har ingen attesträtt den %(on)s. En administratör lägger in den.",
                number=number,
                on=on,
            ),
            NotAttested.NO_RIGHT,
        )
    within = [each for each in usable if each.covers(subject)]
    if not within:
        raise AttestRefused(
            Text(
                "%(number)s: din attesträtt gäller inte den leverantören, artikeln eller leveransområdet.",
                number=number,
            ),
            NotAttested.OUTSIDE,
        )
    enough = [each for each in within if subject.amount.amount <= each.limit]
    if not enough:
        most = max(each.limit for each in within)
        raise AttestRefused(
            Text(
                "%(number)s: %(amount)s är över din gräns %(limit)s. Be någon med högre gräns.",
                number=number,
                amount=subject.amount.amount,
                limit=most,
            ),
            NotAttested.OVER_LIMIT,
        )
    best = min(enough, key=lambda each: (named.index(each.person), each.limit, each.id))
    return Granted(best, best.person)


def check_not_barred(person: str, subject: Subject) -> None:
    """Raise AttestRefused where the person has had a hand in what is to be attested."""
    number = subject.number
    if not person or person == subject.prepared_by:
        raise AttestRefused(
            Text(
                "%(number)s: den som förberett betalningen attesterar den inte. Be en annan person.",
                number=number,
            ),
            NotAttested.PREPARED,
        )
    if person in subject.decided_by:
        raise AttestRefused(
            Text(
                "%(number)s: du har själv beslutat om fakturan och attesterar den inte. Be en annan person.",
                number=number,
            ),
            NotAttested.DECIDED,
        )
    if person in subject.account_confirmed_by:
        raise AttestRefused(
            Text(
                "%(number)s: du har själv bekräftat ändringen av leverantörens konto och attesterar inte nästa "
                "betalning dit. Be en annan person.",
                number=number,
            ),
            NotAttested.ACCOUNT_CONFIRMED,
        )
