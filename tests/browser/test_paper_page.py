"""A page on paper tells what a browser would: what is seen, what a form sends, and what keeps people out."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from lxml import html
from playwright.sync_api import Page

from tests.support.pages.browser import Site, served
from tests.support.pages.paper_elements import barriers

FORM = """<!doctype html><html lang="sv"><title>Prov</title><body><main><h1>Prov  av
 <em>sidan</em></h1><p hidden>dolt</p>
<details><summary>Mer</summary><p>Djupare</p></details>
<a href="/other">Annan</a>
<form id="f" method="post" action="/sent">
<label for="n">Namn</label><input id="n" name="n" value="Alva">
<label><input type="checkbox" name="c" value="1">Ett</label>
<label><input type="checkbox" name="c" value="2" checked>Två</label>
<label><input type="radio" name="r" value="a" checked>A</label><label><input type="radio" name="r" value="b">B</label>
<label for="s">Lista</label><select id="s" name="s"><option>x</option><option value="y2" selected>y</option></select>
<label for="t">Text</label><textarea id="t" name="t">rad</textarea>
<input type="hidden" name="h" value="9"><input name="off" value="1" disabled aria-label="av">
<button name="b" value="1">Skicka</button><button name="b" value="2">Skicka allt</button></form>
<label for="o">Utanför</label><input id="o" name="o" form="f" value="z"></main></body></html>"""


@pytest.fixture
def site() -> Iterator[Site]:
    app, database = FastAPI(), type("Nothing", (), {"close": lambda self: None})()
    app.state.database = database
    sent: list[str] = []

    @app.get("/")
    def shown() -> HTMLResponse:
        return HTMLResponse(FORM)

    @app.post("/sent")
    async def taken(request: Request) -> RedirectResponse:
        sent.append((await request.body()).decode())
        return RedirectResponse("/seen", status_code=303)

    @app.get("/seen")
    def seen() -> HTMLResponse:
        told = " ".join(f"{name}={value}" for name, value in parse_qsl(sent[-1]))
        return HTMLResponse(f"<html lang=sv><main><h1>{told}</h1></main></html>")

    with served(app) as running:
        yield running


def test_what_is_seen_and_what_a_form_sends(site: Site, any_page: Page) -> None:
    page = any_page
    page.goto(f"{site.address}/")
    assert page.title() == "Prov"
    assert page.locator("h1").inner_text() == "Prov av sidan"
    assert "dolt" not in page.inner_text("main")
    assert "Djupare" not in page.inner_text("main")
    assert not page.get_by_text("Djupare").is_visible()
    page.locator("summary", has_text="Mer").click()
    assert page.get_by_text("Djupare").is_visible()
    page.get_by_label("Namn").fill("Å & Ö")
    page.get_by_label("Ett").check()
    page.get_by_label("Två").uncheck()
    page.get_by_label("B", exact=True).check()
    page.select_option("#s", label="x")
    page.get_by_role("button", name="Skicka", exact=True).click()
    page.wait_for_url("**/seen")
    assert page.inner_text("h1") == "n=Å & Ö c=1 r=b s=x t=rad h=9 b=1 o=z"


@pytest.mark.parametrize(
    ("whole", "spoilt"),
    [
        ('<label for="n">Namn</label>', ""),
        ('for="t"', 'for="elsewhere"'),
        ('id="s"', 'id="n"'),
        ("<main><h1>", "<main>"),
        (' lang="sv"', ""),
        (">Annan<", "><"),
        ("</main>", '<img src="/a.png"></main>'),
    ],
)
def test_what_keeps_people_out_is_told(whole: str, spoilt: str) -> None:
    assert barriers(html.document_fromstring(FORM)) == []
    assert whole in FORM
    assert barriers(html.document_fromstring(FORM.replace(whole, spoilt))) != []
