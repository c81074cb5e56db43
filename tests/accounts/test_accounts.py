"""From an application to a colleague at work: how a company comes in, and who may do what there."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from typer.testing import CliRunner

from accounts import store as account_store
from accounts.api_clients.model import ApiScope
from accounts.identity import Permission
from accounts.journal_actions import AccountAction, ApplicationAction
from accounts.store import AccountState
from billing.cli import cli
from billing.tools.demo import people
from foundation import journal
from operations.mail.tables import mail as mail_table
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope
from tests.accounts.conftest import Clock
from tests.support.pages.browser import Site, portal
from tests.support.pages.mailbox import delivered, link_in, link_to, said_in
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import a_system

PASSWORD = "häst batteri lugn tisdag"
DEMO = people.PASSWORD


@pytest.fixture
def site(database_url: str, clock: Clock) -> Iterator[Site]:
    with a_system(database_url) as system:
        with system.database.writing() as session:
            people.move_in(session, register_store.load(session), at=CLOCK)
        with portal(database_url, clock=clock, second_step=False) as served:
            yield served


def mails(site: Site, address: str) -> list[str]:
    """The texts of the mails laid for an address, in order."""
    with site.database.reading() as session:
        question = select(mail_table.c.body).where(mail_table.c.to_address == address)
        return list(session.scalars(question.order_by(mail_table.c.id)))


def entered(site: Site, name: str) -> Iterator[Visitor]:
    with visitor(site) as each:
        assert each.enter(name, DEMO).headers["location"] == "/"
        yield each


@pytest.fixture
def admin(site: Site) -> Iterator[Visitor]:
    """The buyer's administrator."""
    yield from entered(site, "admin@kopare.example")


@pytest.fixture
def alva(site: Site) -> Iterator[Visitor]:
    """Fyrbåken's administrator."""
    yield from entered(site, "alla@fyrbaken.example")


def apply(site: Site, organisation: str = "559999-4042", email: str = "ny@stig.example") -> str:
    with visitor(site) as somebody:
        answer = somebody.post(
            "/apply",
            {"organisation": organisation, "contact_name": "Nils Ny", "email": email, "units": "Lund"},
        )
        return answer.headers.get("location", "") or text_of(answer)


def test_a_company_applies_is_approved_and_lets_a_colleague_in(
    site: Site, admin: Visitor, clock: Clock, tmp_path: Path
) -> None:
    assert apply(site) == "/apply/received"
    assert "fem till sju dagar" in mails(site, "ny@stig.example")[0]
    clock.now += timedelta(days=6)
    admin.enter("admin@kopare.example", DEMO)
    page = text_of(admin.get("/admin"))
    assert "Stigfinnaren" in page
    assert "6 dagar" in page
    assert "är godkänd" in admin.follow(admin.post("/admin/applications/1/approve"))

    with visitor(site) as nils:
        link = link_to(site.database, "ny@stig.example", now=clock.now)
        assert "ny@stig.example" in nils.get(link).text
        assert "Logga in med det" in nils.follow(nils.post(link, {"password": PASSWORD, "again": PASSWORD}))
        assert nils.enter("NY@stig.example", PASSWORD).headers["location"] == "/"
        assert "Nils Ny" in nils.get("/people").text
        added = nils.post(
            "/people/new",
            {
                "name": "Karin",
                "email": "karin@stig.example",
                "permission": ["REPORT"],
                "scope": "places",
                "place": ["UV-501"],
            },
        )
        assert "Karin" in nils.follow(added)
    with visitor(site) as karin:
        link = link_to(site.database, "karin@stig.example", now=clock.now)
        karin.post(link, {"password": PASSWORD, "again": PASSWORD})
        assert karin.enter("karin@stig.example", PASSWORD).status_code == 303
        assert karin.get("/people").status_code == 403
    with site.database.reading() as session:
        karins = account_store.by_name(session, "karin@stig.example")
        actions = [row.action for row in journal.rows(session)]
    assert karins is not None
    assert karins.person.within == UnitScope(frozenset({"UV-501"}))
    assert {
        ApplicationAction.MADE,
        ApplicationAction.APPROVED,
        AccountAction.INVITED,
        AccountAction.TAKEN_UP,
    } <= set(actions)


@pytest.mark.parametrize(
    ("organisation", "sentence"),
    [
        ("559999-4043", "tio siffror"),
        ("5560360793", "inget avtal"),
        ("5599991014", "redan ett konto"),
    ],
)
def test_an_application_is_checked_against_the_register(site: Site, organisation: str, sentence: str) -> None:
    assert sentence in apply(site, organisation)


def test_a_second_application_for_the_same_company_waits_for_nothing_new(site: Site) -> None:
    apply(site)
    assert "redan en ansökan" in apply(site, email="annan@stig.example")


