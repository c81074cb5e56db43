"""The project with the rules of bills compiled, as the compiled wheel has them: built once for each state of the code.

Convention: what is compiled is taken out of a wheel that the project's own hook built, and laid beside the sources in a
copy of the tree, which then runs it. The C compiler's level is 0, which is quickest to build; `make test-slow` takes 3.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.support.product import kept
from tests.support.project import PROJECT

_KEPT: Final = PROJECT / "build" / "compiled"
_HOOK: Final = "packaging/compiled/hatch_build.py"
_MADE_OF: Final = ("peppol/rules", "peppol/xml/names.py", _HOOK, "pyproject.toml", "requirements-dev.lock")


def build_wheel(source: Path, into: Path, *, level: str) -> Path:
    """The compiled wheel of what lies in `source`."""
    asked = {
        "HATCH_BUILD_HOOK_ENABLE_CUSTOM": "true",
        "SOURCE_DATE_EPOCH": "1767225600",
        "MYPYC_OPT_LEVEL": level,
    }
    told = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into)],
        cwd=source, env={**os.environ, **asked}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    (wheel,) = into.glob("*.whl")
    return wheel


def lay_tree(into: Path, *, level: str) -> None:
    """Lay a copy of the project that runs compiled; what is compiled is built when the code has changed since."""
    for name in kept():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / name, into / name)
    # Some tests ask git which files are the project's.
    subprocess.run(["git", "init", "--quiet"], cwd=into, check=True)
    shutil.copytree(_libraries(level), into, dirs_exist_ok=True)


def run_in(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(
        [sys.executable, *words], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )


def _libraries(level: str) -> Path:
    """The folder with what was compiled of the code as it is, by its content."""
    content = hashlib.sha256(f"{level} {sys.version} {sys.platform}".encode())
    for name in sorted(kept(*_MADE_OF)):
        content.update(name.encode() + (PROJECT / name).read_bytes())
    ready = _KEPT / f"{level}-{content.hexdigest()[:16]}"
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not ready.is_dir():
            for old in _KEPT.glob(f"{level}-*"):
                shutil.rmtree(old)
            with TemporaryDirectory(dir=_KEPT) as made:
                with zipfile.ZipFile(build_wheel(PROJECT, Path(made), level=level)) as packed:
                    names = [name for name in packed.namelist() if name.endswith((".so", ".pyd"))]
                    assert names, "The wheel holds nothing compiled."
                    packed.extractall(Path(made) / "libraries", names)
                (Path(made) / "libraries").rename(ready)
    return ready
