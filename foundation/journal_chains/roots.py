"""A root of the journal: one hash over the heads of all chains that moved, chained to the root before. Pure.

What is written outside is a root's number and hash. Through the roots before it and their leaves it holds every row
that any of them took in.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from foundation.journal_chains import merkle_tree
from foundation.journal_chains.merkle_tree import Step
from foundation.journal_chains.row_hashes import ChainHead, canonical


@dataclass(frozen=True, slots=True)
class Root:
    """A root as it was made: `leaves` counts the heads it was made over, `tree` is what their tree comes to."""

    number: int
    day: str
    previous: str
    leaves: int
    tree: str

    @property
    def hash(self) -> str:
        """The hash that ties it to the root before; neither a leaf's nor a node's."""
        said = {
            "number": self.number,
            "day": self.day,
            "previous": self.previous,
            "leaves": self.leaves,
            "tree": self.tree,
        }
        return hashlib.sha256(b"\x02" + canonical(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Proof:
    """That a chain's head was taken in by a root: the head, its root, and the path between them."""

    head: ChainHead
    root: Root
    path: Sequence[Step]

    def holds(self) -> bool:
        """Whether the path leads from the head to the root."""
        return merkle_tree.climbed(leaf_of(self.head), self.path) == self.root.tree


def leaf_of(head: ChainHead) -> str:
    """The leaf's hash of a chain's head."""
    return merkle_tree.leaf_hash(
        canonical({"chain": head.chain, "position": head.position, "hash": head.hash})
    )


def over(heads: Sequence[ChainHead], *, number: int, day: str, previous: str) -> Root:
    """The root over these heads in their order. Raises ValueError for none."""
    return Root(number, day, previous, len(heads), merkle_tree.top([leaf_of(each) for each in heads]))


def proof_of(heads: Sequence[ChainHead], chain: str, root: Root) -> Proof:
    """That the chain's head among these was taken in by the root made over them. Raises StopIteration for no such."""
    place = next(place for place, each in enumerate(heads) if each.chain == chain)
    return Proof(heads[place], root, merkle_tree.path([leaf_of(each) for each in heads], place))
