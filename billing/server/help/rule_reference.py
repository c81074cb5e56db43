"""The rules and the codes as documents of help, from the tables that the program judges and answers by."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Final

from billing.server.api.problems_api import told_problems
from foundation.text import ENGLISH, SWEDISH, Language
from invoicing.matching.causes import code_name
from invoicing.matching.deviations import DeviationCode
from web.rulebook import ListedRule, known_rules

_RULES: Final = """\
# Regler för dokument / Rules of documents

Varje regel som en rapport om ett dokument kan nämna, med det som rapporten säger och vad man gör. Det som står som
… fylls i med dokumentets egna värden. Hur prövningen går till: [validering](../validation.md).

Every rule that a report about a document may name, with what the report says and what to do. The values of the
document stand where … does. How documents are checked: [validation](../validation.md).

| Regelbok / rule book | Regler / rules |
|---|---|
"""
_PROBLEMS: Final = """\
# Problem codes

Every code that a problem document (RFC 9457) of the machine API may carry, with the status it comes with. A code
never changes its meaning. *Again* says whether the very same request may come through later; where `Retry-After`
is given, wait so long first. How a problem document looks: [the machine API](api.md).

| Code | Status | In words | Again |
|---|---|---|---|
"""
_CAUSES: Final = """\
# Avvikelser / Deviations

Det som en faktura eller kreditfaktura kan avvika i mot order, inleverans och register, i den ordning det prövas.
Koden står i köparens kö, i svaret och i API:et. / What an invoice or credit note may differ in from order, receipt
and register, in the order of the checks. The code stands in the buyer's queue, in the answer and in the API.

| Kod / code | Svenska | English |
|---|---|---|
"""


def documents() -> Mapping[str, Callable[[], str]]:
    """Every document of this module, by its name."""
    families = {
        family: list(rules)
        for family, rules in groupby(
            sorted(known_rules(), key=lambda each: each.family), lambda each: each.family
        )
    }
    return {
        "problem-codes": problem_codes,
        "rules/index": lambda: rules_index(families),
        "rules/deviations": deviations,
        **{f"rules/{_name(family)}": _told(family, rules) for family, rules in families.items()},
    }


def problem_codes() -> str:
    """The codes of problems, in the order of the alphabet."""
    return _PROBLEMS + "".join(
        f"| `{each.code}` | {each.status} | {each.title_en} / {each.title_sv} | {'yes' if each.retryable else 'no'} |\n"
        for each in told_problems()
    )


def rules_index(families: Mapping[str, Sequence[ListedRule]]) -> str:
    """The books of rules, with how many each has, and the deviations of matching beside them."""
    rows = "".join(
        f"| [{family}]({_name(family)}.md) | {len(rules)} |\n" for family, rules in families.items()
    )
    return (
        f"{_RULES}{rows}\nVad en faktura prövas mot sedan / what an invoice is matched against then: "
        "[avvikelser / deviations](deviations.md).\n"
    )


def deviations() -> str:
    """What an invoice may differ in."""
    named = [(code, code_name(code)) for code in DeviationCode]
    return _CAUSES + "".join(f"| `{code}` | {name.sv} | {name.en} |\n" for code, name in named)


def _told(family: str, rules: Sequence[ListedRule]) -> Callable[[], str]:
    def tell() -> str:
        return f"# {family}\n\n" + "".join(
            f"## {rule.id}\n\n{_said(rule, SWEDISH)}\n\n{_said(rule, ENGLISH)}\n\n" for rule in rules
        )

    return tell


def _said(rule: ListedRule, language: Language) -> str:
    """What a report says of it, as a paragraph in its language: its words are no Markdown."""
    return f'<p lang="{language}">{escape(" ".join(rule.explained(language).sentence.split()))}</p>'


def _name(family: str) -> str:
    return family.lower().replace(" ", "-")
