"""What is judged by both: whole documents, the publishers' unit cases, and the valid documents mutants are made of.

A folder of cases may hold, at any depth, documents (.xml), test sets as the publishers write them (.xml with the root
`testSet`) and unit cases as JSON lines (.jsonl). What is in other words than ours (CII, catalogues) is left out and
counted.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from lxml import etree

from peppol.identifiers import DocumentKind
from peppol.validation.validation import kind_of, validate
from tests.agreement.mutants import Seed
from tests.peppol.rules.test_ordering import ORDER
from tests.peppol.rules.test_responses import GOOD
from tests.support.rules.rules_documents import a_tree
from tests.support.rules.rules_mutants import BASES
from tests.support.stories.in_words import xml

FIXTURES: Final = Path(__file__).parents[2] / "fixtures"
_TEST_SET: Final = "{http://difi.no/xsd/vefa/validator/1.0}"
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a publisher says of a unit case: the rule fires with that gravity, `count` times, or not at all ("")."""

    rule: str
    gravity: str
    count: int


@dataclass(frozen=True, slots=True)
class Document:
    """Something to judge; `expected` where it is a unit case, a fragment that no schema takes."""

    name: str
    kind: DocumentKind
    data: bytes
    expected: Expected | None = None


@dataclass(slots=True)
class Cases:
    """What a folder holds: whole documents, unit cases, and how many files were left out as none of ours."""

    documents: list[Document]
    units: list[Document]
    left_out: int = 0


def cases_in(folder: Path) -> Cases:
    """Everything in the folder that is a document of ours, in the order of the files' names."""
    cases = Cases([], [])
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".jsonl":
            cases.units += _units_in_lines(path)
        elif path.suffix == ".xml":
            _add(cases, name, path.read_bytes())
    return cases


def _add(cases: Cases, name: str, data: bytes) -> None:
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:
        cases.left_out += 1
        return
    if root.tag == f"{_TEST_SET}testSet":
        cases.units += _units_in_set(name, root)
    elif (kind := kind_of(root)) is not None:
        cases.documents.append(Document(name, kind, data))
    else:
        cases.left_out += 1


def _units_in_lines(path: Path) -> Iterator[Document]:
    """Unit cases as JSON lines: `id`, `rule`, `expect`, `count` and the fragment as `xml`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if not told.keys() >= {"id", "rule", "expect", "count", "xml"}:
            continue  # JSON lines of another kind
        data = told["xml"].encode()
        kind = kind_of(etree.fromstring(data, _PARSER))
        if kind is not None:
            gravity = {"error": "fatal", "warning": "warning"}.get(told["expect"], "")
            yield Document(told["id"], kind, data, Expected(told["rule"], gravity, told["count"]))


def _units_in_set(name: str, root: etree._Element) -> Iterator[Document]:
    """Unit cases of a test set: what each `test` asserts, and the fragment beside it."""
    for number, test in enumerate(root.iter(f"{_TEST_SET}test"), start=1):
        fragments = [each for each in test.iterchildren(etree.Element) if each.tag != f"{_TEST_SET}assert"]
        kind = _kind_in_set(root.get("configuration", ""), fragments[0]) if fragments else None
        if kind is None:
            continue
        data = etree.tostring(fragments[0], with_tail=False, encoding="utf-8")
        for said in test.iterfind(f"{_TEST_SET}assert/*"):
            what = etree.QName(said).localname
            if what in ("success", "error", "fatal", "warning") and said.text:
                gravity = {"error": "fatal", "success": ""}.get(what, what)
                expected = Expected(said.text.strip(), gravity, int(said.get("number", "1")))
                yield Document(f"{name}#{number}", kind, data, expected)


_TRANSACTIONS: Final = {"-t111-": DocumentKind.INVOICE_RESPONSE, "-t71-": DocumentKind.MLR}


def _kind_in_set(configuration: str, fragment: etree._Element) -> DocumentKind | None:
    """A fragment seldom says what it is customised to; the test set names the transaction."""
    kind = kind_of(fragment)
    foreign = {"-t110-", "-t114-", "-t115-", "-t116-", "-t16-", "-t19-", "-t58-", "-t77-"}
    if any(transaction in configuration for transaction in foreign):
        return None
    return next((found for name, found in _TRANSACTIONS.items() if name in configuration), kind)


def seeds(cases: Cases, on: date) -> list[Seed]:
    """The valid documents to make mutants of: ours of every kind, `fixtures/`, and those of the cases."""
    own = [(f"base {number}", etree.tostring(a_tree(facts))) for number, facts in enumerate(BASES)]
    own += [(name, xml(words)) for name, words in (("order", ORDER), *GOOD.items())]
    kept = [(path.name, path.read_bytes()) for path in sorted(FIXTURES.rglob("*.xml"))]
    found = [(document.name, document.data) for document in cases.documents]
    valid = []
    for name, data in (*own, *kept, *found):
        judged = validate(data, on=on)
        if judged.kind is not None and judged.valid:
            valid.append(Seed(name, judged.kind, data))
    return valid
