"""libxml2 compiles one schema at a time, and each once, however many threads are the first to ask."""

import re
import threading
import time

import pytest
from lxml import etree

from peppol.identifiers import DocumentKind
from peppol.xml import schema_compiling, schemas
from tests.support.project import PROJECT
from tests.test_parsing import ROOMS


def test_threads_that_are_first_to_ask_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    at_it, most, made = [0], [0], list[str]()

    class Slow(etree.XMLSchema):
        def __init__(self, *, file: str) -> None:
            at_it[0] += 1
            most[0] = max(most[0], at_it[0])
            time.sleep(0.02)
            super().__init__(file=file)
            made.append(file)
            at_it[0] -= 1

    monkeypatch.setattr(schema_compiling, "_COMPILED", {})
    monkeypatch.setattr(etree, "XMLSchema", Slow)
    files = [schemas.schema_file(kind) for kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)]
    together = threading.Barrier(8)

    def ask(place: int) -> None:
        together.wait()
        schema_compiling.compiled(files[place % 2])

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == [1]
    assert sorted(made) == sorted(map(str, files))


def test_nothing_else_of_the_product_has_libxml2_compile_a_schema() -> None:
    compiles = re.compile(r"\betree\.(XMLSchema|RelaxNG|Schematron|DTD)\(")
    found = {
        path.relative_to(PROJECT).as_posix()
        for room in ROOMS
        for path in (PROJECT / room).rglob("*.py")
        if compiles.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"peppol/xml/schema_compiling.py"}
