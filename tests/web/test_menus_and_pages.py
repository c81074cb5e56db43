"""What a long list and a menu show: pages of several lists side by side, and no place named twice."""

from starlette.requests import Request

import billing.server.app  # noqa: F401 - the fronts are registered with it
from accounts.identity import BUYER_SIDE, Permission, Person
from web import navigation
from web.pages import Page


def asked(query: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/list",
            "query_string": query.encode(),
            "headers": [],
            "server": ("x", 80),
        }
    )


def menu(*permissions: Permission) -> list[str]:
    person = Person("user-1", "Någon", "2021002114", frozenset(permissions))
    return [each.path for each in navigation.entries(person)]


def test_two_lists_on_a_page_are_turned_one_at_a_time() -> None:
    request = asked("held=2&claims=3&supplier=5599991014")
    held, claims = (Page.of(request, 100, size=30, name=name) for name in ("held", "claims"))
    assert held.rows(range(100)) == range(30, 60)
    assert claims.rows(range(100)) == range(60, 90)
    assert held.next == "/list?claims=3&supplier=5599991014&held=3"
    assert claims.previous == "/list?held=2&supplier=5599991014&claims=2"
    assert Page.of(request, 0, name="held").rows([]) == []


def test_the_menu_names_no_page_that_another_of_its_entries_has_a_tab_for() -> None:
    everything = menu(*BUYER_SIDE)
    assert {"/finance/payments", "/admin"} <= set(everything)
    assert not {"/finance/payments/rights", "/admin/changes"} & set(everything)
    assert "/admin/changes" in menu(Permission.FINANCE)
    assert "/finance/payments/rights" in menu(Permission.BUYER_ADMIN)
