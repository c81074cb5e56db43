"""Which registration of a receiver covers a document type: the very same, or the closest wildcard.

A receiver registers a type under `busdox-docid-qns`, which means that and nothing else, or under
`peppol-doctype-wildcard`, where a customization identifier that ends in * covers all that begin so, cut at a part (@).
Policy for use of identifiers 4.4, document type identifiers.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from peppol.identifiers import DOCUMENT_SCHEME

WILDCARD_SCHEME: Final = "peppol-doctype-wildcard"
_ANY: Final = "*"
_PART: Final = "@"


@dataclass(frozen=True, slots=True)
class RegisteredType:
    """A document type as a receiver has it registered."""

    scheme: str
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}::{self.value}"


def best_match(document_type: str, registered: Collection[RegisteredType]) -> RegisteredType | None:
    """The registration that covers the document type best; None where none does.

    >>> root = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##{}::2.1"
    >>> wide = RegisteredType(WILDCARD_SCHEME, root.format("urn:peppol:pint:billing-1*"))
    >>> best_match(root.format("urn:peppol:pint:billing-1@eu-1"), [wide]) == wide
    True
    >>> best_match(root.format("urn:peppol:pint:billing-10"), [wide]) is None
    True
    """
    exact = RegisteredType(DOCUMENT_SCHEME, document_type)
    if exact in registered:
        return exact
    start, found, rest = document_type.partition("##")
    customization, _, version = rest.rpartition("::")
    if not found or not customization or _ANY in customization:
        return None
    wanted = [customization, f"{customization}{_ANY}"]
    while _PART in customization:
        customization = customization.rpartition(_PART)[0]
        wanted.append(f"{customization}{_ANY}")
    for each in wanted:
        covers = RegisteredType(WILDCARD_SCHEME, f"{start}##{each}::{version}")
        if covers in registered:
            return covers
    return None
