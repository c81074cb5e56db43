"""Whoever looks something up finds it at once: an operation, a shape, or a rule by its id, at old addresses too."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from billing.server.app import create_app
from billing.server.described.description import operations
from billing.server.help import api_reference, rule_reference
from billing.server.help.help_pages import library
from billing.server.help.rule_groups import RULES_MOST, divided, group_of
from operations.settings import Settings
from web.help import rendering, searching
from web.help.library import Library, address_of
from web.help.rendering import slug
from web.rulebook import known_rules


@cache
def described() -> Mapping[str, Any]:
    """What the application says of its API."""
    app = create_app(Settings(database_url="sqlite://"))
    try:
        return app.openapi()
    finally:
        app.state.database.close()


@pytest.fixture(scope="module")
def documents() -> Library:
    return library(described)


def test_every_area_of_the_api_has_a_page() -> None:
    tags = [str(operation["tags"][0]) for _, _, operation in operations(described())]
    assert sorted(set(tags)) == sorted(tag for tags in api_reference.AREAS.values() for tag in tags)


def test_the_index_leads_to_every_operation_and_shape_and_keeps_the_place_each_had(
    documents: Library,
) -> None:
    index = rendering.page_of(documents, "api-reference/index")
    assert documents.named("api-reference", "en") == index.name
    lacking = []
    for path, method, operation in operations(described()):
        page, place = f"api-reference/{slug(operation['tags'][0])}", slug(operation["summary"])
        told = documents.text(page)
        led = f'href="{address_of(page)}#{place}"' in index.body
        if not led or place not in index.places or f"`{method.upper()} {path}`" not in told:
            lacking.append(operation["operationId"])
    for shape in described()["components"]["schemas"]:
        led = f'#{shape.lower()}">{shape}</a>' in index.body
        if not led or shape.lower() not in index.places:
            lacking.append(shape)
    assert lacking == []


def test_no_two_things_have_one_place_on_the_index(documents: Library) -> None:
    for name in ("api-reference/index", "rules/en16931/index"):
        body = str(rendering.page_of(documents, name).body)
        places = [each.partition('"')[0] for each in body.split(' id="')[1:]]
        assert len(places) == len(set(places)) > 100


def test_a_rule_is_reached_by_its_id_in_the_address_whatever_its_letters(documents: Library) -> None:
    assert rule_reference.place_of("rules/BR-CO-15") == "/help/rules/en16931/br-co#br-co-15"
    assert rule_reference.place_of("rules/se-r-001/") == "/help/rules/se-r#se-r-001"
    assert rule_reference.place_of("rules/BR-CO-99") is None
    assert rule_reference.place_of("rules/en16931") is None
    assert rule_reference.place_of("rules/xsd") is None
    for rule in (each for each in known_rules() if each.id != "XSD"):
        address, _, place = str(rule_reference.place_of(f"rules/{rule.id}")).partition("#")
        name = documents.named(address.removeprefix("/help/"), "sv")
        assert place in rendering.page_of(documents, name).places, rule.id


def test_a_rule_has_the_place_it_had_when_its_book_was_one_page(documents: Library) -> None:
    for rule in known_rules():
        name = documents.named(f"rules/{slug(rule.family)}", "sv")
        assert slug(rule.id) in rendering.page_of(documents, name).places, rule.id


def test_every_rule_stands_once_and_the_index_leads_to_it(documents: Library) -> None:
    families = divided(known_rules())
    ids = [rule.id for family in families for rule in family.rules]
    assert sorted(ids) == sorted(rule.id for rule in known_rules())
    assert max(len(page.rules) for family in families for page in family.pages) <= RULES_MOST
    index = str(rendering.page_of(documents, "rules/index").body)
    assert [each for each in ids if f'#{slug(each)}">{each}</a>' not in index] == []


def test_a_group_is_what_ids_begin_with() -> None:
    assert [group_of(each) for each in ("BR-01", "BR-DEC-01", "PEPPOL-T01-CL001", "XSD")] == [
        "BR",
        "BR-DEC",
        "PEPPOL-T01-CL",
        "XSD",
    ]


def test_a_rule_says_how_grave_it_is_in_both_languages_and_what_the_rule_itself_is(
    documents: Library,
) -> None:
    told = documents.text("rules/en16931/br-co")
    assert '<p lang="sv"><strong>Fel:</strong> Summan med moms är inte summan utan moms plus momsen.' in told
    assert '<p lang="en"><strong>Error:</strong> ' in told
    assert "The total with VAT (BT-112) is the total without (BT-109)" in told
    # What was a warning in one release and stops a document in the next says so.
    assert "Warning: Peppol BIS Billing 3.0.20" in documents.text("rules/peppol-common")


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("BR-CO-15", "/help/rules/en16931/br-co#br-co-15"),
        ("BR-01", "/help/rules/en16931/br#br-01"),
        ("list orders", "/help/api-reference/orders#list-orders"),
        ("OrderPage", "/help/api-reference/orders#orderpage"),
    ],
)
def test_who_asks_for_something_by_its_whole_name_is_given_that_first(
    documents: Library, asked: str, first: str
) -> None:
    assert searching.search(documents, asked, "en")[0].section.address == first
