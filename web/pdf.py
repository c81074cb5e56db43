"""Pages on paper: a PDF made by WeasyPrint from a template of its own, tagged for screen readers (PDF/UA).

Convention: a PDF names its language and title and fetches nothing; its style sheet comes from the package
and every other address is refused. WeasyPrint needs Pango from the operating system. Where that is
missing, whoever asks for a PDF is told so in a sentence, and everything else works.
"""

from importlib.resources import files

from foundation.errors import Refused
from foundation.text import Text


class PdfUnavailable(Refused):
    """This machine cannot make PDFs."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Den här installationen kan inte göra PDF, eftersom programbiblioteket Pango saknas på "
                "servern. Skriv ut sidan från webbläsaren i stället, eller hämta XML-filen."
            )
        )


class NothingIsFetched(Exception):
    """The page names something outside itself, which it never should."""


def pdf_of(html: str, *, sheet: str) -> bytes:
    """The page as a PDF in the style of `static/<sheet>`; raises NoPaper where the machine lacks what it takes."""
    try:
        # Its libraries are looked for when it is imported, so a server without them must start all the same.
        from weasyprint import CSS, HTML
    except OSError as error:
        raise PdfUnavailable from error
    style = (files("web") / "static" / sheet).read_text(encoding="utf-8")
    made: bytes = HTML(string=html, url_fetcher=_fetch).write_pdf(
        stylesheets=[CSS(string=style, url_fetcher=_fetch)], pdf_variant="pdf/ua-1"
    )
    return made


def _fetch(url: str) -> dict[str, object]:
    raise NothingIsFetched(url)
