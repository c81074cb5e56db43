"""`billing audit` and `billing journal`: a case that proves itself, and the chains held against roots outside."""

from pathlib import Path
from typing import Annotated

import typer

from audit import case_archive
from audit import cases as audit_cases
from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import write_json
from foundation import journal, journal_anchor
from foundation.disks.whole_files import write_whole
from foundation.errors import Refused
from foundation.formatting import plain
from foundation.text import Text
from operations import journal_heads

audit = typer.Typer()
journal_commands = typer.Typer()

_Heads = Annotated[
    Path | None, typer.Option("--heads", exists=True, dir_okay=False, help="Fil med journalhuvuden / heads")
]


@command(audit, "export")
def export(
    context: CommandContext,
    reference: Annotated[str, typer.Argument(help="Genomförandereferens / execution reference")],
    to: Annotated[Path, typer.Option("--to", help="ZIP att skriva / the ZIP to write")],
    by: Annotated[str, typer.Option("--by", help="Den som lämnar ut, ett id / an id")],
) -> None:
    """Lämna ut ett helt ärende som ZIP / hand out a complete case as a ZIP."""
    with context.writing() as session:
        body = audit_cases.export(session, reference, by=by)
    write_whole(to, body)
    mark = case_archive.manifest_of(body)
    typer.echo(context.say(Text("%(path)s: manifestets sha256 %(sha256)s", path=to, sha256=mark)))


@command(audit, "verify")
def verify(
    context: CommandContext,
    case: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CASE.zip")],
    heads: _Heads = None,
    as_json: AsJson = False,
) -> None:
    """Kontrollera ett utlämnat ärende / verify a case that was handed out."""
    body = case.read_bytes()
    broken = list(case_archive.verify(body, read_heads(heads)))
    if as_json:
        write_json([{"file": name, "sentence": why} for name, why in broken])
    elif broken:
        for name, why in broken:
            typer.echo(plain(f"{name}: {why}"))
    else:
        typer.echo(context.say(Text("Varje byte är som den var.")))
        chain = case_archive.chain_of(body)
        if chain is not None and chain.newer:
            typer.echo(
                context.say(
                    Text(
                        "Rader i ärendets kedja som är nyare än den senaste roten: %(rows)s. Nästa rot tar in dem.",
                        rows=chain.newer,
                    )
                )
            )
    if broken:
        raise typer.Exit(ExitCode.FAILED)


@command(journal_commands, "head")
def head(
    context: CommandContext,
    to: Annotated[Path | None, typer.Option("--to", help="Fil att lägga till i / a file to add to")] = None,
    on: On = None,
) -> None:
    """Gör en rot över journalens kedjor och skriv den utanför databasen / make a root and write it outside."""
    with context.opened() as database:
        found = journal_heads.made(database, day=today_or(on))
    if found is None:
        typer.echo(context.say(Text("Journalen är tom än: det finns inget huvud att skriva.")))
        return
    if to is not None:
        journal_anchor.append(to, found)
    typer.echo(str(found))


@command(journal_commands, "verify")
def verify_journal(context: CommandContext, heads: _Heads = None, as_json: AsJson = False) -> None:
    """Kontrollera kedjorna, också mot huvuden utanför / verify the chains, also against outside heads."""
    with context.reading() as session:
        broken = [*journal.verify(session), *journal_anchor.verify(session, read_heads(heads))]
    if as_json:
        write_json([{"row": each.sequence, "sentence": each.sentence} for each in broken])
    elif broken:
        for each in broken:
            typer.echo(plain(each.sentence))
    else:
        typer.echo(context.say(Text("Kedjorna är hela.")))
    if broken:
        raise typer.Exit(ExitCode.FAILED)


def read_heads(path: Path | None) -> list[journal_anchor.Line]:
    """The lines of a file, or none. Raises UnreadableHeads."""
    if path is None:
        return []
    try:
        return journal_anchor.read(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(Text("Filen går inte att läsa.")) from error
