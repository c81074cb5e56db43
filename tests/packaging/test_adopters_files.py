"""What an adopter looks for first is there, is what it says, and agrees with what the product does."""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

import pytest

from billing.server import security_contact
from foundation.text import languages
from operations.settings import Settings
from tests.packaging.tools import objects
from tests.support.project import PROJECT

# The words of the English text as the SPDX list and others have it, without line breaks, dashes and kinds of quotes.
EUPL_1_2: Final = "f5949b15396afdc3c754a2431581021d2324b678b8727368f9ad54163d14e309"
# Of the lists that the standard ends with.
CATEGORIES: Final = {"accounting", "billing-and-invoicing", "procurement"}
SCOPES: Final = {"employment", "finance-and-economic-development", "government"}
TYPES: Final = {"standalone/web", "standalone/backend", "standalone/other", "library"}
STATES: Final = {"concept", "development", "beta", "stable", "obsolete"}
MAINTAINED: Final = {"internal", "contract", "community", "none"}


def text(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def words(licence: str) -> str:
    """A licence's text as its words alone: how a line breaks and which dash or quotation mark stands is nobody's."""
    plain = re.sub(r"[—–-]", " ", re.sub(r"[‘’]", "'", licence))
    return " ".join(re.sub(r"(\d+)\.(?=[A-Z])", r"\1. ", plain).replace("':", "': ").split())


def test_the_licence_is_the_whole_text_of_the_eupl_and_the_package_says_so() -> None:
    assert hashlib.sha256(words(text("LICENSE")).encode()).hexdigest() == EUPL_1_2
    assert hashlib.sha256(words(text("LICENSE").replace("Belgian", "our")).encode()).hexdigest() != EUPL_1_2
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert (project["license"], project["license-files"]) == ("EUPL-1.2", ["LICENSE"])
    assert 'licenses="EUPL-1.2"' in text("Dockerfile")


def released() -> tuple[str, str]:
    """The newest version of the change log that has a day, and that day."""
    version, day = re.findall(
        r"^## (\d+\.\d+\.\d+) – (\d{4}-\d\d-\d\d)$", text("CHANGELOG.md"), re.MULTILINE
    )[0]
    return version, day


def public_code() -> dict[str, Any]:
    [read] = objects(text("publiccode.yml"))
    return read


def faults(told: Mapping[str, Any]) -> list[str]:
    """What of publiccode.yml the standard 0.4 does not take."""
    found = [
        f"{name} is missing"
        for name in ("publiccodeYmlVersion", "name", "url", "releaseDate", "platforms", "categories", "legal",
                     "developmentStatus", "softwareType", "description", "maintenance", "localisation")
        if not told.get(name)
    ]  # fmt: skip
    checks: list[tuple[str, bool]] = [
        ("version", told.get("publiccodeYmlVersion") == "0.4"),
        ("url", re.fullmatch(r"https://\S+", told.get("url", "")) is not None),
        ("releaseDate", re.fullmatch(r"\d{4}-\d\d-\d\d", told.get("releaseDate", "")) is not None),
        ("categories", set(told.get("categories", ())) <= CATEGORIES),
        ("scope", set(told.get("intendedAudience", {}).get("scope", ())) <= SCOPES),
        ("countries", all(re.fullmatch("[a-z]{2}", each) for each in told["intendedAudience"]["countries"])),
        ("developmentStatus", told.get("developmentStatus") in STATES),
        ("softwareType", told.get("softwareType") in TYPES),
        ("maintenance", told["maintenance"].get("type") in MAINTAINED),
        (
            "contacts",
            all(each.get("name") and "@" in each["email"] for each in told["maintenance"]["contacts"]),
        ),
    ]
    for language, said in told.get("description", {}).items():
        checks += [
            (f"{language} shortDescription", 0 < len(said["shortDescription"]) <= 150),
            (f"{language} longDescription", 150 <= len(said["longDescription"]) <= 10_000),
            (f"{language} features", len(said["features"]) > 0 and max(map(len, said["features"])) <= 100),
            *((f"{language} {each}", (PROJECT / each).is_file()) for each in said.get("screenshots", ())),
        ]
    return found + [f"{name} is not as it should be" for name, holds in checks if not holds]


def test_catalogues_of_public_code_can_read_what_it_is() -> None:
    told = public_code()
    assert faults(told) == []
    assert told["legal"]["license"] == "EUPL-1.2"
    assert (told["softwareVersion"], told["releaseDate"]) == released()
    assert set(told["localisation"]["availableLanguages"]) == set(told["description"]) == set(languages())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda code: code.pop("legal"), "legal is missing"),
        (lambda code: code["categories"].append("invoicing"), "categories"),
        (lambda code: code["description"]["sv"].update(shortDescription="å" * 151), "sv shortDescription"),
        (lambda code: code["description"]["en"].update(longDescription="Too short."), "en longDescription"),
        (lambda code: code["description"]["en"].update(screenshots=["docs/images/gone.png"]), "gone.png"),
        (lambda code: code.update(developmentStatus="ready"), "developmentStatus"),
    ],
)
def test_what_a_catalogue_would_refuse_is_seen(change: Callable[[dict[str, Any]], object], told: str) -> None:
    code = public_code()
    change(code)
    assert any(told in each for each in faults(code))