def test_every_field_that_is_wrong_is_named_at_once(site: Site) -> None:
    with visitor(site) as somebody:
        answer = somebody.post("/apply", {"organisation": "1", "contact_name": " ", "email": "nils"})
    assert answer.status_code == 422
    for field in ("organisation", "contact_name", "email"):
        assert f'href="#{field}"' in answer.text


def test_a_refused_company_is_told_why_and_its_data_is_forgotten(site: Site, admin: Visitor) -> None:
    apply(site)
    assert "Skriv varför" in text_of(admin.post("/admin/applications/1/refuse", {"reason": " "}))
    admin.post("/admin/applications/1/refuse", {"reason": "Avtalet har gått ut."})
    assert "Avtalet har gått ut." in mails(site, "ny@stig.example")[-1]
    page = text_of(admin.get("/admin/applications/1"))
    assert "Nils" not in page
    assert "redan avgjord" in text_of(admin.post("/admin/applications/1/approve"))


def test_an_invitation_is_good_once_and_for_seven_days(site: Site, alva: Visitor, clock: Clock) -> None:
    for name in ("a", "b"):
        alva.post(
            "/people/new",
            {"name": name, "email": f"{name}@fyr.example", "permission": "REPORT", "scope": "all"},
        )
    links = [link_in(said_in(each)) for each in delivered(site.database, now=clock.now)]
    with visitor(site) as somebody:
        assert somebody.get(links[0]).status_code == 200
        assert somebody.get(links[0]).status_code == 200
        assert somebody.post(links[0], {"password": PASSWORD, "again": PASSWORD}).status_code == 303
        for again in (
            somebody.get(links[0]),
            somebody.post(links[0], {"password": PASSWORD, "again": PASSWORD}),
        ):
            assert again.status_code == 409
            assert "gäller inte längre" in text_of(again)
        clock.now += timedelta(days=7)
        assert somebody.get(links[1]).status_code == 409
        assert somebody.get("/link/" + "x" * 43).status_code == 409


def test_a_new_invitation_makes_the_old_one_void(site: Site, alva: Visitor, clock: Clock) -> None:
    alva.post("/people/new", {"name": "a", "email": "a@fyr.example", "permission": "REPORT", "scope": "all"})
    number = re.findall(r"/people/(\d+)\"", alva.get("/people").text)[-1]
    first = link_to(site.database, "a@fyr.example", now=clock.now)
    alva.post(f"/people/{number}/invite")
    alva.post(f"/people/{number}/invite")
    # The second never left, since the third took its place.
    (mail,) = delivered(site.database, now=clock.now)
    second = link_in(said_in(mail))
    with visitor(site) as somebody:
        assert somebody.get(first).status_code == 409
        assert somebody.get(second).status_code == 200


def test_permissions_count_from_the_next_page_on_and_an_ended_account_is_out_at_once(
    site: Site, alva: Visitor
) -> None:
    with visitor(site) as bo:
        bo.enter("redovisa@fyrbaken.example", DEMO)
        assert bo.get("/people").status_code == 403
        alva.post("/people/2", {"permission": ["ADMINISTER", "REPORT"], "scope": "places", "place": "UV-101"})
        assert bo.get("/people").status_code == 200
        with site.database.reading() as session:
            account = account_store.by_id(session, 2)
        assert account is not None
        assert account.person.within is None  # whoever administers covers the whole organisation
        alva.post("/people/2/end")
        assert bo.get("/account").headers["location"].startswith("/sign-in")
        assert bo.enter("redovisa@fyrbaken.example", DEMO).status_code == 422
    assert "Avslutad" in text_of(alva.get("/people"))
    # Whoever took up a link at that very moment does not bring the account back.
    with site.database.writing() as session:
        assert not account_store.move(session, 2, AccountState.ACTIVE)


def test_the_last_administrator_can_neither_leave_nor_step_down(site: Site, alva: Visitor) -> None:
    for answer in (
        alva.post("/people/1/end"),
        alva.post("/people/1", {"permission": ["REPORT"], "scope": "all"}),
    ):
        assert "den sista" in text_of(answer)
    assert alva.get("/people").status_code == 200


def test_somebody_of_another_company_does_not_exist(site: Site, alva: Visitor) -> None:
    for number in (3, 6, 99_999):
        assert alva.get(f"/people/{number}").status_code == 404
        assert alva.post(f"/people/{number}/end").status_code == 404
        assert alva.post(f"/people/{number}", {"permission": "ADMINISTER"}).status_code == 404
    with site.database.reading() as session:
        cilla = account_store.by_id(session, 3)
    assert cilla is not None
    assert cilla.state is AccountState.ACTIVE


def test_a_supplier_cannot_give_the_buyers_permissions(site: Site, alva: Visitor) -> None:
    answer = alva.post("/people/2", {"permission": ["FINANCE", "BUYER_ADMIN"], "scope": "all"})
    assert "minst en behörighet" in text_of(answer)


