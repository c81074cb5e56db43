"""Secrets may lie in files, as containers, clusters and systemd hand them over: named as settings, one a file."""

from pathlib import Path

import pytest

from operations.buyers.books import settings_of
from operations.buyers.model import InstallationBuyer
from operations.machine.secret_files import SecretsFolderRefused
from operations.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "secrets").mkdir()
    monkeypatch.setenv("BILLING_SECRETS_FOLDER", str(tmp_path / "secrets"))
    return tmp_path / "secrets"


def test_a_file_is_read_as_its_setting_whatever_its_letters(folder: Path) -> None:
    (folder / "billing_database_url").write_text("postgresql://billing:p%40ss@db/billing\n", encoding="utf-8")
    (folder / "BILLING_SMTP_PASSWORD").write_text("  hemligt \n", encoding="utf-8")
    (folder / "billing_openid_secrets").write_text('{"entra": "s"}', encoding="utf-8")
    (folder / "pgpass").write_text("something else's", encoding="utf-8")
    settings = Settings()
    assert settings.database_url == "postgresql://billing:p%40ss@db/billing"
    assert settings.smtp_password.get_secret_value() == "hemligt"
    assert settings.openid_secrets["entra"].get_secret_value() == "s"


def test_the_environment_holds_before_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "billing_smtp_user").write_text("filen", encoding="utf-8")
    monkeypatch.setenv("BILLING_SMTP_USER", "miljön")
    assert Settings().smtp_user == "miljön"


def test_one_buyer_of_several_has_files_of_its_own(folder: Path) -> None:
    (folder / "billing_metrics_token").write_text("alla", encoding="utf-8")
    (folder / "billing_smtp_password").write_text("alla", encoding="utf-8")
    (folder / "billing_buyer_karlstad_smtp_password").write_text("karlstads", encoding="utf-8")
    buyer = InstallationBuyer(
        "karlstad", "Karlstads kommun", "2120001850", ("0007:2120001850",), books="karlstad"
    )
    own = settings_of(Settings(database_url="sqlite:///billing.sqlite"), buyer, several=True)
    assert own.smtp_password.get_secret_value() == "karlstads"
    assert own.metrics_token.get_secret_value() == "alla"


def test_a_folder_that_is_not_there_is_refused_by_the_command(folder: Path, tmp_path: Path) -> None:
    folder.rmdir()
    with pytest.raises(SecretsFolderRefused) as refused:
        Settings()
    assert str(folder) in refused.value.text.sv
    assert "cannot be read" in refused.value.text.en


def test_a_file_the_program_may_not_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "billing_smtp_password").write_text("hemligt", encoding="utf-8")
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may read all there is
    with pytest.raises(SecretsFolderRefused) as refused:
        Settings()
    assert "billing_smtp_password" in refused.value.text.sv
    assert "hemligt" not in refused.value.text.sv
