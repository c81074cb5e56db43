"""The wheel works alone: built, and installed into an empty environment, it plays its demo and serves it.

The environment is a new one. The wheel comes into it by pip; what the wheel says it needs is linked in from the
environment of the tests, distribution by distribution, instead of being downloaded once more. Nothing else can be
imported there: neither this checkout, nor its examples, nor what only tests need.
"""

import os
import re
import signal
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final
from zipfile import Path as PathInZip
from zipfile import ZipFile

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.interrupting import heeding_interrupts
from tests.support.product import folders, kept
from tests.support.project import PROJECT

STORIES: Final = ("fixtures/demo", "fixtures/demo-karriarvagledning")
STORIES_IN_WHEEL: Final = "billing/tools/demo/files"
SERVICES: Final = "fixtures/service"
SERVICES_IN_WHEEL: Final = "orders/register/services"
DOCUMENTS: Final = "docs/"
DOCUMENTS_IN_WHEEL: Final = "web/help/docs/"
LOCK_IN_WHEEL: Final = "billing/tools/doctor/requirements.lock"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of the environment lie, with the wheel in it and what the wheel needs."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    [site_packages] = folder.glob("lib/python*/site-packages")
    for name in needed(metadata.PathDistribution(PathInZip(wheel, described_in(wheel))).requires or ()):
        link(metadata.distribution(name), site_packages)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet"]
    alone = ["--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check"]
    subprocess.run([*pip, *alone, str(wheel)], check=True)
    return folder / "bin"


def described_in(wheel: Path) -> str:
    """The folder of the wheel that says what it is and needs."""
    with ZipFile(wheel) as packed:
        [name] = {name.partition("/")[0] for name in packed.namelist() if ".dist-info/" in name}
    return f"{name}/"


def needed(requirements: Iterable[str]) -> set[str]:
    """The distributions that a machine like this one would get with these requirements, and with theirs."""
    found: set[tuple[str, str]] = set()
    left = [(Requirement(each), "") for each in requirements]
    while left:
        requirement, extra = left.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in found:
                found.add((name, wanted))
                left += [(Requirement(each), wanted) for each in metadata.requires(name) or ()]
    return {name for name, _ in found}


def link(distribution: metadata.Distribution, into: Path) -> None:
    for top in {path.parts[0] for path in distribution.files or ()} - {"..", "__pycache__"}:
        if not (into / top).exists():
            (into / top).symlink_to(Path(str(distribution.locate_file(top))))


def environment() -> dict[str, str]:
    """Without settings of ours, and without a way back to the checkout."""
    return {name: said for name, said in os.environ.items() if not name.startswith(("BILLING_", "PYTHON"))}


def test_the_wheel_holds_every_file_of_the_product_and_none_besides(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        held = {name for name in packed.namelist() if ".dist-info/" not in name}
    assert held == {
        LOCK_IN_WHEEL,
        *(
            name.replace(SERVICES, SERVICES_IN_WHEEL).replace("fixtures/", f"{STORIES_IN_WHEEL}/")
            for name in kept(*folders(), *STORIES, SERVICES)
        ),
        *(DOCUMENTS_IN_WHEEL + name.removeprefix(DOCUMENTS) for name in kept("docs")),
    }
    assert {Path(name).suffix for name in held} >= {
        ".html",
        ".css",
        ".js",
        ".po",
        ".toml",
        ".txt",
        ".xsd",
        ".xml",
    }


def test_the_wheel_carries_its_licence_its_command_and_what_it_is(wheel: Path) -> None:
    described = PathInZip(wheel, described_in(wheel))
    carried = (described / "licenses" / "LICENSE").read_text(encoding="utf-8")
    assert carried == (PROJECT / "LICENSE").read_text(encoding="utf-8")
    distribution = metadata.PathDistribution(described)
    assert distribution.metadata["License-Expression"] == "EUPL-1.2"
    assert {each.name: each.value for each in distribution.entry_points} == {
        "billing": "billing.cli.cli:main"
    }
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert wheel.name == f"rusta_matcha_billing-{project['version']}-py3-none-any.whl"
    # What only tests and workshops need asks nobody for anything.
    asked = [Requirement(each) for each in distribution.requires or ()]
    assert {each.name for each in asked if not each.marker} == {
        Requirement(each).name for each in project["dependencies"]
    }


def test_installed_alone_it_plays_its_demo_in_an_empty_folder_and_serves_it(
    programs: Path, tmp_path: Path
) -> None:
    billing = str(programs / "billing")
    played = subprocess.run(
        [billing, "demo"], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "0 brutna invarianter" in played.stdout
    serve = [billing, "serve", "--dir", "build/demo", "--port", "0"]
    with (
        heeding_interrupts(),
        subprocess.Popen(serve, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True) as server,
    ):
        assert server.stderr is not None
        said = server.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        try:
            assert address, said
            page = httpx.get(f"{address[0]}/sign-in", trust_env=False, timeout=30)
            style = re.search(r'href="(/[^"]+\.css[^"]*)"', page.text)
            assert style, page.text
            look = httpx.get(f"{address[0]}{style[1]}", trust_env=False, timeout=30)
            guide = httpx.get(f"{address[0]}/help/guides/supplier", trust_env=False, timeout=30)
            picture = httpx.get(f"{address[0]}/help/images/flip.png", trust_env=False, timeout=30)
        finally:
            server.send_signal(signal.SIGINT)
            left = server.stderr.read()
        assert server.wait(timeout=30) == 0, left
    assert (page.status_code, look.status_code, guide.status_code, picture.status_code) == (
        200,
        200,
        200,
        200,
    )
    assert "Att fakturera: ett tryck" in guide.text
    assert "Logga in" in page.text
