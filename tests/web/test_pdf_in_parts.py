"""An invoice of very many lines is printed in parts: every line in one of them, and no part costs more than another."""

from dataclasses import replace

import pytest
from starlette.requests import Request

from foundation.apart.confined import Allowance, Excess, WorkEnded
from foundation.text import SWEDISH, Text
from invoicing.documents import view
from invoicing.documents.view import Paper
from tests.support.project import PROJECT
from web import invoice_pdf, pdf
from web.pages import text_from

BODY = (PROJECT / "fixtures" / "bad" / "base" / "invoice.xml").read_bytes()


def with_lines(count: int) -> Paper:
    paper = view.paper_of(BODY)
    return replace(paper, lines=tuple(replace(paper.lines[0], id=f"L{number}") for number in range(count)))


def asked(query: str) -> Request:
    return Request(
        {"type": "http", "method": "GET", "path": "/pdf", "query_string": query.encode(), "headers": []}
    )


@pytest.mark.parametrize("count", [1, 500, 501, 1_200])
def test_every_line_stands_in_one_part_and_each_says_which_it_is(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []

    def kept(html: str, *, sheet: str, instead: Text) -> bytes:
        printed.append(html)
        return b"%PDF-"

    monkeypatch.setattr(pdf, "pdf_of", kept)
    paper = with_lines(count)
    parts = invoice_pdf.parts_of(count)
    for number in parts:
        invoice_pdf.pdf_of(paper, SWEDISH, invoice_pdf.part_of(asked(f"part={number}"), paper))
    assert [sum(f'"paper-row">L{line}<' in html for html in printed) for line in range(count)] == [1] * count
    for number, html in zip(parts, printed, strict=True):
        assert (f"Del {number}: rad " in html) == (len(parts) > 1)


def test_whoever_asks_for_no_part_gets_the_first_and_for_one_too_many_the_last() -> None:
    paper = with_lines(1_200)
    assert [invoice_pdf.part_of(asked(each), paper).number for each in ("", "part=9", "part=x")] == [1, 3, 1]


def test_what_takes_more_than_a_pdf_may_is_told_and_the_next_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    html = text_from("paper_pdf.html", SWEDISH, paper=with_lines(150), part=None)
    monkeypatch.setattr(
        pdf, "ALLOWANCE", Allowance(cpu_seconds=0, memory_bytes=1_500_000_000, wall_seconds=60)
    )
    with pytest.raises(pdf.PdfTooLarge, match="Print the page"):
        pdf.pdf_of(html, sheet="paper.css")
    monkeypatch.setattr(pdf, "ALLOWANCE", Allowance(30, 1_500_000_000, wall_seconds=0))
    with pytest.raises(pdf.PdfTooSlow, match="in time"):
        pdf.pdf_of(html, sheet="paper.css")
    monkeypatch.undo()
    assert invoice_pdf.pdf_of(with_lines(1), SWEDISH).startswith(b"%PDF-")


@pytest.mark.parametrize("excess", Excess)
def test_why_no_pdf_came_is_told_as_it_is_and_what_to_do_instead(
    monkeypatch: pytest.MonkeyPatch, excess: Excess
) -> None:
    def ended(*given: object, **named: object) -> None:
        raise WorkEnded(excess, pdf.ALLOWANCE)

    monkeypatch.setattr(pdf.PRINTING, "run", ended)
    with pytest.raises(pdf.PdfRefused) as refused:
        invoice_pdf.pdf_of(with_lines(1), SWEDISH)
    told = refused.value.text.sv
    assert told.endswith("Hämta XML-filen i stället: den är originalet, och där står allt.")
    # Only what would be ended again is too large; of all else it is worth while to try once more.
    assert ("står så mycket" in told) is excess.is_repeated
    assert ("örsök igen" in told) is not excess.is_repeated
    with pytest.raises(pdf.PdfRefused, match="Print the page from the browser instead"):
        pdf.pdf_of("<title>1</title>", sheet="paper.css")
