"""Books that are held have pages: what can be read is read, and whoever would change something is told what goes on."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from accounts import passwords
from accounts import store as account_store
from accounts.identity import Permission
from accounts.tables import web_session
from foundation import books_mark
from foundation.books_mark import BooksMark, Hold
from foundation.tables import books_mark as books_mark_table
from tests.support.command_line import Desk
from tests.support.pages.all_routes import BUYER, STAFF
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


PASSWORD = "en lång mening om höstens löv"


def person(site: Site, name: str, permission: Permission) -> str:
    """Somebody of the buyer's who can sign in; the name to do it with."""
    with site.database.for_recovery().writing() as session:
        account_store.add(
            session,
            organisation=BUYER,
            sign_in_name=f"{name}@kopare.example",
            display_name=name.capitalize(),
            permissions={permission},
            within=None,
            language="en",
            at=CLOCK,
            by="test",
            state=account_store.AccountState.ACTIVE,
            password_hash=passwords.hashed(PASSWORD),
        )
    return f"{name}@kopare.example"


def pressed(client: httpx.Client, path: str, **given: str) -> httpx.Response:
    """What comes of pressing a button of a page, with the token that the page at `/account` or its own gives."""
    page = client.get("/sign-in" if path == "/sign-in" else "/account")
    given[TOKEN_FIELD] = page.text.split(f'name="{TOKEN_FIELD}" value="')[1].split('"')[0]
    return client.post(path, data=given, headers={"Origin": str(client.base_url).rstrip("/")})


def test_who_reads_on_is_told_that_the_books_are_held_and_is_signed_in_still_an_hour_after(
    site: Site, client: httpx.Client
) -> None:
    """Noting that somebody is here is no change of the books, and whoever signs out is out."""
    for minutes in (1, 50, 100):
        site.app.state.clock = lambda minutes=minutes: CLOCK + timedelta(minutes=minutes)
        page = client.get("/finance")
        assert page.status_code == 200, minutes
        assert "återställt från en säkerhetskopia" in page.text
    assert pressed(client, "/sign-out").status_code == 303
    assert client.get("/finance").status_code == 303


def test_who_would_sign_in_reads_in_both_languages_what_has_happened_and_what_to_run(
    site: Site, client: httpx.Client
) -> None:
    client.cookies.clear()
    told = pressed(client, "/sign-in", name=person(site, "frida", Permission.FINANCE), password=PASSWORD)
    assert (told.status_code, told.headers.get("Retry-After")) == (503, "600")
    for said in ("återställt från en säkerhetskopia", "restored from a backup", "billing restore look"):
        assert said in told.text
    assert told.text.count('<p class="lead" lang="') == 2
    with site.database.reading() as session:
        assert len(session.execute(select(web_session)).all()) == 1
    # Whoever does not know the password learns nothing of whose it is.
    wrong = pressed(client, "/sign-in", name="frida@kopare.example", password=PASSWORD[::-1])
    assert (wrong.status_code, "bara köparens administratörer" in wrong.text) == (422, True)


def test_two_administrators_sign_in_go_through_it_and_open_the_books(
    site: Site, client: httpx.Client
) -> None:
    both = [person(site, name, Permission.BUYER_ADMIN) for name in ("ivar", "nils")]

    def as_one(name: str) -> httpx.Client:
        client.cookies.clear()
        assert pressed(client, "/sign-in", name=name, password=PASSWORD).status_code == 303
        return client

    held = as_one(both[0]).get("/admin/restore").text
    assert "Gone through by" not in held
    assert pressed(client, "/admin/restore/end").status_code == 409
    assert pressed(client, "/admin/people/new", name="x").status_code in (409, 422, 503)
    assert pressed(client, "/admin/restore/go").status_code == 303
    # Alone nobody opens them, neither by a button nor without one.
    held = client.get("/admin/restore").text
    assert "Gone through by: Ivar" in held
    assert 'action="/admin/restore/end"' not in held
    assert pressed(client, "/admin/restore/end").status_code == 409
    # Nor does whoever goes through it after the first: what that did, only they have seen.
    assert 'action="/admin/restore/end"' in as_one(both[1]).get("/admin/restore").text
    assert pressed(client, "/admin/restore/go").status_code == 303
    assert 'action="/admin/restore/end"' not in client.get("/admin/restore").text
    assert pressed(client, "/admin/restore/end").status_code == 409
    assert 'action="/admin/restore/end"' in as_one(both[0]).get("/admin/restore").text
    assert pressed(client, "/admin/restore/end").status_code == 303
    assert "Nothing is held" in client.get("/admin/restore").text
    client.cookies.clear()
    frida = person(site, "frida", Permission.FINANCE)
    assert pressed(client, "/sign-in", name=frida, password=PASSWORD).status_code == 303


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


def test_books_held_by_an_earlier_version_do_not_say_that_every_row_was_lost(
    site: Site, client: httpx.Client, database_url: str, tmp_path: Path
) -> None:
    """Where the journal ended was not noted then: that is told, and not that it ended at no row."""
    with site.database.for_recovery().writing() as session:
        session.execute(update(books_mark_table).values(seen=json.dumps(asdict(BooksMark(1, 7_000, 900)))))
        assert books_mark.holding(session) == Hold(None)
    desk = Desk(tmp_path, database_url)
    assert "before the restore it had 900 rows" in desk.run("restore", "look", "--lang", "en").out
    assert json.loads(desk.run("restore", "look", "--json").out)["rows_lost"] is None
    ivar = person(site, "ivar", Permission.BUYER_ADMIN)
    client.cookies.clear()
    assert pressed(client, "/sign-in", name=ivar, password=PASSWORD).status_code == 303
    held = client.get("/admin/restore").text
    assert ("before the restore it had 900 rows" in held, "more rows" in held) == (True, False)
    assert pressed(client, "/admin/restore/go").status_code == 303
