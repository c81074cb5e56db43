"""EN 16931: our rules say of the published unit cases what the published rules say."""

import pytest

from peppol.rules.en16931.rules import RULES
from tests.support.rules.rules_cases import ABSENT, published_cases

CASES = published_cases()


def test_the_published_cases_are_here() -> None:
    if not CASES:
        pytest.skip(ABSENT)
    assert len(CASES) >= 500


def test_every_published_case_comes_out_as_published() -> None:
    if not CASES:
        pytest.skip(ABSENT)
    assert [str(case) for case in CASES if not case.agrees(RULES)] == []
