"""How a bank's document is declared, written, judged and read: the machinery of `codec`, with ISO 20022's names.

One namespace a message and no prefixes, so elements go by their local names. An element's name is the
field's in CamelCase, or stands beside it where the standard's abbreviation is something else:
`message_id: Annotated[str, "MsgId"]`. What leaves is judged by the schema in `xsd/bank/` first. What arrives
passes the gate and is read by the structure that all versions of a message share (`bank_elements`).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final, TypeVar, dataclass_transform

from lxml import etree

import xsd
from foundation.text import JoinedText, Text
from peppol.xml import gate
from peppol.xml.bank_elements import BankElement
from peppol.xml.codec import Naming, content_of, declare, declare_basic, value_of
from peppol.xml.gate_errors import GateRule, refuse
from peppol.xml.gate_tree import ISO20022
from peppol.xml.literals import UnwritableDocument
from peppol.xml.schema_compiling import compiled
from peppol.xml.shape import first_errors

T = TypeVar("T")
D = TypeVar("D", bound="BankDocument")

_FOLDER: Final = Path(xsd.__file__).parent / "bank"
_ERRORS_TOLD: Final = 5


class BankFileRefused(ValueError):
    """A bank's file that breaks its schema; `text` says where."""

    def __init__(self, message: str, places: Iterable[Text]) -> None:
        where = JoinedText("; ", places)
        self.text = Text(
            "%(message_name)s följer inte schemat: %(where)s.", message_name=message, where=where
        )
        super().__init__(self.text.both())


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


_ISO: Final = Naming(_camel, _camel, lambda _, local: (local, local), exact=True)


@dataclass_transform(frozen_default=True)
def with_attribute(cls: type[T]) -> type[T]:
    """Make `cls` an element of text with attributes, such as an amount with its currency."""
    return declare_basic(cls, _ISO)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def element(cls: type[T]) -> type[T]:
    """Make `cls` an element with elements in it; fields are given by name."""
    return declare(cls, _ISO)


@element
class BankDocument:
    """What stands in a Document; a subclass names its message and the element its content stands in."""

    message: ClassVar[str]
    content_name: ClassVar[str]


def serialise(document: BankDocument) -> bytes:
    """The document as UTF-8; the same document gives the same bytes, and they follow their schema.

    Raises `UnwritableDocument`, or `BankFileRefused` for what the schema does not allow.
    """
    namespace, name = ISO20022 + document.message, document.content_name
    try:
        content = content_of(document)
    except UnwritableDocument as refused:
        raise refused.within(f"/Document/{name}") from None
    text = f'<Document xmlns="{namespace}"><{name}>{content}</{name}></Document>'
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
    _judge(body, document.message)
    return body


def opened(body: bytes) -> tuple[str, BankElement]:
    """Which message the bytes are, such as `camt.053.001.02`, and its Document. Raises `GateRefused`."""
    root = gate.admit(body, root_checked_by=_is_bank_document)
    return _message(root), BankElement(root)


def parse(cls: type[D], body: bytes) -> D:
    """The document in `body`. Raises `GateRefused`, `BankFileRefused` or `UnreadableDocument`."""
    root = gate.admit(body, root_checked_by=_is_bank_document)
    if _message(root) != cls.message:
        refuse(GateRule.KIND, location="/Document", line=1, found=_message(root), expected=cls.message)
    _judge(body, cls.message)
    for each in root.iter():
        each.tag = etree.QName(each).localname
    return value_of(cls, root[0])


def _message(root: etree._Element) -> str:
    return (etree.QName(root).namespace or "").removeprefix(ISO20022)


def _is_bank_document(root: etree._Element) -> None:
    name = etree.QName(root)
    if not (name.namespace or "").startswith(ISO20022) or name.localname != "Document":
        refuse(
            GateRule.KIND,
            location="/" + name.localname[:80],
            line=root.sourceline or 0,
            found=name.text,
            expected="camt.053, camt.054, pain.002",
        )


def _schema(message: str) -> etree.XMLSchema | None:
    path = _FOLDER / f"{message}.xsd"
    return compiled(path) if path.is_file() else None


def _judge(body: bytes, message: str) -> None:
    schema = _schema(message)
    if schema is None:
        raise BankFileRefused(message, (Text("okänt meddelande"),))
    if broken := first_errors(schema, body, most=_ERRORS_TOLD):
        raise BankFileRefused(
            message, [Text("rad %(line)s %(element)s", line=line, element=name) for line, name in broken]
        )
