"""An invoice or credit note as a PDF, made of the same paper that the page shows.

WeasyPrint lays it out from our own HTML; nothing is fetched from anywhere.
"""

from importlib.resources import files

from weasyprint import CSS, HTML

from invoicing.papers import Paper
from supplier_portal.pages import text_from
from supplier_portal.printing import Language

_SHEET = "paper.css"


class NothingIsFetched(Exception):
    """The paper names something outside itself, which it never should."""


def _fetch(url: str) -> dict[str, object]:
    raise NothingIsFetched(url)


def pdf_of(paper: Paper, language: Language) -> bytes:
    """The PDF of a paper, A4."""
    html = text_from("flip/paper_pdf.html", language, paper=paper)
    sheet = (files("supplier_portal") / "static" / _SHEET).read_text(encoding="utf-8")
    made: bytes = HTML(string=html, url_fetcher=_fetch).write_pdf(
        stylesheets=[CSS(string=sheet, url_fetcher=_fetch)]
    )
    return made
