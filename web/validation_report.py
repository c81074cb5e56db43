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
from decimal import Decimal
from functools import partial
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from foundation.formatting import Json, number
from foundation.text import NO_TEXT, CountedText, JoinedText, Language, Text, WrittenText
from peppol.explanations.explain import explain
from peppol.explanations.text_files import FindingActor, NoText
from peppol.findings import EACH_RULE_MAX, TOLD_MAX, Finding, FindingTally, RuleCount, Severity
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


class ReportedRule(BaseModel):
    """How often a rule is broken in the document, and how many of those findings stand in the report."""

    model_config = ConfigDict(frozen=True)

    rule: str = Field(description="Official rule id, XSD for the schema, GATE-… for the gate.")
    severity: Severity = Field(description="How grave it is.")
    count: int = Field(description="How many times the rule is broken in all.")
    told: int = Field(description="How many of them are among the findings; at least one.")
    actor: FindingActor = Field(description="Who can mend it.")


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
    finding_count: int = Field(
        description="How many findings there are in all, also those that are not told."
    )
    rules: tuple[ReportedRule, ...] = Field(
        description="Every rule that is broken, in the order in which it was first found broken."
    )
    findings: tuple[ReportedFinding, ...] = Field(
        description=f"What is found: at least once of each rule, at most {EACH_RULE_MAX} times of one, and about "
        f"{TOLD_MAX} in all. Whether the document is valid never depends on it."
    )

    @property
    def fatal_count(self) -> int:
        """How many findings make the document invalid, told or not."""
        return sum(each.count for each in self.rules if each.severity is Severity.FATAL)

    @property
    def warning_count(self) -> int:
        """How many findings stop nothing, told or not."""
        return self.finding_count - self.fatal_count

    @property
    def by_actor(self) -> dict[FindingActor, int]:
        """How many findings each has to deal with, the busiest first; those not told as the first of their rule."""
        each_has = Counter(finding.actor for finding in self.findings)
        for rule in self.rules:
            if rule.count > rule.told:
                each_has[rule.actor] += rule.count - rule.told
        return dict(each_has.most_common())

    @property
    def untold(self) -> Text:
        """How much of what was found the report does not show, in words; empty where it shows all."""
        if self.finding_count == len(self.findings):
            return NO_TEXT
        more = (
            WrittenText(f"{each.rule} ({number(Decimal(each.count - each.told))})")
            for each in self.rules
            if each.count > each.told
        )
        return Text(
            "Här visas %(shown)s av %(all)s anmärkningar. Fler av samma slag: %(more)s. Rätta dem på alla ställen.",
            shown=number(Decimal(len(self.findings))),
            all=number(Decimal(self.finding_count)),
            more=JoinedText(", ", more),
        )


def reported(report: ValidationResult, *, file: str, language: Language) -> ValidationReport:
    """The check of a document in words of `language`. Raises `NoText` for a rule without a text."""
    return ValidationReport(
        file=file,
        kind=report.kind,
        valid=report.valid,
        release=report.release,
        remark=_remark(report).in_language(language) if report.mandatory_from else "",
        **_told(report.counts, tuple(_in_words(finding, language) for finding in report.findings)),
    )


def _told(counts: Sequence[RuleCount], findings: tuple[ReportedFinding, ...]) -> dict[str, Any]:
    """The findings in words, and how many there are of each rule."""
    actors = {(each.rule, each.severity): each.actor for each in reversed(findings)}
    rules = tuple(
        ReportedRule(
            rule=each.rule,
            severity=each.severity,
            count=each.count,
            told=each.told,
            actor=actors[each.rule, each.severity],
        )
        for each in counts
    )
    return {"finding_count": sum(each.count for each in counts), "rules": rules, "findings": findings}


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
    tally = FindingTally()
    for finding in findings:
        tally.add(finding.rule, finding.severity, partial(_itself, finding))
    counts = tally.counts
    return ValidationReport(
        file=file,
        kind=kind,
        valid=not any(each.fatal for each in counts),
        release=release,
        **_told(counts, tuple(_as_published(finding, language) for finding in tally.told)),
    )


def _itself(finding: Finding) -> Finding:
    return finding


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


def counted(count: int, *, of: Severity) -> Text:
    """A number of findings in words.

    >>> counted(1, of=Severity.WARNING).sv, counted(2, of=Severity.FATAL).en
    ('1 varning', '2 errors')
    """
    if of is Severity.FATAL:
        return CountedText("%(count)s fel", "%(count)s fel", count=count)
    return CountedText("%(count)s varning", "%(count)s varningar", count=count)


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
