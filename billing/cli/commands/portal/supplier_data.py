"""`billing supplier export`: everything the books hold of one supplier, as the file the supplier itself can fetch."""

from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.desk import payment_runs
from billing.cli.printing import write_json
from foundation.database import utc_now
from foundation.errors import NotFound
from foundation.formatting import plain
from foundation.periods import stockholm_date
from foundation.text import Text
from operations.supplier_exports import export_store, exporting
from orders.register import store as register_store
from orders.register.parties import organisation_number

supplier = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]


@supplier.callback()
def supplier_group() -> None:
    """En leverantörs egna uppgifter / a supplier's own data."""


@command(supplier, "export")
def export(
    context: CommandContext,
    number: Annotated[str, typer.Argument(metavar="ORGNR", help="Leverantören / the supplier")],
    folder: Annotated[Path, typer.Option("--folder", help="Var filen läggs / where the file goes")] = Path(),
    by: By = "operator",
    as_json: AsJson = False,
) -> None:
    """Lägg allt som böckerna har om en leverantör i en fil / put all that the books hold of a supplier in a file."""
    whose = organisation_number(number)
    with context.opened() as database:
        today = stockholm_date(database.clock())
        with database.reading() as session:
            register = register_store.load(session)
            if register_store.last_known_supplier(session, register, whose) is None:
                raise NotFound(Text("Registret har aldrig haft den leverantören."))
        with database.writing() as session:
            asked = exporting.ask(session, whose, by=by, at=utc_now(), today=today)
        payment_runs.follow(context, database, asked.task_id, as_json=False, tells=not as_json)
        with database.reading() as session:
            made = export_store.of_supplier(session, whose, asked.id)
            path = folder / f"export-{made.id}.zip"
            with path.open("wb") as file:
                for piece in export_store.pieces(session, made.id):
                    file.write(piece)
    if as_json:
        write_json({"file": str(path), "size": made.size, "sha256": made.sha256})
        return
    typer.echo(plain(f"{path}  {made.size}  {made.sha256}"))
