"""`billing objections`: suppliers' objections to orders, and the buyer's answer."""

from typing import Annotated

import typer

from accounts import mailing
from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.errors import NotFound
from foundation.formatting import Json
from foundation.text import Text
from invoicing.responses import objections as order_objections
from orders.objections import store as objection_store
from orders.objections.model import REASON_WORDS, AnswerReason, Objection, ObjectionPoint, ObjectionState
from orders.register import store as register_store

objections = typer.Typer()

_LIST = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Order")),
    TableColumn(Text("Kom")),
    TableColumn(Text("Väg"), spare=1),
    TableColumn(Text("Läge")),
    TableColumn(Text("Vad som är fel"), wrap=30),
)


@command(objections, "list")
def list_objections(
    context: CommandContext,
    ended: Annotated[bool, typer.Option("--ended", help="De avslutade / those that have ended")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Högst så många / at most this many")] = 500,
    as_json: AsJson = False,
) -> None:
    """Visa invändningar som väntar på svar, äldst först / show objections that wait, oldest first."""
    with context.reading() as session:
        found = objection_store.listed(session, waiting=not ended, limit=limit)
    if as_json:
        write_json([_json(each) for each in found])
        return
    rows = [
        (
            str(each.id),
            each.order_number,
            each.made_on.isoformat(),
            each.channel.value,
            each.state.value,
            "; ".join(_told(context, point) for point in each.points),
        )
        for each in found
    ]
    show(table(_LIST, rows, language=context.language))


@command(objections, "answer")
def answer(
    context: CommandContext,
    objection_id: Annotated[int, typer.Argument(metavar="NR", help="Invändningens nummer / its number")],
    to: Annotated[ObjectionState, typer.Argument(metavar="ANSWER", help="STANDS, CANCELLED, REPLACED")],
    reason: Annotated[
        AnswerReason, typer.Option("--reason", help="Skäl som leverantören läser / what the supplier reads")
    ],
    by: Annotated[str, typer.Option("--by", help="Den som svarar, ett id / who answers, an id")],
    replaced_by: Annotated[
        str, typer.Option("--order", metavar="NUMMER", help="Ordern som gäller i stället / the order instead")
    ] = "",
    on: On = None,
) -> None:
    """Svara på en invändning / answer an objection."""
    with context.writing() as session:
        objection = objection_store.by_id(session, objection_id)
        if objection is None:
            raise NotFound(
                Text(
                    "Det finns ingen invändning %(number)s. Se vilka: billing objections list",
                    number=objection_id,
                )
            )
        register = register_store.load(session)
        closed = order_objections.answer(
            session, register, objection, to, reason, replaced_by=replaced_by, by=by, today=today_or(on)
        )
        holder = register.holder(objection.supplier, today_or(on))
        mailing.put_about_order(session, holder, "objection-answered", objection.order_number, at=utc_now())
    typer.echo(" ".join([to.value, objection.order_number, *closed]))


def _told(context: CommandContext, point: ObjectionPoint) -> str:
    told = context.say(REASON_WORDS[point.reason])
    return f"{point.line_id} {told}" if point.line_id else told


def _json(each: Objection) -> Json:
    return {
        "id": each.id,
        "order": each.order_number,
        "supplier": each.supplier,
        "channel": each.channel.value,
        "state": each.state.value,
        "made_on": each.made_on.isoformat(),
        "points": [
            {
                "line": point.line_id,
                "reason": point.reason.value,
                "expected": None if point.expected is None else str(point.expected),
            }
            for point in each.points
        ],
        "answer_reason": each.answer_reason.value if each.answer_reason else None,
        "replaced_by": each.replaced_by,
    }
