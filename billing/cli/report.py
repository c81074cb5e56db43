"""A validation report on the terminal."""

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from billing.cli.printing import show
from foundation.errors import Language
from foundation.formatting import plain
from peppol.findings import Severity
from web.validation_report import ACTORS, ReportedFinding, ValidationReport, counted


def show_report(report: ValidationReport, language: Language) -> None:
    """The report on the terminal: the verdict, then each finding with what to do and who does it."""
    swedish = language == "sv"
    verdict = ("giltig" if report.valid else "ogiltig") if swedish else "valid" if report.valid else "invalid"
    kind = report.kind.value if report.kind else "okänt slag" if swedish else "unknown kind"
    judged_by = f"{kind}, {report.release}" if report.release else kind
    counts = ", ".join(
        counted(number, language, of=severity)
        for number, severity in (
            (report.fatal_count, Severity.FATAL),
            (report.warning_count, Severity.WARNING),
        )
    )
    show(
        Text(
            plain(f"{report.file}: {verdict} ({judged_by}; {counts})"),
            style="green" if report.valid else "bold red",
        )
    )
    for finding in report.findings:
        _show_finding(finding, language)


def _show_finding(finding: ReportedFinding, language: Language) -> None:
    which = 0 if language == "sv" else 1
    grave = (("fel", "error") if finding.fatal else ("varning", "warning"))[which]
    who = ACTORS[finding.actor][which]
    todo = ("Gör så här", "What to do")[which]
    lines: list[RenderableType] = [
        Text(plain(f"{finding.rule} {grave}"), style="red" if finding.fatal else "yellow"),
        Padding(Text(plain(finding.message)), (0, 0, 0, 4)),
        Padding(Text(plain(f"{todo} ({who}): {finding.remedy}")), (0, 0, 0, 4)),
    ]
    if len(finding.location) > 1:  # "/" says no more than the message does
        lines.append(Padding(Text(plain(finding.location), style="dim"), (0, 0, 0, 4)))
    for line in lines:
        show(Padding(line, (0, 0, 0, 2)))
