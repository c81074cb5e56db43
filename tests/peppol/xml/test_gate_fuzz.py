"""The gate against chance: bytes and trees spoilt at random never raise anything but a refusal.

The mutants follow from a seed and a counter, so that any failure names the mutant
and can be made again: `spoilt(SEED, 4711)`. An ordinary run makes 2,000 byte mutants
and 500 tree mutants, `make test-slow` 20,000; `make fuzz` sets FUZZ_MUTANTS=1000000,
which makes a million and a fiftieth of that.
"""

import os
import random
import time
from collections.abc import Callable
from typing import Final

import pytest
from lxml import etree

from fixtures.build_bad import base
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused

SEED: Final = 20_261_121
MUTANTS: Final = int(os.environ.get("FUZZ_MUTANTS", "2000"))
TREES: Final = max(500, MUTANTS // 50)
ORIGINALS: Final = tuple(base(name) for name in ("invoice", "credit-note", "order", "invoice-response"))

# Pieces on which parsers have stumbled before.
PIECES: Final = tuple(
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>|<![CDATA[|]]>|<!--|-->|<?xml|?>|&#0;|&#x202E;|&amp|&a;|\x00|\xff|\xfe\xff|"
    b"\xef\xbb\xbf|\xc0\xbc|\xed\xa0\x80|\xe2\x80\xae|xmlns:cbc='urn:a'|xmlns=''|<cbc:ID>|</cbc:ID>|/>|<|>|\"|'|"
    b"encoding='UTF-16'|version='1.1'|]]|<a><a><a>|xml:id='x'|NaN|1e400|\r\n|\xc2\x85|\xf4\x90\x80\x80".split(
        b"|"
    )
)


def spoilt(seed: int, counter: int) -> bytes:
    """The byte mutant of this number: one to four changes to one of the good documents."""
    chance = random.Random(f"{seed}/{counter}")  # noqa: S311 - chance, not secrecy
    data = bytearray(chance.choice(ORIGINALS))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randint(1, 200)]
            case 2:
                data[at:at] = chance.choice(PIECES)
            case 3:
                piece = data[at : at + chance.randint(1, 300)]
                to = chance.randrange(len(data) + 1)
                data[to:to] = piece
            case 4:
                del data[at:]
            case _:
                data[at:at] = chance.choice(PIECES) * chance.randint(2, 300)
        if not data:
            break
    return bytes(data)


def grown(seed: int, counter: int) -> bytes:
    """The tree mutant of this number: well-formed, and wrong in one to five places."""
    chance = random.Random(f"{seed}/tree/{counter}")  # noqa: S311 - chance, not secrecy
    root = etree.fromstring(chance.choice(ORIGINALS))
    for _ in range(chance.randint(1, 5)):
        elements = list(root.iter())
        chance.choice(CHANGES)(chance, chance.choice(elements), chance.choice(elements))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _delete(chance: random.Random, one: etree._Element, other: etree._Element) -> None:
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _double(chance: random.Random, one: etree._Element, other: etree._Element) -> None:
    if one.getparent() is not None:
        one.addnext(etree.fromstring(etree.tostring(one, with_tail=False)))


def _move(chance: random.Random, one: etree._Element, other: etree._Element) -> None:
    if one.getparent() is not None and one not in other.iterancestors() and one is not other:
        other.append(one)


def _retag(chance: random.Random, one: etree._Element, other: etree._Element) -> None:
    one.tag = chance.choice((other.tag, "{urn:a}b", "c", etree.QName(one).text + "X"))


VALUES: Final = (
    "",
    " ",
    "NaN",
    "1e400",
    "٣",
    "\u202e1",
    "x" * 5_000,
    "2026-02-30",
    "-0",
    "1_0",
    "åäö",
    "\n\t",
)


def _write(chance: random.Random, one: etree._Element, other: etree._Element) -> None:
    one.text = chance.choice(VALUES)


def _attribute(chance: random.Random, one: etree._Element, other: etree._Element) -> None:
    one.set(chance.choice(("schemeID", "currencyID", "{urn:a}b", "x")), chance.choice(VALUES))


CHANGES: Final[tuple[Callable[[random.Random, etree._Element, etree._Element], None], ...]] = (
    _delete,
    _double,
    _move,
    _retag,
    _write,
    _attribute,
)


def knock(data: bytes) -> str:
    """What the gate says: "in" or the rule id; anything else it raises comes through."""
    try:
        admit(data)
    except GateRefused as refused:
        return refused.finding.rule
    return "in"


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (spoilt, MUTANTS),
        (grown, TREES),
        pytest.param(spoilt, 20_000, marks=pytest.mark.slow),
        pytest.param(spoilt, 1_000_000, marks=pytest.mark.nightly),
    ],
)
def test_the_door_answers_every_mutant_with_a_tree_or_a_refusal(
    make: Callable[[int, int], bytes], count: int, record_property: Callable[[str, object], None]
) -> None:
    answers: dict[str, int] = {}
    slowest = 0.0
    for counter in range(count):
        data = make(SEED, counter)
        started = time.process_time()
        try:
            answer = knock(data)
        except Exception as unexpected:
            pytest.fail(f"mutant {counter} of seed {SEED}: {unexpected!r}")
        slowest = max(slowest, time.process_time() - started)
        answers[answer] = answers.get(answer, 0) + 1
    assert sum(answers.values()) == count
    assert slowest < 1
    # A fuzz that only ever meets one wall has not looked behind it.
    assert len(answers) > 3
    assert answers["in"] > 0
    record_property("mutants", sum(answers.values()))
    record_property("slowest_seconds", slowest)


def test_a_mutant_is_the_same_every_time() -> None:
    assert spoilt(SEED, 17) == spoilt(SEED, 17) != spoilt(SEED, 18)
    assert grown(SEED, 17) == grown(SEED, 17) != grown(SEED, 18)
