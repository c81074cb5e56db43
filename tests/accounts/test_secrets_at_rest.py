"""Whoever gets hold of the database, a backup or a folder gets in nowhere: secrets are hashed, sealed, or not there."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import MetaData, make_url, select
from typer.testing import CliRunner

from accounts import accounts, sealed_secret_store, sealed_secrets
from accounts import store as account_store
from accounts.api_clients import clients
from accounts.api_clients.model import ApiScope
from accounts.openid import departing, provider_settings
from accounts.openid.tables import openid_journey
from accounts.sealed_secret_store import PLACES, TOTP
from accounts.sealed_secrets import Seal, SecretKeyWrong, SecretsLocked, Standing
from billing.cli import cli
from billing.migrations.schema import METADATAS
from billing.tools.demo import people
from foundation.database import Database
from operations.checks import private_files
from operations.mail.mail import put_to_address
from operations.settings import Settings
from operations.webhooks import endpoints
from operations.webhooks.endpoints import Wanted
from tests.accounts.conftest import Clock
from tests.accounts.test_second_step import set_up
from tests.support.pages.browser import Site, portal
from tests.support.pages.mailbox import link_to
from tests.support.pages.visitor import visitor
from tests.support.servers.openid_provider import running_provider

ALVA, DEMO = "alla@fyrbaken.example", people.PASSWORD
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def sealed(filled_url: str, clock: Clock, tmp_path: Path) -> Iterator[Site]:
    """A portal that has a key."""
    with portal(filled_url, clock=clock, secret_keys=OLD, mail_folder=str(tmp_path / "mail")) as served:
        yield served


def everything_stored(database: Database) -> str:
    """Every value of every column of every table there is, whoever declared it."""
    seen = MetaData()
    seen.reflect(database.engine)
    with database.reading() as session:
        return "\n".join(
            value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for table in seen.tables.values()
            for row in session.execute(select(table))
            for value in row
        )


def use_every_secret(site: Site, clock: Clock) -> dict[str, str]:
    """A day on which every kind of secret is made; each as its holder has it."""
    held = dict[str, str]()
    with visitor(site) as alva, site.database.writing() as session:
        client = clients.make(
            session,
            "",
            "lön",
            scopes=frozenset({ApiScope.EVENTS_READ}),
            expires_on=None,
            by="test",
            at=clock.now,
            today=clock.now.date(),
        )
        key = clients.give_secret(session, "", client.id, by="test", at=clock.now, today=clock.now.date())
        held["API key"] = key.shown
        listening = Wanted("lön", "https://hooks.example/")
        hook = endpoints.make(session, "", listening, Seal([OLD]), cursor=0, by="test", at=clock.now)
        held["webhook"] = hook.shown.removeprefix("whsec_")
    with visitor(site) as alva, visitor(site) as beginning:
        alva.enter(ALVA, DEMO)
        held["half a session"] = alva.cookie("session")
        held["app"], _, codes = set_up(alva, clock)
        held |= {f"recovery code {number}": code for number, code in enumerate(codes)}
        held["session"], held["browser"] = alva.cookie("session"), alva.cookie("device")
        beginning.enter("alla@larkdrillen.example", DEMO)
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', beginning.get("/sign-in/second-step").text)
        assert found
        held["app offered"] = found[1].replace(" ", "")
    with site.database.writing() as session:
        accounts.ask_for_reset(session, ALVA, at=clock.now)
    given = httpx.post(
        f"{site.address}/api/v1/token",
        data={"grant_type": "client_credentials"},
        auth=("client-1", held["API key"]),
        trust_env=False,
    ).json()
    held["API token"] = given["access_token"]
    held["link"] = link_to(site.database, ALVA, now=clock.now).removeprefix("/link/")
    with site.database.writing() as session:
        accounts.ask_for_reset(session, "alla@havtornet.example", at=clock.now)
    return held


@pytest.mark.both_engines
def test_no_secret_is_found_in_any_table_file_or_line_of_the_log(
    sealed: Site, clock: Clock, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    held = use_every_secret(sealed, clock)
    stored = everything_stored(sealed.database)
    logged = "".join(capfd.readouterr())
    files = b"".join(each.read_bytes() for each in sorted(tmp_path.rglob("*")) if each.is_file())
    assert len(held) == 19
    for name, secret in held.items():
        assert secret not in stored, name
        assert secret.encode() not in files, name
        assert secret not in logged, name
        assert secret.replace("-", "") not in stored, name
    assert DEMO not in stored
    # The search finds what is there.
    assert ALVA in stored
    assert "link" in held


@pytest.mark.both_engines
def test_a_journey_to_the_provider_is_sealed_and_comes_home(filled_url: str, clock: Clock) -> None:
    database = Database(filled_url, clock=clock)
    with running_provider() as issuer:
        settings = Settings(
            openid_issuer=issuer,
            openid_client_id="portal",
            openid_client_secret=SecretStr("s"),
            secret_keys=SecretStr(OLD),
        )
        departure = departing.depart(
            database,
            settings,
            provider_settings.providers_of(settings)[0],
            "/",
            callback="https://portal.example/x",
            now=clock.now,
        )
        nonce = re.search(r"nonce=([\w-]+)", departure.address)
        assert nonce
        stored = everything_stored(database)
        assert nonce[1] not in stored
        assert departure.state not in stored
        with database.reading() as session:
            row = session.execute(select(openid_journey)).one()
        assert row.nonce.startswith("sealed:")
        assert row.verifier.startswith("sealed:")
    database.close()


def test_every_column_that_is_named_like_a_secret_is_accounted_for() -> None:
    """A new one is hashed or sealed, or says here why it may be read."""
    sealed_columns = {f"{each.column.table.name}.{each.column.name}" for each in PLACES}
    harmless = {
        "account.totp_last_step",  # a moment
        "guessed_account.told_at",
        "lane.token",  # which worker has the lane, no way in
        "job_run.token",
        "webhook_endpoint.token",
        "background_task.token",
        "books_tick.token",  # which life of the books counted, written beside them too
        "journal.hash",  # what chains the rows, made to be shown
        "journal_chain.hash",
        "journal_leaf.hash",
        "journal_root.hash",
        "bound_number.number_hash",  # keyed, and the key is not in the database
        "passkey.credential_id",  # which public key a browser is asked for, made to be shown
        "openid_logout.token_id",  # of a token that was used up
        "api_token.secret_id",  # which row the secret is
    }
    telling = re.compile(r"secret|password|token|nonce|verifier|totp|code_sha|hash$|credential")
    found = {
        f"{table.name}.{column.name}"
        for metadata in METADATAS
        for table in metadata.tables.values()
        for column in table.columns
        if telling.search(column.name)
    }
    hashed = {each for each in found if each.endswith(("_sha256", ".password_hash"))}
    assert found - hashed - sealed_columns - harmless == set()


# --- keys -----------------------------------------------------------------------------------------------


def test_a_secret_opens_with_its_key_in_its_own_row_and_nowhere_else() -> None:
    seal = Seal([OLD])
    stored = seal.close("JBSWY3DPEHPK3PXP", TOTP.about(7))
    assert "JBSW" not in stored
    assert seal.open(stored, TOTP.about(7)) == "JBSWY3DPEHPK3PXP"
    assert stored != seal.close("JBSWY3DPEHPK3PXP", TOTP.about(7))
    for other, about in ((seal, TOTP.about(8)), (Seal([NEW]), TOTP.about(7)), (Seal(), TOTP.about(7))):
        with pytest.raises(SecretsLocked):
            other.open(stored, about)
    with pytest.raises(SecretsLocked):
        seal.open(stored[:-2] + "xx", TOTP.about(7))
    with pytest.raises(SecretKeyWrong):
        Seal(["not a key"])


def test_a_key_may_lie_in_a_file_and_a_missing_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{OLD}\n")
    both = sealed_secrets.of(Settings(secret_keys=SecretStr(NEW), secret_keys_file=file))
    stored = Seal([OLD]).close("x", "y")
    assert both.standing(stored, "y") is Standing.OLDER
    assert both.standing(both.close("x", "y"), "y") is Standing.NEWEST
    with pytest.raises(SecretKeyWrong):
        sealed_secrets.of(Settings(secret_keys_file=tmp_path / "none"))


def billing(url: str, *words: str, keys: str = "") -> tuple[int, str]:
    folder = str(Path(str(make_url(url).database)).with_name("no mail"))
    runner = CliRunner(env={"BILLING_SECRET_KEYS": keys, "BILLING_MAIL_FOLDER": folder})
    told = runner.invoke(cli.app, [*words, "--database", url])
    return told.exit_code, told.output


@pytest.mark.both_engines
def test_keys_come_take_over_and_go_while_everybody_still_gets_in(filled_url: str, clock: Clock) -> None:
    """From secrets that lie open, over the first key and the second, to the first key's end."""
    with portal(filled_url, clock=clock) as served, visitor(served) as alva:
        alva.enter(ALVA, DEMO)
        app, _, _ = set_up(alva, clock)
        assert app in everything_stored(served.database)
    assert "lie open" in billing(filled_url, "check")[1]
    assert billing(filled_url, "secrets", "seal")[0] == 1
    assert "1 som låg öppna" in billing(filled_url, "secrets", "seal", keys=OLD)[1]
    assert "older key" in billing(filled_url, "check", keys=f"{NEW} {OLD}")[1]
    code, told = billing(filled_url, "secrets", "seal", keys=f"{NEW} {OLD}")
    assert (code, "1 med en äldre nyckel" in told) == (0, True)
    assert "Redan klara: 1" in billing(filled_url, "secrets", "seal", keys=f"{NEW} {OLD}")[1]
    assert "secrets" not in billing(filled_url, "check", keys=NEW)[1]
    assert billing(filled_url, "secrets", "seal", keys=OLD)[0] == 1
    clock.now = clock.now.replace(hour=clock.now.hour + 1)
    with portal(filled_url, clock=clock, secret_keys=NEW) as served, visitor(served) as alva:
        assert app not in everything_stored(served.database)
        alva.enter(ALVA, DEMO)
        assert alva.post("/sign-in/code", {"code": pyotp.TOTP(app).at(clock.now)}).status_code == 303


