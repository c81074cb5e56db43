"""`billing validate`: is this document valid, and if not, what is wrong with all of it, in words."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from peppol.rules.findings import Finding
from peppol.rules.texts import explain
from peppol.validation import Report, validate
from supplier_portal.cli_door import AsJson, House, On, bytes_of, command, today_or
from supplier_portal.cli_refusals import Code, complain, refusal_of
from supplier_portal.printing import Json, Language, plain, show, write_json

alone = typer.Typer()


@dataclass(frozen=True, slots=True)
class _Judged:
    """One file and what its check came to."""

    file: str
    report: Report


@command(alone, "validate")
def validate_files(
    house: House,
    files: Annotated[list[Path], typer.Argument(help="Peppol-dokument / Peppol documents")],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Pröva mot schema och regler / check against schema and rules."""
    today, unreadable = today_or(on), False
    judged = []
    for path in files:
        try:
            report = validate(bytes_of(path), on=today)
        except OSError as error:
            complain(house.sentence(refusal_of(error)))
            unreadable = True
            continue
        judged.append(_Judged(str(path), report))
        if not as_json:
            _show(house, judged[-1])
    if as_json:
        write_json([_json(each, house.language) for each in judged])
    if unreadable:
        raise typer.Exit(Code.FAILED)
    if not all(each.report.valid for each in judged):
        raise typer.Exit(Code.IN_QUESTION)


def _show(house: House, judged: _Judged) -> None:
    report = judged.report
    verdict = house.say("giltig", "valid") if report.valid else house.say("ogiltig", "invalid")
    kind = f"{report.kind}, {report.release}" if report.kind else house.say("okänt slag", "unknown kind")
    counts = house.say(
        f"{len(report.fatal)} fel, {len(report.warnings)} varningar",
        f"{len(report.fatal)} errors, {len(report.warnings)} warnings",
    )
    show(
        Text(
            plain(f"{judged.file}: {verdict} ({kind}; {counts})"),
            style="green" if report.valid else "bold red",
        )
    )
    for finding in report.findings:
        told = explain(finding, house.language)
        grave = house.say("fel", "error") if finding.fatal else house.say("varning", "warning")
        show(Text(plain(f"  {finding.rule} {grave}: {told.message} {told.remedy}")))
        if finding.location:
            show(Text(plain(f"      {finding.location}"), style="dim"))


def _json(judged: _Judged, language: Language) -> Json:
    report = judged.report
    return {
        "file": judged.file,
        "kind": report.kind.value if report.kind else None,
        "valid": report.valid,
        "release": report.release,
        "findings": [_finding_json(finding, language) for finding in report.findings],
    }


def _finding_json(finding: Finding, language: Language) -> Json:
    told = explain(finding, language)
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "location": finding.location,
        "line": finding.line,
        "found": finding.found,
        "expected": finding.expected,
        "message": told.message,
        "remedy": told.remedy,
        "actor": told.actor.value,
    }