def test_a_unit_of_another_company_is_not_granted(site: Site, alva: Visitor) -> None:
    answer = alva.post("/people/2", {"permission": ["REPORT"], "scope": "places", "place": ["UV-201"]})
    assert "minst en enhet" in text_of(answer)


def test_of_two_administrators_with_the_same_form_the_second_is_told(site: Site, alva: Visitor) -> None:
    """A form says all of a person's permissions, so an old one would give back what was just taken away."""
    page = alva.get("/people/2").text
    was = re.search(r'name="was" value="(\w+)"', page)
    assert was is not None
    first = {"permission": ["VIEW"], "scope": "places", "place": ["UV-101"], "was": was[1]}
    assert alva.post("/people/2", first).status_code == 303
    second = {"permission": ["REPORT", "ASSIGN"], "scope": "places", "place": ["UV-101"], "was": was[1]}
    assert "Någon annan har ändrat" in text_of(alva.post("/people/2", second))
    with site.database.reading() as session:
        changed = account_store.by_id(session, 2)
    assert changed is not None
    assert changed.permissions == {Permission.VIEW}


def test_who_prepares_payments_may_not_attest_them(site: Site, admin: Visitor) -> None:
    answer = admin.post("/admin/people/6", {"permission": ["FINANCE", "ATTEST"]})
    assert "inte också attestera" in text_of(answer)
    # The last administrator stays.
    assert admin.post("/admin/people/13/end").status_code == 303
    assert admin.post("/admin/people/9/end").status_code == 409


def test_an_address_belongs_to_one_account(site: Site, alva: Visitor) -> None:
    answer = alva.post(
        "/people/new",
        {"name": "X", "email": "Alla@Larkdrillen.example", "permission": "REPORT", "scope": "all"},
    )
    assert "hör redan till ett konto" in text_of(answer)


def test_a_forgotten_password_is_chosen_anew_by_mail_and_ends_every_session(
    site: Site, alva: Visitor, clock: Clock
) -> None:
    with visitor(site) as somebody:
        known = somebody.post("/forgotten", {"name": "alla@fyrbaken.example"})
        unknown = somebody.post("/forgotten", {"name": "ingen@fyrbaken.example"})
        assert known.headers["location"] == unknown.headers["location"]
        assert known.headers["set-cookie"] == unknown.headers["set-cookie"]
        (mail,) = delivered(site.database, now=clock.now)
        assert mail["To"] == "alla@fyrbaken.example"
        link = link_in(said_in(mail))
        short = somebody.post(link, {"password": "kort", "again": "kort"})
        assert "minst 12 tecken" in text_of(short)
        somebody.post(link, {"password": PASSWORD, "again": PASSWORD})
        assert alva.get("/account").status_code == 303
        assert somebody.enter("alla@fyrbaken.example", DEMO).status_code == 422
        assert somebody.enter("alla@fyrbaken.example", PASSWORD).status_code == 303
        somebody.post("/sign-out")
        somebody.post("/forgotten", {"name": "alla@fyrbaken.example"})
        late = link_to(site.database, "alla@fyrbaken.example", now=clock.now)
        clock.now += timedelta(hours=1)
        assert somebody.get(late).status_code == 409


def test_nobodys_mailbox_is_flooded(site: Site) -> None:
    for _ in range(3):
        with visitor(site) as somebody:
            for _ in range(4):
                somebody.post("/forgotten", {"name": "alla@fyrbaken.example"})
    assert len(mails(site, "alla@fyrbaken.example")) <= 5


def test_ones_own_password_needs_the_old_one_and_leaves_only_this_session(site: Site, alva: Visitor) -> None:
    with visitor(site) as elsewhere:
        elsewhere.enter("alla@fyrbaken.example", DEMO)
        wrong = alva.post("/account/password", {"current": "fel", "password": PASSWORD, "again": PASSWORD})
        assert "nuvarande lösenordet stämmer inte" in text_of(wrong)
        alva.post("/account/password", {"current": DEMO, "password": PASSWORD, "again": PASSWORD})
        assert alva.get("/account").status_code == 200
        assert elsewhere.get("/account").status_code == 303
        elsewhere.enter("alla@fyrbaken.example", PASSWORD)
        alva.post("/account/sign-out-everywhere")
        assert alva.get("/account").status_code == 303
        assert elsewhere.get("/account").status_code == 303


