"""`billing providers` and the links and numbers that go with them, at the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from typer.testing import CliRunner

from accounts import store as account_store
from accounts.openid import personal_numbers, providers
from billing.cli import cli
from billing.tools.demo import people
from foundation.database import Database
from operations.settings import Settings
from orders.register import store as register_store
from tests.support.servers.openid_provider import CLIENT, running_provider
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_provider() as started:
        yield started


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    providers.forget()
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    database = migrated(url, clock=lambda: CLOCK)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
        people.move_in(session, example_register(), at=CLOCK)
    database.close()
    monkeypatch.setenv("BILLING_DATABASE_URL", url)
    monkeypatch.setenv("BILLING_PUBLIC_URL", "https://portal.example")
    return url


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, arguments)
    return result.exit_code, result.output


def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **issuers: str) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(
        "".join(
            f'[[provider]]\nkey = "{key}"\nissuer = "{issuer}"\nname = "{key}"\nclient_id = "{CLIENT}"\n'
            for key, issuer in issuers.items()
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("BILLING_OPENID_FILE", str(file))


def test_each_provider_is_asked_who_it_is_and_what_is_wrong_is_told(
    url: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, monkeypatch, one=f"{address}/one", slash=f"{address}/slash")
    code, said = run("providers", "check")
    assert code == 1
    assert "snedstreck" in " ".join(said.split())
    code, said = run("providers", "check", "--json")
    assert json.loads(said) == [
        {
            "provider": "one",
            "issuer": f"{address}/one",
            "callback": "https://portal.example/sign-in/openid/one/callback",
            "fault": None,
            "code": "",
        },
        {
            "provider": "slash",
            "issuer": f"{address}/slash",
            "callback": "https://portal.example/sign-in/openid/slash/callback",
            "fault": "TRAILING_SLASH",
            "code": "",
        },
    ]
    written(tmp_path, monkeypatch, one=f"{address}/one")
    (tmp_path / "providers.toml").rename(tmp_path / "one.toml")
    monkeypatch.setenv("BILLING_OPENID_FILE", str(tmp_path / "one.toml"))
    assert run("providers", "check")[0] == 0


def test_without_any_the_command_says_how_to_set_one_up(url: str) -> None:
    code, said = run("providers", "check")
    assert (code, "BILLING_OPENID_FILE" in said) == (4, True)


def test_an_operator_hands_over_a_link_that_ties(url: str) -> None:
    code, said = run("people", "link", "user-2", "--identity", "--by", "drift-anna")
    assert (code, "/link/" in said) == (0, True)


def test_numbers_under_an_older_key_are_counted_where_secrets_are_sealed_and_checked(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(url)
    with database.writing() as session:
        known = account_store.by_name(session, "redovisa@fyrbaken.example")
        assert known is not None
        held = Settings(secret_keys=SecretStr(OLD))
        personal_numbers.bind(session, held, known.id, "191212121212", by="test", at=CLOCK)
    database.close()
    monkeypatch.setenv("BILLING_SECRET_KEYS", f"{NEW} {OLD}")
    code, said = run("secrets", "seal")
    assert (code, "Personnummer bundna med en äldre nyckel: 1." in said) == (0, True)
    assert "known by an older key" in run("check")[1]
    monkeypatch.setenv("BILLING_SECRET_KEYS", NEW)
    assert "bound by a key that is missing" in run("check")[1]
