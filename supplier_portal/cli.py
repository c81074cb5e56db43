"""The command line `billing`: every command in its place, and the one way in.

Convention: noun and verb, as in `billing orders list`. The commands stand in `cli_*.py` by
topic; `cli_door` gives them their common options and turns refusals into sentences and exit
codes: 0 done, 1 failed or an invariant broken, 2 wrong usage, 3 a document refused or in
question, 4 not found.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from io import TextIOWrapper

import typer

from supplier_portal import (
    cli_events,
    cli_invoices,
    cli_letters,
    cli_orders,
    cli_payments,
    cli_register,
    cli_statement,
    cli_timeline,
    cli_validate,
)
from supplier_portal.cli_door import guarded, remember

app = typer.Typer(name="billing", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
app.callback()(remember)

for _name, _help, _group in (
    ("register", "Leverantörer, avtal, priser. / Suppliers, contracts, prices.", cli_register.register),
    ("events", "Händelser från beslutssystemen. / Events from the decision systems.", cli_events.events),
    ("orders", "Ordrar. / Orders.", cli_orders.orders),
    ("invoices", "Fakturor och kreditfakturor. / Invoices and credit notes.", cli_invoices.invoices),
    ("credit", "Begära kredit. / Asking for credit.", cli_invoices.credit),
    ("payments", "Betalningar. / Payments.", cli_payments.payments),
    ("inbox", "Brev till oss. / Letters to us.", cli_letters.inbox),
    ("post", "Skicka och hämta brev. / Sending and fetching letters.", cli_letters.post_office),
):
    _group.info.no_args_is_help = True
    app.add_typer(_group, name=_name, help=_help)
for _commands in (
    cli_register.alone,
    cli_letters.alone,
    cli_timeline.alone,
    cli_invoices.alone,
    cli_orders.alone,
    cli_statement.alone,
    cli_validate.alone,
):
    app.add_typer(_commands)

for _command in ("simulate", "bench", "demo"):
    _module = f"supplier_portal.{_command}_command"
    if find_spec(_module) is not None:
        _found = import_module(_module)
        if hasattr(_found, "app"):
            app.add_typer(_found.app, name=_command)
        else:
            app.command(_command)(guarded(getattr(_found, _command)))


def main() -> None:
    """The entry point of `billing`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show å gets a question mark, not a crash.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="billing")


if __name__ == "__main__":
    main()
