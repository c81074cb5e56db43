"""`billing results`: planned results, bonuses and supplements, and what a person does about them."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json
from foundation.text import Text
from operations import result_judging
from operations.report_judging import Hand
from orders.model import PlannedOrder
from orders.placements import plan_queries
from orders.placements.plan_queries import PlanPart
from orders.register import store as register_store
from orders.register.service_names import article_names

results = typer.Typer()

_LIST = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Dag")),
    TableColumn(Text("Referens")),
    TableColumn(Text("Artikel"), spare=1),
    TableColumn(Text("Läge")),
    TableColumn(Text("Order")),
    TableColumn(Text("Skäl"), wrap=30),
)

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Number = Annotated[int, typer.Argument(metavar="NR", help="Numret i listan / the number in the list")]


@command(results, "list")
def list_results(
    context: CommandContext,
    part: Annotated[PlanPart, typer.Option("--part", help="Vilka / which")] = PlanPart.STUCK,
    reference: Annotated[str, typer.Option("--reference", metavar="REF")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Högst så många / at most this many")] = 500,
    as_json: AsJson = False,
) -> None:
    """Visa planerade ordrar: de som fastnat, väntar, är lagda eller fallit / show planned orders."""
    with context.reading() as session:
        found = plan_queries.listed(session, part, reference=reference, limit=limit)
        articles = article_names(register_store.load(session).services) if found else {}
    if as_json:
        write_json([_json(context, each) for each in found])
        return
    cells = [
        (
            str(each.id),
            each.due_on.isoformat(),
            each.execution_reference,
            f"{context.say(articles[each.article])} {each.stage or each.code}".strip(),
            each.state.value,
            each.order_number,
            context.say(each.reason),
        )
        for each in found
    ]
    show(table(_LIST, cells, language=context.language))


@command(results, "retry")
def retry(context: CommandContext, number: Number, by: By, on: On = None) -> None:
    """Försök lägga en order som fastnat / try to place an order that is stuck."""
    with context.writing() as session:
        register = register_store.load(session)
        order = result_judging.try_again(session, register, number, _hand(by, on))
    typer.echo(context.say(Text("Order %(number)s är lagd.", number=order.number)))


@command(results, "drop")
def drop(context: CommandContext, number: Number, by: By, on: On = None) -> None:
    """Låt en planerad order utgå / let a planned order never be placed."""
    with context.writing() as session:
        result_judging.drop(session, number, _hand(by, on))
    typer.echo(context.say(Text("Den planerade ordern utgår.")))


@command(results, "revoke")
def revoke(context: CommandContext, number: Number, by: By, on: On = None) -> None:
    """Ta tillbaka ett godkänt resultat eller tillägg / take an approved result or supplement back."""
    with context.writing() as session:
        result_judging.revoke(session, register_store.load(session), number, _hand(by, on))
    typer.echo(context.say(Text("Godkännandet är återtaget.")))


def _hand(by: str, on: On) -> Hand:
    return Hand(by, utc_now(), today_or(on))


def _json(context: CommandContext, planned: PlannedOrder) -> Json:
    return {
        "number": planned.id,
        "due_on": planned.due_on.isoformat(),
        "execution_reference": planned.execution_reference,
        "article": planned.article.value,
        "stage": planned.stage or "",
        "code": planned.code,
        "outcome": planned.outcome,
        "started_on": planned.outcome_started_on.isoformat() if planned.outcome_started_on else None,
        "state": planned.state.value,
        "order": planned.order_number,
        "reason": context.say(planned.reason),
    }
