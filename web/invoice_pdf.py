"""An invoice or credit note as a PDF, made of the same paper that the page shows.

One of very many lines is several files, each with the document's head and sums and so many of its lines: a file that
takes a minute and a gigabyte to make is none that anybody opens (decision 84). None of the lines is left out.
"""

from dataclasses import replace
from typing import Final

from fastapi import Request

from foundation.text import Language, Text
from invoicing.documents.view import Paper
from web import pdf
from web.pages import Page, text_from

_SHEET: Final = "paper.css"
LINES_MOST: Final = 500
"""So many lines stand in one file."""
_THE_ORIGINAL: Final = Text("Hämta XML-filen i stället: den är originalet, och där står allt.")


def part_of(request: Request, paper: Paper) -> Page:
    """Which part the request asks for with `?part=`; the first without, the last where there are not so many."""
    return Page.of(request, len(paper.lines), size=LINES_MOST, name="part")


def pdf_of(paper: Paper, language: Language, part: Page | None = None) -> bytes:
    """The PDF of a paper, A4, or of one part of it. Raises PdfRefused, NoneFree, WorkFailed."""
    shown = paper if part is None else replace(paper, lines=tuple(part.rows(paper.lines)))
    html = text_from("paper_pdf.html", language, paper=shown, part=part)
    return pdf.pdf_of(html, sheet=_SHEET, instead=_THE_ORIGINAL)


def parts_of(count_lines: int) -> range:
    """The numbers of the parts that a document of so many lines is printed in.

    >>> list(parts_of(500)), list(parts_of(1_001))
    ([1], [1, 2, 3])
    """
    return range(1, max(1, -(-count_lines // LINES_MOST)) + 1)
