"""What is said of a buyer on the command line, and the buyer it makes."""

from typing import Annotated

import typer

from foundation.database import Database
from foundation.text import Text
from operations.buyers.model import BuyerRefused, InstallationBuyer
from orders.register import store as register_store
from orders.register.parties import organisation_number
from peppol.identifiers import InvalidIdentifier, ParticipantId

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Köparens kortnamn / the buyer's short name")]
By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Name = Annotated[str, typer.Option("--name", help="Köparens namn / the buyer's name")]
Participants = Annotated[
    list[str] | None,
    typer.Option("--participant", metavar="ADDRESS", help="Peppol-adress, flera går bra / Peppol address"),
]
Hosts = Annotated[
    list[str] | None,
    typer.Option("--host", metavar="HOST", help="Värdnamn till sidorna / host name of the pages"),
]
Number = Annotated[str, typer.Option("--organisation-number", metavar="ORGNR", help="Organisationsnummer")]


def of_first_books(
    first: Database,
    slug: str,
    name: str,
    number: str,
    participants: list[str] | None,
    hosts: list[str] | None,
) -> InstallationBuyer:
    """The buyer whose books are there already, as its register has it."""
    with first.reading() as session:
        register = register_store.newest(session)
    if register is None:
        if not number:
            raise BuyerRefused(
                Text(
                    "Inget register är inläst som säger vem köparen är. Ange --name och --organisation-number."
                )
            )
        return buyer_of(slug, name, number, participants, hosts)
    known = register.buyer
    if number and organisation_number(number) != known.organisation_number:
        raise BuyerRefused(
            Text(
                "Installationens böcker är redan %(name)s. Ge först den köparen ett kortnamn: billing buyers add "
                "KORTNAMN, utan --organisation-number. Lägg sedan till nästa.",
                name=known.name,
            )
        )
    return buyer_of(
        slug,
        name or known.name,
        known.organisation_number,
        participants or [known.participant_id],
        hosts,
    )


def buyer_of(
    slug: str,
    name: str,
    number: str,
    participants: list[str] | None,
    hosts: list[str] | None,
    *,
    books: str = "",
) -> InstallationBuyer:
    """The buyer the options describe, with the address of its number where none is given. Raises BuyerRefused."""
    digits = organisation_number(number)
    usual = (str(ParticipantId.of_organisation(digits)),)
    return InstallationBuyer(
        slug, digits, name.strip(), participants_of(participants) or usual, hosts_of(hosts), books
    )


def participants_of(given: list[str] | None) -> tuple[str, ...]:
    """The addresses as messages are found by them, in small letters. Raises BuyerRefused."""
    try:
        return tuple(dict.fromkeys(str(ParticipantId.parse(each)).casefold() for each in given or ()))
    except InvalidIdentifier:
        raise BuyerRefused(
            Text("Peppol-adressen är fel. Skriv schema, kolon och ett värde med rätt kontrollsiffra.")
        ) from None


def hosts_of(given: list[str] | None) -> tuple[str, ...]:
    """The host names, in small letters."""
    return tuple(dict.fromkeys(each.strip().casefold() for each in given or ()))
