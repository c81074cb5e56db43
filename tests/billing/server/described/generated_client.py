"""The typed client that openapi-python-client makes of the description, as a vendor would make it.

Convention: it is made once of each description, into `build/`, and is there only when mypy has found nothing in it and
in a vendor's program that uses it (`vendor.py`).
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from billing.server.described.description import operations
from tests.support.locked_packages import by_pip, installed, run
from tests.support.project import PROJECT

DESCRIPTION: Final = PROJECT / "docs" / "openapi.json"
PACKAGE: Final = "orders_and_invoices"
"""What the client is called where it is imported."""

_HERE: Final = Path(__file__).with_name("client")
CONFIG: Final = _HERE / "config.yaml"
"""What the generator has to be told."""

_VENDOR: Final = Path(__file__).with_name("vendor.py")
_TOOLS: Final = PROJECT / "build" / "described-tools"
_MADE: Final = PROJECT / "build" / "client"


@cache
def generated() -> Path:
    """The folder that the client lies in; made by the first who asks."""
    parts = (DESCRIPTION, _VENDOR, _HERE / "generator.lock", CONFIG)
    told = hashlib.sha256(b"\0".join(each.read_bytes() for each in parts)).hexdigest()[:16]
    folder = _MADE / told
    _MADE.mkdir(parents=True, exist_ok=True)
    with (_MADE / "turn.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            for each in _MADE.glob("*/"):
                shutil.rmtree(each)
            folder.mkdir()
            _make(folder)
            _judge(folder)
            (folder / "whole").touch()
    return folder


@contextmanager
def importable() -> Iterator[None]:
    """Let `orders_and_invoices` be imported meanwhile."""
    sys.path.insert(0, str(generated()))
    try:
        yield
    finally:
        sys.path.remove(str(generated()))


def _make(folder: Path) -> None:
    generator = installed(_HERE / "generator.lock", _TOOLS, by_pip)
    given = folder / "description.json"
    given.write_text(json.dumps(_in_one_form(json.loads(DESCRIPTION.read_text("utf-8")))), encoding="utf-8")
    asked = ["generate", "--path", str(given), "--output-path", str(folder / PACKAGE), "--meta", "none"]
    told = ["--config", str(CONFIG), "--fail-on-warning"]
    # It formats what it writes with the ruff beside it.
    run(["env", f"PATH={generator / 'bin'}:{os.environ['PATH']}", "openapi-python-client", *asked, *told])


def _in_one_form(description: dict[str, Any]) -> dict[str, Any]:
    """The description with the first form of each body: of several the generator writes code that does not run."""
    for _, _, operation in operations(description):
        content = operation.get("requestBody", {}).get("content", {})
        for media_type in list(content)[1:]:
            del content[media_type]
    return description


def _judge(folder: Path) -> None:
    """Let mypy read the client and the vendor's program. Fails with what it says."""
    asked = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(folder / "mypy"),
        "--python-version",
        "3.11",
    ]
    read = subprocess.run(
        [*asked, "--config-file", os.devnull, "-p", PACKAGE, "-m", _VENDOR.stem],
        cwd=folder,
        env={**os.environ, "MYPYPATH": f"{folder}:{_VENDOR.parent}", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert read.returncode == 0, read.stdout[-3000:] + read.stderr[-1000:]


if __name__ == "__main__":
    shutil.copytree(generated() / PACKAGE, _MADE / PACKAGE, dirs_exist_ok=True)
    print(_MADE / PACKAGE)
