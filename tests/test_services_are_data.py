"""No word of one service stands in the program: what a service is called and consists of is read from its file.

The words are those of the files that come with the product: names of services and articles, and the codes of levels,
stages, outcomes, reasons and activities, with the units. A name counts wherever it stands in a text, a code where it
is a string of its own or stands in quotes, as in SQL. Docstrings and comments may tell examples, but for those of the
command line, which people read as help. What is left has its reason.
"""

import ast
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

import pytest
from pydantic import TypeAdapter

from orders.register.reading.reader_errors import STRICT
from orders.register.service_terms import Service
from orders.register.shipped_services import first_service, shipped, shipped_file
from orders.tables import FIRST_SERVICE
from tests.support import measures
from tests.support.product import folders, kept, modules
from tests.support.project import PROJECT

_BEFORE: Final = "what books and registers hold that were written before a service was data"
_OTHER_LIST: Final = "a word of another list, which is the same by chance"
_MEASURED: Final = "invented rows of a benchmark, which measures and decides nothing"
_COUNTED: Final = "a day counted in days is one day, in every service"

LEFT: Final[Mapping[tuple[str, str], str]] = {
    ("billing/migrations/versions/r0008_time_has_ends.py", "PROVIDER_CHANGE"): _BEFORE,
    ("billing/migrations/versions/r0012_service_is_data.py", "rusta-och-matcha"): _BEFORE,
    ("billing/migrations/versions/r0012_service_is_data.py", "A"): _BEFORE,
    ("billing/migrations/versions/r0012_service_is_data.py", "B"): _BEFORE,
    ("billing/migrations/versions/r0012_service_is_data.py", "C"): _BEFORE,
    ("orders/tables.py", "rusta-och-matcha"): _BEFORE,
    ("foundation/journal_chains/chain_store.py", "C"): f"{_OTHER_LIST}: PostgreSQL's order of bytes",
    ("billing/tools/demo/people.py", "rusta-och-matcha"): "the demo's password, which its sign-in page tells",
    ("orders/register/shipped_services.py", "rusta-och-matcha"): _BEFORE,
    ("orders/register/written_before.py", "R1"): _BEFORE,
    ("orders/register/written_before.py", "R2"): _BEFORE,
    ("foundation/money.py", "DAY"): _COUNTED,
    ("billing/migrations/versions/r0049_claims.py", "WRONG_MONTH"): f"{_OTHER_LIST}: why a claim is raised",
    ("invoicing/claims/tables.py", "WRONG_MONTH"): f"{_OTHER_LIST}: why a claim is raised",
    ("invoicing/claims/claim_states.py", "WRONG_MONTH"): f"{_OTHER_LIST}: why a claim is raised",
    ("billing/migrations/versions/r0016_suppliers_own.py", "OTHER"): f"{_OTHER_LIST}: why a supplier objects",
    ("bookkeeping/coding.py", "OTHER"): f"{_OTHER_LIST}: a supplier of no kind that its number tells",
    ("orders/objections/model.py", "OTHER"): f"{_OTHER_LIST}: why a supplier objects",
    ("orders/terms.py", "INTERNSHIP"): f"{_OTHER_LIST}: what an informative report is about",
    ("orders/events/data.py", "OTHER"): f"{_OTHER_LIST}: why a placement was called off",
    ("billing/tools/simulation/events.py", "B"): f"{_OTHER_LIST}: how the id of a decision begins",
    ("peppol/rules/en16931/vat_single.py", "B"): f"{_OTHER_LIST}: a category of VAT (UNCL5305)",
    ("peppol/rules/releases/r2025_11/bills.py", "B"): f"{_OTHER_LIST}: a category of VAT (UNCL5305)",
    ("supplier_portal/charts/timeline_chart.py", "B"): f"{_OTHER_LIST}: the mark of a decision in a picture",
    ("billing/tools/benchmarks/bulk_world_store.py", "B"): _MEASURED,
    ("billing/tools/benchmarks/bulk_world_store.py", "C"): _MEASURED,
    ("billing/tools/benchmarks/bulk_world_store.py", "Grundersättning"): _MEASURED,
    ("billing/tools/benchmarks/bulk_world_store.py", "DAY"): _MEASURED,
    ("billing/tools/benchmarks/bulk_documents.py", "DAY"): _MEASURED,
    ("billing/tools/benchmarks/bulk_documents.py", "Grundersättning"): _MEASURED,
    ("billing/tools/benchmarks/bulk_history_store.py", "B"): _MEASURED,
    ("billing/tools/benchmarks/validation.py", "DAY"): _MEASURED,
    ("billing/tools/benchmarks/validation.py", "Grundersättning"): _MEASURED,
}
"""(module or template, word): why it may stand there."""

