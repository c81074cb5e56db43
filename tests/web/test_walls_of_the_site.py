"""Small walls around every page: whom to tell of a fault, what a browser keeps, what is logged of who was kept out."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from accounts import passwords
from accounts.identity import Permission
from operations.settings import Settings
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.stories.system import a_system

DAY = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('site') / 'billing.sqlite'}"
    contact = "mailto:sakerhet@kopare.example"
    with a_system(url):
        pass
    with portal(url, clock=lambda: DAY, second_step=False, security_contact=contact) as served:
        yield served


def test_whoever_finds_a_fault_knows_whom_to_tell(site: Site) -> None:
    with visitor(site) as stranger:
        answer = stranger.get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "Contact: mailto:sakerhet@kopare.example",
        "Expires: 2027-05-29T00:00:00Z",
        "Preferred-Languages: sv, en",
    ]


def test_without_a_contact_there_is_no_such_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url), portal(url) as served, visitor(served) as stranger:
        assert stranger.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize(
    "contact", ["sakerhet@kopare.example", "mailto:a b@c", "http://x.example", "x\nContact: y"]
)
def test_a_contact_is_an_address_that_can_be_pressed(contact: str) -> None:
    with pytest.raises(ValidationError):
        Settings(security_contact=contact)


def test_whoever_signs_out_leaves_nothing_in_the_browser(site: Site) -> None:
    with visitor(site, ONES[Permission.FINANCE]) as finance:
        gone = finance.post("/sign-out")
    assert gone.status_code == 303
    assert gone.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_who_is_kept_out_stands_in_the_log_without_what_was_asked(site: Site) -> None:
    with capture_logs() as lines, visitor(site, ONES[Permission.FINANCE]) as finance:
        assert finance.post("/finance/letters/7/reveal", {"reason": "Kanarie"}).status_code == 403
        assert finance.client.post("/views", data={"name": "Kanarie"}).status_code == 403
    told = [line for line in lines if line["event"] == "kept out"]
    assert [(line["route"], line["why"]) for line in told] == [
        ("/finance/letters/{number}/reveal", "NotPermitted"),
        ("/views", "NotOurForm"),
    ]
    assert str(told[0]["by"]).startswith("user-")
    assert "Kanarie" not in str(lines)


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT"])
@pytest.mark.parametrize("path", ["/", "/finance", "/sign-in", "/api/v1/validate", "/static/"])
def test_no_other_method_is_answered(method: str, path: str, site: Site) -> None:
    with visitor(site) as stranger:
        assert stranger.client.request(method, path, headers={"X-Kanarie": "1"}).status_code in (
            303,
            404,
            405,
        )


def test_no_list_of_files_is_shown(site: Site) -> None:
    with visitor(site) as stranger:
        assert stranger.get("/static/").status_code == 404
        assert stranger.get("/.git/config").status_code in (303, 404)


def test_no_other_site_may_read_an_answer(site: Site) -> None:
    with visitor(site, ONES[Permission.FINANCE]) as finance:
        for path in ("/finance", "/api/v1/openapi.json", "/livez"):
            answer = finance.client.get(path, headers={"Origin": "https://ond.example"})
            assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_password_is_hidden_and_may_be_pasted_and_filled_in(site: Site) -> None:
    with visitor(site) as stranger:
        page = stranger.get("/sign-in").text
    (field,) = re.findall(r"<input[^>]*name=\"password\"[^>]*>", page)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page


def test_a_password_is_checked_as_it_was_typed() -> None:
    """A longer one whose beginning is the right one is another password (ASVS 6.2.8)."""
    longest = "ö" * passwords.LONGEST
    kept = passwords.hashed(longest)
    assert passwords.fits(kept, longest)
    assert not passwords.fits(kept, longest + "x")
    assert not passwords.fits(kept, longest.upper())


@pytest.mark.parametrize("sign", ["\n", "\r\n"])
def test_no_header_of_a_mail_holds_a_second(sign: str) -> None:
    message = EmailMessage()
    for name in ("To", "Subject"):
        with pytest.raises(ValueError, match="linefeed"):
            message[name] = f"alla@fyrbaken.example{sign}Bcc: ond@ond.example"
