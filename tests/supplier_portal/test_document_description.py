"""The description of the documents cannot go stale: all that we write and our reader uses, and no more."""

import csv
import io
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any, get_type_hints

import httpx
import pytest
from playwright.sync_api import Page

from accounts.identity import Permission, Person
from invoicing.documents.reading import read_invoice
from invoicing.flow_test import example_documents
from invoicing.flow_test.sample_orders import NoSamples
from invoicing.responses.reading import read_answer
from orders.register.agreements import ExecutionReferenceSlot
from orders.register.parties import Channel, VatCategory
from orders.register.register import Register
from orders.register.response_agreements import OrderProcess
from peppol.validation import validation
from peppol.xml import codec, elements
from peppol.xml.codec import Document
from supplier_portal.document_description import description
from supplier_portal.document_description.description import TERMS, DescribedDocument, Required
from tests.support.pages.browser import portal, session_cookie, sign_in
from tests.support.servers.serving import NO_TLS
from tests.support.stories.smaller_register import without
from tests.support.stories.system import FYRBAKEN, a_system, example_register

_D = DescribedDocument
WRITTEN_BY_US = (_D.ORDER, _D.INVOICE_RESPONSE)
READ = (_D.INVOICE, _D.CREDIT_NOTE, _D.ORDER_RESPONSE)
ALVA = Person("user-a", "Alva Lind", FYRBAKEN, frozenset({Permission.REPORT}))
# Says something of every kind where the reader asks for a code or a scheme: 130 is the type of an invoiced object.
_SAID: dict[type, Any] = {
    str: "130",
    date: date(2026, 1, 1),
    time: time(12),
    Decimal: Decimal(1),
    bool: True,
    bytes: b"x",
}


def registers() -> Iterator[Register]:
    """The example register in every way that changes which elements a document of ours has."""
    plain = example_register()
    for slot, process in product(ExecutionReferenceSlot, OrderProcess):
        yield replace(
            plain,
            policy=replace(plain.policy, execution_reference_slot=slot),
            suppliers=tuple(
                replace(each, order_process=process) if each.channel is Channel.PEPPOL else each
                for each in plain.suppliers
            ),
        )


def filled(of_type: type, *, whole: bool) -> Any:  # noqa: ANN401 - whatever is asked for
    """A value of a declared class in which every element stands once; only those that must, where it is not whole."""
    members = codec.members_of(of_type)
    if members:
        said: dict[str, Any] = {}
        for each in members:
            if whole or each.needed:
                value = "SEK" if "currency" in each.name else filled(each.kind, whole=whole)
                said[each.name] = (value,) if each.many else value
        return of_type(**said)
    if is_dataclass(of_type):
        hints = get_type_hints(of_type)
        return of_type(
            *(
                "SEK" if "currency" in each.name else _SAID.get(hints[each.name], "130")
                for each in fields(of_type)
            )
        )
    return _SAID[of_type]


class Watched:
    """A document that notes which of its elements are looked at."""

    def __init__(self, value: object, path: str, seen: set[str]) -> None:
        self._value, self._path, self._seen = value, path, seen

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return type(self._value)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the document has it
        member = next((each for each in codec.members_of(type(self._value)) if each.name == name), None)
        held = getattr(self._value, name)
        if member is None:
            # What a class makes of its elements (`lines`, `type_code`) is asked of the watched one.
            made = getattr(type(self._value), name, None)
            return made.fget(self) if isinstance(made, property) and made.fget else held
        path = f"{self._path}{member.label}"
        if not codec.members_of(member.kind):
            self._seen.add(path)
            return held
        if member.many:
            return tuple(Watched(each, f"{path}/", self._seen) for each in held)
        return Watched(held, f"{path}/", self._seen) if held is not None else None


def read_of(of_class: type[Document], reader: Any) -> set[str]:  # noqa: ANN401 - of any document
    """The elements the reader looks at."""
    seen: set[str] = set()
    # What is only looked at where something else is missing counts too.
    for whole in (True, False):
        reader(Watched(filled(of_class, whole=whole), "", seen))
    return seen


def written_by(document: DescribedDocument) -> set[str]:
    """The elements that stand in some example."""
    found: set[str] = set()
    for register in registers():
        for supplier in register.suppliers:
            try:
                examples = example_documents.examples(register, supplier.organisation_number)
            except NoSamples:
                continue
            for each in description.documents_of(examples, document):
                found |= {element.path for element in elements.written(each)}
    return found


@pytest.mark.parametrize("document", WRITTEN_BY_US)
def test_what_we_write_is_described_and_what_is_described_is_written(document: DescribedDocument) -> None:
    assert written_by(document) == set(TERMS[document][1])


