"""No package comes in under a licence that may not stand beside the EUPL-1.2, and each stands on the page."""

import tomllib
from pathlib import Path

import pytest

from tests.packaging import audit, licences


def test_every_package_of_the_product_is_under_a_licence_that_may_come_in() -> None:
    assert len(licences.locked()) > 70
    assert audit.kept_out() == {}


def test_the_page_has_every_package_with_its_licence() -> None:
    written = licences.PAGE.read_text(encoding="utf-8")
    assert written == licences.page(), "run `make licences` and look what is new"


def test_nothing_is_said_in_the_place_of_a_package_that_is_gone() -> None:
    said = tomllib.loads(Path(licences.__file__).with_name("licences.toml").read_text(encoding="utf-8"))[
        "packages"
    ]
    assert set(said) <= set(licences.locked())


@pytest.mark.parametrize(
    ("licence", "comes_in"),
    [
        ("EUPL-1.2 AND MIT", False),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("SSPL-1.0", False),
        ("BUSL-1.1", False),
        ("CC-BY-NC-4.0", False),
        ("LGPL-3.0-only", True),
        ("GPL-2.0-or-later OR LGPL-2.1-or-later", True),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0", True),
    ],
)
def test_copyleft_of_the_whole_and_what_is_not_free_stay_out(licence: str, comes_in: bool) -> None:
    assert licences.is_let_in(licence) is comes_in


def test_a_package_that_does_not_say_its_licence_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "_own_list", lambda: {"packages": {}, "may_come_in": {}})
    with pytest.raises(licences.LicenceUnknown, match="jinja2 does not say"):
        licences.of("jinja2")  # BSD, and not which
    with pytest.raises(licences.LicenceUnknown, match="is not installed here"):
        licences.of("brotlicffi")
    assert licences.of("psycopg") == "LGPL-3.0-only"


def test_a_package_that_may_not_come_in_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "of", lambda name: "GPL-3.0-only" if name == "lxml" else "MIT")
    assert audit.kept_out() == {"lxml": "GPL-3.0-only"}
