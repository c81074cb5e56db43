"""Suppliers' programs as their registries have them, run by scripts of ours in environments of their own."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.locked_packages import by_npm, by_pip, installed, run
from tests.support.project import PROJECT

PROGRAMS: Final = Path(__file__).parent / "programs"
_KEPT: Final = PROJECT / "build" / "suppliers-programs"

Facts = Mapping[str, Any]


def made_by_python(script: str, lock: str, facts: Facts) -> bytes:
    """What a script of ours writes with the packages of a lock, in their own environment."""
    return _run_script(script, lock, json.dumps(facts).encode())


def read_by_python(script: str, lock: str, document: bytes) -> Any:  # noqa: ANN401 - what the program says
    """What a script of ours reads of a document with the packages of a lock, as JSON."""
    return json.loads(_run_script(script, lock, document))


def made_by_node(folder: str, facts: Facts) -> bytes:
    """What the script `make.mjs` of a folder writes with the packages of its lock."""
    program = installed(PROGRAMS / folder / "package-lock.json", _KEPT, by_npm)
    shutil.copy(PROGRAMS / folder / "make.mjs", program)
    return run(["node", "make.mjs"], json.dumps(facts).encode(), program)


def _run_script(script: str, lock: str, given: bytes) -> bytes:
    folder = installed(PROGRAMS / lock, _KEPT, by_pip)
    # Some write logs where they stand.
    shutil.copy(PROGRAMS / script, folder)
    return run(["bin/python", script], given, folder)
