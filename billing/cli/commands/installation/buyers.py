"""`billing buyers`: whom the installation serves. Each buyer is a row, with books of its own that are made with it."""

from dataclasses import dataclass
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.installation.buyer_options import (
    By,
    Hosts,
    Name,
    Number,
    Participants,
    Slug,
    buyer_of,
    hosts_of,
    of_first_books,
    participants_of,
)
from billing.cli.exit_codes import ExitCode, refusal_of
from billing.cli.printing import TableColumn, show, table, write_json
from billing.migrations import new_books
from billing.server.installation import Books, Installation
from foundation.errors import Refused
from foundation.formatting import Json
from foundation.text import Text
from operations.buyers import administration, buyer_store, closing_queries
from operations.buyers import books as buyer_books
from operations.buyers.closing_queries import OpenMatters
from operations.buyers.model import BUYER_WORDS, BuyerRefused, InstallationBuyer, chosen
from orders.register import store as register_store

buyers = typer.Typer()

_LIST = (
    TableColumn(Text("Köpare")),
    TableColumn(Text("Namn"), spare=2),
    TableColumn(Text("Organisation")),
    TableColumn(Text("Adress på nätet"), wrap=20),
    TableColumn(Text("Värdnamn"), wrap=20),
    TableColumn(Text("Böcker"), wrap=16),
    TableColumn(Text("Läge")),
)
_OPERATOR = "operator"


