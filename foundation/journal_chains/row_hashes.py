"""Which chain a row of the journal belongs to, and the hash that ties it to the row before it there. Pure.

Hash of a row = sha256 of the previous hash, a line feed, and the row as canonical JSON. Rows of the one chain of
earlier versions, which is closed, are hashed with their `sequence`; all later ones with their chain and their position
in it, and without the `sequence`, which only orders lists.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

GENESIS: Final = "0" * 64
"""What the first row of a chain, and the first root, follow on."""

CLOSED: Final = ""
"""The one chain of earlier versions."""

OTHERS: Final = 64
"""So many chains share the rows that are about no case (decision 120)."""

_CASE: Final = "case "
_NOT_HASHED: Final = frozenset({"hash", "previous"})


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a chain stands: the position of its last row, 0 before the first, and that row's hash."""

    chain: str
    position: int
    hash: str


def case_chain(execution_reference: str) -> str:
    """The chain of everything that is about the execution reference."""
    return f"{_CASE}{execution_reference}"


def chain_of(execution_reference: str, subject: str) -> str:
    """The chain of a row: its case's, and for rows of a transaction about no case one of a fixed number, by a subject.

    >>> chain_of("100000101", "invoice 7"), chain_of("", "invoice 7")
    ('case 100000101', 'other 49')
    """
    if execution_reference:
        return case_chain(execution_reference)
    return f"other {zlib.crc32(subject.encode()) % OTHERS:02}"


def content_of(row: Mapping[str, object]) -> dict[str, object]:
    """What a row's hash is made of."""
    left_out = {"chain", "position"} if not row.get("chain", CLOSED) else {"sequence"}
    return {key: value for key, value in row.items() if key not in left_out | _NOT_HASHED}


def row_hash(previous: str, row: Mapping[str, object]) -> str:
    """The hash that ties `row` to the one before it in its chain."""
    return hashlib.sha256(f"{previous}\n{canonical(content_of(row))}".encode()).hexdigest()


def canonical(content: Mapping[str, object]) -> str:
    """Content as JSON in one form only: sorted, without blanks, as it is in UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
