"""Every place in the product that takes the beginning of something, and why nothing that somebody wrote is lost by it.

`cuts.toml` has a reason and, below it, each slice `[:n]` it holds for. What people write is kept whole or refused
(`foundation.written.kept_words`), and a key of what others send is told from every other (`foundation.written.fitted`).
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Refused
from foundation.text import FOLDERS, Text
from foundation.written import kept_words
from foundation.written.fitted import shown, within
from tests.support import measures
from tests.support.product import modules

REASONS = Path(__file__).with_name("cuts.toml")
_ASKED = Text("Skriv varför.")
NOT_OURS_TO_JUDGE = ("billing/tools/", "billing/migrations/versions/")
"""Invented worlds, and steps that have been taken."""


def cuts_in(tree: ast.Module) -> Iterator[str]:
    """Each expression that takes something from its beginning up to a place."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)):
            continue
        lower, upper = node.slice.lower, node.slice.upper
        begins = lower is None or (isinstance(lower, ast.Constant) and lower.value == 0)
        if begins and upper is not None and not isinstance(upper, ast.UnaryOp):
            yield ast.unparse(node)


def cuts() -> set[tuple[str, str]]:
    return {
        (name, cut)
        for name in modules()
        if measures.top(name) in FOLDERS and not name.startswith(NOT_OURS_TO_JUDGE)
        for cut in cuts_in(measures.tree(name))
    }


def told() -> list[tuple[str, str]]:
    rows = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    return [(module, cut) for places in rows.values() for module, every in places.items() for cut in every]


def test_whatever_is_cut_has_its_reason() -> None:
    there, rows = cuts(), told()
    assert sorted(there - set(rows)) == [], "in no row of cuts.toml: is it what somebody wrote?"
    assert sorted(set(rows) - there) == [], "in cuts.toml, but in no module"
    assert len(rows) == len(set(rows))


def test_a_cut_is_seen_however_it_is_written() -> None:
    source = (
        "a = b[:500]\nc = ' '.join(d.split())[0:MOST]\ne = f[:-1]\ng = h[2:5]\ni = [j for j in k][: len(l)]"
    )
    assert list(cuts_in(ast.parse(source))) == [
        "b[:500]",
        "' '.join(d.split())[0:MOST]",
        "[j for j in k][:len(l)]",
    ]


@given(st.text(min_size=33, max_size=80), st.text(min_size=33, max_size=80), st.integers(32, 60))
def test_two_texts_that_differ_have_two_keys(one: str, other: str, longest: int) -> None:
    same_beginning = one[:33] + other[33:]
    for text in (one, other, same_beginning):
        assert len(within(text, longest)) <= longest
        assert (within(text, longest) == within(one, longest)) is (text == one)
        assert within(text, len(text)) == text
        assert len(shown(text, longest)) == min(len(text), longest)


@given(st.text(alphabet=st.sampled_from("ab åä\n\t"), max_size=40), st.integers(1, 30))
def test_words_are_kept_whole_or_refused(words: str, longest: int) -> None:
    in_one_line = " ".join(words.split())
    if 0 < len(in_one_line) <= longest:
        assert kept_words.kept(words, Refused, asked=_ASKED, longest=longest) == in_one_line
        return
    with pytest.raises(Refused) as refused:
        kept_words.kept(words, Refused, asked=_ASKED, longest=longest)
    told = refused.value.text.sv
    assert told == _ASKED.sv if not in_one_line else (str(len(in_one_line)) in told and str(longest) in told)
