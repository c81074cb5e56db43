"""Every planted fault can still be planted: its text stands once, and there are tests to notice it."""

from collections import Counter

import pytest

from tests.planted.__main__ import Bed, Planted
from tests.planted.faults import Fault, faults
from tests.support.project import PROJECT

FAULTS = faults()


def test_there_are_faults_of_every_room_and_none_twice() -> None:
    rooms = {each.file.partition("/")[0] for each in FAULTS}
    assert rooms >= {
        "foundation",
        "peppol",
        "orders",
        "invoicing",
        "bookkeeping",
        "operations",
        "accounts",
        "web",
        "billing",
    }
    assert len(FAULTS) >= 60
    assert [name for name, many in Counter(each.name for each in FAULTS).items() if many > 1] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
def test_the_text_of_a_fault_stands_once_in_its_file(fault: Fault) -> None:
    assert fault.times_found(PROJECT) == 1, f"{fault.file} has changed: write the fault “{fault.name}” anew"
    assert fault.old != fault.new
    if fault.file.endswith(".py"):
        compile(fault.place(PROJECT).read_text().replace(fault.old, fault.new), fault.file, "exec")
    assert [each for each in fault.tests if not (PROJECT / each).exists()] == []


@pytest.mark.slow
def test_a_fault_is_told_as_caught_held_missed_or_to_be_written_anew(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A small project of one function and one test, in the place of ours."""
    tree = tmp_path_factory.mktemp("bed")
    (tree / "build").mkdir()
    (tree / "sums.py").write_text("def add(one, other):\n    return one + other  # exactly\n")
    (tree / "test_sums.py").write_text(
        "from sums import add\n\n\ndef test_add():\n    assert add(2, 2) == 4\n"
    )

    def planted(old: str, new: str, held: str = "", tests: str = "test_sums.py") -> str:
        return Bed(tree).plant(Fault("a fault", "sums.py", old, new, (tests,), held)).outcome

    assert planted("one + other", "one - other") == "caught"
    assert planted("one + other", "one * other") == "MISSED"
    assert planted("one + other", "one * other", held="nobody asks for other sums") == "held"
    assert planted("one / other", "one * other") == "WRITE ANEW"
    assert planted("one + other", "one - other", tests="test_products.py") == "NOT RUN"
    assert (tree / "sums.py").read_text().endswith("one + other  # exactly\n")


@pytest.mark.slow
def test_the_test_that_caught_a_fault_is_asked_first_and_believed_while_it_tells_of_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    tree = tmp_path_factory.mktemp("bed")
    (tree / "build").mkdir()
    right = "def add(one, other):\n    return one + other\n"
    (tree / "sums.py").write_text(right)
    test = (
        "from pathlib import Path\nfrom sums import add\n\n\n"
        "def test_all():\n    Path('asked').write_text('')\n    assert add(2, 3) == 5\n\n\n"
        "def test_add():\n    assert add(2, 1) == 3\n"
    )
    (tree / "test_sums.py").write_text(test)
    bed = Bed(tree)
    fault = Fault("a fault", "sums.py", "one + other", "one * other", ("test_sums.py",))

    def caught(by: str) -> Planted:
        (tree / "asked").unlink(missing_ok=True)
        bed.caught_by = {"a fault": by}
        return bed.plant(fault)

    assert caught("").outcome == "caught"
    assert bed.caught_by == {"a fault": "test_sums.py::test_all"}
    again = caught("test_sums.py::test_add")
    assert (again.outcome, again.told) == ("caught", "test_sums.py::test_add, as before")
    assert not (tree / "asked").exists()
    # One that is no longer there, or fails without the fault as well, says nothing.
    (tree / "test_sums.py").write_text(test + "\n\ndef test_broken():\n    assert False\n")
    for useless in ("test_sums.py::test_gone", "test_sums.py::test_broken"):
        assert caught(useless).told.startswith("FAILED test_sums.py::test_all")
        assert (tree / "sums.py").read_text() == right
