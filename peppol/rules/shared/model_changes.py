"""A data model with one thing changed, as a later or an earlier release has it.

The number of every place stays; which rules a place has, and so how they are counted within it,
follows from the model anew.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from peppol.rules.shared.structure import NAMED_LISTS, Codes, Model, ModelPlace


def optional(tree: Model, path: str) -> Model:
    """The model where the element at the path ("OrderLine/LineItem/Delivery") may be left out.

    Raises ValueError when the model has no such element.
    """
    return replace(tree, root=_at(tree.root, path.split("/"), lambda place: replace(place, mandatory=False)))


def without(tree: Model, path: str) -> Model:
    """The model without the element at the path; the numbers of the others stay.

    Raises ValueError when the model has no such element.
    """
    return replace(tree, root=_at(tree.root, path.split("/"), lambda _: None))


def with_value(tree: Model, path: str, value: str) -> Model:
    """The model where the element at the path has this value and no other.

    Raises ValueError when the model has no such element.
    """
    only = Codes(f"'{value}'", frozenset({value}))
    return replace(tree, root=_at(tree.root, path.split("/"), lambda place: replace(place, codes=only)))


def with_codes(tree: Model, lists: Mapping[frozenset[str], frozenset[str]]) -> Model:
    """The model where each code list is exchanged for another, also where it is one of several."""

    def exchanged(codes: Codes | None) -> Codes | None:
        if codes is None or codes.name.startswith("'"):
            return codes
        parts = (NAMED_LISTS[name] for name in codes.name.split("|"))
        return Codes(codes.name, frozenset().union(*(lists.get(part, part) for part in parts)))

    def below(place: ModelPlace) -> ModelPlace:
        return replace(
            place,
            codes=exchanged(place.codes),
            attributes=tuple(replace(each, codes=exchanged(each.codes)) for each in place.attributes),
            children=[below(child) for child in place.children],
        )

    return replace(tree, root=below(tree.root))


def _at(
    place: ModelPlace, steps: Sequence[str], change: Callable[[ModelPlace], ModelPlace | None]
) -> ModelPlace:
    name, *rest = steps
    if name not in (child.local for child in place.children):
        raise ValueError(f"{place.local} has no {name} in the data model.")
    children: list[ModelPlace] = []
    for child in place.children:
        made = child if child.local != name else _at(child, rest, change) if rest else change(child)
        if made is not None:
            children.append(made)
    return replace(place, children=children)
