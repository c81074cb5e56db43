"""The navigation: which pages lead where, and who sees them.

Convention: an entry is shown to whoever has one of its permissions, unless it is part of another one that they have;
`current` is the longest path that begins the page's own. The entries come from the fronts.
"""

from accounts.identity import BUYER_SIDE, SUPPLIER_SIDE, Person
from web import fronts
from web.fronts import NavigationEntry


def entries(person: Person | None) -> tuple[NavigationEntry, ...]:
    """What the person may go to; nothing for nobody."""
    allowed = _allowed(person)
    paths = {each.path for each in allowed}
    return tuple(each for each in allowed if each.part_of not in paths)


def _allowed(person: Person | None) -> list[NavigationEntry]:
    if person is None:
        return []
    side = BUYER_SIDE if person.is_buyer else SUPPLIER_SIDE
    return [
        each for each in fronts.navigation() if each.permissions <= side and person.may(*each.permissions)
    ]


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
