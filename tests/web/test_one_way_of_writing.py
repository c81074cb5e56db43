"""Numbers, counts and months are written one way on every page of a supplier's, in each language."""

import re
from collections.abc import Iterator

import pytest
from lxml import html
from sqlalchemy import select

from invoicing.documents import tables as document_tables
from tests.support.pages.all_routes import AREAS, SUPPLIER, table_in
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.demo_books import demo_site
from tests.support.stories.system import FYRBAKEN

MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d\.\d\d")
"""A moment has a point between hours and minutes."""
POINT = re.compile(r"(?<![\d.])\d+\.\d\d(?![\d.])")
COMMA = re.compile(r"\d,\d\d (kr|SEK)")
ONE_OF_MANY = re.compile(
    r"\b1 (?:rader|ordrar|fakturor|dagar|timmar|sekunder|minuter|månader|kreditfakturor|placeringar|träffar)\b"
)
INLINE = frozenset({"a", "b", "code", "em", "small", "span", "strong"})
AS_WORD = re.compile(
    r"\b(?:januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december) 20\d\d\b"
)
AS_NUMBER = re.compile(r"(?<![\d-])20\d\d-(?:0[1-9]|1[0-2])(?![\d-]| v\d)")
"""A report is called by its month and version, 2026-09 v1, as an order by its number."""
NOTE = "Grundersättning 2026-02"
"""What a supplier wrote on an invoice of theirs."""
# What others wrote, or what is a document's own: shown as it stands.
OF_OTHERS = re.compile(
    r"/(?:test-bench|orders/\d+/paper|invoices/refused|validate|economy/documents)|\.xml|q=2026-10"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("written"), is_demo=True) as served:
        yield served


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[str, str]:
    """What each of a supplier's pages says in Swedish, by its address."""
    with visitor(site, SUPPLIER) as opened:
        return {path: text for path in addresses(site) if (text := said(opened, path))}


def addresses(site: Site) -> list[str]:
    return [
        path
        for area in AREAS
        for key, route in table_in(area, site.database).items()
        if key.startswith("GET ") and route.page and route.may & SUPPLIER.permissions
        for path in route.own
        if not OF_OTHERS.search(path)
    ] + [f"/invoices/{each}" for each in judged(site, FYRBAKEN)]


def judged(site: Site, supplier: str = "") -> list[int]:
    """The documents in which something deviates or is noted: what a page says of each is a sentence of its own."""
    invoice = document_tables.invoice
    question = select(invoice.c.id).where(invoice.c.codes != "").order_by(invoice.c.id)
    with site.database.reading() as session:
        return list(session.scalars(question.where(invoice.c.supplier == supplier) if supplier else question))


def said(somebody: Visitor, path: str) -> str:
    answer = somebody.get(path)
    return text_of(answer) if answer.status_code == 200 else ""


def test_enough_pages_are_read(pages: dict[str, str]) -> None:
    assert len(pages) > 40


def test_no_amount_has_a_point_in_swedish(pages: dict[str, str]) -> None:
    found = {path: POINT.findall(MOMENT.sub("", text)) for path, text in pages.items()}
    assert {path: each for path, each in found.items() if each} == {}


def glued(page: str) -> list[str]:
    """Marks with a word right after them: to whoever hears or copies the page they are one word (Ogiltig1 fel)."""
    if not page:
        return []
    marks = html.document_fromstring(page).cssselect("main .badge, main .mark, main .count")
    following = [(each, each.tail or "", each.getnext()) for each in marks]
    return [
        f"{each.text_content()} {tail or (after.text_content() if after is not None else '')}"[:80]
        for each, tail, after in following
        if tail[:1].isalnum()
        or (not tail and after is not None and after.tag in INLINE and after.text_content()[:1].isalnum())
    ]


def test_no_mark_is_one_word_with_what_follows(site: Site) -> None:
    with visitor(site, SUPPLIER) as opened:
        wrong = opened.post("/test-bench/upload", {}, files={"file": ("faktura.xml", b"%PDF-1.4")})
        tried = wrong.headers["location"]
        found = {path: glued(opened.get(path).text) for path in (*addresses(site), tried)}
    assert {path: each for path, each in found.items() if each} == {}


def test_one_is_never_many(pages: dict[str, str]) -> None:
    found = {path: ONE_OF_MANY.findall(text) for path, text in pages.items()}
    assert {path: each for path, each in found.items() if each} == {}


def test_a_month_is_called_by_its_name(pages: dict[str, str]) -> None:
    assert any(AS_WORD.search(text) for text in pages.values())
    found = {path: AS_NUMBER.findall(text.replace(NOTE, ""))[:3] for path, text in pages.items()}
    assert {path: each for path, each in found.items() if each} == {}


def test_no_amount_has_a_comma_in_english(site: Site) -> None:
    with visitor(site, SUPPLIER) as opened:
        opened.post("/language", {"language": "en", "next": "/"})
        try:
            found = {path: COMMA.findall(said(opened, path)) for path in addresses(site)}
        finally:
            opened.post("/language", {"language": "sv", "next": "/"})
    assert {path: each for path, each in found.items() if each} == {}
