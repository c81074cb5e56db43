"""`billing doctor`: an installation examined from its settings to its fonts, with what to do; nothing is changed.

It ends with 0 where nothing is wrong, also where something cannot be told from here, and with 1 for a fault.
"""

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import TableColumn, show, table, write_json
from billing.tools.doctor.examination import examined
from billing.tools.doctor.findings import Finding, Verdict, worst
from foundation.text import JoinedText, Text

alone = typer.Typer()

_WORDS = {Verdict.OK: Text("Bra"), Verdict.UNKNOWN: Text("Oklart"), Verdict.FAULT: Text("Fel")}
_COLUMNS = (
    TableColumn(Text("Läge")),
    TableColumn(Text("Prövat"), spare=1),
    TableColumn(Text("Svar"), wrap=50),
)


@command(alone, "doctor", examines=True)
def doctor(context: CommandContext, as_json: AsJson = False) -> None:
    """Pröva installationen: inställningar, databas, nät, disk / examine the installation, changing nothing."""
    found = list(examined(lambda: context.common, only=context.asked))
    if as_json:
        write_json(
            [
                {
                    "check": each.check,
                    "buyer": each.about,
                    "verdict": each.verdict.value,
                    "sentence": context.say(each.told),
                    "todo": context.say(each.todo),
                }
                for each in found
            ]
        )
    else:
        rows = [
            (
                context.say(_WORDS[each.verdict]),
                _named(each),
                context.say(JoinedText(" ", (each.told, each.todo))).strip(),
            )
            for each in found
        ]
        show(table(_COLUMNS, rows, language=context.language))
    if worst(found) is Verdict.FAULT:
        raise typer.Exit(ExitCode.FAILED)


def _named(finding: Finding) -> str:
    return f"{finding.about}: {finding.check}" if finding.about else finding.check
