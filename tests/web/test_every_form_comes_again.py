"""Every form is judged by us and not by the browser: what is wrong is announced, titled and told at its field."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import Page

from accounts.identity import Person
from tests.support.pages.all_routes import AREAS, STAFF, SUPPLIER, table, table_in
from tests.support.pages.browser import Site, session_cookie
from tests.support.pages.page_forms import PageForm, read, sent
from tests.support.pages.visitor import Visitor, visitor
from tests.support.project import PROJECT
from tests.support.stories.demo_books import demo_site

WITH_PAGES = [area for area in AREAS if any(each.page for each in table(area).values())]
TEMPLATES = sorted(each for each in PROJECT.glob("*/templates/**/*.html") if "<form" in each.read_text())
JUDGED_BY_BROWSERS = re.compile(
    r"\b(required|pattern|min|max|minlength|step)\b(=|>|\s)|type=\"(email|url|number)\""
)
PEOPLE: dict[str, Person | None] = {"supplier": SUPPLIER, "staff": STAFF, "nobody": None}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("come-again"), is_demo=True) as served:
        yield served


@pytest.fixture(params=PEOPLE)
def who(site: Site, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    with visitor(site, PEOPLE[request.param]) as opened:
        yield opened


def forms_of(site: Site, who: Visitor) -> dict[str, tuple[PageForm, html.HtmlElement]]:
    """One form of each kind that the first address of each route shows to this person."""
    found: dict[str, tuple[PageForm, html.HtmlElement]] = {}
    for area in WITH_PAGES:
        for key, route in table_in(area, site.database).items():
            if not key.startswith("GET ") or not route.page or not route.own:
                continue
            answer = who.get(route.own[0])
            if answer.status_code != 200 or "html" not in answer.headers["content-type"]:
                continue
            for form in html.document_fromstring(answer.text).cssselect("main form"):
                one = read(route.own[0], form)
                found.setdefault(
                    f"{form.get('method')} {re.sub(r'/[^/]*[0-9][^/]*', '/{}', one.action)}", (one, form)
                )
    return found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_browser_answers_before_we_do(template: Path) -> None:
    for tag in re.findall(r"<form[^>]*>", template.read_text()):
        assert 'method="post"' not in tag or "novalidate" in tag, tag


def test_what_is_left_empty_is_announced_titled_and_told_at_its_field(site: Site, who: Visitor) -> None:
    faults: list[tuple[object, ...]] = []
    tried = 0
    for key, (form, element) in forms_of(site, who).items():
        is_judged = JUDGED_BY_BROWSERS.search(html.tostring(element, encoding="unicode"))
        if is_judged and element.get("novalidate") is None:
            faults.append((key, "judged by the browser", is_judged[0]))
        if not key.startswith("post"):
            continue
        for name in form.required:
            answer = sent(who, form, {**form.values, name: ""})
            tried += 1
            told = lacking(answer.text) if answer.text else ["taken without it"]
            faults += [(key, name, answer.status_code, each) for each in told]
    assert not faults, "\n".join(map(str, faults))
    assert tried


def lacking(text: str) -> list[str]:
    """What a page that tells of an error does not do."""
    page = html.document_fromstring(text)
    summaries = page.cssselect("#error-summary[role=alert][tabindex='-1']")
    title = page.cssselect("title")
    if not summaries:
        return ["no summary"]
    told = [] if title and title[0].text_content().strip().startswith("Fel:") else ["no title"]
    if title[0].text_content().count("Fel:") > 1:
        told.append("titled twice")
    for link in summaries[0].cssselect("a"):
        at = page.get_element_by_id(link.get("href", "")[1:], None)
        if at is None:
            told.append(f"nothing at {link.get('href')}")
        elif not (at.get("aria-describedby") or at.cssselect("[aria-describedby]")):
            told.append(f"not told at {link.get('href')}")
    return told


def test_an_address_that_was_sent_to_leads_to_a_page_when_it_is_loaded_anew(site: Site, who: Visitor) -> None:
    tried = 0
    for key, (form, _) in forms_of(site, who).items():
        if not key.startswith("post") or form.action in ("/sign-in", "/sign-out"):
            continue
        answer = who.client.get(form.action, follow_redirects=True)
        assert answer.status_code == 200, key
        tried += 1
    assert tried


def test_a_form_that_is_refused_again_comes_again_and_forgets_what_is_secret(site: Site) -> None:
    with visitor(site, STAFF) as staff:
        queue = staff.get("/finance?part=exceptions").text
        page = re.findall(r'"(/finance/documents/\d+)\?', queue)[0]
        form = PageForm(f"{page}?place=1", f"{page}/park", {"until": "i morgon", "reason": "x"}, {})
        first = html.document_fromstring(sent(staff, form, form.values).text)
        kept = {str(each.get("value")) for each in first.cssselect("main input[name=form_page]")}
        assert kept == {form.page}
        address = PageForm(form.action, form.action, form.values, {})
        for values in ({**form.values, "form_page": form.page}, form.values):
            again = sent(staff, address, values)
            assert lacking(again.text) == []
            assert html.document_fromstring(again.text).cssselect("#park-until")[0].get("value") == "i morgon"
        elsewhere = sent(staff, address, {**form.values, "form_page": "https://elsewhere.example/finance"})
        assert "elsewhere.example" not in elsewhere.text
    with visitor(site, SUPPLIER) as alva:
        asked = {"name": "x" * 300, "current": "hemligt-ord"}
        answer = sent(alva, PageForm("/clients/new", "/clients/new", asked, {}), asked)
        assert lacking(answer.text) == []
        assert "Skriv högst 200 tecken" in answer.text
        assert "hemligt-ord" not in answer.text


def test_a_page_that_answers_a_form_is_loaded_anew_and_read_in_another_language(
    site: Site, browser_page: Page
) -> None:
    page = browser_page
    page.context.add_cookies(
        [{"name": "billing-session", "value": session_cookie(site, STAFF), "url": site.address}]
    )
    page.goto(f"{site.address}/finance?part=exceptions")
    page.goto(f"{site.address}{page.locator('main a.row-link').first.get_attribute('href')}")
    stands_at = page.url

    def refused() -> None:
        page.locator("#park-until").evaluate("each => each.closest('details').open = true")
        page.locator("form[action$='/park'] button").click()
        page.wait_for_selector("#error-summary")
        assert page.title().startswith(("Fel:", "Error:"))
        assert page.evaluate("document.activeElement.id") == "error-summary"
        assert page.url == stands_at

    refused()
    loaded = page.reload()
    assert loaded is not None
    assert (loaded.request.method, loaded.status) == ("GET", 200)
    refused()
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en]")
    assert page.url == stands_at
