"""The page about answers shows XML that the system has really written."""

import re

from tests.support.project import GOLDEN, PROJECT

PAGE = PROJECT / "docs" / "answers.md"


def test_every_excerpt_stands_in_a_golden_file() -> None:
    excerpts = re.findall(r"```xml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(excerpts) >= 4
    written = [path.read_text(encoding="utf-8") for path in GOLDEN.glob("*.xml")]
    for excerpt in excerpts:
        compact = re.sub(r">\s+<", "><", excerpt.strip())
        assert any(compact in document for document in written), excerpt
