"""The rules of documents as documents of help, from the tables that the program judges by.

Convention: each rule stands on one page, told in both languages; the page that a book begins with keeps the address
that every rule had on it when the book was one page.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from html import escape
from typing import Final

from billing.server.help.rule_groups import FOLDER, GROUP_NAMES, RuleFamily, RulePage, divided
from foundation.text import ENGLISH, SWEDISH, Language, Text, languages
from peppol.findings import Severity
from web.help.library import INDEX, address_of
from web.help.rendering import slug
from web.rulebook import ListedRule, known_rules
from web.validation_report import KINDS

SEVERITIES: Final[Mapping[Severity, Text]] = {
    Severity.FATAL: Text("Fel", context="rule"),
    Severity.WARNING: Text("Varning"),
}

_RULES: Final = """\
# Regler för dokument / Rules of documents

Varje regel som en rapport om ett dokument kan nämna, med det som rapporten säger och vad man gör. Har du regelns
nummer, sök på det här ovanför, eller skriv det i adressen: `/help/rules/BR-CO-15`. Det som står som … fylls i med
dokumentets egna värden. Hur prövningen går till: [validering](../validation.md).

Every rule that a report about a document may name, with what the report says and what to do. With the id of a rule at
hand, search for it above, or write it into the address: `/help/rules/BR-CO-15`. The values of the document stand
where … does. How documents are checked: [validation](../validation.md).

| Regelbok / rule book | Gäller / holds for | Regler / rules |
|---|---|---|
"""


def documents() -> Mapping[str, Callable[[], str]]:
    """Every document of this module, by its name."""
    families = _families()
    pages = [page for family in families for page in family.pages]
    return {
        f"{FOLDER}/{INDEX}": lambda: rules_index(families),
        **{page.name: partial(rule_page, page) for page in pages},
        **{family.name: partial(family_index, family) for family in families if family.is_divided},
    }


def place_of(asked: str) -> str | None:
    """Where help tells the rule that an address names by its id, `rules/BR-CO-15`; None where it names none."""
    return _places().get(asked.strip("/").lower())


@cache
def _families() -> Sequence[RuleFamily]:
    return divided(known_rules())


@cache
def _places() -> Mapping[str, str]:
    return {
        f"{FOLDER}/{rule.id.lower()}": f"{address_of(page.name)}#{slug(rule.id)}"
        for family in _families()
        for page in family.pages
        for rule in page.rules
        if page.name != f"{FOLDER}/{slug(rule.id)}"  # a page of that very address: it leads nowhere else
    }


def rules_index(families: Sequence[RuleFamily]) -> str:
    """The books of rules, with how many each has, the deviations of matching beside them, and every id."""
    rows = "".join(
        f"| [{family.title}]({_from_index(family.name)}) | {_kinds(family)} | {len(family.rules)} |\n"
        for family in families
    )
    return (
        f"{_RULES}{rows}\nVad en faktura prövas mot sedan / what an invoice is matched against then: "
        "[avvikelser / deviations](deviations.md).\n\n"
        + "".join(
            f"## Alla regler i {family.title} / all rules of {family.title}\n\n{_listed(family, FOLDER)}\n"
            for family in families
        )
    )


def family_index(family: RuleFamily) -> str:
    """What a book begins with that stands on several pages: its groups, and every id with its old place."""
    return (
        f"# {family.title}\n\n{_kinds(family)}. Sök på regelns nummer, eller välj den här. / "
        "Search for the id of a rule, or choose it here.\n\n"
        + _listed(family, family.name.removesuffix(f"/{INDEX}"), placed=True)
    )


def _listed(family: RuleFamily, seen_from: str, *, placed: bool = False) -> str:
    """The pages of a book with the id of every rule, each leading to it."""
    lines = ["| Sida / page | Regler / rules |", "|---|---|"]
    for page in family.pages:
        path = f"{page.name.removeprefix(f'{seen_from}/')}.md"
        linked = " ".join(_linked(rule.id, path, placed=placed) for rule in page.rules)
        about = GROUP_NAMES.get(page.group)
        told = f" {about.sv} / {about.en}" if about else ""
        lines.append(f"| [{page.title}]({path}){told} | {linked} |")
    return "\n".join(lines) + "\n"


def _linked(rule: str, path: str, *, placed: bool) -> str:
    place = slug(rule)
    own = f'<a id="{place}"></a>' if placed else ""
    return f"{own}[{rule}]({path}#{place})"


def _from_index(name: str) -> str:
    return f"{name.removeprefix(f'{FOLDER}/')}.md"


def _kinds(family: RuleFamily) -> str:
    """The kinds of document that a book is asked about, in both languages."""
    kinds = dict.fromkeys(release.kind for rule in family.rules for release in rule.releases)
    if not kinds:
        return "alla dokument / all documents"
    return " / ".join(
        ", ".join(KINDS[kind].in_language(language) for kind in kinds) for language in languages()
    )


def rule_page(page: RulePage) -> str:
    """Some rules, each with what a report says of it in both languages and the rule itself."""
    about = GROUP_NAMES.get(page.group)
    told = f"{about.sv} / {about.en}.\n\n" if about else ""
    return (
        f"# {page.title}\n\n{told}Alla regler / all rules: [{FOLDER}]({_up(page.name)}index.md).\n\n"
        + "".join(
            f"## {rule.id}\n\n{_said(rule, SWEDISH)}\n\n{_said(rule, ENGLISH)}\n\n{_meaning(rule)}\n\n"
            for rule in page.rules
        )
    )


def _said(rule: ListedRule, language: Language) -> str:
    """What a report says of it, as a paragraph in its language: its words are no Markdown."""
    grave = SEVERITIES[rule.severity].in_language(language)
    said = escape(" ".join(rule.explained(language).sentence.split()))
    return f'<p lang="{language}"><strong>{grave}:</strong> {said}</p>'


def _meaning(rule: ListedRule) -> str:
    """The rule as it is written down, which is English, and where in a document it is asked."""
    where = "" if rule.context == "*" else f" <code>{escape(rule.context)}</code>"
    return f'<p lang="en" class="small quiet">{escape(rule.meaning)}{where}{_graded(rule)}</p>'


def _graded(rule: ListedRule) -> str:
    """The releases by how grave it is in each, where that differs."""
    by_severity: dict[Severity, list[str]] = {}
    for release, severity in rule.graded:
        if release.name not in by_severity.setdefault(severity, []):
            by_severity[severity].append(release.name)
    if len(by_severity) < 2:
        return ""
    told = (f"{SEVERITIES[each].en}: {', '.join(names)}" for each, names in by_severity.items())
    return escape(f" ({'; '.join(told)})")


def _up(name: str) -> str:
    """The way from a page to the index of all rules."""
    return "../" * (name.count("/") - 1)
