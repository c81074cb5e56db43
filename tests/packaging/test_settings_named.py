"""What the packages tell the program is what it knows: every setting, every command, every address that is watched."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from typer.testing import CliRunner

from billing.cli.cli import COMMANDS, app
from billing.server.metrics import router
from operations.settings import Settings
from tests.packaging.tools import PACKAGING, compose, kustomized
from tests.support.product import kept
from tests.support.project import PROJECT

SETTING = re.compile(r"\b(BILLING_[A-Z_0-9]+|billing_[a-z_0-9]+)(?=[=:\s}\"',)]|$)")
# What is not a setting of the program's: values that compose.yaml itself is told, names of things made here.
OTHERS = {
    "BILLING_HOST",
    "BILLING_IMAGE",
    "billing_password",
    "billing_supplier",
    "billing_job_last_slot_seconds",
}


def files() -> list[str]:
    """What monitoring names are figures, which its own tests look at."""
    names = kept("Dockerfile", "compose.yaml", "packaging")
    return [name for name in names if not name.endswith(".md") and "/monitoring/" not in name]


def named(text: str) -> set[str]:
    return set(SETTING.findall(text)) - OTHERS


def unknown(text: str) -> list[str]:
    return sorted(
        each for each in named(text) if each.lower().removeprefix("billing_") not in Settings.model_fields
    )


def test_every_setting_that_a_package_names_is_one_of_the_programs() -> None:
    texts = {name: (PROJECT / name).read_text(encoding="utf-8") for name in files()}
    assert len(set().union(*map(named, texts.values()))) > 12
    assert {name: found for name, text in texts.items() if (found := unknown(text))} == {}


def test_a_setting_that_is_misspelt_is_seen() -> None:
    assert unknown("BILLING_PUBLIC_ADDRESS=https://portal.example\nbilling_smtp_pasword: x\n") == [
        "BILLING_PUBLIC_ADDRESS",
        "billing_smtp_pasword",
    ]


@pytest.mark.parametrize("name", ["packaging/systemd/billing.env", "packaging/compose/billing.env"])
def test_the_settings_of_an_example_can_be_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are commented out too."""
    for line in (PROJECT / name).read_text(encoding="utf-8").splitlines():
        if said := re.match(r"#?([A-Z_]+)=(.*)$", line):
            monkeypatch.setenv(said[1], said[2])
    assert Settings().access_point_kind == "phoss"


def told_by_units() -> Iterator[tuple[str, list[str]]]:
    for unit in sorted((PACKAGING / "systemd").glob("*.service")):
        for line in unit.read_text(encoding="utf-8").splitlines():
            if line.startswith("ExecStart="):
                program, *words = line.removeprefix("ExecStart=").split()
                assert program == "/opt/billing/bin/billing"
                yield unit.name, words


def told_by_pods() -> Iterator[tuple[str, list[str]]]:
    for each in kustomized("base"):
        if each["kind"] in ("Deployment", "Job"):
            for container in each["spec"]["template"]["spec"]["containers"]:
                yield each["metadata"]["name"], container["args"]


def told_by_services(services: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, service in services.items():
        if service["image"] == "billing:local":
            yield name, service["command"]


def test_every_command_that_a_package_gives_is_one_of_the_programs_with_its_options() -> None:
    given = [*told_by_units(), *told_by_pods(), *told_by_services(compose()["services"])]
    assert {words[0] for _, words in given} == {"init", "serve", "work", "backup", "check"} <= set(COMMANDS)
    for place, words in given:
        helped = CliRunner().invoke(app, [words[0], "--help"], env={"COLUMNS": "200"}).output
        known = set(re.findall(r"--[a-z-]+", helped))
        asked = {word for word in words if word.startswith("--")}
        assert asked <= known, (place, asked - known)


def test_the_addresses_that_are_watched_and_the_port_are_the_programs() -> None:
    there = {route.path for route in router.routes if hasattr(route, "path")}
    pods = [each for each in kustomized("base") if each["kind"] == "Deployment"]
    probes = [
        container[probe]["httpGet"]
        for pod in pods
        for container in pod["spec"]["template"]["spec"]["containers"]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        if probe in container
    ]
    assert len(probes) == 3
    assert {each["path"] for each in probes} == {"/livez", "/readyz"} <= there
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert "http://127.0.0.1:8000/livez" in dockerfile
    assert 'CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]' in dockerfile
    assert "reverse_proxy web:8000" in (PACKAGING / "compose" / "Caddyfile").read_text(encoding="utf-8")
