"""The command line `billing`: every command in its place, and the one way in.

Convention: noun and verb, as in `billing orders list`. The commands stand in `commands/` by
topic and are loaded when asked for; `command` gives them their common options and turns
refusals into sentences and exit codes: 0 done, 1 failed or an invariant broken, 2 wrong
usage, 3 a document refused or in question, 4 not found.
"""

import os
import sys
from importlib import metadata
from io import TextIOWrapper
from typing import Annotated, Final

import typer

from billing.cli.lazy import CommandPlace, table_of
from billing.cli.options import BuyerOption, DatabaseOption, Given, LanguageOption
from foundation import gc_tuning
from foundation.text import SWEDISH
from peppol.rules.engine.compiled import is_compiled

# A command that stands alone says the same line in its own docstring.
COMMANDS: Final = {
    "init": CommandPlace("Gör de tabeller som saknas / make the tables that are missing.", "register"),
    "register": CommandPlace(
        "Leverantörer, avtal, priser / suppliers, contracts, prices.", "register", "register"
    ),
    "secrets": CommandPlace(
        "Nycklar för hemligheter i databasen / keys for secrets in the database.",
        "installation.secret_keys",
        "secrets",
    ),
    "providers": CommandPlace(
        "Utgivare av legitimationer och arbetsgivares inloggning / OpenID providers: are they there?",
        "installation.providers",
        "group",
    ),
    "events": CommandPlace(
        "Händelser ur beslutssystemen / events of the decision systems.", "events", "events"
    ),
    "orders": CommandPlace("Ordrar / orders.", "orders", "orders"),
    "reports": CommandPlace(
        "Leverantörernas redovisningar: pröva dem / the suppliers' reports: judging them.",
        "desk.reports",
        "reports",
    ),
    "informative": CommandPlace(
        "Leverantörernas informativa rapporter / the suppliers' informative reports.",
        "desk.informative",
        "informative",
    ),
    "tax": CommandPlace(
        "Fakturor utan F-skatt: släpp dem / invoices without F-tax: releasing them.", "desk.tax", "tax"
    ),
    "control": CommandPlace(
        "Betalningskontroll: det som stoppas / payment control: what is stopped.",
        "desk.payment_control",
        "control",
    ),
    "payees": CommandPlace(
        "Fakturor med annan betalningsmottagare / invoices with another payee than the seller.",
        "desk.payees",
        "payees",
    ),
    "claims": CommandPlace(
        "Krav för sen betalning: godta eller bestrid / late payment claims: accepting or disputing them.",
        "desk.late_payment",
        "claims",
    ),
    "receivables": CommandPlace(
        "Fordringar på leverantörer: kräva, svara, skriva av / claims on suppliers: demanding, answering.",
        "desk.receivables",
        "receivables",
    ),
    "rates": CommandPlace(
        "Referensräntan som dröjsmålsränta följer / the reference rate of late-payment interest.",
        "desk.rates",
        "rates",
    ),
    "links": CommandPlace(
        "Koppla fakturor till orderrader / linking invoices to order lines.", "desk.links", "links"
    ),
    "conversations": CommandPlace(
        "Vad som sägs om dokument: läs, svara / what is said about documents: reading, replying.",
        "desk.conversations",
        "conversations",
    ),
    "objections": CommandPlace(
        "Leverantörernas invändningar mot ordrar / suppliers' objections to orders.",
        "desk.objections",
        "objections",
    ),
    "supplier": CommandPlace(
        "En leverantörs egna uppgifter i en fil / a supplier's own data in a file.",
        "portal.supplier_data",
        "supplier",
    ),
    "tutors": CommandPlace(
        "Handledarna vid en leverantörs enheter / the tutors of a supplier's units.",
        "portal.tutors",
        "tutors",
    ),
    "results": CommandPlace(
        "Resultat och tillägg: det som väntar och fastnat / results and supplements: what waits or is stuck.",
        "desk.results",
        "results",
    ),
    "receive": CommandPlace(
        "Ta emot dokument och pröva dem / receive documents and judge them.", "receiving"
    ),
    "flip": CommandPlace("Gör orderradens faktura / make the invoice of an order line.", "flip"),
    "invoices": CommandPlace(
        "Fakturor och kreditfakturor / invoices and credit notes.", "invoices", "invoices"
    ),
    "explain": CommandPlace("Visa hur en faktura prövats / show how an invoice was judged.", "invoices"),
    "credit": CommandPlace("Begära kredit / asking for credit.", "invoices", "credit"),
    "payments": CommandPlace("Betalningar / payments.", "desk.bank_answers", "payments"),
    "rights": CommandPlace(
        "Attesträtter och ersättare / rights to attest and substitutes.", "desk.attest_rights", "rights"
    ),
    "ledger": CommandPlace("Bokföring / the ledger.", "desk.ledger_group", "ledger"),
    "reconcile": CommandPlace(
        "Stäm av från beställt till betalt / reconcile from ordered to paid.", "statement"
    ),
    "figures": CommandPlace(
        "Tjänstens siffror: pågående, avbrott, resultat / the service's figures, without any person.",
        "desk.figures",
    ),
    "backup": CommandPlace(
        "Kopiera böckerna medan de används / copy the books while they are used.", "installation.copies"
    ),
    "restore": CommandPlace(
        "Återställ en kopia, och gå igenom vad som kom sedan / put a copy back, and go through what came since.",
        "installation.copies",
        "restore",
    ),
    "check": CommandPlace(
        "Pröva databasens invarianter, också mot journalhuvuden utanför / check the database's invariants.",
        "installation.checking",
    ),
    "timeline": CommandPlace(
        "Allt om en genomförandereferens / all about an execution reference.", "timeline"
    ),
    "validate": CommandPlace("Pröva mot schema och regler / check against schema and rules.", "validate"),
    "rules": CommandPlace(
        "Regler som dokument prövas mot / rules that documents are judged by.", "rules", "rules"
    ),
    "inbox": CommandPlace("Meddelanden till oss / messages to us.", "inbox", "inbox"),
    "bodies": CommandPlace(
        "Meddelandens innehåll i objektlagret / messages' bytes in the object storage.",
        "exchange.bodies",
        "bodies",
    ),
    "post": CommandPlace(
        "Skicka och hämta meddelanden / sending and fetching messages.", "exchange.post_group", "post_office"
    ),
    "answers": CommandPlace(
        "Svar på våra ordrar och meddelanden / answers to our orders and messages.", "answers", "answers"
    ),
    "lookup": CommandPlace(
        "Fråga nätet om någon kan ta emot / ask the network whether somebody can receive.", "lookup"
    ),
    "access-point": CommandPlace("Accesspunkten / the access point.", "access_point", "access_point"),
    "people": CommandPlace(
        "Köparens personer i portalen / the buyer's people in the portal.", "people", "people"
    ),
    "clients": CommandPlace(
        "Program som loggar in i API:et / programs that sign in to the API.", "machine.clients", "commands"
    ),
    "webhooks": CommandPlace(
        "System som får veta vad som händer / systems that are told what happens.",
        "machine.webhooks",
        "commands",
    ),
    "openapi": CommandPlace(
        "Skriv beskrivningen av API:et (OpenAPI 3.1) / write the description of the API (OpenAPI 3.1).",
        "machine.description",
    ),
    "mail": CommandPlace("Mejl till portalens användare / mails to the portal's users.", "mail", "mail"),
    "audit": CommandPlace("Lämna ut och kontrollera ärenden / hand out and verify cases.", "audit", "audit"),
    "journal": CommandPlace("Journalens kedja / the journal's chain.", "audit", "journal_commands"),
    "buyers": CommandPlace(
        "Installationens köpare / the buyers of the installation.", "installation.buyers", "buyers"
    ),
    "serve": CommandPlace("Starta webbtjänsten / start the web application.", "serve"),
    "work": CommandPlace(
        "Sköt posten och jobben tills du avbryter / tend the post and the jobs until stopped.",
        "work",
    ),
    "jobs": CommandPlace("Jobben i tidtabellen / the jobs of the timetable.", "work", "jobs"),
    "demo": CommandPlace(
        "Spela upp alla fall från beslut till betalning / play every case from decision to payment.",
        "demo",
    ),
    "simulate": CommandPlace(
        "Skapa en värld av beslut, redovisningar och fakturor / make a world of decisions, reports and invoices.",
        "simulate",
    ),
    "bench": CommandPlace("Mät hastigheten / measure the speed.", "bench"),
    "settings": CommandPlace(
        "Inställningarna: namn, typ, värde om inget sätts, betydelse / the settings, and what each means.",
        "installation.settings",
    ),
    "doctor": CommandPlace(
        "Pröva installationen: inställningar, databas, nät, disk / examine the installation, changing nothing.",
        "installation.doctor",
    ),
    "completion": CommandPlace(
        "Skriv skriptet som fyller i kommandon med Tab / write the script that completes commands by Tab.",
        "installation.completion",
    ),
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
        compiled = " (compiled)" if is_compiled() else ""
        typer.echo(f"billing {metadata.version('rusta-matcha-billing')}{compiled}")
        raise typer.Exit


@app.callback()
def remember(
    context: typer.Context,
    database: DatabaseOption = None,
    buyer: BuyerOption = None,
    lang: LanguageOption = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=tell_version, help="Visa versionen / show the version."
        ),
    ] = False,
) -> None:
    """Beställning och fakturor / orders and invoices."""
    # Comes here only when a command is to run; --help and --version need no log.
    from billing.server.observability.log import log_to_standard_error

    log_to_standard_error()
    context.obj = Given(database, buyer, lang)


def main() -> None:
    """The entry point of `billing`."""
    # Whatever is written from here on is for this user alone: books, exports, mails, files for the bank.
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show å gets a question mark, not a crash.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    gc_tuning.look_seldom()
    if "_BILLING_COMPLETE" in os.environ:
        # A shell asks what may follow (`billing completion`); asked for its options, the library knows all shells.
        from typer.completion import get_completion_inspect_parameters

        get_completion_inspect_parameters()
    try:
        app(prog_name="billing")
    except (KeyboardInterrupt, Exception) as error:
        if "--trace" in sys.argv:
            raise
        # Knows every refusal of the system, which is much to load before anything is refused.
        from billing.cli.exit_codes import ExitCode, stopped_by

        sys.exit(ExitCode.INTERRUPTED if isinstance(error, KeyboardInterrupt) else stopped_by(error, SWEDISH))


if __name__ == "__main__":
    main()
