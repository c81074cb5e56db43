"""The configurations that docs/operating.md shows are read as they stand."""

import re
import tomllib
from pathlib import Path

import pytest

from accounts.openid.directory_roles import checked
from accounts.openid.provider_settings import providers_of
from operations.settings import Settings
from tests.support.project import PROJECT

SHOWN = re.findall(
    r"```toml\n(\[\[provider\]\].*?)```", (PROJECT / "docs" / "operating.md").read_text(), re.DOTALL
)


def test_each_kind_is_shown_once() -> None:
    keys = [tomllib.loads(each)["provider"][0]["key"] for each in SHOWN]
    assert keys == ["entra", "keycloak", "adfs", "freja"]


@pytest.mark.parametrize("number", range(4))
def test_a_shown_configuration_is_one(tmp_path: Path, number: int) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(SHOWN[number], encoding="utf-8")
    (provider,) = providers_of(Settings(openid_file=file))
    checked([provider])
    assert provider.name
