"""The fronts that stand on the web: what each brings of pages, templates, texts and navigation.

Convention: a front says what it has in a `FRONT` of its pages' package, and whoever puts the application together
registers them once, in the order of the navigation. So the web knows no front by name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Protocol

from fastapi import APIRouter

from accounts.identity import Permission, Person
from foundation.sql import Session
from foundation.text import Text
from web.search.model import Question


@dataclass(frozen=True, slots=True)
class Place:
    """A page that others stand below, or that somebody looks for by its name: path, label, and permissions.

    One of the permissions is enough. A page stands below the place whose path begins its own, or which `holds` the
    beginning of its path. Of the paths in `below`, the first that the person may have is the place above this one,
    where its own path does not say so. `words` are what else it is looked for by, in each language.
    """

    path: str
    label: Text
    permissions: frozenset[Permission]
    below: Sequence[str] = ()
    holds: Sequence[str] = ()
    words: Text | None = None


@dataclass(frozen=True, slots=True)
class NavigationEntry(Place):
    """A place in the menu.

    `part_of` is the path of an entry whose pages have a tab that leads here: who has that entry needs no second one.
    Who has one of `begins` starts here after signing in, before any entry that merely may be read.
    """

    part_of: str = ""
    begins: frozenset[Permission] = frozenset()


class Waits(Protocol):
    """Something that waits for somebody: how much of it, and where it is dealt with."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def address(self) -> str:
        """The page where it is dealt with."""


Counting = Callable[[Session, Person, date], Iterable[Waits]]
"""What waits for a person on a day, as one front counts it."""


@dataclass(frozen=True, slots=True)
class Front:
    """A package of pages. `package` has the folders `templates/` and `locale/`; earlier routers are asked first.

    `places` are the pages below the menu that others stand below, or that are searched for (`web/navigation.py`).
    `help` has the sections of the guides, `guide#place`, each with the routes of the pages that it is about.
    `search` is what the field in the head of each page looks through.
    `waiting` counts what waits for a person, for the numbers in the menu (`web/frame/waiting.py`).
    """

    package: str
    routers: Sequence[APIRouter]
    navigation: Sequence[NavigationEntry]
    places: Sequence[Place] = ()
    help: Mapping[str, Sequence[str]] = field(default_factory=dict)
    search: Sequence[Question] = ()
    waiting: Sequence[Counting] = ()


_registered: Final[list[Front]] = []


def register(*fronts: Front) -> None:
    """Let these fronts take part from now on; one that takes part already is not taken twice."""
    _registered.extend(each for each in fronts if each.package not in packages())


def packages() -> tuple[str, ...]:
    """The packages that have templates and texts: the web's own first."""
    return ("web", *(each.package for each in _registered))


def navigation() -> Iterator[NavigationEntry]:
    """Every entry, in the order in which the fronts were registered."""
    for front in _registered:
        yield from front.navigation


def places() -> Iterator[Place]:
    """Every place: the entries of the menu before those below them."""
    yield from navigation()
    for front in _registered:
        yield from front.places


def help_sections() -> Mapping[str, str]:
    """The section of the guides that each page is told in, by the page's route."""
    return {
        route: section for front in _registered for section, routes in front.help.items() for route in routes
    }


def search_questions() -> Iterator[Question]:
    """Every question of a search, in the order in which the fronts were registered."""
    for front in _registered:
        yield from front.search


def countings() -> Iterator[Counting]:
    """Every way of counting what waits for a person, in the order in which the fronts were registered."""
    for front in _registered:
        yield from front.waiting
