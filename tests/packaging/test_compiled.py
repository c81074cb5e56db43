"""The compiled build: it says what it is, finds what the plain one finds, and passes the same tests."""

import json
from datetime import date
from pathlib import Path

import pytest

from billing.tools.benchmarks.validation import an_invoice, in_disorder
from tests.agreement.inputs import Cases, seeds
from tests.agreement.mutants import Mutants
from tests.packaging.compiled_findings import found_in
from tests.support.compiled import build_wheel, lay_tree, run_in
from tests.support.project import FIXTURES, PROJECT

SEED, DAY = 20261201, date(2026, 11, 21)
# What holds the walk, the forms and the findings; all of validation is asked in the long form.
SHORT = (
    "tests/peppol/rules/test_forms.py",
    "tests/peppol/validation/test_gate_on_the_walk.py",
    "tests/peppol/validation/test_validation.py",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("compiled") / "tree"
    lay_tree(into, level="0")
    return into


def documents_in(folder: Path, mutants: int) -> Path:
    """Every document of the fixtures, valid or not, and that many mutants of valid ones of every kind."""
    folder.mkdir()
    valid = seeds(Cases([], []), on=DAY)
    made = Mutants(valid, SEED)
    held = [path.read_bytes() for path in sorted(FIXTURES.rglob("*.xml"))]
    held += [each.data for each in valid] + [made.mutant(number).data for number in range(mutants)]
    held += [an_invoice(60), in_disorder(an_invoice(60))]
    for number, data in enumerate(held):
        (folder / f"{number:06}.xml").write_bytes(data)
    return folder


def assert_the_same_is_found(tree: Path, folder: Path) -> None:
    told = run_in(tree, "-m", "tests.packaging.compiled_findings", str(folder))
    assert told.returncode == 0, told.stderr
    compiled, *lines = told.stdout.splitlines()
    assert json.loads(compiled) is True
    assert len(lines) > 3 * 300
    assert lines == found_in(folder)


@pytest.mark.slow
def test_the_compiled_build_says_so(tree: Path) -> None:
    told = run_in(tree, "-c", "from billing.cli.cli import main; main()", "--version")
    assert told.stdout.endswith(" (compiled)\n"), told.stderr


@pytest.mark.slow
def test_the_same_is_found_in_the_same_order_compiled_or_not(tree: Path, tmp_path: Path) -> None:
    assert_the_same_is_found(tree, documents_in(tmp_path / "documents", 400))


@pytest.mark.slow
def test_the_compiled_build_passes_the_tests_of_the_plain_one(tree: Path) -> None:
    told = run_in(tree, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *SHORT)
    assert told.returncode == 0, told.stdout[-4000:]


@pytest.mark.slow
def test_what_is_handed_out_finds_the_same_and_passes_all_tests_of_validation(tmp_path: Path) -> None:
    lay_tree(tmp_path / "tree", level="3")
    assert_the_same_is_found(tmp_path / "tree", documents_in(tmp_path / "documents", 5_000))
    told = run_in(
        tmp_path / "tree", "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/peppol"
    )
    assert told.returncode == 0, told.stdout[-4000:]


@pytest.mark.slow
def test_the_same_comes_out_wherever_it_is_compiled(tmp_path: Path) -> None:
    there = tmp_path / "another" / "place"
    lay_tree(there, level="0")
    for library in there.rglob("*.so"):
        library.unlink()
    ours, theirs = (
        build_wheel(source, tmp_path / name, level="3").read_bytes()
        for name, source in (("ours", PROJECT), ("theirs", there))
    )
    assert ours == theirs
