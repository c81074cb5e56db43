"""The codes of problems and of deviations as documents of help, from the tables that the program answers by."""

from collections.abc import Callable, Mapping
from typing import Final

from billing.server.api.problems_api import told_problems
from invoicing.matching.causes import code_name
from invoicing.matching.deviations import DeviationCode

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
    return {"problem-codes": problem_codes, "rules/deviations": deviations}


def problem_codes() -> str:
    """The codes of problems, in the order of the alphabet."""
    return _PROBLEMS + "".join(
        f"| `{each.code}` | {each.status} | {each.title_en} / {each.title_sv} | {'yes' if each.retryable else 'no'} |\n"
        for each in told_problems()
    )


def deviations() -> str:
    """What an invoice may differ in."""
    named = [(code, code_name(code)) for code in DeviationCode]
    return _CAUSES + "".join(f"| `{code}` | {name.sv} | {name.en} |\n" for code, name in named)
