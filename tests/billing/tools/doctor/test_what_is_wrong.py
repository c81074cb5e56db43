"""Each thing that `billing doctor` looks at, made wrong once: it is told in a sentence that says what to do."""

import json
import os
import sys
import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text
from typer.testing import CliRunner

from accounts.openid import providers
from billing.cli.cli import app
from billing.tools.doctor import (
    database_examined,
    machine_examined,
    program_examined,
    services_examined,
    settings_examined,
)
from billing.tools.doctor.database_queries import Server
from billing.tools.doctor.findings import Finding, Verdict
from foundation import books_mark
from foundation import database as opening
from foundation.database import Database, utc_now
from operations.machine import disk_watch
from operations.settings import Settings
from tests.support.servers.access_points import TOKEN, simulator
from tests.support.servers.databases import PostgresqlServer
from tests.support.servers.mail_server import mail_server
from tests.support.servers.openid_provider import CLIENT, running_provider
from tests.support.servers.system_databases import migrated
from tests.support.stories.two_buyers import FIRST, SECOND, two_buyers
from web import pdf

DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
WELL = Server(170_000, "UTF8", "UTC", 100, False, True, True, DURABLE)
SECRET = "hemligt-4711"


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("BILLING_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def books(tmp_path: Path) -> Settings:
    """Settings of books that are well."""
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    migrated(url).close()
    return Settings(database_url=url)


def faults(found: Iterator[Finding]) -> dict[str, str]:
    """What is not well, by its check, in Swedish with what to do."""
    told: dict[str, str] = {}
    for each in found:
        if each.verdict is not Verdict.OK:
            told[each.check] = f"{told.get(each.check, '')} {each.told.sv} {each.todo.sv}".strip()
    return told


# --- settings -------------------------------------------------------------------------------------------


def test_a_name_that_is_no_setting_is_told_with_the_nearest_that_is() -> None:
    environment = {
        "BILLING_SMTP_HOTS": SECRET,
        "BILLING_DATABASE_URL": "sqlite:///x",
        "billing_smtp_port": "25",
        "BILLING_OFFICIAL_RULES": "/rules",
        "BILLING_BUYER_KARLSTAD_MAIL_FROM": "a@b.example",
        "HOME": "/root",
    }
    (found,) = settings_examined.strange_names(environment, ["karlstad"])
    assert (found.verdict, found.told.sv) == (
        Verdict.FAULT,
        "BILLING_SMTP_HOTS är ingen inställning och har ingen verkan.",
    )
    assert found.todo.sv == "Menade du BILLING_SMTP_HOST?"
    # A buyer that there is none of; and where nobody knows which there are, it may be one.
    assert len([*settings_examined.strange_names(environment, ["umea"])]) == 2
    assert len([*settings_examined.strange_names(environment)]) == 1


def test_a_value_that_cannot_be_used_is_told_by_its_name_and_the_rest_is_examined_all_the_same() -> None:
    given = {"BILLING_SMTP_PORT": SECRET, "BILLING_PUBLIC_URL": "portal"}
    told = CliRunner().invoke(app, ["doctor", "--json"], env=given)
    assert told.exit_code == 1
    assert SECRET not in told.output
    found = json.loads(told.stdout)
    sentences = [each["sentence"] for each in found if each["check"] == "settings.values"]
    assert sentences[0] == "BILLING_SMTP_PORT har ett värde som inte går att använda."
    assert "clock.time-zones" in {each["check"] for each in found}


def test_what_is_no_json_is_told_by_doctor_and_by_every_command() -> None:
    given = {"BILLING_LEDGER_ACCOUNTS": SECRET}
    told = CliRunner().invoke(app, ["doctor"], env=given)
    assert (told.exit_code, "BILLING_LEDGER_ACCOUNTS är inte JSON." in " ".join(told.output.split())) == (
        1,
        True,
    )
    other = CliRunner().invoke(app, ["jobs", "list"], env=given)
    assert (other.exit_code, other.stderr.strip()) == (
        1,
        "Miljövariabeln BILLING_LEDGER_ACCOUNTS är inte JSON.",
    )


def test_settings_that_do_not_go_together_are_told(tmp_path: Path) -> None:
    wrong = Settings(
        lookup_sml_zone="edelivery.tech.ec.europa.eu",
        openid_file=tmp_path / "none.toml",
        secret_keys_file=tmp_path / "none",
    )
    told = [each.told.sv for each in settings_examined.fitting(wrong) if each.verdict is Verdict.FAULT]
    assert ["BILLING_LOOKUP_SML_ZONE" in told[0], "BILLING_OPENID_FILE" in told[1], "nycklar" in told[2]] == [
        True
    ] * 3
    unset = faults(settings_examined.fitting(Settings()))
    assert set(unset) == {"settings.public-url", "settings.secret-keys"}


def test_books_that_others_may_read_are_told_with_what_closes_them(books: Settings) -> None:
    assert faults(settings_examined.private(books)) == {}
    file = Path(str(make_url(books.database_url).database))
    file.chmod(0o644)
    assert faults(settings_examined.private(books)) == {
        "settings.private-files": f"{file} kan användas av andra på maskinen (644). Stäng den: chmod 600 {file}"
    }


# --- the database ---------------------------------------------------------------------------------------


def test_books_that_are_well(books: Settings) -> None:
    assert faults(database_examined.examined(books)) == {}


def test_a_mistyped_address_makes_no_file(tmp_path: Path) -> None:
    found = faults(
        database_examined.examined(Settings(database_url=f"sqlite:///{tmp_path / 'other.sqlite'}"))
    )
    assert "Det finns ingen databas i" in found["database.reachable"]
    assert [*tmp_path.iterdir()] == []


def test_a_server_that_does_not_answer_is_told_and_its_password_is_not() -> None:
    url = f"postgresql://billing:{SECRET}@127.0.0.1:1/billing"
    found = faults(database_examined.examined(Settings(database_url=url)))
    assert "Databasen svarar inte som väntat" in found["database.reachable"]
    assert SECRET not in str(found)


def test_tables_of_another_version_or_none_are_told(books: Settings, tmp_path: Path) -> None:
    database = Database(books.database_url)
    for revision, said in (("0041", "Kör: billing init"), ("9999", "Installera den nyare versionen")):
        with database.engine.begin() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
        told = faults(database_examined.examined(books))["database.revision"]
        assert (revision in told, said in told) == (True, True)
    database.close()
    empty = tmp_path / "empty.sqlite"
    empty.touch(mode=0o600)
    told = faults(database_examined.examined(Settings(database_url=f"sqlite:///{empty}")))[
        "database.revision"
    ]
    assert told == "Databasen saknar tabeller. Kör: billing init"


def test_books_that_are_held_are_told(books: Settings) -> None:
    database = Database(books.database_url)
    with database.writing() as session:
        outside = books_mark.of_books(session, at="2026-11-30T12:00:00+00:00")
        assert outside is not None
        books_mark.hold(session, outside, at="2026-11-30T12:00:00+00:00")
    database.close()
    assert "billing restore look" in faults(database_examined.examined(books))["database.held"]


def test_a_file_on_a_disk_that_takes_no_wal_is_told(books: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # What SQLite answers where the disk cannot share memory.
    monkeypatch.setattr(opening, "_PRAGMAS", ("journal_mode=DELETE", "synchronous=FULL"))
    assert "journal_mode=delete" in faults(database_examined.examined(books))["database.durability"]


@pytest.mark.parametrize(
    ("server", "check", "said"),
    [
        (WELL, "", ""),
        (replace(WELL, version=130_012), "database.version", "Uppgradera servern till minst PostgreSQL 14."),
        (replace(WELL, encoding="SQL_ASCII"), "database.encoding", "createdb --encoding=UTF8"),
        (replace(WELL, durable={**DURABLE, "fsync": "off"}), "database.durability", "Sätt fsync = on"),
        (replace(WELL, is_standby=True), "database.primary", "den server som skriver"),
    ],
)
def test_a_server_that_will_not_do_is_told(server: Server, check: str, said: str) -> None:
    found = faults(database_examined._server(server))
    assert said in found[check] if check else found == {}


def test_a_real_server_is_told_as_it_is(postgresql_server: PostgresqlServer) -> None:
    """The tests' own runs without fsync, which is to be seen; the other things are made wrong."""
    url = postgresql_server.empty()
    migrated(url).close()
    books = Settings(database_url=url, mark_folder=Path.cwd())
    as_it_is = faults(database_examined.examined(books))
    assert set(as_it_is) == {"database.durability"}
    assert "fsync är off" in as_it_is["database.durability"]
    database = Database(url)
    with database.engine.begin() as session:
        session.execute(text("ALTER TABLE purchase_order DISABLE ROW LEVEL SECURITY"))
        session.execute(text("GRANT SELECT ON journal TO billing_supplier"))
    told = faults(database_examined.examined(books))["database.walls"]
    assert "Bygg den igen: billing init" in told
    assert "purchase_order" in told
    _a_plain_user(database.engine)
    plain = make_url(url).set(username="doctor_plain", password=SECRET).render_as_string(hide_password=False)
    told = faults(database_examined.examined(Settings(database_url=plain)))["database.rights"]
    assert "inte" in told
    with database.engine.begin() as session:
        session.execute(text("DROP OWNED BY doctor_plain"))
        session.execute(text("DROP ROLE doctor_plain"))
    database.close()


def _a_plain_user(engine: Engine) -> None:
    with engine.begin() as session:
        session.execute(text(f"CREATE ROLE doctor_plain LOGIN PASSWORD '{SECRET}'"))
        session.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO doctor_plain"))


def test_a_clock_that_differs_from_the_servers_is_told(
    postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql_server.empty()
    migrated(url).close()
    monkeypatch.setattr(opening, "utc_now", lambda: utc_now() + timedelta(minutes=5))
    database = Database(url, clock=opening.utc_now)
    with database.reading():
        assert "mer än två minuter" in faults(database_examined._clock(database))["database.clock"]
    database.close()


def test_books_whose_restore_nobody_would_notice_are_told(postgresql_server: PostgresqlServer) -> None:
    url = postgresql_server.empty()
    migrated(url).close()
    assert (
        "BILLING_MARK_FOLDER"
        in faults(database_examined.examined(Settings(database_url=url)))["database.mark"]
    )


# --- what it speaks to ----------------------------------------------------------------------------------


def test_an_access_point_that_is_not_there_or_does_not_know_us_is_told(tmp_path: Path) -> None:
    assert (
        "BILLING_ACCESS_POINT_KIND"
        in faults(services_examined.access_point(Settings()))["access-point.answers"]
    )
    lacking = Settings(access_point_kind="phoss")
    assert (
        "BILLING_ACCESS_POINT_ADDRESS saknas"
        in faults(services_examined.access_point(lacking))["access-point.answers"]
    )
    away = Settings(access_point_kind="phoss", access_point_address="http://127.0.0.1:1")
    assert faults(services_examined.access_point(away))["access-point.answers"]
    with simulator(tmp_path / "network") as network:
        known = Settings.model_validate(
            {
                "access_point_kind": "simulator",
                "access_point_address": network.address,
                "simulator_token": TOKEN,
                "lookup_trust_file": network.trust_file,
            }
        )
        assert faults(services_examined.access_point(known)) == {}
        stranger = known.model_copy(update={"access_point_participant": "0007:5560125790"})
        assert "access-point.registered" in faults(services_examined.access_point(stranger))


def test_a_mail_server_that_is_away_or_unencrypted_is_told(tmp_path: Path) -> None:
    assert "BILLING_SMTP_HOST" in faults(services_examined.mail(Settings()))["mail.answers"]
    with mail_server() as server:
        plain = Settings(smtp_host="127.0.0.1", smtp_port=server.port)
        assert "STARTTLS" in faults(services_examined.mail(plain))["mail.answers"]
        well = plain.model_copy(update={"smtp_encryption": "none"})
        assert faults(services_examined.mail(well)) == {}
    assert "svarar inte" in faults(services_examined.mail(well))["mail.answers"]


def test_a_provider_that_is_away_is_told(tmp_path: Path) -> None:
    providers.forget()
    with running_provider() as address:
        file = tmp_path / "providers.toml"
        tables = (
            f'[[provider]]\nkey = "{key}"\nissuer = "{issuer}"\nname = "x"\nclient_id = "{CLIENT}"\n'
            for key, issuer in (("one", f"{address}/one"), ("gone", "http://127.0.0.1:1/gone"))
        )
        file.write_text("".join(tables), encoding="utf-8")
        found = [*services_examined.sign_in(Settings(openid_file=file))]
    providers.forget()
    assert [each.verdict for each in found] == [Verdict.OK, Verdict.FAULT]
    assert found[1].told.sv.startswith("Utgivaren gone: ")


# --- the machine and the program ------------------------------------------------------------------------


def test_folders_that_keep_nothing_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = tmp_path / "heads"
    settings = Settings(journal_head_folder=heads, mail_folder=tmp_path / "mail")
    assert faults(machine_examined.folders(settings)) == {}
    assert not heads.exists()
    heads.mkdir()
    assert (faults(machine_examined.folders(settings)), [*heads.iterdir()]) == ({}, [])
    monkeypatch.setattr(disk_watch, "FREE_LEAST", 10**18)
    assert "Gör plats" in faults(machine_examined.folders(settings))["disk.journal-heads"]
    full = Settings(journal_head_folder=Path("/dev/full/heads"), mail_folder=tmp_path / "mail")
    assert "kan inte göras" in faults(machine_examined.folders(full))["disk.journal-heads"]
    # A file system that takes no file, whoever asks.
    kernel = Settings(journal_head_folder=Path("/proc/self/fdinfo"), mail_folder=tmp_path / "mail")
    assert "Det går inte att skriva i" in faults(machine_examined.folders(kernel))["disk.journal-heads"]


@pytest.mark.parametrize(("answer", "well"), [(0, True), (5, False), (None, False)])
def test_a_clock_that_nobody_keeps_is_told(
    answer: int | None, well: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only root may set a kernel's clock astray.
    monkeypatch.setattr(machine_examined, "_kernel_clock", lambda: answer)
    assert (faults(machine_examined.clock()) == {}) is well


def test_the_kernel_is_asked_about_its_clock_and_told_nothing() -> None:
    assert machine_examined._kernel_clock() in (None, 0, 1, 2, 3, 4, 5)


def test_time_zones_that_are_missing_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    zoneinfo.reset_tzpath(to=())
    monkeypatch.setitem(sys.modules, "tzdata", None)
    zoneinfo.ZoneInfo.clear_cache()
    try:
        assert "tzdata" in faults(machine_examined.time_zones())["clock.time-zones"]
    finally:
        monkeypatch.undo()
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()


def test_a_library_of_another_version_than_was_tried_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    version = program_examined.installed()["sqlalchemy"]
    lock.write_text(f"sqlalchemy=={version} \\\n    --hash=sha256:0\n", encoding="utf-8")
    assert faults(program_examined.libraries([lock])) == {}
    lock.write_text("SQLAlchemy==1.0 \\\n    --hash=sha256:0\n", encoding="utf-8")
    assert f"sqlalchemy {version} (1.0)" in faults(program_examined.libraries([lock]))["program.lock"]
    lock.unlink()
    assert "requirements.lock finns inte" in faults(program_examined.libraries([lock]))["program.lock"]


def test_libraries_that_do_not_go_together_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: broken\nVersion: 1.0\nRequires-Dist: nothing-like-it>=1\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    assert "broken 1.0 requires nothing-like-it" in program_examined._together().told.sv


def test_a_python_that_is_too_old_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_examined, "OLDEST", (9, 0))
    assert "för gammal" in faults(program_examined.python())["program.python"]


def test_a_machine_without_fonts_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(program_examined.paper()) == {}
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tmp_path / 'none'}</dir></fontconfig>", encoding="utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    # The process that prints has its fonts already: it is followed by one that has none.
    pdf.PRINTING.close()
    try:
        assert "fonts-dejavu-core" in faults(program_examined.paper())["program.pdf"]
    finally:
        monkeypatch.undo()
        pdf.PRINTING.close()


# --- the whole ------------------------------------------------------------------------------------------


def test_an_installation_that_is_well_ends_with_0_and_nothing_in_it_has_changed(books: Settings) -> None:
    file = Path(str(make_url(books.database_url).database))
    before = file.read_bytes()
    told = CliRunner().invoke(
        app, ["--lang", "en", "doctor"], env={"BILLING_DATABASE_URL": books.database_url}
    )
    assert told.exit_code == 0, told.output
    assert "The database answers and has the tables of revision" in " ".join(told.output.split())
    assert file.read_bytes() == before


def test_each_buyers_books_are_examined_and_a_buyer_that_there_is_none_of_is_told(tmp_path: Path) -> None:
    with two_buyers(f"sqlite:///{tmp_path / 'billing.sqlite'}") as both:
        given = {"BILLING_DATABASE_URL": both.url}
        told = CliRunner().invoke(app, ["doctor", "--json"], env=given)
        revisions = [each for each in json.loads(told.stdout) if each["check"] == "database.revision"]
        assert sorted((each["buyer"], each["verdict"]) for each in revisions) == [
            (FIRST, "OK"),
            (SECOND, "OK"),
        ]
        told = CliRunner().invoke(app, ["doctor", "--json", "--buyer", "nowhere"], env=given)
        (found,) = (each for each in json.loads(told.stdout) if each["check"] == "settings.buyer")
    assert (told.exit_code, "nowhere" in found["sentence"]) == (1, True)


def test_an_installation_without_the_texts_of_help_is_told_where_they_belong(tmp_path: Path) -> None:
    assert faults(program_examined.help_texts()) == {}
    assert str(tmp_path) in faults(program_examined.help_texts(tmp_path))["program.help"]
