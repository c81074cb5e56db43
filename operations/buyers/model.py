"""A buyer of the installation as a value: what it is called, who it is on the network, where its books are. Pure.

Convention: each buyer is a legal entity of its own with books of its own; nothing of one stands in another's. The
short name (`slug`) is what the command line, addresses and settings call it, and never changes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from foundation.errors import NotFound, Refused
from foundation.text import JoinedText, Text, WrittenText
from foundation.transitions import Transitions

_SLUG: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_SLUG_MAX: Final = 30
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.ASCII)
_HOST_MAX: Final = 253


class BuyerState(StrEnum):
    """Whether a buyer is served."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"  # its books are kept and can be read; nothing in them moves


BUYER_WORDS: Final[Mapping[BuyerState, Text]] = {
    BuyerState.OPEN: Text("Öppen"),
    BuyerState.CLOSED: Text("Stängd"),
}
"""What people call each state."""


BUYER_FOLLOWS = Transitions(
    {BuyerState.OPEN: {BuyerState.CLOSED}, BuyerState.CLOSED: {BuyerState.OPEN}},
    remedy=Text("Se hur det står med: billing buyers list"),
    words=BUYER_WORDS,
)


class BuyerRefused(Refused):
    """The buyer cannot be added or changed as was asked."""


class BuyerUnknown(NotFound):
    """No buyer of the installation has that short name."""


class BuyerNotChosen(Refused):
    """The installation has several buyers, and none was named."""


@dataclass(frozen=True, slots=True)
class InstallationBuyer:
    """One buyer (köpare). `participants` are its Peppol addresses, `hosts` the names of its pages.

    `books` is the name of the database or file beside the installation's first books; empty for these themselves.
    """

    slug: str
    organisation_number: str
    name: str
    participants: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    books: str = ""
    state: BuyerState = BuyerState.OPEN

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug) or len(self.slug) > _SLUG_MAX:
            raise BuyerRefused(
                Text(
                    "Kortnamnet ska vara högst %(most)s tecken av a–z, 0–9 och bindestreck och börja med en "
                    "bokstav, till exempel karlstad.",
                    most=_SLUG_MAX,
                )
            )
        if not self.name.strip():
            raise BuyerRefused(Text("Köparen saknar namn. Ange det med --name."))
        if not self.participants:
            raise BuyerRefused(Text("Köparen saknar Peppol-adress. Ange den med --participant."))
        for host in self.hosts:
            if not _HOST.fullmatch(host) or len(host) > _HOST_MAX:
                raise BuyerRefused(
                    Text(
                        "%(host)s är inget värdnamn. Skriv det utan https:// och port, till exempel "
                        "faktura.karlstad.example.",
                        host=host,
                    )
                )

    @property
    def is_open(self) -> bool:
        """Whether the buyer is served."""
        return self.state is BuyerState.OPEN

    @property
    def is_first(self) -> bool:
        """Whether its books are those the installation began with."""
        return not self.books

    @property
    def label(self) -> Text:
        """The short name and the name, for sentences."""
        return WrittenText(f"{self.slug} ({self.name})")


def chosen(buyers: Sequence[InstallationBuyer], asked: str) -> InstallationBuyer | None:
    """The buyer a command is about: the one asked for, or the only one there is; None where no row says any.

    A closed buyer must be asked for. Raises BuyerUnknown, or BuyerNotChosen where several could be meant.
    """
    if asked:
        found = next((each for each in buyers if each.slug == asked), None)
        if found is None:
            raise _unknown(buyers, asked)
        return found
    served = [each for each in buyers if each.is_open]
    if not buyers:
        return None
    if len(served) != 1:
        raise BuyerNotChosen(
            Text(
                "Installationen har flera köpare: %(buyers)s. Säg vilken det gäller, till exempel: "
                "billing --buyer %(example)s …, eller sätt BILLING_BUYER.",
                buyers=listed(buyers),
                example=buyers[0].slug,
            )
        )
    return served[0]


def listed(buyers: Iterable[InstallationBuyer]) -> Text:
    """The buyers one after the other, for a sentence."""
    return JoinedText(", ", (each.label for each in buyers))


def _unknown(buyers: Sequence[InstallationBuyer], asked: str) -> BuyerUnknown:
    if not buyers:
        return BuyerUnknown(
            Text(
                "Installationen har en enda köpare, utan kortnamn. Utelämna --buyer och BILLING_BUYER, eller ge "
                "den kortnamnet %(asked)s med: billing buyers add %(asked)s",
                asked=asked,
            )
        )
    return BuyerUnknown(
        Text(
            "Det finns ingen köpare %(asked)s. De som finns är %(buyers)s.",
            asked=asked,
            buyers=listed(buyers),
        )
    )
