"""The image and what compose.yaml makes of it: read by the makers' own programs, held to what is promised.

That the image is built and runs is proved at length: `make container` (tests/packaging/container.py).
"""

import fnmatch
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, Final

import pytest

from tests.packaging import licences
from tests.packaging.tools import PACKAGING, compose, tool
from tests.support.product import folders, kept
from tests.support.project import PROJECT
from tests.support.servers import proxies
from tests.system_packages import NEEDED

DOCKERFILE: Final = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
OURS: Final = ("migrate", "web", "worker", "backup")
SECRETS: Final = re.compile(
    r"(password|token|secret|key)\w*\s*[=:]\s*['\"]?[A-Za-z0-9+/_-]{8,}", re.IGNORECASE
)


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each instruction with its words, lines that go on put together."""
    whole = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", "", whole).splitlines():
        name, _, words = line.partition(" ")
        if name:
            yield name, words


def faults(dockerfile: str) -> list[str]:
    """What hadolint does not know of: how we want an image to be."""
    said = list(instructions(dockerfile))
    last = [words for name, words in said if name == "USER"]
    found = []
    if not last or not re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", last[-1]):
        found.append("its user is no fixed number but root's")
    if sum(name == "FROM" for name, _ in said) < 2:
        found.append("what builds it stays in it")
    for name, words in said:
        if name == "RUN" and re.search(r"pip install(?!.*(--require-hashes|--no-index))", words):
            found.append("a package comes in without its sum")
        if name in ("ENV", "ARG", "RUN", "LABEL") and SECRETS.search(words):
            found.append("a secret stays in a layer")
        if name == "ADD" or (name == "RUN" and re.search(r"\b(curl|wget|git clone)\b", words)):
            found.append("something is fetched that has no sum")
    if not any(name == "HEALTHCHECK" for name, _ in said):
        found.append("nobody sees whether it lives")
    return found


def test_the_dockerfile_is_as_hadolint_and_we_want_it() -> None:
    linted = tool("hadolint", "--no-color", "Dockerfile")
    assert linted.stdout + linted.stderr == ""
    assert linted.returncode == 0
    assert faults(DOCKERFILE) == []


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("USER 10001:10001", "USER root", "user is no fixed number"),
        ("--require-hashes", "", "without its sum"),
        ("ARG REVISION=unknown", "ARG DATABASE_PASSWORD=hemligt123", "a secret stays"),
        ("WORKDIR /source", "ADD https://example.org/a.tar /source", "has no sum"),
        (
            "HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \\\n",
            "RUN ",
            "whether it lives",
        ),
    ],
)
def test_a_worse_dockerfile_is_seen(was: str, becomes: str, told: str) -> None:
    assert was in DOCKERFILE
    assert told in " ".join(faults(DOCKERFILE.replace(was, becomes)))


def test_hadolint_sees_what_it_is_there_for() -> None:
    linted = tool("hadolint", "--no-color", "-", given=DOCKERFILE.replace("--no-install-recommends", ""))
    assert "DL3015" in linted.stdout
    assert linted.returncode != 0


def test_the_image_has_what_pages_on_paper_need_and_the_tests_install() -> None:
    for package in (
        "fontconfig",
        "fonts-dejavu-core",
        "libharfbuzz-subset0",
        "libpango-1.0-0",
        "libpangoft2-1.0-0",
    ):
        assert package in NEEDED
        assert package in DOCKERFILE


def let_in(ignore: str, name: str) -> bool:
    """Whether a builder is given the file, by the last line that says something of it."""
    given = True
    for line in ignore.splitlines():
        pattern = line.lstrip("!").strip("/")
        if not pattern or pattern.startswith("#"):
            continue
        parts = name.split("/")
        heads = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        if any(fnmatch.fnmatch(each, pattern) or fnmatch.fnmatch(f"/{each}", pattern) for each in heads):
            given = line.startswith("!")
    return given


def test_a_builder_is_given_all_that_the_wheel_is_made_of_and_no_book_secret_or_test() -> None:
    ignore = (PROJECT / ".dockerignore").read_text(encoding="utf-8")
    wheel = [
        *kept(*folders(), "docs", "fixtures/demo", "fixtures/demo-karriarvagledning", "fixtures/service")
    ]
    wheel += ["pyproject.toml", "README.md", "LICENSE", "requirements-image.lock", "requirements-build.lock"]
    wheel += kept("packaging/compiled")
    assert [name for name in wheel if not let_in(ignore, name)] == []
    others = ["packaging/compose/secrets/billing_secret_keys", ".git/config", "tests/bare.py", "billing.sqlite",
              "build/demo/billing.sqlite", "web/a.sqlite-wal", ".venv/pyvenv.cfg", "fixtures/bad/a.xml"]  # fmt: skip
    assert [name for name in others if let_in(ignore, name)] == []


def test_the_image_holds_what_is_installed_elsewhere_and_what_can_be_asked_for() -> None:
    image = licences.locked(PROJECT / "requirements-image.lock")
    assert licences.locked(PROJECT / "requirements.lock").items() <= image.items()
    assert {"boto3", "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"} <= set(image)
    assert image.items() <= licences.locked(PROJECT / "requirements-dev.lock").items()


def test_what_builds_the_wheel_in_the_image_is_what_builds_it_here() -> None:
    builds = licences.locked(PROJECT / "requirements-build.lock")
    assert "hatchling" in builds
    assert builds.items() <= licences.locked(PROJECT / "requirements-dev.lock").items()


@pytest.fixture(scope="module")
def services() -> Mapping[str, Any]:
    return dict(compose()["services"])


def test_every_container_is_hardened_and_ours_are_nobody(services: Mapping[str, Any]) -> None:
    assert set(services) == {*OURS, "database", "proxy"}
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service, name
    for name in OURS:
        assert services[name]["user"] == "10001:10001", name
        assert "cap_add" not in services[name], name
        assert not services[name].get("ports"), name
    assert f"USER {services['web']['user']}" in DOCKERFILE


def test_secrets_come_as_files_and_stand_in_no_environment(services: Mapping[str, Any]) -> None:
    for name in OURS:
        told = services[name]["environment"]
        assert told["BILLING_SECRETS_FOLDER"] == "/run/secrets"
        assert {each["source"] for each in services[name]["secrets"]} >= {"billing_database_url"}
        assert "BILLING_DATABASE_URL" not in told
    assert services["database"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/postgres_password"
    assert not any(
        "PASSWORD" in each and not each.endswith("_FILE") for each in services["database"]["environment"]
    )


def test_tables_grow_before_anybody_works_and_only_the_proxy_is_reached(services: Mapping[str, Any]) -> None:
    for name in ("web", "worker"):
        waits = {each: way["condition"] for each, way in services[name]["depends_on"].items()}
        assert waits == {"database": "service_healthy", "migrate": "service_completed_successfully"}, name
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    assert set(services["database"]["networks"]) == {"inside"}
    assert compose()["networks"]["inside"]["internal"] is True


def test_the_portal_believes_the_proxy_alone_of_who_asks(services: Mapping[str, Any]) -> None:
    address = services["proxy"]["networks"]["outside"]["ipv4_address"]
    assert services["web"]["environment"]["FORWARDED_ALLOW_IPS"] == address
    [pool] = compose()["networks"]["outside"]["ipam"]["config"]
    assert ip_address(address) in ip_network(pool["subnet"])
    assert ip_address(address) not in ip_network(pool["ip_range"]), "another may have been given it first"


def test_the_proxy_is_the_one_that_the_page_prints_and_was_tried() -> None:
    """tests/network/test_proxies.py runs it."""
    changes = {"portal.example {": "{$BILLING_HOST:localhost} {", "127.0.0.1:8000": "web:8000"}
    printed = proxies.changed(proxies.printed("caddy"), changes)
    written = (PACKAGING / "compose" / "Caddyfile").read_text(encoding="utf-8")
    assert written.partition("\n")[2] == printed


def test_the_database_is_of_the_version_that_the_images_own_pg_dump_is_of(
    services: Mapping[str, Any],
) -> None:
    """pg_dump refuses a newer server; Debian 12 has 15."""
    assert services["database"]["image"] == "docker.io/library/postgres:15-bookworm"
    assert "ARG BASE=docker.io/library/debian:bookworm-slim" in DOCKERFILE
