"""The description of each document, put together: what its class declares, what we say of it, and an example of theirs.

An element is described where it stands in one of the tables of terms; how often it must stand there, its form and its
attributes are taken from the class that reads or writes the document. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Final

from foundation.text import Language, Text
from invoicing.flow_test.example_documents import ExampleDocuments
from peppol.documents import billing, ordering, responses, shapes
from peppol.xml import elements
from peppol.xml.codec import Document
from peppol.xml.elements import DeclaredElement, WrittenElement
from supplier_portal.document_description.billing_terms import CREDIT_NOTE, INVOICE
from supplier_portal.document_description.order_terms import ORDER, ORDER_RESPONSE
from supplier_portal.document_description.response_terms import INVOICE_RESPONSE
from supplier_portal.document_description.terms import Term, Terms


class DescribedDocument(StrEnum):
    """The documents there are; the value stands in addresses and files."""

    ORDER = "order"
    ORDER_RESPONSE = "order-response"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"
    INVOICE_RESPONSE = "invoice-response"

    @property
    def name_in_words(self) -> Text:
        """What it is called."""
        return _ABOUT[self][0]

    @property
    def lead(self) -> Text:
        """Who writes it to whom, and when."""
        return _ABOUT[self][1]


class Required(StrEnum):
    """How surely an element stands in a document."""

    ALWAYS = "ALWAYS"
    BUYER = "BUYER"
    WITHIN = "WITHIN"
    MAY = "MAY"

    @property
    def words(self) -> Text:
        """In words."""
        return _REQUIRED[self]


_ABOUT: Final = {
    DescribedDocument.ORDER: (
        Text("Order"),
        Text(
            "Köparen skriver den till er, en för varje beslut och en för varje resultat. Den ändras aldrig."
        ),
    ),
    DescribedDocument.ORDER_RESPONSE: (
        Text("Ordersvar"),
        Text(
            "Ni skriver det till köparen om ni har valt processen med ordersvar. Ordern ändras inte av det."
        ),
    ),
    DescribedDocument.INVOICE: (
        Text("Faktura"),
        Text("Ni skriver den till köparen när raden är inlevererad. Portalen kan göra den åt er."),
    ),
    DescribedDocument.CREDIT_NOTE: (
        Text("Kreditfaktura"),
        Text(
            "Ni skriver den till köparen när en faktura ska tas bort, helt eller de rader vi har begärt krediterade."
        ),
    ),
    DescribedDocument.INVOICE_RESPONSE: (
        Text("Fakturasvar"),
        Text("Köparen skriver det till er, ett varje gång en faktura eller kreditfaktura kommit vidare."),
    ),
}
_REQUIRED: Final = {
    Required.ALWAYS: Text("Alltid"),
    Required.BUYER: Text("Krävs av köparen"),
    Required.WITHIN: Text("Om delen finns"),
    Required.MAY: Text("Kan finnas"),
}
_FORMS: Final[Mapping[type, Text]] = {
    shapes.Amount: Text("belopp med decimalpunkt"),
    shapes.Quantity: Text("antal med decimalpunkt"),
    shapes.BareQuantity: Text("antal med decimalpunkt"),
    shapes.Identifier: Text("beteckning"),
    shapes.Code: Text("kod"),
    date: Text("dag, ÅÅÅÅ-MM-DD"),
    time: Text("klockslag"),
    Decimal: Text("tal med decimalpunkt"),
    bool: Text("true eller false"),
    str: Text("text"),
}
TERMS: Final[Mapping[DescribedDocument, tuple[type[Document], Terms]]] = {
    DescribedDocument.ORDER: (ordering.Order, ORDER),
    DescribedDocument.ORDER_RESPONSE: (ordering.OrderResponse, ORDER_RESPONSE),
    DescribedDocument.INVOICE: (billing.Invoice, INVOICE),
    DescribedDocument.CREDIT_NOTE: (billing.CreditNote, CREDIT_NOTE),
    DescribedDocument.INVOICE_RESPONSE: (responses.InvoiceResponse, INVOICE_RESPONSE),
}
"""Of each document its class, and what is said of its elements."""


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One element: where it stands, what it means, how it is written, with an example of the supplier's own or ours."""

    document: DescribedDocument
    path: str
    term: str
    meaning: Text
    required: Required
    many: bool
    form: Text
    attributes: tuple[str, ...]
    example: str
    example_attributes: tuple[tuple[str, str], ...]

    @property
    def anchor(self) -> str:
        """What a link to the row names."""
        return f"{self.document}-{self.path.replace('/', '.').replace(':', '-')}"

    def says(self, text: str, language: Language) -> bool:
        """Whether the row has the text in its path, its term or its meaning, whatever the letters' case."""
        wanted = text.casefold()
        told = (self.path, self.term, self.meaning.in_language(language), self.example)
        return any(wanted in each.casefold() for each in told)


def documents_of(examples: ExampleDocuments, document: DescribedDocument) -> Sequence[Document]:
    """The examples of one sort."""
    return {
        DescribedDocument.ORDER: examples.orders,
        DescribedDocument.ORDER_RESPONSE: examples.order_responses,
        DescribedDocument.INVOICE: examples.invoices,
        DescribedDocument.CREDIT_NOTE: examples.credit_notes,
        DescribedDocument.INVOICE_RESPONSE: examples.invoice_responses,
    }[document]


def described(document: DescribedDocument, examples: ExampleDocuments | None) -> Iterator[ElementRow]:
    """The document's described elements in the order of the schema."""
    of_class, terms = TERMS[document]
    shown: dict[str, WrittenElement] = {}
    for each in documents_of(examples, document) if examples is not None else ():
        for element in elements.written(each):
            shown.setdefault(element.path, element)
    for declared in elements.declared(of_class):
        term = terms.get(declared.path)
        if term is not None:
            yield _row(document, declared, term, shown.get(declared.path))


def _row(
    document: DescribedDocument, declared: DeclaredElement, term: Term, shown: WrittenElement | None
) -> ElementRow:
    return ElementRow(
        document=document,
        path=declared.path,
        term=term.number,
        meaning=term.meaning,
        required=_required(declared, term),
        many=declared.many,
        form=_FORMS[declared.kind],
        attributes=declared.attributes,
        example=shown.value if shown is not None else term.example,
        example_attributes=shown.attributes if shown is not None else (),
    )


def _required(declared: DeclaredElement, term: Term) -> Required:
    if declared.always:
        return Required.ALWAYS
    if term.demanded:
        return Required.BUYER
    return Required.WITHIN if declared.needed else Required.MAY
