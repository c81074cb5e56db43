"""A validation report, told once: the one shape that JSON, the terminal and the HTML page show.

`reported` puts a check into words; the faces below only lay them out. `ValidationReport`
is the JSON that `billing validate --json` and `POST /api/v1/validate` answer with, field
by field. The page is made from `templates/validation_report.html`: no script, no style
in it, nothing fetched from anywhere but the style sheet it names, so that it can be shown
under the strictest content policy or saved as a file.
"""

import base64
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from foundation.formatting import Json
from foundation.text import CountedText, Language, Text
from peppol.explanations.explain import explain
from peppol.explanations.text_files import FindingActor, NoText
from peppol.findings import Finding, Severity
from peppol.identifiers import DocumentKind
from peppol.validation.validation import ValidationResult

STYLE_SHEET: Final = "validation_report.css"


class ReportedFinding(BaseModel):
    """One broken rule in words."""

    model_config = ConfigDict(frozen=True)

    rule: str = Field(
        description="Official rule id, XSD for the schema, GATE-… for the gate.", examples=["BR-CO-15"]
    )
    severity: Severity = Field(description="A fatal finding makes the document invalid.")
    location: str = Field(description="XPath with positions; empty where there is no document to point into.")
    line: int = Field(description="Line in the file as sent, from 1; 0 where unknown.")
    found: str = Field(description="The value in the document; empty where there is none to show.")
    expected: str = Field(
        description="The value, bound, form or element asked for; empty where it cannot be computed."
    )
    message: str = Field(description="What is wrong and where, in the language asked for.")
    remedy: str = Field(description="What to do.")
    actor: FindingActor = Field(description="Who can do it.")

    @property
    def fatal(self) -> bool:
        """Whether the document is invalid because of this."""
        return self.severity is Severity.FATAL


class ValidationReport(BaseModel):
    """What the check of one document came to."""

    model_config = ConfigDict(frozen=True)

    file: str = Field(description="The name of the file; empty for a document sent over HTTP.")
    kind: DocumentKind | None = Field(
        description="What kind of document it is; null where it is none that we take."
    )
    valid: bool = Field(description="True when nothing found is fatal. Warnings do not change it.")
    release: str = Field(description="The rules that judged; empty when the document never came that far.")
    remark: str = Field(
        default="",
        description="What to know of the release that judged, in words: that it came after the day asked "
        "for and is the oldest there is here. Empty where it was in force.",
    )
    findings: tuple[ReportedFinding, ...]

    @property
    def fatal_count(self) -> int:
        """How many findings make the document invalid."""
        return sum(finding.fatal for finding in self.findings)

    @property
    def warning_count(self) -> int:
        """How many findings stop nothing."""
        return len(self.findings) - self.fatal_count

    @property
    def by_actor(self) -> dict[FindingActor, int]:
        """How many findings each has to deal with, the busiest first."""
        return dict(Counter(finding.actor for finding in self.findings).most_common())


def reported(report: ValidationResult, *, file: str, language: Language) -> ValidationReport:
    """The check of a document in words of `language`. Raises `NoText` for a rule without a text."""
    return ValidationReport(
        file=file,
        kind=report.kind,
        valid=report.valid,
        release=report.release,
        remark=_remark(report).in_language(language) if report.mandatory_from else "",
        findings=tuple(_in_words(finding, language) for finding in report.findings),
    )


def _remark(report: ValidationResult) -> Text:
    return Text(
        "%(release)s gäller från %(first)s. Här finns ingen äldre utgåva för dagen före, och därför "
        "prövades dokumentet mot den.",
        release=report.release,
        first=str(report.mandatory_from),
    )


def reported_as_published(
    findings: Iterable[Finding], *, file: str, kind: DocumentKind, release: str, language: Language
) -> ValidationReport:
    """What the published rules said: their own sentence, which is English, and our advice where we know the rule."""
    told = tuple(_as_published(finding, language) for finding in findings)
    return ValidationReport(
        file=file, kind=kind, valid=not any(each.fatal for each in told), release=release, findings=told
    )


def _in_words(finding: Finding, language: Language) -> ReportedFinding:
    told = explain(finding, language)
    return _reported(finding, told.message, told.remedy, told.actor)


def _as_published(finding: Finding, language: Language) -> ReportedFinding:
    try:
        advice = explain(finding, language)
    except NoText:
        remedy = Text("Rätta dokumentet så att regeln håller, och skicka det igen.")
        return _reported(finding, finding.detail, remedy.in_language(language), FindingActor.SYSTEM_SUPPLIER)
    return _reported(finding, finding.detail, advice.remedy, advice.actor)


def _reported(finding: Finding, message: str, remedy: str, actor: FindingActor) -> ReportedFinding:
    return ReportedFinding(
        rule=finding.rule,
        severity=finding.severity,
        location=finding.location,
        line=finding.line,
        found=finding.found,
        expected=finding.expected,
        message=message,
        remedy=remedy,
        actor=actor,
    )


# --- JSON -----------------------------------------------------------------------------------------------


def report_json(report: ValidationReport) -> Json:
    """The report as JSON values, keys in the order of the fields; `remark` only where there is one."""
    told: Json = report.model_dump(mode="json", exclude=None if report.remark else {"remark"})
    return told


# --- the terminal ---------------------------------------------------------------------------------------

ACTORS: Final = {
    FindingActor.SYSTEM_SUPPLIER: Text("er systemleverantör"),
    FindingActor.ECONOMIST: Text("er ekonom"),
    FindingActor.BUYER: Text("köparen"),
}
KINDS: Final = {
    DocumentKind.ORDER: Text("Order"),
    DocumentKind.ORDER_RESPONSE: Text("Ordersvar"),
    DocumentKind.INVOICE: Text("Faktura"),
    DocumentKind.CREDIT_NOTE: Text("Kreditfaktura"),
    DocumentKind.INVOICE_RESPONSE: Text("Fakturasvar"),
    DocumentKind.MLR: Text("Meddelandesvar (MLR)"),
    DocumentKind.MLS: Text("Meddelandestatus (MLS)"),
}


def counted(number: int, *, of: Severity) -> Text:
    """A number of findings in words.

    >>> counted(1, of=Severity.WARNING).sv, counted(2, of=Severity.FATAL).en
    ('1 varning', '2 errors')
    """
    if of is Severity.FATAL:
        return CountedText("%(count)s fel", "%(count)s fel", count=number)
    return CountedText("%(count)s varning", "%(count)s varningar", count=number)


# --- the page -------------------------------------------------------------------------------------------


def report_page(reports: Sequence[ValidationReport], language: Language, *, style_sheet: str) -> str:
    """The reports as one HTML page that links to the style sheet at the address `style_sheet`."""
    # The web framework comes with it, and the command line makes such a page rarely.
    from web.templating import environment

    page = environment(language).get_template("validation_report.html")
    return page.render(
        reports=reports,
        style_sheet=style_sheet,
        kinds=KINDS,
        actors=ACTORS,
        counted=counted,
        severity=Severity,
    )


def style_sheet_within() -> str:
    """The style sheet as a data: address, for a page that is saved as one file."""
    sheet = files("web") / "static" / STYLE_SHEET
    return "data:text/css;base64," + base64.b64encode(sheet.read_bytes()).decode("ascii")
