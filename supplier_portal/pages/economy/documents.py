"""The technical description of the documents: element by element, as a page and a file, with examples."""

from collections.abc import Iterator, Sequence

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from accounts.identity import SUPPLIER_SIDE, Person
from foundation.errors import NotThere
from foundation.spreadsheets import CSV_TYPE, XLSX_TYPE, CellValue, Dialect, SheetColumn, csv_of, xlsx_of
from foundation.text import NO_TEXT, Text
from invoicing.flow_test import example_documents
from invoicing.flow_test.example_documents import ExampleDocuments
from invoicing.flow_test.sample_orders import NoSamples
from peppol.xml import codec
from supplier_portal.document_description import description
from supplier_portal.document_description.description import DescribedDocument, ElementRow
from supplier_portal.pages import query_params
from supplier_portal.pages.economy.start import tabs_of
from supplier_portal.pages.forms import as_xml
from web.access import signed_in
from web.pages import database_of, pages_router, render

router = pages_router()


@router.get("/economy/documents")
def documents(request: Request, person: Person = signed_in(*SUPPLIER_SIDE)) -> Response:
    """One document's elements; with a search, those of all documents that have the words."""
    examples, missing = _examples(request, person)
    chosen = query_params.choice_of(request, "document", DescribedDocument) or DescribedDocument.ORDER
    text = query_params.text_of(request, "q")
    shown = tuple(DescribedDocument) if text else (chosen,)
    found = {
        each: [
            row
            for row in description.described(each, examples)
            if not text or row.says(text, person.language)
        ]
        for each in shown
    }
    return render(
        request,
        person,
        "economy/documents.html",
        tabs=tabs_of(person),
        kinds=tuple(DescribedDocument),
        chosen=chosen,
        text=text,
        found={each: rows for each, rows in found.items() if rows},
        count=sum(map(len, found.values())),
        missing=missing,
    )


@router.get("/economy/documents/description.{ending}")
def description_file(request: Request, ending: str, person: Person = signed_in(*SUPPLIER_SIDE)) -> Response:
    """Everything as csv or xlsx, a row for each element; ?form=plain for programs."""
    if ending not in ("csv", "xlsx"):
        raise NotThere
    examples, _ = _examples(request, person)
    say = query_params.say_of(person.language)
    columns, rows = _columns(say), _rows(examples, say)
    if ending == "xlsx":
        written = xlsx_of(say(Text("Våra dokument")), columns, rows)
    else:
        dialect = query_params.choice_of(request, "form", Dialect) or Dialect.SWEDISH
        written = csv_of(columns, rows, dialect)
    return StreamingResponse(
        written,
        media_type=XLSX_TYPE if ending == "xlsx" else CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="documents.{ending}"'},
    )


@router.get("/economy/documents/examples/{document}.xml")
def example_xml(request: Request, document: str, person: Person = signed_in(*SUPPLIER_SIDE)) -> Response:
    """An example of one document as it would be sent, made of the supplier's own sample orders."""
    examples, _ = _examples(request, person)
    if examples is None or document not in tuple(DescribedDocument):
        raise NotThere
    first = description.documents_of(examples, DescribedDocument(document))[0]
    return as_xml(codec.serialise(first, pretty=True), f"example-{document}")


def _examples(request: Request, person: Person) -> tuple[ExampleDocuments | None, Text]:
    """The supplier's own examples, or why there are none."""
    with database_of(request).reading() as session:
        register = query_params.register_of(session)
    try:
        return example_documents.examples(register, person.organisation), NO_TEXT
    except NoSamples as refused:
        return None, refused.text


def _columns(say: query_params.Say) -> list[SheetColumn]:
    return [
        SheetColumn(say(Text("Dokument")), width=16),
        SheetColumn(say(Text("Element")), width=70),
        SheetColumn(say(Text("Affärsterm")), width=16),
        SheetColumn(say(Text("Betydelse")), width=70),
        SheetColumn(say(Text("Krav")), width=18),
        SheetColumn(say(Text("Flera gånger")), width=12),
        SheetColumn(say(Text("Format")), width=26),
        SheetColumn(say(Text("Attribut")), width=24),
        SheetColumn(say(Text("Exempel")), width=40),
    ]


def _rows(examples: ExampleDocuments | None, say: query_params.Say) -> Iterator[Sequence[CellValue]]:
    for document in DescribedDocument:
        for row in description.described(document, examples):
            yield _row(row, say)


def _row(row: ElementRow, say: query_params.Say) -> Sequence[CellValue]:
    given = dict(row.example_attributes)
    attributes = (f'{name}="{given[name]}"' if name in given else name for name in row.attributes)
    return (
        say(row.document.name_in_words),
        row.path,
        row.term,
        say(row.meaning),
        say(row.required.words),
        say(Text("ja") if row.many else Text("nej")),
        say(row.form),
        ", ".join(attributes),
        row.example,
    )