def test_one_session_is_ended_from_another_and_nobody_ends_anothers(site: Site, alva: Visitor) -> None:
    def keys(person: Visitor) -> list[str]:
        return re.findall(r'name="session" value="(\w{64})"', person.get("/account").text)

    with visitor(site) as elsewhere, visitor(site) as stranger:
        stranger.enter("alla@larkdrillen.example", DEMO)
        (here,) = keys(alva)
        elsewhere.enter("alla@fyrbaken.example", DEMO)
        (there,) = set(keys(alva)) - {here}
        assert stranger.post("/account/sessions/end", {"session": there}).status_code == 409
        assert elsewhere.get("/account").status_code == 200
        alva.post("/account/sessions/end", {"session": there})
        assert elsewhere.get("/account").status_code == 303
        assert keys(alva) == [here]
        assert alva.post("/account/sessions/end", {"session": here}).headers["location"] == "/sign-in"
        assert alva.get("/account").status_code == 303


def test_a_client_is_made_by_whoever_proves_himself(site: Site) -> None:
    asked = {"name": "Ekonomisystemet", "may": ApiScope.VIEW, "scope": "all"}
    with visitor(site) as admin:
        admin.enter("alla@fyrbaken.example", DEMO)
        for proof in ("", "fel"):
            refused = admin.post("/clients/new", {**asked, "current": proof})
            assert refused.status_code == 422
            assert "varken ditt lösenord eller en kod" in text_of(refused)
        assert "rmk_" in admin.post("/clients/new", {**asked, "current": DEMO}).text


def test_a_sign_in_that_fails_is_logged_with_whose_it_was_and_never_with_what_was_typed(
    site: Site,
) -> None:
    """People type their password where the name goes (V16.3.1)."""
    with visitor(site) as somebody, capture_logs() as logged:
        for name in ("alla@fyrbaken.example", "ingen@fyrbaken.example", "mitt-hemliga-losen"):
            somebody.enter(name, "fel-hemligt-losen")
        for _ in range(6):
            somebody.enter("alla@fyrbaken.example", "fel-hemligt-losen")
    refused = [(each["account"], each["why"]) for each in logged if each["event"] == "sign-in refused"]
    with site.database.reading() as session:
        alva = account_store.by_name(session, "alla@fyrbaken.example")
    assert alva is not None
    assert refused[:3] == [(alva.id, "name or password")] + [("unknown", "name or password")] * 2
    assert refused[-1] == ("unknown", "too often")
    assert not [each for each in logged if re.search("hemlig|example", repr(each))]


@pytest.mark.both_engines
def test_the_mails_one_wants_are_kept(site: Site, alva: Visitor) -> None:
    alva.post("/account/mails", {"mail-ORDERS": "DAILY", "mail-INVOICES": "NEVER"})
    page = alva.get("/account").text
    chosen = re.findall(r'name="mail-(\w+)" value="(\w+)" checked', page)
    assert chosen == [
        ("ORDERS", "DAILY"),
        ("INVOICES", "NEVER"),
        ("REPORTS", "AT_ONCE"),
        ("COMPANY", "AT_ONCE"),
    ]


def test_whose_telephone_is_lost_sets_up_codes_anew_with_an_administrators_help(
    site: Site, alva: Visitor
) -> None:
    with site.database.writing() as session:
        account_store.change(session, 2, totp_secret="A" * 32)
    with visitor(site) as bo:
        assert bo.enter("redovisa@fyrbaken.example", DEMO).headers["location"] == "/sign-in/code"
        assert "eget konto" in text_of(alva.post("/people/1/forget-codes"))
        alva.post("/people/2/forget-codes")
        assert "tagit bort dina koder" in mails(site, "redovisa@fyrbaken.example")[-1]
        assert bo.enter("redovisa@fyrbaken.example", DEMO).headers["location"] == "/"


def test_the_first_two_administrators_are_invited_on_the_command_line(site: Site, clock: Clock) -> None:
    url = site.database.url.render_as_string(hide_password=False)
    with site.database.writing() as session:
        account_store.regrant(session, 13, [Permission.OFFICER], None)
    told = CliRunner().invoke(
        cli.app,
        [
            "people",
            "invite",
            "chef@kopare.example",
            "--name",
            "Chef",
            "--permission",
            "BUYER_ADMIN",
            "--by",
            "drift-anna",
            "--database",
            url,
        ],
    )
    assert told.exit_code == 0, told.output
    assert "lagts till med ett kommando" in mails(site, "admin@kopare.example")[-1]
    # A command goes by the machine's clock, and so does whoever follows its link.
    clock.now = datetime.now(UTC)
    link = link_in(told.output)
    with visitor(site) as chef:
        chef.post(link, {"password": PASSWORD, "again": PASSWORD})
        chef.enter("chef@kopare.example", PASSWORD)
        assert chef.get("/admin").status_code == 200
    again = CliRunner().invoke(
        cli.app,
        [
            "people",
            "invite",
            "chef@kopare.example",
            "--name",
            "Chef",
            "--permission",
            "AUDIT",
            "--by",
            "drift-anna",
            "--database",
            url,
        ],
    )
    assert again.exit_code == 1
