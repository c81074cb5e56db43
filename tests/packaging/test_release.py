"""A release: what is committed, with one version, the same bytes wherever it is built, and a sum for each file."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging import release
from tests.packaging.release import ReleaseRefused
from tests.support.product import kept
from tests.support.project import PROJECT


def git(folder: Path, *words: str) -> str:
    named = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *named, *words], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with what is changed here besides, whose coming version has its day."""
    clone = tmp_path_factory.mktemp("release") / "clone"
    git(PROJECT, "clone", "--quiet", "--shared", str(PROJECT), str(clone))
    touched = git(PROJECT, "diff", "--name-only", "HEAD") + git(
        PROJECT, "ls-files", "--others", "--exclude-standard"
    )
    for name in touched.splitlines():
        if (PROJECT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_bytes((PROJECT / name).read_bytes())
        else:
            (clone / name).unlink(missing_ok=True)
    log = (clone / "CHANGELOG.md").read_text(encoding="utf-8")
    (clone / "CHANGELOG.md").write_text(
        re.sub(r"^## (\S+) \(unreleased\)$", r"## \1 – 2026-12-01", log, count=1, flags=re.MULTILINE),
        encoding="utf-8",
    )
    newest = re.search(r"^## (\S+)", (clone / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    project = (clone / "pyproject.toml").read_text(encoding="utf-8")
    (clone / "pyproject.toml").write_text(
        re.sub(r'^version = ".*"$', f'version = "{newest[1]}"', project, count=1, flags=re.MULTILINE),
        encoding="utf-8",
    )
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "Ready")
    return clone


@pytest.fixture(scope="module")
def made(ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("made") / "release"
    release.release(ready, into)
    return into


def test_a_release_has_a_sum_for_every_file_and_names_what_it_is_built_of(made: Path) -> None:
    lines = (made / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: told for told, name in (line.split("  ") for line in lines)}
    assert set(sums) == {each.name for each in made.iterdir()} - {"SHA256SUMS"}
    assert {Path(name).suffix for name in sums} == {".whl", ".gz", ".json", ".lock", ".md"}
    for name, told in sums.items():
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == told
    [bill] = made.glob("*.cdx.json")
    read = json.loads(bill.read_text(encoding="utf-8"))
    assert read["bomFormat"] == "CycloneDX"
    assert len(read["components"]) > 70


def test_another_clone_at_another_time_with_another_umask_builds_the_same_bytes(
    ready: Path, made: Path, tmp_path: Path
) -> None:
    other = tmp_path / "somewhere" / "else"
    before = os.umask(0o077)
    try:
        git(ready, "clone", "--quiet", "--no-local", str(ready), str(other))
        for name in ("README.md", "pyproject.toml"):
            os.utime(other / name, (1, 1))
        again = release.built(other, tmp_path)
    finally:
        os.umask(before)
    assert len(again) == 2
    for name, held in again.items():
        assert (made / name).read_bytes() == held, name


def test_the_source_distribution_has_all_that_is_kept_and_builds_the_same_wheel(
    ready: Path, made: Path, tmp_path: Path
) -> None:
    [packed] = made.glob("*.tar.gz")
    with tarfile.open(packed) as source:
        source.extractall(tmp_path, filter="data")
        names = {each.name.partition("/")[2] for each in source.getmembers() if each.isfile()}
    # Beside the package's own description, git's word of what is not kept.
    assert names - {"PKG-INFO"} == set(kept()), "what is kept and what is handed out differ"
    [folder] = tmp_path.iterdir()
    [wheel] = made.glob("*.whl")
    epoch = git(ready, "log", "-1", "--format=%ct").strip()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "out")],
        cwd=folder, env={**os.environ, "SOURCE_DATE_EPOCH": epoch}, check=True, capture_output=True,
    )  # fmt: skip
    assert (tmp_path / "out" / wheel.name).read_bytes() == wheel.read_bytes()


def refused(project: Path, tmp_path: Path, change: Callable[[Path], object]) -> str:
    clone = tmp_path / "clone"
    git(project, "clone", "--quiet", str(project), str(clone))
    change(clone)
    with pytest.raises(ReleaseRefused) as told:
        release.release(clone, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    return str(told.value)


def changed(name: str, was: str, becomes: str) -> Callable[[Path], object]:
    def change(clone: Path) -> None:
        text = (clone / name).read_text(encoding="utf-8")
        assert re.search(was, text, re.MULTILINE)
        (clone / name).write_text(re.sub(was, becomes, text, count=1, flags=re.MULTILINE), encoding="utf-8")

    return change


def test_what_is_not_committed_is_no_release(ready: Path, tmp_path: Path) -> None:
    told = refused(ready, tmp_path, lambda clone: (clone / "web" / "forgotten.py").write_text("x = 1\n"))
    assert told == "Not committed: web/forgotten.py"


def test_a_version_without_a_day_or_another_than_the_change_logs_is_no_release(
    ready: Path, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    undated = changed("CHANGELOG.md", r"^## (\S+) – .*$", r"## \1 (unreleased)")
    assert "unreleased. Write its day" in refused(ready, tmp_path / "a", undated)
    other = changed("pyproject.toml", r'^version = ".*"$', 'version = "9.9.9"')
    assert "pyproject.toml says 9.9.9. Make them one." in refused(ready, tmp_path / "b", other)


def test_builds_that_differ_are_no_release(
    ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = iter([{"a.whl": b"1"}, {"a.whl": b"2"}])
    monkeypatch.setattr(release, "built", lambda project, into: next(builds))
    with pytest.raises(ReleaseRefused, match="Two builds of the same commit differ"):
        release.release(ready, tmp_path / "out")
