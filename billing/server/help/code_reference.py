"""The codes of problems and of deviations as documents of help, from the tables that the program answers by."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Final

from billing.server.api.problems_api import ToldProblem, told_problems
from foundation.text import ENGLISH, SWEDISH, Text
from invoicing.matching.causes import code_name
from invoicing.matching.deviations import DeviationCode
from web.help.library import address_of
from web.help.rendering import slug

PROBLEM_CODES: Final = "problem-codes"
_AGAIN: Final = Text("Samma begäran kan gå bra senare.")
_PROBLEMS: Final = """\
# Felkoder / Problem codes

Varje kod som ett fel (RFC 9457) från API:et kan ha, med sin status, vad den betyder och vad man gör. Meningen i
`detail` säger vad som är fel i just den begäran. En kod byter aldrig betydelse. Har du en kod, sök på den här ovanför,
eller skriv den i adressen: `/help/problem-codes/KEY_MISSING`. Hur ett fel ser ut: [API:et](api.md).

Every code that a problem document (RFC 9457) of the machine API may carry, with its status, what it means and what to
do. The sentence in `detail` says what is wrong with the request at hand. A code never changes its meaning. With a code
at hand, search for it above, or write it into the address: `/help/problem-codes/KEY_MISSING`. How a problem document
looks: [the machine API](api.md).

| Status | Koder / codes |
|---|---|
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
    return {PROBLEM_CODES: problem_codes, "rules/deviations": deviations}


def place_of(asked: str) -> str | None:
    """Where help tells the code that an address names, `problem-codes/KEY_MISSING`; None where it names none."""
    folder, _, code = asked.strip("/").rpartition("/")
    known = {each.code for each in told_problems()} if folder == PROBLEM_CODES else set()
    return f"{address_of(PROBLEM_CODES)}#{slug(code)}" if code.upper() in known else None


def problem_codes() -> str:
    """The codes of problems by status, then each in the order of the alphabet."""
    told = told_problems()
    by_status: dict[int, list[str]] = {}
    for each in told:
        by_status.setdefault(each.status, []).append(f"[{each.code}](#{slug(each.code)})")
    rows = "".join(f"| {status} | {' '.join(codes)} |\n" for status, codes in sorted(by_status.items()))
    return f"{_PROBLEMS}{rows}\n" + "".join(map(_told, told))


def _told(problem: ToldProblem) -> str:
    """A code as a section: in both languages what it means, and whether to send the same again."""
    # Where it is not retryable by its status, the meaning says whether to send it again.
    said = "".join(
        f'<p lang="{language}">{escape(meaning)}{again}</p>\n\n'
        for language, meaning in ((SWEDISH, problem.meaning_sv), (ENGLISH, problem.meaning_en))
        for again in ([f" {_AGAIN.in_language(language)}"] if problem.retryable else [""])
    )
    return f"## {problem.code}\n\nStatus {problem.status}.\n\n{said}"


def deviations() -> str:
    """What an invoice may differ in."""
    named = [(code, code_name(code)) for code in DeviationCode]
    return _CAUSES + "".join(f"| `{code}` | {name.sv} | {name.en} |\n" for code, name in named)
