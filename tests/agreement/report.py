"""What came of a run, in figures and in classes: how many are the same, and every way in which some are not."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from peppol.identifiers import DocumentKind
from tests.agreement.comparing import Comparison, Difference
from tests.agreement.known import KnownClass, known_class

_ASPECTS: Final[tuple[tuple[str, Callable[[Comparison], bool | None]], ...]] = (
    ("verdicts", lambda comparison: comparison.same_verdict),
    ("rules fired", lambda comparison: comparison.same_fired),
    ("schema", lambda comparison: comparison.same_schema),
)


@dataclass(slots=True)
class _Class:
    """All documents over which one thing is said otherwise."""

    kind: DocumentKind
    difference: Difference
    known: KnownClass | None
    count: int = 0
    examples: list[Comparison] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """The comparisons of one sort of input, counted as they come; only what differs is kept."""

    title: str
    judged: int = 0
    counts: Counter[tuple[DocumentKind, str, bool | None]] = field(default_factory=Counter)
    classes: dict[tuple[DocumentKind, str, str], _Class] = field(default_factory=dict)

    def add(self, comparison: Comparison) -> None:
        """Count one document."""
        self.judged += 1
        for aspect, same in _ASPECTS:
            self.counts[comparison.kind, aspect, same(comparison)] += 1
        for difference in comparison.differences:
            known = known_class(difference, comparison)
            key = (comparison.kind, str(difference), known.name if known else "")
            found = self.classes.setdefault(key, _Class(comparison.kind, difference, known))
            found.count += 1
            if len(found.examples) < 1:
                found.examples.append(comparison)

    @property
    def unexplained(self) -> list[_Class]:
        """The classes that nothing explains."""
        return [found for found in self.classes.values() if found.known is None]

    def lines(self) -> Iterator[str]:
        """The figures, a line for each kind of document and one for all, then the classes."""
        yield f"{self.title}: {self.judged:,} judged"
        kinds = [kind for kind in DocumentKind if any(each == kind for each, _, _ in self.counts)]
        for kind in kinds:
            yield f"  {kind:<18}{self._shares((kind,))}"
        if len(kinds) > 1:
            yield f"  {'all':<18}{self._shares(kinds)}"
        for found in sorted(self.classes.values(), key=lambda found: (found.known is not None, -found.count)):
            reason = f"explained: {found.known.name}" if found.known else "NOT EXPLAINED"
            yield f"  {found.count:>6} × {found.kind} {found.difference} [{reason}], as in {found.examples[0].name}"

    def _shares(self, kinds: Sequence[DocumentKind]) -> str:
        parts = []
        for aspect, _ in _ASPECTS:
            same, other, none = (
                sum(self.counts[kind, aspect, value] for kind in kinds) for value in (True, False, None)
            )
            if same + other:
                share = f"{100 * same / (same + other):.2f} %"
                parts.append(f"{aspect} {same:,} of {same + other:,} ({share})")
            elif none:
                parts.append(f"{aspect} not compared")
        return "; ".join(parts)


def keep_examples(tallies: Sequence[Tally], folder: Path) -> int:
    """Write one document of each class that nothing explains, and how many there are."""
    number = 0
    for tally in tallies:
        for found in tally.unexplained:
            number += 1
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{number:03}.xml").write_bytes(found.examples[0].data)
            told = f"{tally.title}\n{found.kind} {found.difference}\n{found.examples[0].name}\n"
            (folder / f"{number:03}.txt").write_text(told, encoding="utf-8")
    return number
