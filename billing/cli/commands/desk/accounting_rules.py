"""`billing ledger rules`, `rules-try`, `rules-propose`, `rules-step`: rules tried first, and put in force by two."""

from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, bytes_of, command
from billing.cli.commands.desk.ledger import By, OneMonth, Reason, ledger
from billing.cli.printing import TableColumn, show, table, write_json
from bookkeeping import accounting_rule_store, rule_changes
from bookkeeping.accounting_rule_store import RULES_WORDS, RulesState
from bookkeeping.coding import Dimension
from bookkeeping.first_rules import first_rules
from bookkeeping.rule_changes import RulesStep
from bookkeeping.rule_reading import RulesRefused
from foundation.database import utc_now
from foundation.text import Text
from operations.payment_settings import ledger_of
from orders.register import store as register_store
from orders.register.service_names import article_names

RulesFile = Annotated[Path, typer.Argument(metavar="FILE", help="Reglerna som TOML / the rules as TOML")]

_VERSIONS = (
    TableColumn(Text("Version"), right=True),
    TableColumn(Text("Läge"), wrap=30),
    TableColumn(Text("Föreslog")),
    TableColumn(Text("Skäl"), wrap=40),
)
_MOVED = (
    TableColumn(Text("Konto")),
    *(TableColumn(each.words) for each in Dimension),
    TableColumn(Text("Nu"), right=True),
    TableColumn(Text("Med de nya"), right=True),
)


@command(ledger, "rules")
def rules(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa konteringsreglernas versioner, eller texten att börja med / show the versions of the accounting rules.

    Utan regler i kraft visas den text som konterar likadant som inställningen. / Without rules in force: the text that
    codes as the setting does.
    """
    with context.reading() as session:
        found = accounting_rule_store.versions(session)
        services = register_store.load(session).services
    if as_json:
        write_json(
            [
                {
                    "version": each.id,
                    "state": each.state.value,
                    "reason": each.reason,
                    "proposed_by": each.proposed_by,
                    "decided_by": each.decided_by,
                    "content": each.content,
                }
                for each in found
            ]
        )
        return
    rows = [
        (str(each.id), context.say(RULES_WORDS[each.state]), each.proposed_by, each.reason) for each in found
    ]
    show(table(_VERSIONS, rows, language=context.language))
    in_force = [each.content for each in found if each.state is RulesState.IN_FORCE]
    for content in in_force or [first_rules(ledger_of(context.settings), article_names(services))]:
        typer.echo(content)


@command(ledger, "rules-try")
def rules_try(context: CommandContext, file: RulesFile, month: OneMonth, as_json: AsJson = False) -> None:
    """Visa vad regler hade gjort av en månad / show what rules would have made of a month."""
    with context.reading() as session:
        tried = rule_changes.try_out(session, ledger_of(context.settings), _text(file), month=month)
    if as_json:
        write_json(
            [
                {
                    "account": each.coding.account,
                    **{kind.value: each.coding.of(kind) for kind in Dimension},
                    "before": str(each.before),
                    "after": str(each.after),
                }
                for each in tried.moved
            ]
        )
        return
    rows = [
        (
            each.coding.account,
            *(each.coding.of(kind) for kind in Dimension),
            str(each.before),
            str(each.after),
        )
        for each in tried.moved
    ]
    show(table(_MOVED, rows, language=context.language))
    said = Text(
        "%(invoices)s fakturor prövades; %(moved)s konteringar får andra belopp.",
        invoices=tried.invoices,
        moved=len(tried.moved),
    )
    typer.echo(context.say(said))


@command(ledger, "rules-propose")
def rules_propose(
    context: CommandContext, file: RulesFile, month: OneMonth, by: By, reason: Reason = ""
) -> None:
    """Föreslå regler, prövade på en månad / propose rules, tried on a month."""
    with context.writing() as session:
        number = rule_changes.propose(
            session,
            ledger_of(context.settings),
            _text(file),
            month=month,
            reason=reason,
            by=by,
            now=utc_now(),
        )
    typer.echo(
        context.say(Text("Version %(number)s är föreslagen. En annan person inför den.", number=number))
    )


@command(ledger, "rules-step")
def rules_step(
    context: CommandContext,
    number: Annotated[int, typer.Argument(help="Versionens nummer / the version's number")],
    what: Annotated[RulesStep, typer.Argument(help="Vad som görs / what is done")],
    by: By,
) -> None:
    """Inför en föreslagen version, eller ta bort den / put a proposed version in force, or take it away."""
    with context.writing() as session:
        rule_changes.step(session, number, what, by=by, now=utc_now())
        now = accounting_rule_store.get(session, number).state
    typer.echo(context.say(Text("Version %(number)s: %(state)s.", number=number, state=RULES_WORDS[now])))


def _text(path: Path) -> str:
    try:
        return bytes_of(path).decode("utf-8")
    except UnicodeDecodeError:
        raise RulesRefused(Text("Filen är inte text i UTF-8. Spara den som UTF-8 och försök igen.")) from None
