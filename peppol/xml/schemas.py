"""Whether a document has the shape of its kind, asked of the schemas in `xsd/`.

libxml2 decides: a schema is compiled once per kind and process, and a valid document
costs one pass over it. Only when a document fails is it looked at again, element by
element, so that a person hears about everything at once (`schema_findings`). All
findings have the rule id "XSD" and are fatal.

Two schemas belong to a kind. The profile is what we may write: everything Peppol
allows and nothing else. From outside all of UBL 2.1 is taken, as everybody else takes
it: what the profile leaves out, how often an element may stand, code values and what
is mandatory beyond UBL are then the rules' matter.
"""

from functools import partial
from pathlib import Path
from typing import Final

from lxml import etree

import xsd
from peppol.findings import Finding, FindingTally, Severity
from peppol.identifiers import DocumentKind
from peppol.xml.schema_compiling import compiled
from peppol.xml.shape import Extent, follows

_FOLDER: Final = Path(xsd.__file__).parent

_NAMES: Final = {
    DocumentKind.ORDER: "Order",
    DocumentKind.ORDER_RESPONSE: "OrderResponse",
    DocumentKind.INVOICE: "Invoice",
    DocumentKind.CREDIT_NOTE: "CreditNote",
    DocumentKind.INVOICE_RESPONSE: "InvoiceResponse",
    DocumentKind.MLR: "MessageLevelResponse",
    DocumentKind.MLS: "MessageLevelStatus",
}

# UBL knows one answer to all documents; what sets the three apart is the rules' matter.
_OUTSIDE: Final = {
    DocumentKind.ORDER: "post_award/Order",
    DocumentKind.ORDER_RESPONSE: "post_award/OrderResponse",
    DocumentKind.INVOICE: "billing/Invoice",
    DocumentKind.CREDIT_NOTE: "billing/CreditNote",
    DocumentKind.INVOICE_RESPONSE: "post_award/ApplicationResponse",
    DocumentKind.MLR: "post_award/ApplicationResponse",
    DocumentKind.MLS: "post_award/ApplicationResponse",
}


def schema_file(kind: DocumentKind, *, outside: bool = False) -> Path:
    """The schema that judges documents of this kind: ours, or with `outside` those that arrive."""
    return _FOLDER / (f"outside/{_OUTSIDE[kind]}.xsd" if outside else f"profile/{_NAMES[kind]}.xsd")


def _compiled(kind: DocumentKind, outside: bool) -> etree.XMLSchema:
    return compiled(schema_file(kind, outside=outside))


def holds(root: etree._Element, kind: DocumentKind) -> bool:
    """Whether a document that others wrote has the shape of its kind; what breaks it is not looked for."""
    return follows(_compiled(kind, True), root)


def check(
    root: etree._Element,
    kind: DocumentKind,
    *,
    outside: bool = False,
    tally: FindingTally | None = None,
    extent: Extent | None = None,
) -> tuple[Finding, ...]:
    """What breaks the schema of `kind`, as told by the tally (one of its own where none is given).

    `root` is a gated tree; it is not changed. `outside` takes the wider schema, for
    documents that others wrote. `extent` is how large it is, where that is known.
    """
    tally = FindingTally() if tally is None else tally
    schema = _compiled(kind, outside)
    if follows(schema, root, extent):
        return tally.told
    # xmlschema costs half a second to load; only a bad document pays for it.
    from peppol.xml import schema_findings

    before = len(tally)
    schema_findings.tell(root, schema_file(kind, outside=outside), tally)
    if len(tally) == before:
        _as_told_by_libxml2(schema, tally)
    return tally.told


def _as_told_by_libxml2(schema: etree.XMLSchema, tally: FindingTally) -> None:
    """Places from libxml2's own log: what it refuses must never pass because we have no words for it."""
    places = dict.fromkeys((entry.path or "/", entry.line) for entry in schema.error_log) or {("/", 0): None}
    for path, line in places:
        tally.add("XSD", Severity.FATAL, partial(_unworded, path, line))


def _unworded(path: str, line: int) -> Finding:
    return Finding("XSD", Severity.FATAL, path, line, detail="schema")
