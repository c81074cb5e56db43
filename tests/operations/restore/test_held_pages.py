"""Books that are held have pages: what can be read is read, and whoever would change something is told what goes on."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from foundation import books_mark
from foundation.books_mark import BooksMark
from tests.support.command_line import Desk
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal, session_cookie
from tests.support.servers.serving import NO_TLS
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import System, example_register
from web.csrf import TOKEN_FIELD

PAGE, TOKEN = {"Accept": "text/html"}, "t"


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    database = migrated(database_url)
    System(database).change_register(example_register())
    database.close()
    with portal(database_url, clock=lambda: CLOCK, second_step=False, webhook_token=TOKEN) as site:
        yield site


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    """Somebody of the staff who had signed in before the backup was taken; then the books are held."""
    cookie = {"billing-session": session_cookie(site, STAFF)}
    with site.database.writing() as session:
        books_mark.hold(session, BooksMark(1, 7_000), at=CLOCK.isoformat())
    with httpx.Client(
        base_url=site.address, headers=PAGE, cookies=cookie, timeout=60, trust_env=False, verify=NO_TLS
    ) as client:
        yield client


def test_who_is_signed_in_reads_on(client: httpx.Client) -> None:
    for path in ("/finance", "/finance/reports", "/finance/results", "/accessibility", "/livez"):
        assert client.get(path).status_code == 200, path


def test_who_would_sign_in_reads_in_both_languages_what_has_happened_and_what_to_run(
    site: Site, client: httpx.Client
) -> None:
    client.cookies.clear()
    page = client.get("/sign-in")
    token = page.text.split(f'name="{TOKEN_FIELD}" value="')[1].split('"')[0]
    given = {"name": "a@b.example", "password": "x" * 20, TOKEN_FIELD: token}
    told = client.post("/sign-in", data=given, headers={"Origin": site.address})
    assert (told.status_code, told.headers.get("Retry-After")) == (503, "600")
    for said in ("återställt från en säkerhetskopia", "restored from a backup", "billing restore look"):
        assert said in told.text
    assert told.text.count('<p class="lead" lang="') == 2


def test_a_system_is_told_to_come_again_and_nothing_is_acknowledged(client: httpx.Client) -> None:
    headers = {"X-Token": TOKEN, "Accept": "application/json"}
    pushed = client.post("/webhook/letters", content=b"<M/>", headers=headers)
    assert pushed.status_code == 503
    assert "Retry-After" in pushed.headers


@pytest.mark.both_engines
def test_books_without_any_place_for_their_mark_say_so(database_url: str, tmp_path: Path) -> None:
    """SQLite has one beside its file; a server has none until a folder is named."""
    with closing(migrated(database_url)) as database:
        System(database).change_register(example_register())
    desk = Desk(tmp_path, database_url)
    lacks = database_url.startswith("postgresql")
    for words in (("check",), ("work", "--once", "--folder", tmp_path)):
        assert ("BILLING_MARK_FOLDER" in desk.run(*words, "--lang", "en").err) is lacks, words
