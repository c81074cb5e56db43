"""Canaries: a made-up person, put where people and systems may write, and looked for where nobody may read it."""

import io
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree
from sqlalchemy import Column, LargeBinary, String, select

from billing.migrations.schema import METADATAS
from foundation.database import Database
from peppol.xml.gate_tree import CBC
from tests.support.stories.personal_numbers import SOMEBODY

NAME = "Kanarie Gulfjäder"
NUMBER = f"{SOMEBODY[2:8]}-{SOMEBODY[8:]}"
BOTH = f"{NAME} {NUMBER}"
SHOWN_NUMBER = re.compile(f"{SOMEBODY[2:8]}[^0-9]?{SOMEBODY[8:]}")
SHOWN_NAME = re.compile("Kanarie|Gulfj")

_CODED = re.compile(r"\\u([0-9a-fA-F]{4})")
PLACES = Path(__file__).with_name("columns.toml")


def described() -> Mapping[tuple[str, str], str]:
    """Each column of texts or bytes, by its table, with what it may hold; empty where neither names nor words are."""
    told = tomllib.loads(PLACES.read_text(encoding="utf-8"))
    found: dict[tuple[str, str], str] = {}
    for table, kinds in told.items():
        for kind, columns in kinds.items():
            for column in columns.split():
                assert (table, column) not in found, f"{table}.{column} stands twice"
                found[table, column] = "" if kind == "nothing" else kind
    return found


def columns() -> Iterator[Column[object]]:
    """Every column that can hold a text."""
    for metadata in METADATAS:
        for table in metadata.tables.values():
            for column in table.columns:
                held = getattr(column.type, "impl", column.type)
                if isinstance(held, String | LargeBinary):
                    yield column


def columns_with(database: Database, wanted: re.Pattern[str]) -> dict[tuple[str, str], str]:
    """The columns in which the pattern stands, each with one of the values."""
    found: dict[tuple[str, str], str] = {}
    with database.reading() as session:
        for column in columns():
            for value in session.scalars(select(column).where(column.is_not(None))):
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                # JSON may write a letter as its code.
                if wanted.search(text) or wanted.search(_CODED.sub(lambda code: chr(int(code[1], 16)), text)):
                    found[column.table.name, column.name] = text[:300]
                    break
    return found


def texts_of(content: bytes, name: str = "") -> Iterator[tuple[str, str]]:
    """A file as text, with its name; what is packed in it is taken out."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for each in archive.namelist():
                yield f"{name}/{each}", each
                yield from texts_of(archive.read(each), f"{name}/{each}")
        return
    yield name, content.decode("utf-8", "replace")


def places(root: etree._Element) -> list[tuple[int, str]]:
    """Every place of a document that bears text: an element by its position, and each attribute of it."""
    found: list[tuple[int, str]] = []
    for position, element in enumerate(root.iter(tag=etree.Element)):
        if len(element) == 0 and element.tag != f"{{{CBC}}}EmbeddedDocumentBinaryObject":
            found.append((position, ""))
        found += [(position, str(name)) for name in element.attrib]
    return found


def planted(body: bytes, place: tuple[int, str], text: str) -> bytes:
    """The document with this text in that place."""
    root = etree.fromstring(body)
    element = list(root.iter(tag=etree.Element))[place[0]]
    if place[1]:
        element.set(place[1], text)
    else:
        element.text = text
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
