"""What of the repository is the product: every folder at the top but those for whoever builds and tests it."""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from tests.support.project import PROJECT

_OTHERS: Final = {".ci", "docs", "fixtures", "packaging", "tests"}


def kept(*places: str) -> Iterator[str]:
    """The files that git keeps or would take in, below `places`, as they lie in the working tree."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *places]
    listed = subprocess.run(listing, cwd=PROJECT, capture_output=True, check=True).stdout.decode()
    return (name for name in listed.split("\0") if name and (PROJECT / name).is_file())


@cache
def folders() -> tuple[str, ...]:
    """The folders of the product, `xsd` with its schemas among them."""
    tops = {Path(name).parts[0] for name in kept() if "/" in name}
    return tuple(sorted(tops - _OTHERS))


@cache
def modules() -> tuple[str, ...]:
    """Every module of the product, by its path from the top."""
    return tuple(sorted(name for name in kept(*folders()) if name.endswith(".py")))
