"""The command line `billing`: every command in its place, and the one way in.

Convention: noun and verb, as in `billing orders list`. The commands stand in `cli_*.py` by
topic and are loaded when asked for; `cli_door` gives them their common options and turns
refusals into sentences and exit codes: 0 done, 1 failed or an invariant broken, 2 wrong
usage, 3 a document refused or in question, 4 not found.
"""

import sys
from importlib import metadata
from io import TextIOWrapper
from typing import Annotated, Final

import typer

from supplier_portal import memory
from supplier_portal.cli_loading import Place, table_of
from supplier_portal.cli_options import DatabaseOption, Given, LanguageOption

# A command that stands alone says the same line in its own docstring.
COMMANDS: Final = {
    "init": Place("Gör de tabeller som saknas / make the tables that are missing.", "cli_register"),
    "register": Place(
        "Leverantörer, avtal, priser / suppliers, contracts, prices.", "cli_register", "register"
    ),
    "events": Place("Händelser ur beslutssystemen / events of the decision systems.", "cli_events", "events"),
    "orders": Place("Ordrar / orders.", "cli_orders", "orders"),
    "receive": Place("Ta emot dokument och pröva dem / receive documents and judge them.", "cli_receiving"),
    "flip": Place("Gör orderradens faktura / make the invoice of an order line.", "cli_flip"),
    "invoices": Place("Fakturor och kreditfakturor / invoices and credit notes.", "cli_invoices", "invoices"),
    "explain": Place("Visa hur en faktura prövats / show how an invoice was judged.", "cli_invoices"),
    "credit": Place("Begära kredit / asking for credit.", "cli_invoices", "credit"),
    "payments": Place("Betalningar / payments.", "cli_paying", "payments"),
    "ledger": Place("Bokföring / the ledger.", "cli_paying", "ledger"),
    "reconcile": Place(
        "Stäm av från beställt till betalt / reconcile from ordered to paid.", "cli_statement"
    ),
    "check": Place(
        "Pröva databasens invarianter, också mot journalhuvuden utanför / check the database's invariants.",
        "cli_statement",
    ),
    "timeline": Place("Allt om en genomförandereferens / all about an execution reference.", "cli_timeline"),
    "validate": Place("Pröva mot schema och regler / check against schema and rules.", "cli_validate"),
    "rules": Place(
        "Regler som dokument prövas mot / rules that documents are judged by.", "cli_rules", "rules"
    ),
    "inbox": Place("Brev till oss / letters to us.", "cli_letters", "inbox"),
    "post": Place("Skicka och hämta brev / sending and fetching letters.", "cli_post", "post_office"),
    "answers": Place(
        "Svar på våra ordrar och brev / answers to our orders and letters.", "cli_answers", "answers"
    ),
    "lookup": Place(
        "Fråga nätet om någon kan ta emot / ask the network whether somebody can receive.", "cli_lookup"
    ),
    "access-point": Place("Accesspunkten / the access point.", "cli_access_point", "access_point"),
    "people": Place(
        "Köparens personer i portalen / the buyer's people in the portal.", "cli_people", "people"
    ),
    "mail": Place("Mejl till portalens användare / mails to the portal's users.", "cli_mail", "mail"),
    "audit": Place("Lämna ut och kontrollera ärenden / hand out and verify cases.", "cli_audit", "audit"),
    "journal": Place("Journalens kedja / the journal's chain.", "cli_audit", "journal_commands"),
    "serve": Place("Starta webbtjänsten / start the web application.", "cli_serve"),
    "work": Place(
        "Sköt posten och jobben tills du avbryter / tend the post and the jobs until stopped.", "cli_work"
    ),
    "jobs": Place("Jobben i tidtabellen / the jobs of the timetable.", "cli_work", "jobs"),
    "demo": Place(
        "Spela upp alla fall från beslut till betalning / play every case from decision to payment.",
        "demo_command",
    ),
    "simulate": Place(
        "Skapa en värld av beslut, redovisningar och fakturor / make a world of decisions, reports and invoices.",
        "simulate_command",
    ),
    "bench": Place("Mät hastigheten / measure the speed.", "bench_command"),
}

app = typer.Typer(
    name="billing",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
table_of(app, COMMANDS)


def tell_version(asked: bool) -> None:
    """Print the version and stop, where it was asked for."""
    if asked:
        typer.echo(f"billing {metadata.version('rusta-matcha-billing')}")
        raise typer.Exit


@app.callback()
def remember(
    context: typer.Context,
    database: DatabaseOption = None,
    lang: LanguageOption = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=tell_version, help="Visa versionen / show the version."
        ),
    ] = False,
) -> None:
    """Beställning och fakturor för Rusta och matcha / orders and invoices of the service."""
    # Comes here only when a command is to run; --help and --version need no log.
    from supplier_portal.cli_log import log_to_standard_error

    log_to_standard_error()
    context.obj = Given(database, lang)


def main() -> None:
    """The entry point of `billing`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show å gets a question mark, not a crash.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    memory.look_seldom()
    try:
        app(prog_name="billing")
    except (KeyboardInterrupt, Exception) as error:
        if "--trace" in sys.argv:
            raise
        # Knows every refusal of the house, which is much to load before anything is refused.
        from supplier_portal.cli_refusals import Code, stopped_by

        sys.exit(Code.INTERRUPTED if isinstance(error, KeyboardInterrupt) else stopped_by(error, "sv"))


if __name__ == "__main__":
    main()