@command(buyers, "list")
def list_buyers(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa installationens köpare / show the buyers of the installation."""
    with context.installation() as installation:
        rows = [each.buyer for each in installation.all() if each.buyer is not None]
    if as_json:
        write_json([_json(each) for each in rows])
        return
    if not rows:
        typer.echo(
            context.say(
                Text(
                    "Installationen har en enda köpare, utan kortnamn. Ge den ett innan du lägger till fler: "
                    "billing buyers add KORTNAMN"
                )
            )
        )
        return
    shown = [
        (
            each.slug,
            each.name,
            each.organisation_number,
            " ".join(each.participants),
            " ".join(each.hosts),
            each.books or context.say(Text("installationens första")),
            context.say(BUYER_WORDS[each.state]),
        )
        for each in rows
    ]
    show(table(_LIST, shown, language=context.language))


@command(buyers, "show")
def show_buyer(context: CommandContext, slug: Slug, as_json: AsJson = False) -> None:
    """Visa en köpare och hur det står i dess böcker / show a buyer and how its books stand."""
    with context.installation() as installation:
        books, buyer = _books(installation, slug)
        stands = _standing(installation, books)
    if as_json:
        write_json({**_json(buyer), **_standing_json(stands)})
    else:
        say, matters = context.say, stands.matters
        fault = stands.fault.in_language(context.language) if stands.fault is not None else ""
        facts = (
            (say(Text("Köpare")), f"{buyer.slug}  {buyer.name}"),
            (say(Text("Organisation")), buyer.organisation_number),
            (say(Text("Adress på nätet")), " ".join(buyer.participants)),
            (say(Text("Värdnamn")), " ".join(buyer.hosts)),
            (say(Text("Sidor")), books.settings.public_url),
            (say(Text("Egna inställningar")), f"{buyer_books.prefix(slug)}…"),
            (say(Text("Böcker")), fault or buyer.books or say(Text("installationens första"))),
            (say(Text("Valuta")), stands.currency or say(Text("inget register är inläst"))),
            (say(Text("Läge")), say(BUYER_WORDS[buyer.state])),
            (say(Text("Meddelanden som väntar")), str(matters.messages) if matters else ""),
            (say(Text("Fakturor som väntar på beslut")), str(matters.undecided) if matters else ""),
            (say(Text("Fakturor som ska betalas")), str(matters.unpaid) if matters else ""),
        )
        show(table((TableColumn(), TableColumn(wrap=40)), facts, language=context.language))
    if stands.fault is not None:
        raise typer.Exit(ExitCode.FAILED)


@command(buyers, "add")
def add(
    context: CommandContext,
    slug: Slug,
    name: Name = "",
    number: Number = "",
    participants: Participants = None,
    hosts: Hosts = None,
    books: Annotated[
        str,
        typer.Option("--books", metavar="NAME", help="Databasens eller filens namn / of database or file"),
    ] = "",
    by: By = _OPERATOR,
) -> None:
    """Lägg till en köpare och gör dess böcker; den första får dem som finns / add a buyer and make its books."""
    with context.installation() as installation:
        first = installation.first
        rows = buyer_store.buyers_in(first)
        if not rows:
            buyer = of_first_books(first, slug, name, number, participants, hosts)
        else:
            if not number:
                raise BuyerRefused(Text("Köparen saknar organisationsnummer. Ange --organisation-number."))
            _free(rows, slug)
            named = books or buyer_books.proposed_books(first.url, slug)
            buyer = buyer_of(slug, name, number, participants, hosts, books=named)
            address = buyer_books.settings_of(installation.settings, buyer, several=False).database_url
            new_books.make(first, named, address, organisation_number=buyer.organisation_number)
        with first.writing() as session:
            administration.add(session, buyer, by=by, now=first.clock())
    made = Text("Köparen %(buyer)s är tillagd.", buyer=buyer.label)
    typer.echo(context.say(made))
    if buyer.books:
        typer.echo(
            context.say(
                Text(
                    "Böckerna finns i %(books)s. Läs in registret: billing --buyer %(slug)s register load FIL...",
                    books=buyer.books,
                    slug=slug,
                )
            )
        )


@command(buyers, "change")
def change(
    context: CommandContext,
    slug: Slug,
    name: Name = "",
    participants: Participants = None,
    hosts: Hosts = None,
    no_host: Annotated[bool, typer.Option("--no-host", help="Inga värdnamn / no host names")] = False,
    by: By = _OPERATOR,
) -> None:
    """Ändra namn, Peppol-adresser eller värdnamn; det som anges ersätter / change name, addresses or hosts."""
    with context.installation() as installation, installation.first.writing() as session:
        buyer = _row(buyer_store.buyers(session), slug)
        changed = administration.change(
            session,
            buyer,
            name=name.strip(),
            participants=participants_of(participants),
            hosts=() if no_host else hosts_of(hosts) if hosts else None,
            by=by,
        )
    write = (
        Text("Ingenting ändrades.") if changed == buyer else Text("Köparen %(slug)s är ändrad.", slug=slug)
    )
    typer.echo(context.say(write))


@command(buyers, "close")
def close(context: CommandContext, slug: Slug, by: By = _OPERATOR) -> None:
    """Sluta betjäna en köpare; böckerna sparas och kan läsas / stop serving a buyer; its books are kept."""
    with context.installation() as installation:
        books, _ = _books(installation, slug)
        with installation.database_of(books).reading() as session:
            matters = closing_queries.open_matters(session)
        with installation.first.writing() as session:
            administration.close(session, _row(buyer_store.buyers(session), slug), matters, by=by)
    typer.echo(
        context.say(
            Text(
                "%(slug)s är stängd. Böckerna finns kvar. Öppna igen med: billing buyers reopen %(slug)s",
                slug=slug,
            )
        )
    )


@command(buyers, "reopen")
def reopen(context: CommandContext, slug: Slug, by: By = _OPERATOR) -> None:
    """Börja betjäna en stängd köpare igen / serve a closed buyer again."""
    with context.installation() as installation, installation.first.writing() as session:
        administration.reopen(session, _row(buyer_store.buyers(session), slug), by=by)
    typer.echo(context.say(Text("%(slug)s är öppen igen.", slug=slug)))


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a buyer's books stand; `fault` where they do not answer."""

    currency: str = ""
    matters: OpenMatters | None = None
    fault: Refused | None = None


def _standing(installation: Installation, books: Books) -> _Standing:
    try:
        with installation.database_of(books).reading() as session:
            register = register_store.newest(session)
            matters = closing_queries.open_matters(session)
    except (SQLAlchemyError, Refused) as error:
        return _Standing(fault=refusal_of(error))
    return _Standing(register.buyer.currency if register is not None else "", matters)


def _free(rows: tuple[InstallationBuyer, ...], slug: str) -> None:
    """Nothing is made for a short name that is somebody's."""
    if any(each.slug == slug for each in rows):
        raise BuyerRefused(
            Text("Kortnamnet %(slug)s är redan en köpares. Se dem med: billing buyers list", slug=slug)
        )


def _row(rows: tuple[InstallationBuyer, ...], slug: str) -> InstallationBuyer:
    found = chosen(rows, slug)
    assert found is not None  # noqa: S101 - one was asked for
    return found


def _books(installation: Installation, slug: str) -> tuple[Books, InstallationBuyer]:
    books = installation.books_of(slug)
    assert books.buyer is not None  # noqa: S101 - one was asked for
    return books, books.buyer


def _json(each: InstallationBuyer) -> dict[str, Json]:
    return {
        "slug": each.slug,
        "name": each.name,
        "organisation_number": each.organisation_number,
        "participants": list(each.participants),
        "hosts": list(each.hosts),
        "books": each.books,
        "state": each.state.value,
    }


def _standing_json(stands: _Standing) -> dict[str, Json]:
    matters = stands.matters
    return {
        "answers": stands.fault is None,
        "currency": stands.currency,
        "messages_waiting": matters.messages if matters else None,
        "invoices_undecided": matters.undecided if matters else None,
        "invoices_unpaid": matters.unpaid if matters else None,
    }
