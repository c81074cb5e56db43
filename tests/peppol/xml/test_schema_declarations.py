"""A value is taken or not as xmlschema alone would say, whether or not it is asked."""

import copy
from functools import cache

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from xmlschema.validators import XsdElement

from peppol.identifiers import DocumentKind
from peppol.xml import schema_declarations, schemas
from peppol.xml.schema_declarations import Declaration, Value, declaration_of

# Every kind of simple type of the wide schemas, and those that restrict them in the profile.
FILES = (
    schemas.schema_file(DocumentKind.INVOICE, outside=True),
    schemas.schema_file(DocumentKind.INVOICE),
    schemas.schema_file(DocumentKind.ORDER),
)


@cache
def schema_in(number: int) -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(FILES[number]), allow="local")


@cache
def values_of(number: int) -> tuple[Value, ...]:
    """One of each type that the schema's elements and attributes have."""
    found: dict[str, Value] = {}
    waiting, seen = [root(number)], set[int]()
    while waiting:
        declaration = waiting.pop()
        if id(declaration) in seen:
            continue
        seen.add(id(declaration))
        for value in (declaration.value, *(declaration.attributes or {}).values()):
            if value is not None:
                found.setdefault(str(value.kind), value)
        if declaration.content is not None:
            waiting += [place.declaration for place in declaration.content.places.values()]
    return tuple(found.values())


def root(number: int) -> Declaration:
    element = next(iter(schema_in(number).elements.values()))
    assert isinstance(element, XsdElement)
    return declaration_of(element)


TEXTS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[ \n]?[+-]?[0-9]{0,4}(\.[0-9]{0,3})?[ \n]?", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9](Z|\+02:00)?", fullmatch=True),
    st.sampled_from(
        (
            "",
            " ",
            "1e3",
            "NaN",
            "INF",
            "true",
            "1",
            "sv",
            "s v",
            "SEK",
            "EUR",
            "380",
            "٤",
            "1_0",
            "QUJD",
            "QUJ",
        )
    ),
)


@pytest.mark.law
@given(st.integers(0, len(FILES) - 1).flatmap(lambda number: st.tuples(st.just(number), TEXTS, TEXTS)))
def test_what_is_not_asked_of_xmlschema_is_what_it_would_say(drawn: tuple[int, str, str]) -> None:
    number, *texts = drawn
    context = copy.copy(schema_in(number).validation_context)
    for value in values_of(number):
        for text in (*texts, texts[0]):
            try:
                value.kind.raw_decode(text, "strict", context)
            except xmlschema.XMLSchemaValidationError:
                assert not value.takes(text, context), (value.kind, text)
            else:
                assert value.takes(text, context), (value.kind, text)


def test_every_short_way_is_taken_by_some_type() -> None:
    values = [value for number in range(len(FILES)) for value in values_of(number)]
    assert any(value.any_text for value in values)
    assert any(value.any_number for value in values)
    assert any(value.remembers and not value.any_text for value in values)


def test_values_and_sequences_of_senders_do_not_fill_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_declarations, "_REMEMBERED_MOST", 5)
    content = root(0).content
    assert content is not None
    day = next(value for value in values_of(0) if str(value.kind.local_name) == "date")
    context = copy.copy(schema_in(0).validation_context)
    # What other tests have read in this process is remembered too.
    day.right.clear()
    content.right.clear()
    for number in range(1, 29):
        assert day.takes(f"2026-02-{number:02}", context)
        content.note_right((str(number),))
        assert len(day.right) <= 5
        assert len(content.right) <= 5
    assert day.takes(" " * 200 + "2026-02-01", context)
    content.note_right(("a",) * 1_000)
    assert max(map(len, day.right)) < 200
    assert max(map(len, content.right)) < 1_000
    content.right.clear()
