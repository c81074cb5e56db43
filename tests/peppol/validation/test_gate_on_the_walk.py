"""The gate refuses the same, for the same reason, whether itself goes through the elements or the rules' walk does."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peppol.findings import Finding
from peppol.identifiers import DocumentKind
from peppol.validation.validation import validate, validate_own
from peppol.xml.gate import admit, admit_to_walk
from peppol.xml.gate_errors import GateRefused
from tests.support.project import PROJECT

DAY = date(2026, 9, 1)
INVOICE = (PROJECT / "fixtures" / "bad" / "base" / "invoice.xml").read_bytes()
EXTENSIONS = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"

ELEMENTS = (
    b"<x:y xmlns:x='urn:example:other'/>",
    b"<nothing xmlns=''/>",
    b"<cbc:ID>1&#x200B;</cbc:ID>",
    b"<cbc:ID>1\xe2\x80\xae2</cbc:ID>",
    b"<cbc:ID>\n 1 \t</cbc:ID>",
    b"<cbc:Note>1\xe2\x80\xae2</cbc:Note>",
    b"<cac:Party>\xc2\xad</cac:Party>",
    b"<cbc:" + b"n" * 201 + b"/>",
    b"<cac:Party>" * 110 + b"</cac:Party>" * 110,
    b"<!-- comment --><?instruction ?><![CDATA[text]]>",
    f'<e:UBLExtensions xmlns:e="{EXTENSIONS}"><e:a b="&#x85;&#x200b;"><x/></e:a></e:UBLExtensions>'.encode(),
)
ATTRIBUTES = (
    b" schemeID='&#x200B;'",
    b" schemeID='a&#10;b'",
    b" xmlns:x='urn:example:other' x:a='1'",
    b" xml:lang='sv'",
    b" " + b"n" * 201 + b"='1'",
    b" " + b" ".join(b"a%d='1'" % number for number in range(51)),
)
OPENINGS = [found.end() - 1 for found in re.finditer(rb"<[A-Za-z][^>/]*>", INVOICE)]


def put(insert: bytes, opening: int) -> bytes:
    """The invoice with an attribute in, or an element behind, one of its opening tags."""
    at = OPENINGS[opening % len(OPENINGS)] + (0 if insert.startswith(b" ") else 1)
    return INVOICE[:at] + insert + INVOICE[at:]


def refusal(data: bytes) -> Finding | None:
    """Why the gate by itself refuses it."""
    try:
        admit(data)
    except GateRefused as shut:
        return shut.finding
    return None


def check_same(data: bytes) -> None:
    refused = refusal(data)
    for judged in (validate(data, on=DAY), validate_own(data, DocumentKind.INVOICE, on=DAY)):
        said = judged.findings if judged.root is None else None
        assert said == (None if refused is None else (refused,))


@pytest.mark.parametrize("opening", [0, 3, len(OPENINGS) // 2, -1])
@pytest.mark.parametrize("insert", [*ELEMENTS, *ATTRIBUTES], ids=lambda insert: str(insert[:40]))
def test_each_reason_is_found_anywhere(insert: bytes, opening: int) -> None:
    check_same(put(insert, opening))


@pytest.mark.parametrize("levels", range(94, 101))
def test_the_deepest_element_let_in_is_the_same(levels: int) -> None:
    check_same(put(b"<cac:Party>" * levels + b"</cac:Party>" * levels, 3))


def test_the_reasons_tried_are_most_that_elements_can_give() -> None:
    reasons = {found.rule for insert in (*ELEMENTS, *ATTRIBUTES) if (found := refusal(put(insert, 3)))}
    assert reasons == {"GATE-NAMESPACE", "GATE-IDENTIFIER", "GATE-NAME", "GATE-DEPTH", "GATE-ATTRIBUTES"}


def test_an_ordinary_document_is_left_to_the_walk() -> None:
    assert admit_to_walk(INVOICE)[1] is False
    assert admit_to_walk(put(ATTRIBUTES[-1].replace(b"a50='1'", b""), 3))[1] is False


@pytest.mark.law
@given(
    st.lists(
        st.tuples(st.integers(0, len(OPENINGS) - 1), st.sampled_from((*ELEMENTS, *ATTRIBUTES))),
        min_size=1,
        max_size=3,
        unique_by=lambda each: each[0],
    )
)
def test_of_several_reasons_the_same_is_told(inserts: list[tuple[int, bytes]]) -> None:
    data = INVOICE
    for opening, insert in sorted(inserts, reverse=True):
        at = OPENINGS[opening] + (0 if insert.startswith(b" ") else 1)
        data = data[:at] + insert + data[at:]
    check_same(data)
