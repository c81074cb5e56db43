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

from functools import cache
from pathlib import Path
from typing import Final

from lxml import etree

import xsd
from peppol.findings import Finding, Severity
from peppol.identifiers import DocumentKind

#: More findings than this about one document help nobody.
FINDINGS_MAX: Final = 50

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


@cache
def _compiled(path: Path) -> etree.XMLSchema:
    """The schema as libxml2 uses it; about 5 ms, once per process."""
    return etree.XMLSchema(file=str(path))


def holds(root: etree._Element, kind: DocumentKind) -> bool:
    """Whether a document that others wrote has the shape of its kind; what breaks it is not looked for."""
    return _compiled(schema_file(kind, outside=True)).validate(root)


def check(root: etree._Element, kind: DocumentKind, *, outside: bool = False) -> tuple[Finding, ...]:
    """What breaks the schema of `kind`; empty for a valid document, at most `FINDINGS_MAX` otherwise.

    `root` is a gated tree; it is not changed. `outside` takes the wider schema, for
    documents that others wrote.
    """
    path = schema_file(kind, outside=outside)
    schema = _compiled(path)
    if schema.validate(root):
        return ()
    # xmlschema costs half a second to load; only a bad document pays for it.
    from peppol.xml.schema_findings import findings_of

    findings = findings_of(root, path, most=FINDINGS_MAX)
    return findings or _as_told_by_libxml2(schema)


def _as_told_by_libxml2(schema: etree.XMLSchema) -> tuple[Finding, ...]:
    """Places from libxml2's own log: what it refuses must never pass because we have no words for it."""
    places = dict.fromkeys((entry.path or "/", entry.line) for entry in schema.error_log) or {("/", 0): None}
    found = tuple(Finding("XSD", Severity.FATAL, path, line, detail="schema") for path, line in places)
    return found[:FINDINGS_MAX]
