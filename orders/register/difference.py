"""How one register differs from another, as counts and names of keys and never as personal data. Pure.

Convention: an organisation number may be a person's, so suppliers are counted and not named. Of what is changed, the
keys are named and the values are not.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from foundation.text import JoinedText, Text, WrittenText
from orders.register.register import Register

_LISTS = ("suppliers", "areas", "units", "contracts", "price_lists", "services")
_MOST = 10


@dataclass(frozen=True, slots=True)
class TableDifference:
    """What is added to, changed in and removed from one table; `keys` says how many entries change each key."""

    table: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    keys: Mapping[str, int] | None = None

    @property
    def sentence(self) -> Text:
        """One line for people."""
        parts = [
            Text(
                "%(count)s %(what)s%(ids)s",
                count=len(ids),
                what=what,
                ids=self._named(ids),
            )
            for ids, what in (
                (self.added, Text("tillkommer")),
                (self.changed, Text("ändras")),
                (self.removed, Text("tas bort")),
            )
            if ids
        ]
        keys = ", ".join(f"{key} ({count})" for key, count in (self.keys or {}).items())
        return Text(
            "%(table)s: %(parts)s%(keys)s",
            table=self.table,
            parts=JoinedText(", ", parts),
            keys=WrittenText(f" [{keys}]" if keys else ""),
        )

    def _named(self, ids: tuple[str, ...]) -> Text:
        if self.table in ("suppliers", "buyer", "policy"):
            return WrittenText("")
        more = ", ..." if len(ids) > _MOST else ""
        return WrittenText(f" ({', '.join(ids[:_MOST])}{more})")


def difference(before: Register, after: Register) -> tuple[TableDifference, ...]:
    """The tables that differ, in the order of the register."""
    return tuple(_differences(before, after))


def _differences(before: Register, after: Register) -> Iterator[TableDifference]:
    for single in ("buyer", "policy"):
        keys = _changed_keys(getattr(before, single), getattr(after, single))
        if keys:
            yield TableDifference(single, changed=(single,), keys=Counter(keys))
    for table in _LISTS:
        old, new = _by_id(before, table), _by_id(after, table)
        changed = {each: _changed_keys(old[each], new[each]) for each in sorted(old.keys() & new.keys())}
        changed = {each: keys for each, keys in changed.items() if keys}
        found = TableDifference(
            table,
            added=tuple(sorted(new.keys() - old.keys())),
            changed=tuple(changed),
            removed=tuple(sorted(old.keys() - new.keys())),
            keys=Counter(key for keys in changed.values() for key in keys),
        )
        if found.added or found.changed or found.removed:
            yield found


def _by_id(register: Register, table: str) -> dict[str, object]:
    key = "organisation_number" if table == "suppliers" else "id"
    return {getattr(each, key): each for each in getattr(register, table)}


def _changed_keys(old: object, new: object) -> list[str]:
    # Each is a dataclass of the register.
    return [
        each.name
        for each in fields(old)  # type: ignore[arg-type]
        if each.init and getattr(old, each.name) != getattr(new, each.name)
    ]
