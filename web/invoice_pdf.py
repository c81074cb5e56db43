"""An invoice or credit note as a PDF, made of the same paper that the page shows."""

from foundation.text import Language
from invoicing.documents.view import Paper
from web import pdf
from web.pages import text_from

_SHEET = "paper.css"


def pdf_of(paper: Paper, language: Language) -> bytes:
    """The PDF of a paper, A4; raises NoPaper where the machine cannot make one."""
    return pdf.pdf_of(text_from("paper_pdf.html", language, paper=paper), sheet=_SHEET)
