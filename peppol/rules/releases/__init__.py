"""Which rules judge a document: the releases held, side by side, and the one in force on a day.

A document is judged by the release mandatory on the day it was received. A release is a folder
here and its line in `HELD`: what it changes stands in the folder, the engine is not touched and
nothing of another release either. Days before the oldest release held are judged by that one,
and whoever shows the verdict says so (`Release.binds`).
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from peppol.identifiers import DocumentKind
from peppol.rules.engine.engine import RuleSet
from peppol.rules.engine.rulebook import RuleInfo
from peppol.rules.releases.release import Release, releases_of

HELD: Final = (
    "r2025_11",
    "r2026_05",
    "r2026_11",
    "mls_1_0_1",
)
"""The folders of the releases held, for each kind of document the oldest first."""

RELEASES: Final[tuple[Release, ...]] = tuple(
    release for folder in HELD for release in releases_of(f"{__name__}.{folder}")
)
"""Every release of every kind of document, for each kind the oldest first."""


def rule_set_for(kind: DocumentKind, *, on: date, specification: str | None = None) -> RuleSet:
    """The rules in force for a kind of document on a day."""
    return release_for(kind, on=on, specification=specification).rule_set


def release_for(kind: DocumentKind, *, on: date, specification: str | None = None) -> Release:
    """The release in force for a kind of document on a day: the newest that is mandatory by then.

    Before the first it is the oldest held. With a specification (BT-24) only releases written for
    it are looked at; where there is none, those of the kind say what is wrong with it.
    """
    of_kind = [release for release in RELEASES if release.kind is kind]
    fitting = [release for release in of_kind if release.is_for(specification)] or of_kind
    begun = [release for release in fitting if release.binds(on)]
    return begun[-1] if begun else fitting[0]


def all_rules() -> tuple[RuleInfo, ...]:
    """Every rule of every release once, family by family in published order."""
    return tuple(_once())


def _once() -> Iterator[RuleInfo]:
    seen: set[str] = set()
    for release in RELEASES:
        for info in release.rule_set.infos:
            if info.id not in seen:
                seen.add(info.id)
                yield info
