"""Going through the queue: what comes next with the same filter, what is put first, and what is opened or folded."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from accounts.identity import Permission
from tests.support.pages.all_routes import ONES, STAFF
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("walk"), is_demo=True) as served:
        yield served


@pytest.fixture
def staff(site: Site) -> Iterator[Visitor]:
    with visitor(site, STAFF) as opened:
        yield opened


def opened(who: Visitor, address: str) -> html.HtmlElement:
    answer = who.get(address)
    assert answer.status_code == 200, address
    return html.document_fromstring(answer.text)


def rows(page: html.HtmlElement) -> list[str]:
    return [each.get("href", "") for each in page.cssselect("a.row-link")]


def number_in(address: str) -> str:
    return urlsplit(address).path.rsplit("/", 1)[1]


def following(page: html.HtmlElement) -> str:
    return next((each.get("href", "") for each in page.cssselect("nav.walk a[rel=next]")), "")


def back_of(page: html.HtmlElement) -> str:
    """Where the way to the page leads back to."""
    return page.cssselect("nav.crumbs a")[-1].get("href", "")


def test_next_leads_through_the_same_filter_in_its_order_and_back_to_it(staff: Visitor) -> None:
    queue = opened(staff, "/finance?order=amount")
    expected = [number_in(each) for each in rows(queue)]
    assert len(expected) > 5
    seen, address = [], rows(queue)[0]
    for _ in expected:
        page = opened(staff, address)
        seen.append(number_in(address))
        assert back_of(page) == "/finance?order=amount"
        address = following(page)
    assert seen == expected


def test_after_a_decision_the_page_leads_to_the_next_and_says_how_many_are_left(staff: Visitor) -> None:
    first, second = rows(opened(staff, "/finance"))[:2]
    before = opened(staff, first).cssselect("nav.walk .quiet")[0].text_content()
    carried = parse_qs(urlsplit(first).query, keep_blank_values=True)
    pressed = staff.post(
        f"{urlsplit(first).path}/park",
        {
            "until": "2027-01-15",
            "reason": "De svarar i veckan.",
            "queue": carried["queue"][0],
            "place": carried["place"][0],
        },
    )
    page = opened(staff, pressed.headers["location"])
    assert number_in(following(page)) == number_in(second)
    assert "primary" in page.cssselect("nav.walk a[rel=next]")[0].get("class", "")
    after = page.cssselect("nav.walk .quiet")[0].text_content()
    assert int(after.split()[0]) == int(before.split()[0]) - 1


def test_a_decision_that_asks_for_the_next_lands_on_it_and_the_last_one_on_the_queue(staff: Visitor) -> None:
    addresses = rows(opened(staff, "/finance"))
    landed = []
    for address in (
        addresses[0],
        f"{urlsplit(addresses[1]).path}?queue=q%3D{number_of(staff, addresses[1])}",
    ):
        pressed = staff.post(
            f"{urlsplit(address).path}/park",
            {
                "until": "2027-01-15",
                "reason": "De svarar i veckan.",
                "queue": parse_qs(urlsplit(address).query, keep_blank_values=True)["queue"][0],
                "place": "0",
                "then": "next",
            },
        )
        landed.append(pressed.headers["location"])
    assert number_in(landed[0]) == number_in(addresses[1])
    assert urlsplit(landed[1]).path == "/finance"


def number_of(who: Visitor, address: str) -> str:
    return opened(who, address).cssselect("h1")[0].text_content().split()[1]


def test_the_last_of_a_filter_leads_back_to_it(staff: Visitor) -> None:
    (only,) = rows(opened(staff, "/finance?q=7324")) or [""]
    page = opened(staff, only)
    assert following(page) == ""
    assert back_of(page) == "/finance?q=7324"


def test_causes_are_chips_that_narrow_and_widen_again(staff: Visitor) -> None:
    page = opened(staff, "/finance")
    chip = page.cssselect("ul.causes-chips a.chip")[0]
    narrowed = opened(staff, chip.get("href", ""))
    (chosen,) = narrowed.cssselect("a.chip[aria-current=true]")
    assert len(rows(narrowed)) == int(chosen.cssselect(".count")[0].text_content())
    assert chosen.get("href") == "/finance"


def test_acting_on_nothing_leads_back_and_says_so_from_the_title_on(staff: Visitor) -> None:
    page = html.document_fromstring(staff.client.get("/finance/bulk", follow_redirects=True).text)
    assert page.cssselect("title")[0].text_content().startswith("Obs:")
    assert [each.text_content().strip() for each in page.cssselect(".said")] == ["Välj minst en rad i kön."]
    assert not opened(staff, "/finance").cssselect("title")[0].text_content().startswith("Obs:")


def test_headings_sort_both_ways(staff: Visitor) -> None:
    for name in ("Faktura", "Leverantör", "Dagar", "Belopp"):
        link = f"//thead//a[starts-with(normalize-space(.), '{name}')]/@href"
        (once,) = opened(staff, "/finance").xpath(link)
        (twice,) = opened(staff, once).xpath(link)
        first, second = rows(opened(staff, once)), rows(opened(staff, twice))
        assert {number_in(each) for each in first} == {number_in(each) for each in second}
        assert first != second, name


def test_the_recommended_action_is_open_and_the_only_main_button(staff: Visitor) -> None:
    recommended = 0
    for address in rows(opened(staff, "/finance")):
        page = opened(staff, address)
        told = page.cssselect("p.recommended strong")
        if not told:
            continue
        recommended += 1
        actions = page.cssselect("section[aria-labelledby=do] .actions-grid")[0]
        folds = [each.cssselect("h3")[0].text_content() for each in actions.cssselect("details[open]")]
        match told[0].text_content():
            case "Begära kredit och ny faktura":
                assert folds == []
                assert len(actions.cssselect(".primary")) == 1
                # The answer is seen before it is sent, or why there is none.
                told_first = actions.text_content()
                assert "Det här skickas" in told_first or "Inget svar kan skickas" in told_first
            case "Godta med skäl":
                assert folds == ["Godta med skäl"]
            case _:
                assert folds == ["Koppla till orderrad"]
                assert len(actions.cssselect("button.primary")) == 1
    assert recommended > 5


def test_a_credit_note_is_linked_only_where_it_does_not_say_what_it_credits(staff: Visitor) -> None:
    told = {}
    for address in rows(opened(staff, "/finance?part=credits")):
        page = opened(staff, address)
        told[page.cssselect("h1")[0].text_content().split()[1]] = [
            each.text_content() for each in page.cssselect("p.recommended strong")
        ]
    assert told == {"7336": ["Koppla till faktura"], "F26-3302": [], "20343": []}


def test_what_agrees_is_folded_and_the_document_can_be_read(staff: Visitor) -> None:
    (address,) = rows(opened(staff, "/finance?q=7324"))
    page = opened(staff, address)
    shown = page.xpath("//table[contains(@class, 'compare')][not(ancestor::details)]/tbody/tr")
    # The price deviates; the amount is another because of it, so that it is not among what agrees.
    assert [(each.get("class"), each.cssselect("th")[0].text.strip()) for each in shown] == [
        ("deviates", "Pris"),
        ("differs", "Belopp utan moms"),
    ]
    assert "Fel pris: väntat 95,00" in shown[0].text_content()
    assert page.cssselect("details.agreeing tbody tr")
    assert "7324" in page.cssselect("details.as-read[open] article.paper")[0].text_content()
    assert "Bankgiro 599-9503" in page.cssselect("article.paper")[0].text_content()


def test_a_row_that_deviates_says_how_where_its_values_are_alike(staff: Visitor) -> None:
    said = {}
    for address in rows(opened(staff, "/finance")):
        for row in opened(staff, address).cssselect("table.compare tr.deviates"):
            because = [each.text_content() for each in row.cssselect(".because")]
            assert because, address
            said[row.cssselect("td")[0].text_content().split()[-1]] = because
    assert said["5599992020"] == ["Ordern gäller en annan leverantör"]


def test_what_is_wrong_and_what_can_be_done_stand_in_one_pane_and_the_document_in_the_other(
    staff: Visitor,
) -> None:
    for address in rows(opened(staff, "/finance")):
        (panes,) = opened(staff, address).cssselect("div.two-panes")
        assert [each.get("class") for each in panes] == ["pane-decide", "pane-document"]
        assert panes[0].cssselect(".notice")
        assert panes[0].cssselect(".actions-grid")
        assert panes[1].cssselect("article.paper")


def test_people_begin_where_their_work_waits(site: Site) -> None:
    for permission, start in (
        (Permission.FINANCE, "/finance"),
        (Permission.ATTEST, "/finance/payments"),
        (Permission.OFFICER, "/finance/reports"),
        (Permission.BUYER_ADMIN, "/admin"),
        (Permission.AUDIT, "/finance"),
    ):
        with visitor(site, ONES[permission]) as somebody:
            assert somebody.get("/").headers["location"] == start
