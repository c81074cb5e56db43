"""The numbers that code, tests and documents cite are explained on docs/requirements.md, each once.

What looks like a citation is taken for one, so an example's invoice number had better not look like it.
"""

import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = "docs/requirements.md"
# With more before or after it, it is another name: BR-E-01 is a rule of EN 16931.
_NUMBER: Final = re.compile(r"(?<![\w-])(?:REQ|E|A)-\d+(?![\w-])")
_EXPLAINED: Final = re.compile(r"^- \*\*([A-Z]+-\d+)\*\* \S", re.MULTILINE)


def texts() -> Iterator[tuple[str, str]]:
    """(name, text) of every file of the repository that is text in UTF-8."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        path = PROJECT / name
        if path.is_file():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def explained() -> list[str]:
    return _EXPLAINED.findall((PROJECT / PAGE).read_text(encoding="utf-8"))


def test_every_number_that_is_cited_is_explained() -> None:
    cited: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in texts():
        for number in set(_NUMBER.findall(text)):
            cited[number].append(name)
    known = set(explained())
    unexplained = {number: where for number, where in cited.items() if number not in known}
    assert "REQ-25" in cited, "No citation was found at all: is this a checkout?"
    assert unexplained == {}


def test_every_number_is_explained_once() -> None:
    twice = [number for number, times in Counter(explained()).items() if times > 1]
    assert twice == []
    assert all(_NUMBER.fullmatch(number) for number in explained())
