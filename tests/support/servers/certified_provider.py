"""The certified OpenID provider of npm (oidc-provider) as a process of its own, installed by the tests' own step.

Convention: what is installed is pinned by package-lock.json with its sha512, without the address of a registry; `npm
ci` runs once, where the folder of packages is not the lock's. It says its issuer first, so that the portal can
be started with it, and is told its client then, whose addresses are the portal's.
"""

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.project import PROJECT

FOLDER = PROJECT / "tests" / "network" / "oidc_provider"
_PACKAGES = FOLDER / "node_modules"
_STAMP = _PACKAGES / ".lock-sha256"


@dataclass(slots=True)
class CertifiedProvider:
    """A provider that listens and waits to be told what it is."""

    issuer: str
    process: "subprocess.Popen[str]"

    def become(self, told: Mapping[str, Any]) -> None:
        """Tell it its client, its people, its keys and its levels; it answers from then on."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        assert json.loads(self.process.stdout.readline()) == {"ready": True}


def is_installed() -> bool:
    """Whether the packages are those of the lock."""
    return _STAMP.is_file() and _STAMP.read_text() == _lock()


def install() -> bool:
    """Install the packages of the lock, with nothing of theirs run; whether they are there."""
    if not is_installed():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        try:
            ended = subprocess.run(command, cwd=FOLDER, check=False, stdout=subprocess.DEVNULL)
        except OSError:
            return False
        if ended.returncode == 0:
            _STAMP.write_text(_lock())
    return is_installed()


@contextmanager
def certified_provider() -> Iterator[CertifiedProvider]:
    """Start it on a free port."""
    assert install(), "npm: oidc-provider is not installed; run `python -m tests.system_packages`."
    with subprocess.Popen(
        ["node", "provider.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield CertifiedProvider(json.loads(process.stdout.readline())["issuer"], process)
        finally:
            process.stdin.close()
            process.wait(10)


def _lock() -> str:
    return hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
