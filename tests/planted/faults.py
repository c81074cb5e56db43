"""The planted faults as they are written in `faults/`: what stands in a file, what takes its place, and who notices."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("faults")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `old` stands in `file` exactly once; with `new` in its place, one of `tests` fails.

    `held` says which second wall keeps the fault from doing harm; then no test of these can fail.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    held: str = ""

    def place(self, tree: Path) -> Path:
        """The file in a copy of the project."""
        return tree / self.file

    def times_found(self, tree: Path) -> int:
        """How often the old text stands there."""
        path = self.place(tree)
        return path.read_text().count(self.old) if path.is_file() else 0


def faults() -> tuple[Fault, ...]:
    """All of them, by file of their kind and in their order."""
    return tuple(
        Fault(**{**each, "tests": tuple(each["tests"])})
        for path in sorted(FOLDER.glob("*.toml"))
        for each in tomllib.loads(path.read_text())["fault"]
    )
