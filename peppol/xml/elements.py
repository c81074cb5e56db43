"""The elements of a document by their paths: which of them its class declares, and which a document has.

Convention: a path goes from the root's children down, "cac:Delivery/cbc:ActualDeliveryDate", and names an element that
holds a value; what only holds others has no row of its own. Both come from the classes that read and write the
documents (codec.py), so neither can say anything else than they do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from peppol.xml import codec
from peppol.xml.codec import DeclaredMember, Document


@dataclass(frozen=True, slots=True)
class DeclaredElement:
    """An element that a document may have. `needed`: wherever the element around it is; `always`: in every document."""

    path: str
    needed: bool
    always: bool
    many: bool
    kind: type
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WrittenElement:
    """An element that a document has: its value as written, and its attributes."""

    path: str
    value: str
    attributes: tuple[tuple[str, str], ...]


def declared(cls: type[Document]) -> Iterator[DeclaredElement]:
    """Every element the document's class declares, in the order of the schema."""
    yield from _declared(cls, "", always=True, many=False)


def _declared(cls: type, path: str, *, always: bool, many: bool) -> Iterator[DeclaredElement]:
    for member in codec.members_of(cls):
        here, in_all = f"{path}{member.label}", always and member.needed
        repeated = many or member.many
        if codec.members_of(member.kind):
            yield from _declared(member.kind, f"{here}/", always=in_all, many=repeated)
        else:
            names = tuple(label for _, label in member.attributes)
            yield DeclaredElement(here, member.needed, in_all, repeated, member.kind, names)


def written(document: Document) -> Iterator[WrittenElement]:
    """Every element the document has, in its order; one that is repeated comes as often as it stands there."""
    yield from _written(document, "")


def _written(value: object, path: str) -> Iterator[WrittenElement]:
    for member in codec.members_of(type(value)):
        held = getattr(value, member.name)
        for each in held if member.many else () if held is None else (held,):
            here = f"{path}{member.label}"
            if codec.members_of(type(each)):
                yield from _written(each, f"{here}/")
            else:
                yield _element(member, each, here)


def _element(member: DeclaredMember, value: object, path: str) -> WrittenElement:
    if not member.content:
        return WrittenElement(path, _said(value), ())
    attributes = ((label, getattr(value, name)) for name, label in member.attributes)
    given = tuple((label, _said(said)) for label, said in attributes if said is not None)
    return WrittenElement(path, _said(getattr(value, member.content)), given)


def _said(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value:f}"
        case date() | time():
            return value.isoformat()
        case bytes():
            return "…"
        case _:
            return str(value)