def test_what_is_changed_while_it_is_sealed_anew_stays_changed(filled_url: str, clock: Clock) -> None:
    database = Database(filled_url, clock=clock)
    with database.writing() as session:
        account_store.change(session, 1, totp_secret="A" * 32)
        (read,) = sealed_secret_store.every(session)
        account_store.change(session, 1, totp_secret="B" * 32)
        assert not sealed_secret_store.replace(session, read, "sealed:of A")
    database.close()


def test_the_portal_does_not_start_without_the_key_of_its_secrets(filled_url: str, clock: Clock) -> None:
    database = Database(filled_url, clock=clock)
    with database.writing() as session:
        account_store.change(session, 1, totp_secret=Seal([OLD]).close("A" * 32, TOTP.about(1)))
    database.close()
    # On a port that is taken, so that it ends whatever comes of it.
    taken = socket.create_server(("127.0.0.1", 0))
    port = str(taken.getsockname()[1])
    code, told = billing(filled_url, "serve", "--port", port, keys=NEW)
    assert code == 1
    assert "1 hemlighet i databasen är förseglad med en nyckel som saknas" in told
    assert (
        "En nyckel för hemligheter går inte att läsa"
        in billing(filled_url, "serve", "--port", port, keys="fel")[1]
    )
    assert "förseglad" not in billing(filled_url, "serve", "--port", port, keys=OLD)[1]
    taken.close()


