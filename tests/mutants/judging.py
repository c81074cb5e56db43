"""What became of each mutant, kept between runs; which survivors are accepted, and what a room comes to."""

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.changing import Mutant
from tests.mutants.rooms import Room
from tests.mutants.running import Judged, Outcome
from tests.support.project import PROJECT

SURVIVORS = Path(__file__).with_name("survivors.toml")
KILLED_LEAST = 90
"""Percent of a room's mutants that a test must notice; those that change nothing do not count."""

_COUNTED = (Outcome.KILLED, Outcome.TIMED_OUT, Outcome.SURVIVED, Outcome.NOT_RUN)
_NOTICED = (Outcome.KILLED, Outcome.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mutant that no test can tell from the right code, and why; without `before`, all those of the line."""

    module: str
    function: str
    line: str
    reason: str
    before: str = ""
    after: str = ""

    def is_of(self, module: str, mutant: Mutant) -> bool:
        """Whether this is the mutant."""
        here = (module, mutant.function, mutant.line) == (self.module, self.function, self.line)
        return here and (not self.before or (mutant.before, mutant.after) == (self.before, self.after))


def accepted() -> tuple[Accepted, ...]:
    """The survivors that are accepted, each with its reason."""
    read = tomllib.loads(SURVIVORS.read_text())
    return tuple(Accepted(**each) for each in read.get("accepted", ()))


class Remembered:
    """Outcomes of earlier runs, by the content of the module and of all that its room's tests are made of."""

    def __init__(self, folder: Path, name: str, room: Room) -> None:
        self._path = folder / f"{name}.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        self._tests = _content_of(room.test_paths)
        self._known: dict[str, tuple[Outcome, str, float]] = {}
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                row = json.loads(line)
                self._known[row["key"]] = Outcome(row["outcome"]), row["by"], row["seconds"]

    def of(self, module: str, source: str, mutant: Mutant, *, seconds: float) -> Judged | None:
        """What became of a mutant when everything was as it is now; a survivor was given as much time."""
        known = self._known.get(self._key(module, source, mutant))
        if known is None or (known[0] is Outcome.SURVIVED and known[2] < seconds):
            return None
        return Judged(module, mutant, *known[:2])

    def keep(self, judged: Judged, *, seconds: float) -> None:
        """Remember an outcome at once: a run that is broken off goes on from here."""
        source = (PROJECT / judged.module).read_text()
        row = {
            "key": self._key(judged.module, source, judged.mutant),
            "outcome": judged.outcome,
            "by": judged.by,
            "seconds": seconds,
            "mutant": f"{judged.module}:{judged.mutant}",
        }
        with self._path.open("a") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def _key(self, module: str, source: str, mutant: Mutant) -> str:
        said = "\0".join((module, source, self._tests, str(mutant.number), mutant.after))
        return hashlib.sha256(said.encode()).hexdigest()


def _content_of(paths: Iterable[Path]) -> str:
    """The fingerprint of the tests, and of what they are told with."""
    files = {
        file
        for path in (*paths, PROJECT / "tests" / "support")
        for file in ([path] if path.is_file() else path.rglob("*.py"))
    }
    read = hashlib.sha256()
    for file in sorted(files):
        read.update(file.read_bytes())
    return read.hexdigest()


@dataclass(frozen=True, slots=True)
class RoomResult:
    """What a room came to."""

    name: str
    mutants: int
    judged: Sequence[Judged]
    accepted: Sequence[Judged]

    @property
    def counted(self) -> int:
        """How many mutants could have been noticed."""
        return sum(each.outcome in _COUNTED for each in self.judged) - len(self.accepted)

    @property
    def noticed(self) -> int:
        """How many were."""
        return sum(each.outcome in _NOTICED for each in self.judged)

    @property
    def survivors(self) -> Sequence[Judged]:
        """Those that no test noticed and that nobody has accepted."""
        missed = (each for each in self.judged if each.outcome in _COUNTED and each.outcome not in _NOTICED)
        return [each for each in missed if each not in self.accepted]

    @property
    def is_enough(self) -> bool:
        """Whether the room's tests notice what they must."""
        return 100 * self.noticed >= KILLED_LEAST * self.counted

    @property
    def told(self) -> str:
        """The room in one line."""
        share = 100 * self.noticed / self.counted if self.counted else 100
        count = Counter(each.outcome for each in self.judged)
        kinds = ", ".join(f"{count[each]} {each}" for each in Outcome if count[each])
        return (
            f"{self.name}: {self.noticed} of {self.counted} noticed ({share:.1f} %), {len(self.judged)} of "
            f"{self.mutants} tried: {kinds}; {len(self.accepted)} accepted"
        )


def result_of(name: str, mutants: int, judged: Sequence[Judged]) -> RoomResult:
    """A room with what is accepted set apart."""
    held = accepted()
    missed = (each for each in judged if each.outcome in (Outcome.SURVIVED, Outcome.NOT_RUN))
    return RoomResult(
        name,
        mutants,
        judged,
        [each for each in missed if any(one.is_of(each.module, each.mutant) for one in held)],
    )