TOLD: Final = "billing/cli/"
"""Where docstrings are help that people read."""

_SERVICES: Final = TypeAdapter(tuple[Service, ...], config=STRICT)


@cache
def services() -> tuple[Service, ...]:
    """Every service that comes with the product."""
    contents = (tomllib.loads(shipped_file(name).read_text(encoding="utf-8")) for name in shipped())
    return tuple(
        service for each in contents for service in _SERVICES.validate_json(json.dumps(each["services"]))
    )


@cache
def names() -> set[str]:
    """What is looked for anywhere in a text."""
    found = {each for service in services() for each in (service.id, service.name.sv, service.name.en)}
    return found | {each.name.sv for service in services() for each in service.articles}


@cache
def codes() -> set[str]:
    """What is looked for as a string of its own, or in quotes."""
    found: set[str] = set()
    for each in services():
        found |= {each.id, *each.level_codes, *each.stage_codes, *each.outcome_codes, *each.reason_codes}
        found |= {*each.activity_codes, *each.rejection_codes, *(article.unit for article in each.articles)}
    return found


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    named = "|".join(re.escape(each) for each in sorted(names(), key=len, reverse=True))
    quoted = "|".join(re.escape(each) for each in sorted(codes()))
    return re.compile(rf"(?<!\w)({named})", re.IGNORECASE), re.compile(rf"['\"]({quoted})['\"]")


def words_in(text: str) -> Iterator[str]:
    """The words of services in a text, each as the service writes it."""
    named, quoted = _patterns()
    for found in named.findall(text):
        yield from (each for each in names() if each.lower() == found.lower())
    yield from quoted.findall(text)
    if text in codes():
        yield text


def words_of_code(tree: ast.Module, *, docstrings: bool = False) -> Iterator[str]:
    """The words of services in the strings of a module, its docstrings left out where people do not read them."""
    told = set() if docstrings else _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield from words_in(node.value)


def _docstrings(tree: ast.AST) -> set[int]:
    """The strings that stand alone as a statement."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def words_of_template(source: str) -> Iterator[str]:
    """The words of services in a template, its comments left out."""
    yield from words_in(re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL))


def test_no_word_of_a_service_stands_in_code_or_template() -> None:
    found = {
        (name, word)
        for name in modules()
        for word in words_of_code(measures.tree(name), docstrings=name.startswith(TOLD))
    } | {
        (name, word)
        for name in kept(*folders())
        if name.endswith(".html")
        for word in words_of_template((PROJECT / name).read_text(encoding="utf-8"))
    }
    assert sorted(found - LEFT.keys()) == []
    assert sorted(LEFT.keys() - found) == [], "what is no longer there needs no reason"


@pytest.mark.parametrize(
    "source",
    [
        'LEVELS = ("A",)',
        'TITLE = Text("Beställning för Rusta och matcha")',
        "select(\"select 1 where reason = 'PROVIDER_CHANGE'\")",
        'class Stage(StrEnum):\n    """Stages."""\n\n    FIRST = "R1"',
        'unit = "HUR"',
        'said = f"{amount} i grundersättning"',
    ],
)
def test_the_law_finds_a_word_however_it_is_written(source: str) -> None:
    assert list(words_of_code(ast.parse(source)))


def test_a_docstring_may_tell_an_example_and_a_template_may_not() -> None:
    assert list(words_of_code(ast.parse('"""Such as R1 of "Rusta och matcha"."""\n'))) == []
    assert list(words_of_template('{# such as "R1" #}{{ _("Period") }}')) == []
    assert list(words_of_template('<option value="R1">Resultatersättning</option>')) == [
        "Resultatersättning",
        "R1",
    ]


def test_what_was_written_before_services_is_of_the_first() -> None:
    assert first_service().id == FIRST_SERVICE
