"""The command line `billing`: every command in its place, and the one way in.

Convention: noun and verb, as in `billing orders list`. The commands stand in `cli_*.py` by
topic; `cli_door` gives them their common options and turns refusals into sentences and exit
codes: 0 done, 1 failed or an invariant broken, 2 wrong usage, 3 a document refused or in
question, 4 not found.
"""

import gc
import sys
from io import TextIOWrapper

import typer

from supplier_portal import (
    bench_command,
    cli_access_point,
    cli_answers,
    cli_audit,
    cli_events,
    cli_flip,
    cli_invoices,
    cli_letters,
    cli_lookup,
    cli_mail,
    cli_orders,
    cli_paying,
    cli_payments,
    cli_people,
    cli_post,
    cli_receiving,
    cli_register,
    cli_rules,
    cli_serve,
    cli_statement,
    cli_timeline,
    cli_validate,
    cli_work,
    demo_command,
    simulate_command,
)
from supplier_portal.cli_door import remember
from supplier_portal.cli_refusals import Code, stopped_by

app = typer.Typer(
    name="billing",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.callback()(remember)

for _name, _help, _group in (
    ("register", "Leverantörer, avtal, priser / suppliers, contracts, prices.", cli_register.register),
    ("events", "Händelser ur beslutssystemen / events of the decision systems.", cli_events.events),
    ("orders", "Ordrar / orders.", cli_orders.orders),
    ("invoices", "Fakturor och kreditfakturor / invoices and credit notes.", cli_invoices.invoices),
    ("credit", "Begära kredit / asking for credit.", cli_invoices.credit),
    ("payments", "Betalningar / payments.", cli_payments.payments),
    ("ledger", "Bokföring / the ledger.", cli_paying.ledger),
    ("rules", "Regler som dokument prövas mot / rules that documents are judged by.", cli_rules.rules),
    ("answers", "Svar på våra ordrar och brev / answers to our orders and letters.", cli_answers.answers),
    ("inbox", "Brev till oss / letters to us.", cli_letters.inbox),
    (
        "access-point",
        "Accesspunkten / the access point.",
        cli_access_point.access_point,
    ),
    ("people", "Köparens personer i portalen / the buyer's people in the portal.", cli_people.people),
    ("mail", "Mejl till portalens användare / mails to the portal's users.", cli_mail.mail),
    ("audit", "Lämna ut och kontrollera ärenden / hand out and verify cases.", cli_audit.audit),
    ("journal", "Journalens kedja / the journal's chain.", cli_audit.journal_commands),
    ("post", "Skicka och hämta brev / sending and fetching letters.", cli_post.post_office),
    ("jobs", "Jobben i tidtabellen / the jobs of the timetable.", cli_work.jobs),
):
    _group.info.no_args_is_help = True
    app.add_typer(_group, name=_name, help=_help)
for _commands in (
    cli_register.alone,
    cli_receiving.alone,
    cli_lookup.alone,
    cli_timeline.alone,
    cli_invoices.alone,
    cli_flip.alone,
    cli_statement.alone,
    cli_validate.alone,
    cli_serve.alone,
    cli_work.alone,
):
    app.add_typer(_commands)

app.add_typer(bench_command.app, name="bench")
app.command("demo")(demo_command.demo)
app.command("simulate")(simulate_command.simulate)


def main() -> None:
    """The entry point of `billing`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show å gets a question mark, not a crash.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    # What is loaded by now stays: the collector need not walk it again and again.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    try:
        app(prog_name="billing")
    except KeyboardInterrupt:
        sys.exit(Code.INTERRUPTED)
    except Exception as error:
        if "--trace" in sys.argv:
            raise
        sys.exit(stopped_by(error, "sv"))


if __name__ == "__main__":
    main()
