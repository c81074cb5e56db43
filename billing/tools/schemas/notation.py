"""Reads the trees: what a document or a part of one may hold, one child a line.

The notation is explained in xsd/README.md. What is read are plain values; making
schemas of them is the work of `build_schemas`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import xsd

TREES: Final = Path(xsd.__file__).parent / "trees"

_OFTEN: Final = {
    "1": (1, 1),
    "?": (0, 1),
    "*": (0, None),
    "+": (1, None),
    "0..2": (0, 2),
    "1..2": (1, 2),
}


class UnreadableTree(ValueError):
    """A line of a tree that breaks its notation; the sentence says which file, line and why."""


@dataclass(frozen=True, slots=True)
class TreeAttribute:
    """One attribute: its name, whether it must stand there, the values it may have."""

    name: str
    mandatory: bool
    values: str


@dataclass(frozen=True, slots=True)
class TreeChild:
    """One child element: how often it may stand there and what it holds (a shape or values)."""

    name: str
    least: int
    most: int | None
    holds: str
    attributes: tuple[TreeAttribute, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """The children of an element in order; `root` is the root element's name if it is a document."""

    name: str
    root: str
    children: tuple[TreeChild, ...]


def read_trees(names: tuple[str, ...]) -> dict[str, Shape]:
    """The shapes of these trees by name; raises `UnreadableTree` with file and line."""
    shapes: dict[str, Shape] = {}
    for name in names:
        lines = (TREES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        head, children = ("", "", ""), list[TreeChild]()
        for number, line in enumerate([*lines, ""], start=1):
            words = line.split()
            if line.startswith("  "):
                children.append(_child(words, where=f"{name}.txt line {number}"))
            elif not words and head[1]:
                shapes[head[1]] = Shape(head[1], head[2], tuple(children))
                head, children = ("", "", ""), []
            elif words and not line.startswith("#"):
                if words[0] not in ("shape", "document") or words[1] in shapes:
                    raise UnreadableTree(f"{name}.txt line {number}: a new shape or document must start here")
                head = (words[0], words[1], words[2] if words[0] == "document" else "")
    return shapes


def _child(words: list[str], *, where: str) -> TreeChild:
    """One line of a shape: name, how often, what it holds, attributes."""
    if len(words) < 2 or words[1] not in _OFTEN:
        raise UnreadableTree(f"{where}: after the name stands one of {' '.join(_OFTEN)}")
    attributes = []
    for word in words[3:]:
        match = re.fullmatch(r"@(\w+)(\??)(?:=(\S+))?", word)
        if not match:
            raise UnreadableTree(f"{where}: {word} is not an attribute; write @name, @name? or @name=VALUES")
        attributes.append(TreeAttribute(match[1], not match[2], match[3] or "Text"))
    least, most = _OFTEN[words[1]]
    return TreeChild(words[0], least, most, words[2] if len(words) > 2 else "", tuple(attributes))
