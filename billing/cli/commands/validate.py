"""`billing validate`: is this document valid, and if not, what is wrong with all of it, in words.

`--engine official` asks the published rules instead of ours; `--engine both` asks both and
shows only where they come apart. Convention: the report goes to standard output in the
shape of `validation_report`; what kept a file from being read or compared goes to
standard error.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text as RichText

from billing.cli.command import AsJson, CommandContext, On, bytes_of, command, today_or
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.cli.printing import show, write_json
from billing.cli.report import show_report
from foundation.apart.confined import WorkFailed
from foundation.disks.whole_files import write_whole
from foundation.errors import Refused
from foundation.formatting import Json, plain
from foundation.text import JoinedText, Text
from peppol.identifiers import DocumentKind
from peppol.validation import agreement, apart, published_rules
from peppol.validation.agreement import Disagreement, Engine
from peppol.validation.validation import ValidationResult, validate
from web.validation_report import (
    ValidationReport,
    report_json,
    report_page,
    reported,
    reported_as_published,
    style_sheet_within,
)

alone = typer.Typer()


class Asked(StrEnum):
    """Whose rules are asked."""

    OWN = "own"
    OFFICIAL = "official"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class _Compared:
    """One file, and where the two engines come apart over it."""

    file: str
    report: ValidationResult
    disagreements: tuple[Disagreement, ...]

    @property
    def unexpected(self) -> tuple[Disagreement, ...]:
        """The disagreements without a known reason."""
        return tuple(each for each in self.disagreements if each.known is None)


@command(alone, "validate")
def validate_files(
    context: CommandContext,
    files: Annotated[list[Path], typer.Argument(help="Peppol-dokument / Peppol documents")],
    on: On = None,
    engine: Annotated[
        Asked, typer.Option(help="Våra regler, de publicerade eller båda / our rules, the published, or both")
    ] = Asked.OWN,
    as_json: AsJson = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Skriv rapporten som sida / write the report as a page"),
    ] = None,
) -> None:
    """Pröva mot schema och regler / check against schema and rules."""
    if engine is Asked.BOTH:
        if html is not None:
            raise typer.BadParameter("--html visar inte --engine both / --html does not show --engine both.")
        code = _compare(context, files, today_or(on), as_json=as_json)
    else:
        code = _judge(context, files, today_or(on), engine, as_json=as_json, html=html)
    if code is not ExitCode.OK:
        raise typer.Exit(code)


def _judge(
    context: CommandContext,
    files: Sequence[Path],
    on: date,
    engine: Asked,
    *,
    as_json: bool,
    html: Path | None,
) -> ExitCode:
    reports: list[ValidationReport] = []
    for path in files:
        try:
            body = bytes_of(path)
            # The published rules are put to the tree, which lies in this process: only after ours have had it apart.
            report = apart.validate(body, on=on)
            if engine is not Asked.OWN:
                report = validate(body, on=on)
            reports.append(_told(context, path, report, engine))
        except _NOT_CHECKED as error:
            _complain(context, path, error)
            continue
        if not as_json:
            show_report(reports[-1], context.language)
    if as_json:
        write_json([report_json(report) for report in reports])
    if html is not None:
        page = report_page(reports, context.language, style_sheet=style_sheet_within())
        write_whole(html, page.encode())
    if len(reports) < len(files):
        return ExitCode.FAILED
    return ExitCode.OK if all(report.valid for report in reports) else ExitCode.IN_QUESTION


_NOT_CHECKED: Final = (OSError, Refused, WorkFailed)
"""What keeps one file from being checked, and none of the others."""


def _complain(context: CommandContext, path: Path, error: Exception) -> None:
    sentence = context.say(refusal_of(error).text)
    # What is said of any document does not say which one it was.
    complain(sentence if str(path) in sentence else f"{path}: {sentence}")


def _told(context: CommandContext, path: Path, report: ValidationResult, engine: Asked) -> ValidationReport:
    """The report in words. What the gate refused is not put to the published rules: its refusal is the report."""
    if engine is Asked.OWN or report.root is None or report.kind is None:
        return reported(report, file=str(path), language=context.language)
    try:
        with _saxon_silenced():
            findings = agreement.judge(report.root, report.kind)
    except published_rules.OfficialRulesMissing:
        raise _no_published_rules(path, report.kind) from None
    except published_rules.OfficialRulesFailed:
        raise _no_verdict(path) from None
    return reported_as_published(
        findings,
        file=str(path),
        kind=report.kind,
        release=agreement.release_of(report.kind),
        language=context.language,
    )


# --- both engines ---------------------------------------------------------------------------------------


def _compare(context: CommandContext, files: Sequence[Path], on: date, *, as_json: bool) -> ExitCode:
    compared: list[_Compared] = []
    for path in files:
        try:
            body = bytes_of(path)
            apart.validate(body, on=on)
            report = validate(body, on=on)
            compared.append(_Compared(str(path), report, _disagreements(path, report)))
        except _NOT_CHECKED as error:
            _complain(context, path, error)
    if as_json:
        write_json([_compared_json(context, each) for each in compared])
    else:
        for each in compared:
            _show_compared(context, each)
    unexpected = sum(len(each.unexpected) for each in compared)
    stopped = sum(each.report.root is None for each in compared)
    complain(
        context.say(
            Text(
                "%(compared)s dokument jämförda, varav %(stopped)s stoppade före reglerna; "
                "%(unexpected)s oväntade skillnader.",
                compared=len(compared),
                stopped=stopped,
                unexpected=unexpected,
            )
        )
    )
    if len(compared) < len(files):
        return ExitCode.FAILED
    return ExitCode.IN_QUESTION if unexpected else ExitCode.OK


def _disagreements(path: Path, report: ValidationResult) -> tuple[Disagreement, ...]:
    try:
        with _saxon_silenced():
            return agreement.disagreements(report)
    except published_rules.OfficialRulesMissing:
        assert report.kind is not None  # noqa: S101 - without a kind there was nothing to ask about
        raise _no_published_rules(path, report.kind) from None


def _show_compared(context: CommandContext, compared: _Compared) -> None:
    for each in compared.disagreements:
        ours = each.fired_by is Engine.OWN
        who = context.say(Text("bara våra regler") if ours else Text("bara de publicerade reglerna"))
        known = Text("känt: %(reason)s", reason=each.known.reason) if each.known else Text("oväntat")
        line = f"{compared.file}: {each.rule} {who}, {each.finding.location} ({context.say(known)})"
        show(RichText(plain(line), style="dim" if each.known else "bold red"))


def _compared_json(context: CommandContext, compared: _Compared) -> Json:
    return {
        "file": compared.file,
        "kind": compared.report.kind.value if compared.report.kind else None,
        "compared": compared.report.root is not None,
        "disagreements": [
            {
                "rule": each.rule,
                "fired_by": each.fired_by.value,
                "location": each.finding.location,
                "line": each.finding.line,
                "known": context.say(each.known.reason) if each.known else None,
            }
            for each in compared.disagreements
        ],
    }


@contextmanager
def _saxon_silenced() -> Iterator[None]:
    """Keep off the terminal what Saxon writes about a document it stops over: pages, and straight to the system.

    It has no setting for it. The command line has one thread, so that nobody else's line is lost.
    """
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)


_KINDS_WITHIN = {
    DocumentKind.ORDER: Text("order"),
    DocumentKind.ORDER_RESPONSE: Text("ordersvar"),
    DocumentKind.INVOICE: Text("faktura"),
    DocumentKind.CREDIT_NOTE: Text("kreditfaktura"),
    DocumentKind.INVOICE_RESPONSE: Text("fakturasvar"),
    DocumentKind.MLR: Text("meddelandesvar (MLR)"),
    DocumentKind.MLS: Text("meddelandestatus (MLS)"),
}


def _no_published_rules(path: Path, kind: DocumentKind) -> Refused:
    missing = Text(
        "%(path)s: de publicerade reglerna för %(kind)s finns inte här (%(stylesheets)s).",
        path=path,
        kind=_KINDS_WITHIN[kind],
        stylesheets=", ".join(agreement.STYLESHEETS[kind]),
    )
    todo = (
        # The extra brings the rules for bills and the program that runs any of them.
        Text("Installera tillägget official.")
        if not published_rules.available()
        else Text("Låt %(variable)s peka på en mapp med dem.", variable=published_rules.FOLDER_VARIABLE)
    )
    return Refused(JoinedText(" ", (missing, todo)))


def _no_verdict(path: Path) -> Refused:
    return Refused(
        Text(
            "%(path)s: de publicerade reglerna stannade vid ett värde de inte kan läsa och gav "
            "inget besked. Pröva med --engine own.",
            path=path,
        )
    )
