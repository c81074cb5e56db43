"""Pages on paper: a PDF made by WeasyPrint from a template of its own, tagged for screen readers (PDF/UA).

Convention: a PDF names its language and title and fetches nothing; its style sheet comes from the package
and every other address is refused. It is made in a process of its own within limits (decision 84), since what stands
in it may be what somebody sent. WeasyPrint needs Pango from the operating system. Where that is
missing, whoever asks for a PDF is told so in a sentence, and everything else works.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from foundation.apart.confined import Allowance, Excess, Processes, WorkEnded
from foundation.errors import Refused
from foundation.text import JoinedText, Text
from peppol.validation import apart

ALLOWANCE: Final = Allowance(cpu_seconds=30, memory_bytes=1_500_000_000, wall_seconds=150)
"""What one PDF may take: six times what its most lines do (`invoice_pdf.LINES_MOST`)."""


PRINT_IT: Final = Text("Skriv ut sidan från webbläsaren i stället.")
"""What to do where no PDF can be had of what a page shows."""


class PdfRefused(Refused):
    """There is no PDF: what came in the way, and what to do `instead`."""

    said: Text
    """What came in the way."""

    def __init__(self, instead: Text) -> None:
        super().__init__(JoinedText(" ", (self.said, instead)))


class PdfUnavailable(PdfRefused):
    """This machine cannot make PDFs."""

    said = Text(
        "Den här installationen kan inte göra PDF, eftersom programbiblioteket Pango saknas på servern."
    )


class PdfTooLarge(PdfRefused):
    """What stands on the paper takes more than a PDF may."""

    said = Text("Det står så mycket här att det inte går att göra en PDF av det.")


class PdfTooSlow(PdfRefused):
    """It was not made in time, though nothing says that it is too large: a machine that does much else is slow."""

    said = Text(
        "PDF:en blev inte klar i tid. Servern har mycket att göra just nu: försök igen om en stund. Blir den inte klar "
        "då heller, är det för mycket för en PDF."
    )


class PdfBrokenOff(PdfRefused):
    """What makes it came to an end by itself, which says nothing about the paper."""

    said = Text(
        "Det som gör PDF:en avbröts innan den var klar. Försök igen. Händer det en gång till, säg det till den som "
        "driver systemet."
    )


REFUSED: Final[Mapping[Excess, type[PdfRefused]]] = {
    Excess.CPU: PdfTooLarge,
    Excess.MEMORY: PdfTooLarge,
    Excess.WALL: PdfTooSlow,
    Excess.DIED: PdfBrokenOff,
    Excess.UNWANTED: PdfBrokenOff,
}
"""What is told of a PDF that was ended before it was made, by why it was."""


class NothingIsFetched(Exception):
    """The page names something outside itself, which it never should."""


def pdf_of(html: str, *, sheet: str, instead: Text = PRINT_IT) -> bytes:
    """The page as a PDF in the style of `static/<sheet>`, made in a process apart; `instead` is told where it is not.

    Raises PdfRefused: PdfUnavailable where the machine lacks what it takes, or one of `REFUSED`; NoneFree, WorkFailed.
    """
    try:
        made = PRINTING.run(_printed, html, sheet, allowance=ALLOWANCE, spent=apart.SPENT.get())
    except WorkEnded as ended:
        raise REFUSED[ended.excess](instead) from ended
    if made is None:
        raise PdfUnavailable(instead)
    return made


def _printed(html: str, sheet: str) -> bytes | None:
    """The PDF; None where the machine cannot make any."""
    try:
        # Its libraries are looked for when it is imported, so a machine without them must go on all the same.
        from weasyprint import CSS, HTML
    except OSError:
        return None
    style = (files("web") / "static" / sheet).read_text(encoding="utf-8")
    made: bytes = HTML(string=html, url_fetcher=_fetch).write_pdf(
        stylesheets=[CSS(string=style, url_fetcher=_fetch)], pdf_variant="pdf/ua-1"
    )
    return made


def _fetch(url: str) -> dict[str, object]:
    raise NothingIsFetched(url)


def _warm() -> None:
    """Load what printing needs, fonts too."""
    _printed("<!doctype html><html lang='sv'><title>1</title><p>1</p></html>", "paper.css")


PRINTING: Final = Processes(most=1, warm=_warm)
"""Where PDFs are made, one at a time: they take no place of the documents that are checked."""
