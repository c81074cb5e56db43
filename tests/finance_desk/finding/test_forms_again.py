"""A form of the desk that is refused comes again: what was written stands in it, and the error at its field."""

import re
from collections.abc import Iterator

import pytest
from lxml import html

from tests.support.pages.all_routes import AREAS, STAFF, routes_of, table, table_in
from tests.support.pages.browser import Site
from tests.support.pages.page_forms import PageForm, read, sent
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site

WITH_PAGES = [area for area in AREAS if any(each.page for each in table(area).values())]
LONG = "z" * 2_500


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("forms"), is_demo=True) as served:
        yield served


@pytest.fixture(scope="module")
def staff(site: Site) -> Iterator[Visitor]:
    with visitor(site, STAFF) as opened:
        yield opened


@pytest.fixture(scope="module")
def forms(site: Site, staff: Visitor) -> dict[str, PageForm]:
    """One form of each kind that the desk's pages show, by its route's words."""
    found: dict[str, PageForm] = {}
    addresses = {
        route.own[0]
        for area in WITH_PAGES
        for key, route in table_in(area, site.database).items()
        if key.startswith("GET /finance") and route.page and route.own
    }
    queues = [staff.get(f"/finance?part={part}").text for part in ("exceptions", "credits", "asked")]
    documents = [each for queue in queues for each in re.findall(r'"(/finance/documents/\d+)\?', queue)[:2]]
    with_more = [*sorted(addresses), *documents]
    for page in with_more:
        answer = staff.get(page)
        if answer.status_code != 200:
            continue
        for form in html.document_fromstring(answer.text).cssselect("main form[method=post]"):
            one = read(page, form)
            found.setdefault(re.sub(r"/\d+", "/{}", one.action), one)
    return found


def nonsense(kind: str) -> tuple[str, ...]:
    return {"date": ("i går",), "month": ("snart",), "select": ("¤",)}.get(kind, (LONG,))


def test_every_form_of_the_desk_is_tried_or_needs_what_the_demo_has_not(
    site: Site, forms: dict[str, PageForm]
) -> None:
    tried = {re.sub(r"/\d+", "/{}", each) for each in forms}
    routes = [each.removeprefix("POST ") for each in routes_of(site.app) if each.startswith("POST /finance")]
    matched = [
        route
        for route in routes
        if any(re.fullmatch(re.sub(r"\{[^}]*\}", r"[^/]+", route), each) for each in tried)
    ]
    assert len(matched) >= 30, sorted(set(routes) - set(matched))


def test_the_fold_of_the_form_is_opened_and_others_stay_as_they_were(
    staff: Visitor, forms: dict[str, PageForm]
) -> None:
    form = forms["/finance/documents/{}/park"]
    page = html.document_fromstring(
        sent(staff, form, {"until": "i morgon", "reason": "De svarar i veckan."}).text
    )
    (day,) = page.cssselect("#park-until")
    assert (day.get("value"), day.get("aria-invalid")) == ("i morgon", "true")
    assert [each.get("open") is not None for each in day.iterancestors("details")] == [True]
    assert page.cssselect("#park-reason")[0].text_content().strip() == "De svarar i veckan."
    assert page.cssselect("#accept-reason, #ask-text, #credit-reason")
    assert [each.get("id") for each in page.cssselect("[aria-invalid=true]")] == ["park-until"]


def test_a_personal_number_is_not_shown_again_but_the_words_around_it_are(
    staff: Visitor, forms: dict[str, PageForm]
) -> None:
    form = forms["/finance/items/DOCUMENT/{}/comment"]
    page = sent(staff, form, {"back": form.page, "text": "Ring 19811218-9876 på måndag."}).text
    assert "19811218" not in page
    assert "Ring (…) på måndag." in page
    assert 'href="#comment-text"' in page


def test_a_question_with_a_day_that_is_none_comes_again_with_what_was_asked(staff: Visitor) -> None:
    answer = staff.get("/finance/reconciliation?as_of=i+g%C3%A5r&reference=400000014")
    page = html.document_fromstring(answer.text)
    assert page.cssselect("#as_of")[0].get("value") == "i går"
    assert page.cssselect("#reference")[0].get("value") == "400000014"
    assert [each.get("href") for each in page.cssselect("#error-summary a")] == ["#as_of"]


def test_who_comes_from_another_page_or_may_not_is_told_on_a_page_of_its_own(
    staff: Visitor, forms: dict[str, PageForm]
) -> None:
    form = forms["/finance/documents/{}/park"]
    elsewhere = staff.client.post(
        form.action,
        data={"form_token": staff.token, "until": "i morgon", "reason": "x"},
        headers={"Origin": staff.site.address, "Referer": "https://elsewhere.example/finance"},
    )
    assert "error-summary" not in elsewhere.text
    assert elsewhere.status_code == 409
    forged = staff.client.post(
        form.action,
        data={"form_token": "x", "until": "i morgon", "reason": "hemligt"},
        headers={"Origin": staff.site.address, "Referer": f"{staff.site.address}{form.page}"},
    )
    assert "hemligt" not in forged.text


def test_nonsense_in_any_field_of_any_form_is_told_at_a_field_and_nothing_is_lost(
    staff: Visitor, forms: dict[str, PageForm]
) -> None:
    # The last in this file, as some of it is taken: a document is handled apart for any reason.
    told, dead_ends = 0, []
    for form in forms.values():
        for name, kind in form.fields.items():
            for value in nonsense(kind):
                given = {**form.values, name: value}
                answer = sent(staff, form, given)
                if answer.status_code in (303, 404):
                    continue
                what = (form.page, form.action, name, value[:12], answer.status_code)
                page = html.document_fromstring(answer.text)
                links = [each.get("href", "") for each in page.cssselect("#error-summary a")]
                if not links:
                    dead_ends.append(what)
                    continue
                told += 1
                (at,) = page.cssselect("[aria-invalid=true]")
                assert at.get("id") == links[0][1:], what
                assert page.get_element_by_id(at.get("aria-describedby", "").split()[-1]) is not None, what
                assert page.cssselect("title")[0].text_content().startswith("Fel:"), what
                again = at.iterancestors("form").__next__()
                for kept, was in given.items():
                    boxes = [
                        each
                        for each in again.cssselect(f"[name='{kept}']")
                        if each.get("type") not in ("hidden", "checkbox", "radio", "submit")
                    ]
                    if boxes and boxes[0].tag != "select":
                        stands = (
                            boxes[0].text_content().strip()
                            if boxes[0].tag == "textarea"
                            else boxes[0].get("value", "")
                        )
                        assert stands == was.strip() or stands == was, (*what, kept)
    assert dead_ends == []
    assert told > 25
