"""Every rule a report may name, as something to list and explain without a document.

Beside the rules of the releases stand the refusals of the gate (family GATE) and the
schema (family XSD), since a report names those too. Rules that all documents share are
one family, PEPPOL-COMMON. A sentence has … where a report puts the values of the document.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final, TypeVar

from foundation.text import ENGLISH, Language
from peppol.explanations.explain import Explanation, explain, key_of
from peppol.explanations.text_files import text_of
from peppol.findings import Finding, Severity
from peppol.rules.engine.rulebook import RuleInfo
from peppol.rules.releases import RELEASES, release_for
from peppol.rules.releases.release import Release
from peppol.xml.gate_errors import GateRule

_BYTES: Final = "*"
_SHARED: Final = "PEPPOL-COMMON"
T = TypeVar("T")
_XSD_FORMS: Final = (
    "root",
    "missing",
    "unexpected",
    "misplaced",
    "repeated",
    "value",
    "attribute-missing",
    "attribute-unexpected",
    "text",
    "schema",
)


@dataclass(frozen=True, slots=True)
class ListedRule:
    """One rule and the releases it belongs to; `meaning` is English, as rules are written down.

    `severity` and `meaning` are those of the newest of its releases; `graded` has the severity in each.
    `forms` are the ways in which a finding tells it, where there are several; the gate and the
    schema belong to no release.
    """

    id: str
    family: str
    severity: Severity
    context: str
    meaning: str
    graded: tuple[tuple[Release, Severity], ...] = ()
    forms: tuple[str, ...] = ("…",)

    @property
    def releases(self) -> tuple[Release, ...]:
        """The releases that have the rule, the oldest first."""
        return tuple(release for release, _ in self.graded)

    def explained(self, language: Language) -> Explanation:
        """The words of a report about this rule, with … where the sentence takes a value of the document."""
        root = self.releases[0].kind.root_name if self.releases else "Invoice"
        told = [self._explained(form, f"/{root}/…", language) for form in self.forms]
        return replace(told[0], message=" ".join(each.message for each in told))

    def _explained(self, form: str, location: str, language: Language) -> Explanation:
        bare = Finding(self.id, self.severity, location, detail=form)
        sentence = text_of(key_of(bare)).says
        found = "…" if re.search(r"\{(found|named)\}", sentence, re.IGNORECASE) else ""
        expected = "…" if re.search(r"\{(expected|missing|form)\}", sentence, re.IGNORECASE) else ""
        return explain(replace(bare, found=found, expected=expected), language)


def releases_on(day: date) -> tuple[Release, ...]:
    """The release in force on a day for each kind of document."""
    return tuple(release_for(kind, on=day) for kind in dict.fromkeys(each.kind for each in RELEASES))


def listed_rules(on: date) -> tuple[ListedRule, ...]:
    """The gate, the schema and every rule in force on a day once, family by family in published order."""
    return _listed(releases_on(on))


def known_rules() -> tuple[ListedRule, ...]:
    """The gate, the schema and every rule of every release held, once."""
    return _listed(RELEASES)


@cache
def _listed(releases: tuple[Release, ...]) -> tuple[ListedRule, ...]:
    found: dict[str, ListedRule] = {}
    for release in releases:
        for info in (info for book in release.rule_set.books for info in book.infos):
            before = found.get(info.id) or _first_seen(info)
            found[info.id] = replace(
                before,
                severity=info.severity,
                meaning=info.meaning,
                context=" | ".join(_together(before.context.split(" | "), info.context.split(" | "))),
                graded=_together(before.graded, ((release, info.severity),)),
            )
    return (*_door(), _schema(), *found.values())


def _first_seen(info: RuleInfo) -> ListedRule:
    # Rules that every document shares stand in the book of each; they are one family all the same.
    family = _SHARED if info.id.startswith(_SHARED) else info.family
    return ListedRule(info.id, family, info.severity, info.context, info.meaning)


def _together(first: Sequence[T], second: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _door() -> list[ListedRule]:
    listed = []
    for rule in GateRule:
        # An attachment that may not stay is withheld; the document itself goes on.
        severity = Severity.WARNING if rule.value.startswith("GATE-ATTACHMENT-") else Severity.FATAL
        meaning = explain(Finding(rule.value, severity, ""), ENGLISH).message
        listed.append(ListedRule(rule.value, "GATE", severity, _BYTES, meaning))
    return listed


def _schema() -> ListedRule:
    meaning = "The document has the shape of its kind: what stands where, how often and in which form."
    return ListedRule("XSD", "XSD", Severity.FATAL, _BYTES, meaning, forms=_XSD_FORMS)
