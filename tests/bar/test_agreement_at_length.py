"""Row 20: our verdict beside the published rules as their publishers give them out, on their examples and on mutants.

`make bar RULES=folder CASES=folder` says where they lie, as `make agreement` does; without them the row is told as
not measured. What may differ stands in `tests/agreement/known.py` with its reason.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.agreement.__main__ import main
from tests.bar.seeds import seed

RULES, CASES, XSD, SCHXSLT = "BAR_RULES", "BAR_CASES", "BAR_XSD", "BAR_SCHXSLT"
MUTANTS: Final = 5_000
_JUDGED: Final = re.compile(r"^[A-Z].*: ([\d,]+) judged$", re.MULTILINE)
_UNEXPLAINED: Final = re.compile(r"^(\d+) classes are not explained", re.MULTILINE)


@pytest.mark.nightly
def test_our_verdict_is_that_of_the_published_rules(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    if not os.environ.get(RULES):
        pytest.skip("no published rules are at hand: make bar RULES=folder CASES=folder")
    asked = {"rules": RULES, "cases": CASES, "xsd": XSD, "schxslt": SCHXSLT}
    named = [
        part for name, key in asked.items() if os.environ.get(key) for part in (f"--{name}", os.environ[key])
    ]
    ended = main([*named, "--mutants", str(MUTANTS), "--seed", str(seed())], build=tmp_path)
    said = capfd.readouterr()
    unexplained = _UNEXPLAINED.search(said.out)
    record_property(
        "documents_compared", sum(int(each.replace(",", "")) for each in _JUDGED.findall(said.out))
    )
    record_property("unexplained", int(unexplained[1]) if unexplained else 0)
    assert ended == 0, said.out[-2_000:] + said.err[-500:]
