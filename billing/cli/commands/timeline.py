"""`billing timeline`: one execution reference from its decision to its payments, day by day."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.formatting import Json, kronor
from foundation.text import Text
from operations.timeline import timeline as timelines
from operations.timeline.model import KIND_NAMES, Audience, TimelineEntry
from orders.placements import store as placement_store
from orders.register import store as register_store

alone = typer.Typer()

_COLUMNS = (
    TableColumn(Text("Dag")),
    TableColumn(Text("Vad")),
    TableColumn(Text("Dokument"), wrap=15),
    TableColumn(Text("Händelse"), wrap=26),
    TableColumn(Text("Läge"), spare=1),
    TableColumn(Text("Belopp"), right=True),
)


@command(alone, "timeline")
def timeline(
    context: CommandContext,
    execution_reference: Annotated[str, typer.Argument(metavar="EXECUTION_REFERENCE")],
    as_json: AsJson = False,
) -> None:
    """Allt om en genomförandereferens / all about an execution reference."""
    with context.reading() as session:
        placement = placement_store.get(session, execution_reference)
        found = timelines.of_placement(session, register_store.load(session), placement, Audience.BUYER)
    if as_json:
        write_json(
            {
                "execution_reference": execution_reference,
                "happenings": [_json(each, context.say(each.sentence)) for each in found],
            }
        )
        return
    day = ""
    rows = []
    for each in found:
        # A day is written once, so that the eye finds where the next one begins.
        shown = "" if each.on.isoformat() == day else each.on.isoformat()
        day = each.on.isoformat()
        amount = kronor(each.amount) if each.amount is not None else ""
        text = context.say(each.sentence)
        rows.append(
            (shown, context.say(KIND_NAMES[each.kind]).lower(), each.document, text, each.state, amount)
        )
    show(table(_COLUMNS, rows, language=context.language))


def _json(happening: TimelineEntry, sentence: str) -> Json:
    return {
        "on": happening.on.isoformat(),
        "kind": happening.kind.name,
        "document": happening.document,
        "state": happening.state,
        "sentence": sentence,
        "amount": str(happening.amount.amount) if happening.amount is not None else None,
        "currency": happening.amount.currency if happening.amount is not None else None,
    }