@pytest.mark.parametrize("document", READ)
def test_what_our_reader_uses_and_the_profile_demands_is_described_and_nothing_else(
    document: DescribedDocument,
) -> None:
    of_class, terms = TERMS[document]
    used = read_of(of_class, read_answer if document is _D.ORDER_RESPONSE else read_invoice)
    always = {each.path for each in elements.declared(of_class) if each.always}
    assert used
    told = used | always | written_by(document)
    # Who writes a part must write all that it needs.
    parts = {path.rsplit("/", depth)[0] for path in told for depth in range(1, path.count("/") + 1)}
    told |= {
        each.path
        for each in elements.declared(of_class)
        if each.needed and each.path.rpartition("/")[0] in parts
    }
    assert told == set(terms)


@pytest.mark.parametrize("document", list(DescribedDocument))
def test_every_described_element_is_one_of_the_document_in_the_order_of_the_schema(
    document: DescribedDocument,
) -> None:
    of_class, terms = TERMS[document]
    declared = [each.path for each in elements.declared(of_class)]
    assert set(terms) <= set(declared)
    rows = list(description.described(document, None))
    assert [row.path for row in rows] == [path for path in declared if path in terms]
    assert len({row.anchor for row in rows}) == len(rows)


def test_the_examples_are_valid_and_every_supplier_with_a_contract_has_its_own() -> None:
    for register in registers():
        for supplier in register.suppliers:
            try:
                examples = example_documents.examples(register, supplier.organisation_number)
            except NoSamples:
                continue
            for document in DescribedDocument:
                for each in description.documents_of(examples, document):
                    report = validation.validate(codec.serialise(each), on=date(2026, 3, 1))
                    assert report.valid, (document, [found.rule for found in report.fatal])
    day = date(2026, 3, 1)
    assert any(each.on(day).vat.category is not VatCategory.STANDARD for each in example_register().suppliers)


def test_every_element_has_an_example_whoever_asks() -> None:
    register = example_register()
    for document in DescribedDocument:
        rows = list(description.described(document, example_documents.examples(register, FYRBAKEN)))
        assert [row.path for row in rows if not row.example] == []


def test_what_the_buyer_needs_beside_the_profile_is_told_as_demanded() -> None:
    (order_number,) = [row for row in description.described(_D.INVOICE, None) if row.term == "BT-13"]
    (line,) = [row for row in description.described(_D.INVOICE, None) if row.term == "BT-132"]
    assert order_number.required is line.required is Required.BUYER
    assert next(iter(description.described(_D.ORDER, None))).required is Required.ALWAYS


def test_the_page_is_searched_and_the_file_has_every_element(tmp_path: Path, any_page: Page) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url):
        pass
    page = any_page
    with portal(url, clock=lambda: datetime(2026, 4, 10, 9, tzinfo=UTC)) as site:
        with httpx.Client(base_url=site.address, trust_env=False, verify=NO_TLS) as client:
            client.cookies.set("billing-session", session_cookie(site, ALVA))
            text = client.get("/economy/documents/description.csv?form=plain").text
            example = client.get("/economy/documents/examples/invoice.xml").content
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == sum(len(terms) for _, terms in TERMS.values())
        assert validation.validate(example, on=date(2026, 4, 10)).valid
        sign_in(page, site, ALVA)
        page.goto(f"{site.address}/test-bench")
        page.get_by_role("link", name="Teknisk beskrivning av våra dokument").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Våra dokument"
        assert "TEST-GRUND" in page.locator("table").inner_text()
        page.goto(f"{site.address}/economy/documents?q=bt-132")
        told = page.locator("main").inner_text()
        assert "3 element" in told
        assert "Krävs av köparen" in told
        page.goto(f"{site.address}/economy/documents?q=finnsinte")
        assert "Inget element har de orden" in page.locator("main").inner_text()


def test_without_a_contract_the_description_stands_and_says_why_there_is_no_example(
    tmp_path: Path, any_page: Page
) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url, register=without(example_register(), FYRBAKEN)):
        pass
    with portal(url, clock=lambda: datetime(2026, 4, 10, 9, tzinfo=UTC)) as site:
        sign_in(any_page, site, ALVA)
        any_page.goto(f"{site.address}/economy/documents?document=invoice")
        told = any_page.locator("main").inner_text()
        assert "Exempelordrar kan inte göras åt er än" in told
        assert "BT-13" in told
        any_page.goto(f"{site.address}/economy/prices")
        assert "Köparen har inte lagt in något avtal" in any_page.locator("main").inner_text()
