"""A Merkle tree of hashes, and the path from one leaf to the top (RFC 6962, section 2.1). Pure.

A leaf's hash begins with the byte 0 and a node's with the byte 1, so that no node can be passed off as a leaf. A node
without a sibling goes up as it is. Hashes are hexadecimal sha256.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step up: the sibling's hash, and whether it stands to the left."""

    hash: str
    is_left: bool


def leaf_hash(content: str) -> str:
    """The hash of a leaf that says this."""
    return hashlib.sha256(b"\x00" + content.encode()).hexdigest()


def node_hash(left: str, right: str) -> str:
    """The hash of the node over two others."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def top(leaves: Sequence[str]) -> str:
    """What a tree over these leaves' hashes comes to. Raises ValueError for none."""
    return _levels(leaves)[-1][0]


def path(leaves: Sequence[str], place: int) -> list[Step]:
    """The steps from the leaf at this place, counted from 0, to the top. Raises ValueError, IndexError."""
    if not 0 <= place < len(leaves):
        raise IndexError(place)
    steps = []
    for level in _levels(leaves)[:-1]:
        sibling = place ^ 1
        if sibling < len(level):
            steps.append(Step(level[sibling], is_left=sibling < place))
        place //= 2
    return steps


def climbed(leaf: str, steps: Sequence[Step]) -> str:
    """What a leaf's hash comes to when the steps are gone: the top, where they are its path."""
    for step in steps:
        leaf = node_hash(step.hash, leaf) if step.is_left else node_hash(leaf, step.hash)
    return leaf


def _levels(leaves: Sequence[str]) -> list[Sequence[str]]:
    """The hashes of each level, the leaves first."""
    if not leaves:
        raise ValueError("a tree has a leaf")
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [
            node_hash(below[place], below[place + 1]) if place + 1 < len(below) else below[place]
            for place in range(0, len(below), 2)
        ]
        levels.append(pairs)
    return levels
