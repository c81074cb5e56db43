"""The tree over the heads: as RFC 6962 reckons it, and each leaf's path leads to the top and to no other."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.journal_chains import merkle_tree
from foundation.journal_chains.merkle_tree import Step

LEAVES = st.lists(st.text(max_size=3), min_size=1, max_size=40).map(
    lambda texts: [merkle_tree.leaf_hash(each) for each in texts]
)


def by_the_standard(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there: split at the largest power of two below n."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    return hashlib.sha256(
        b"\x01" + by_the_standard(leaves[:split]) + by_the_standard(leaves[split:])
    ).digest()


@given(st.lists(st.text(max_size=4), min_size=1, max_size=70))
def test_the_top_is_the_one_of_the_standard(contents: list[str]) -> None:
    leaves = [merkle_tree.leaf_hash(each) for each in contents]
    assert merkle_tree.top(leaves) == by_the_standard([each.encode() for each in contents]).hex()


@given(leaves=LEAVES, drawn=st.data())
def test_a_path_leads_from_its_leaf_to_the_top_and_from_no_other(
    leaves: list[str], drawn: st.DataObject
) -> None:
    place = drawn.draw(st.integers(0, len(leaves) - 1))
    steps = merkle_tree.path(leaves, place)
    assert merkle_tree.climbed(leaves[place], steps) == merkle_tree.top(leaves)
    other = merkle_tree.leaf_hash("none of these")
    assert merkle_tree.climbed(other, steps) != merkle_tree.top(leaves)
    if steps:
        at = drawn.draw(st.integers(0, len(steps) - 1))
        turned = [Step(each.hash, each.is_left != (here == at)) for here, each in enumerate(steps)]
        # A side is of no matter where both are alike, as halves of the same leaves are: there alone.
        are_alike = steps[at].hash == merkle_tree.climbed(leaves[place], steps[:at])
        assert (merkle_tree.climbed(leaves[place], turned) == merkle_tree.top(leaves)) == are_alike


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    one, other = merkle_tree.leaf_hash("1"), merkle_tree.leaf_hash("2")
    assert merkle_tree.node_hash(one, other) != merkle_tree.leaf_hash(f"{one}{other}")
    assert (
        merkle_tree.node_hash(one, other) != hashlib.sha256(b"\x00" + bytes.fromhex(one + other)).hexdigest()
    )


def test_there_is_no_tree_of_nothing_and_no_path_from_outside() -> None:
    with pytest.raises(ValueError, match="a leaf"):
        merkle_tree.top([])
    for place in (-1, 1):
        with pytest.raises(IndexError):
            merkle_tree.path([merkle_tree.leaf_hash("1")], place)
