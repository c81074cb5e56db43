"""A validation report on the terminal."""

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text as RichText

from billing.cli.printing import show
from foundation.formatting import plain
from foundation.text import JoinedText, Language, Text, WrittenText
from peppol.findings import Severity
from web.validation_report import ACTORS, ReportedFinding, ValidationReport, counted


def show_report(report: ValidationReport, language: Language) -> None:
    """The report on the terminal: the verdict, then each finding with what to do and who does it."""
    verdict = Text("giltig") if report.valid else Text("ogiltig")
    kind = WrittenText(report.kind.value) if report.kind else Text("okänt slag")
    counts = (
        counted(report.fatal_count, of=Severity.FATAL),
        counted(report.warning_count, of=Severity.WARNING),
    )
    judged = JoinedText(
        "; ", (JoinedText(", ", (kind, WrittenText(report.release))), JoinedText(", ", counts))
    )
    line = f"{report.file}: {verdict.in_language(language)} ({judged.in_language(language)})"
    show(RichText(plain(line), style="green" if report.valid else "bold red"))
    if report.remark:
        show(Padding(RichText(plain(report.remark), style="yellow"), (0, 0, 0, 2)))
    for finding in report.findings:
        _show_finding(finding, language)
    if report.untold:
        show(Padding(RichText(plain(report.untold.in_language(language)), style="yellow"), (0, 0, 0, 2)))


def _show_finding(finding: ReportedFinding, language: Language) -> None:
    severity = (Text("fel") if finding.fatal else Text("varning")).in_language(language)
    who = ACTORS[finding.actor].in_language(language)
    todo = Text("Gör så här").in_language(language)
    lines: list[RenderableType] = [
        RichText(plain(f"{finding.rule} {severity}"), style="red" if finding.fatal else "yellow"),
        Padding(RichText(plain(finding.message)), (0, 0, 0, 4)),
        Padding(RichText(plain(f"{todo} ({who}): {finding.remedy}")), (0, 0, 0, 4)),
    ]
    if len(finding.location) > 1:  # "/" says no more than the message does
        lines.append(Padding(RichText(plain(finding.location), style="dim"), (0, 0, 0, 4)))
    for line in lines:
        show(Padding(line, (0, 0, 0, 2)))