def test_a_fresh_key_stands_alone_on_standard_output() -> None:
    told = CliRunner().invoke(cli.app, ["secrets", "key"])
    assert Seal([told.stdout.strip()]).has_key
    assert "BILLING_SECRET_KEYS" in told.stderr


# --- files ----------------------------------------------------------------------------------------------


def run_openly(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as somebody runs it whose umask hides nothing."""
    return subprocess.run(
        [sys.executable, "-m", "billing.cli.cli", *words],
        cwd=folder,
        env={**os.environ, **environment},
        umask=0,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def open_to_others(folder: Path) -> list[str]:
    return [str(each.relative_to(folder)) for each in folder.rglob("*") if each.stat().st_mode & 0o077]


def test_whatever_the_umask_nobody_else_reads_what_is_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/books/billing.sqlite"
    given = {"BILLING_DATABASE_URL": url, "BILLING_MAIL_FOLDER": str(tmp_path / "mail")}
    assert run_openly("init", folder=tmp_path, **given).returncode == 0
    database = Database(url)
    with database.writing() as session:
        put_to_address(
            session, "ny@x.example", "sv", "application-received", about="test", at=database.clock()
        )
    database.close()
    assert run_openly("mail", "deliver", folder=tmp_path, **given).returncode == 0
    assert list((tmp_path / "mail").glob("*.eml"))
    assert open_to_others(tmp_path) == []


def test_the_books_are_private_also_where_another_program_opens_them(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        database = Database(f"sqlite:///{tmp_path}/books/billing.sqlite")
        with database.engine.begin() as connection:
            connection.exec_driver_sql("create table x (y integer)")
        beside = sorted(each.name for each in (tmp_path / "books").iterdir())
        assert open_to_others(tmp_path) == []
        database.close()
    finally:
        os.umask(before)
    assert beside == ["billing.sqlite", "billing.sqlite-shm", "billing.sqlite-wal"]


def test_check_tells_of_books_and_mails_that_others_can_read(filled_url: str, tmp_path: Path) -> None:
    books = Path(str(make_url(filled_url).database))
    books.chmod(0o600)
    assert "private files" not in billing(filled_url, "check")[1]
    books.chmod(0o640)
    code, told = billing(filled_url, "check")
    assert code == 1
    assert f"chmod 600 {books}" in told
    (tmp_path / "mail").mkdir(mode=0o755)
    (tmp_path / "mail" / "1.eml").touch(mode=0o604)
    found = dict(
        private_files.wide(Settings(database_url="sqlite:///:memory:", mail_folder=tmp_path / "mail"))
    )
    assert [each.rpartition("/")[2] for each in found] == ["mail", "1.eml"]
