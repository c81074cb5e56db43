"""The navigation: which pages lead where, what stands above each, and who sees them.

Convention: an entry is shown to whoever has one of its permissions, unless it is part of another one that they have;
`current` is the longest path that begins the page's own. The entries, and the places below them, come from the fronts.
"""

from collections.abc import Iterator, Mapping

from accounts.identity import BUYER_SIDE, SUPPLIER_SIDE, Person
from web import fronts
from web.fronts import NavigationEntry, Place


def entries(person: Person | None) -> tuple[NavigationEntry, ...]:
    """What the person may go to; nothing for nobody."""
    allowed = _allowed(person)
    paths = {each.path for each in allowed}
    return tuple(each for each in allowed if each.part_of not in paths)


def _allowed(person: Person | None) -> list[NavigationEntry]:
    return [each for each in places(person) if isinstance(each, NavigationEntry)]


def places(person: Person | None) -> tuple[Place, ...]:
    """Every place that the person may have, in the menu or below it; nothing for nobody."""
    if person is None:
        return ()
    side = BUYER_SIDE if person.is_buyer else SUPPLIER_SIDE
    return tuple(
        each for each in fronts.places() if each.permissions <= side and person.may(*each.permissions)
    )


def above(person: Person | None, path: str) -> tuple[Place, ...]:
    """The places above a page, from its entry in the menu down; none for an entry, and for a page below none."""
    mine = {each.path: each for each in places(person)}
    roots = {each.path for each in entries(person)}
    found: list[Place] = []
    while path not in roots:
        nearest = _nearest_above(mine, path)
        if nearest is None:
            return ()
        found.insert(0, nearest)
        path = nearest.path
    return tuple(found)


def _nearest_above(mine: Mapping[str, Place], path: str) -> Place | None:
    said = mine[path].below if path in mine else ()
    fitting = [(len(start), each.path) for each in mine.values() for start in _starts(each, path)]
    nearest = next((each for each in said if each in mine), max(fitting, default=(0, ""))[1])
    return mine.get(nearest)


def _starts(place: Place, path: str) -> Iterator[str]:
    """The beginnings of a page's path that say it stands below the place; everybody's first page has none below."""
    if place.path != "/" and path.startswith(f"{place.path}/"):
        yield place.path
    yield from (each for each in place.holds if f"{path}/".startswith(f"{each}/"))


def current(person: Person | None, path: str) -> str:
    """The path of the entry a page belongs to; empty where it belongs to none."""
    fitting = [
        each.path
        for each in entries(person)
        if path == each.path or (each.path != "/" and path.startswith(f"{each.path}/"))
    ]
    return max(fitting, key=len, default="")


def start_of(person: Person) -> str:
    """Where the person begins: where their work waits, otherwise the first page they may have."""
    mine = entries(person)
    works = (each.path for each in mine if each.begins and person.may(*each.begins))
    return next(works, next((each.path for each in mine), "/account"))