def test_where_a_security_fault_is_told_agrees_with_what_the_product_serves() -> None:
    """RFC 9116: the address, the languages, how long it holds."""
    page = text("SECURITY.md")
    [address] = set(re.findall(r"\((mailto:[^)]+)\)", page))
    settings = Settings(security_contact=address, public_url="https://portal.example")
    state = SimpleNamespace(settings=settings, clock=lambda: datetime(2026, 12, 1, tzinfo=UTC))
    served = security_contact.security_txt(SimpleNamespace(app=SimpleNamespace(state=state)))  # type: ignore[arg-type]
    said = dict(line.split(": ", 1) for line in bytes(served.body).decode().splitlines())
    assert set(said) == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    assert said["Contact"] == address
    assert said["Preferred-Languages"] == "sv, en"
    assert "in Swedish or English" in page
    assert said["Canonical"].endswith("/.well-known/security.txt")
    assert "`/.well-known/security.txt`" in page
    assert "`BILLING_SECURITY_CONTACT`" in page


def test_what_is_promised_to_whoever_tells_is_the_same_in_both_places() -> None:
    promised = ("an answer within two working days", "a judgement within ten", "word when it is mended")
    for name in ("SECURITY.md", "docs/security.md"):
        said = " ".join(text(name).split())
        assert [each for each in promised if each not in said] == [], name


def test_who_is_to_be_written_to_is_a_role_at_an_invented_address() -> None:
    for name in ("SECURITY.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "publiccode.yml"):
        addresses = re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text(name))
        assert [each for each in addresses if not each.endswith("@kopare.example")] == [], name


def test_the_code_of_conduct_is_the_covenant_with_its_own_licence_and_somebody_to_tell() -> None:
    page = text("CODE_OF_CONDUCT.md")
    assert "[INSERT CONTACT METHOD]" not in page
    for said in (
        "Contributor Covenant",
        "version 2.1",
        "Creative Commons Attribution 4.0",
        "mailto:uppforande@kopare.example",
    ):
        assert said in page


def test_readers_find_them_from_where_they_begin() -> None:
    linked = {each: text(each) for each in ("README.md", "CONTRIBUTING.md")}
    for page in (
        "LICENSE",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CODE_OF_CONDUCT.md",
        "docs/upgrading.md",
        "packaging/README.md",
    ):
        assert f"]({page})" in linked["README.md"], page
    assert "](docs/licences.md)" in linked["CONTRIBUTING.md"]
