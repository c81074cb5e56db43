"""A document's number in a case leads to its page as a person reads it, never to its XML (fault 15)."""

from pathlib import Path

from lxml import html

from tests.support.pages.all_routes import STAFF
from tests.support.pages.visitor import visitor
from tests.support.stories.demo_books import demo_site


def test_a_number_leads_to_the_document_as_a_person_reads_it(tmp_path: Path) -> None:
    with demo_site(tmp_path, is_demo=True) as site, visitor(site, STAFF) as person:
        page = html.document_fromstring(person.get("/finance/reconciliation/case/400000014").text)
        links = page.xpath('//main//tbody//th[@scope="row"]//a/@href')
        assert links
        assert {each.rpartition("/")[0] for each in links} == {"/finance/documents"}
        assert html.document_fromstring(person.get(links[0]).text).cssselect("article.paper")
