"""`billing rates`: the reference rate that late-payment interest follows, entered by one and confirmed by another."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command, day, number_written
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json
from foundation.formatting import price as percent_words
from foundation.text import Text
from invoicing.claims import rate_store
from invoicing.claims import rates as rate_steps
from invoicing.claims.rate_store import RateState, ReferenceRate

rates = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
RateId = Annotated[int, typer.Argument(help="Numret, ur list / the number, of list")]

_LIST = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Gäller från")),
    TableColumn(Text("Procent"), right=True),
    TableColumn(Text("Läge")),
)


@command(rates, "list")
def list_rates(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa referensräntorna / show the reference rates."""
    with context.reading() as session:
        known = rate_store.in_force(session)
        entered = rate_store.listed(session)
    # Whoever confirms one needs its number; what came with the program has none.
    own = {each.valid_from for each in entered if each.state is RateState.STANDING}
    published = [
        (first, percent) for first, percent in sorted(known.items(), reverse=True) if first not in own
    ]
    if as_json:
        write_json(
            [*(_as_json(each) for each in entered), *(_published_as_json(*each) for each in published)]
        )
        return
    rows = [
        (
            str(each.id),
            each.valid_from.isoformat(),
            percent_words(each.percent),
            context.say(_word(each.state)),
        )
        for each in entered
    ]
    rows += [
        ("", first.isoformat(), percent_words(percent), context.say(_word(RateState.STANDING)))
        for first, percent in published
    ]
    show(table(_LIST, rows, language=context.language))


@command(rates, "ask")
def ask(
    context: CommandContext,
    valid_from: Annotated[
        date, typer.Argument(parser=day, help="Halvårets första dag / the first day of the half-year")
    ],
    percent: Annotated[
        Decimal, typer.Argument(parser=number_written, help="Procent, som 4,00 / percent, as 4.00")
    ],
    by: By,
) -> None:
    """Skriv in en referensränta; en annan bekräftar / enter a reference rate; another confirms."""
    with context.writing() as session:
        made = rate_steps.ask(
            session,
            valid_from=valid_from,
            percent=percent,
            by=by,
            now=utc_now(),
        )
    typer.echo(str(made))


@command(rates, "confirm")
def confirm(context: CommandContext, number: RateId, by: By) -> None:
    """Bekräfta en referensränta / confirm a reference rate."""
    with context.writing() as session:
        rate_steps.confirm(session, number, by=by)
    typer.echo(context.say(_word(RateState.STANDING)))


@command(rates, "refuse")
def refuse(context: CommandContext, number: RateId, by: By) -> None:
    """Ta bort en referensränta som väntar / take away a reference rate that waits."""
    with context.writing() as session:
        rate_steps.refuse(session, number, by=by)
    typer.echo(context.say(_word(RateState.REFUSED)))


def _as_json(rate: ReferenceRate) -> Json:
    return {
        "id": rate.id,
        "valid_from": rate.valid_from.isoformat(),
        "percent": str(rate.percent),
        "state": rate.state.value,
        "asked_by": rate.asked_by,
    }


def _published_as_json(valid_from: date, percent: Decimal) -> Json:
    return {
        "id": None,
        "valid_from": valid_from.isoformat(),
        "percent": str(percent),
        "state": RateState.STANDING.value,
        "asked_by": None,
    }


def _word(state: RateState) -> Text:
    return rate_store.RATE_WORDS[state]
