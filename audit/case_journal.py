"""The journal of a case that is handed out: its chain whole, and the path from the chain's head to a root. Pure.

The chain verifies without the rest of the journal. The path shows that a root took it in, and whoever has the line that
was written outside on the root's day sees that the root is the one made then. Rows that are newer than the newest root
are told as such. Rows of the chain that earlier versions kept, and rows about the case's documents that name no case,
each carry the hash of the row before them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from foundation.journal_anchor import Line, RootLine
from foundation.journal_chains.merkle_tree import Step
from foundation.journal_chains.roots import Proof, Root
from foundation.journal_chains.row_hashes import GENESIS, ChainHead, row_hash

ROWS: Final = "journal/journal.jsonl"
CHAIN: Final = "journal/chain.json"


@dataclass(frozen=True, slots=True)
class CaseChain:
    """The chain of a case as it is handed out: how many rows it has, and that a root took it in, where one has."""

    chain: str
    rows: int
    proof: Proof | None

    @property
    def newer(self) -> int:
        """How many of its last rows are newer than the newest root; the next takes them in."""
        return self.rows - (0 if self.proof is None else self.proof.head.position)

    def to_json(self) -> bytes:
        """As it stands in the case's file."""
        told: dict[str, object] = {"chain": self.chain, "rows": self.rows, "newer_than_root": self.newer}
        if self.proof is not None:
            told |= {
                "leaf": asdict(self.proof.head),
                "path": [asdict(step) for step in self.proof.path],
                "root": {**asdict(self.proof.root), "hash": self.proof.root.hash},
            }
        return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def rows_to_json(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as JSON, one a line."""
    return "".join(f"{json.dumps(row, ensure_ascii=False, sort_keys=True)}\n" for row in rows).encode()


def chain_in(files: Mapping[str, bytes]) -> CaseChain | None:
    """The chain as the case's file tells of it; None in a case that an earlier version handed out.

    Raises ValueError, KeyError, TypeError for a file that is none of ours.
    """
    if CHAIN not in files:
        return None
    told: dict[str, Any] = json.loads(files[CHAIN])
    proof = None
    if "root" in told:
        root = {key: value for key, value in told["root"].items() if key != "hash"}
        path = [Step(**step) for step in told["path"]]
        proof = Proof(ChainHead(**told["leaf"]), Root(**root), path)
        if proof.root.hash != told["root"]["hash"]:
            raise ValueError("the root does not carry the hash of its content")
    return CaseChain(str(told["chain"]), int(told["rows"]), proof)


def broken(files: Mapping[str, bytes], lines: Sequence[Line] = ()) -> Iterator[tuple[str, str]]:
    """What does not agree in the case's journal, as (file, why); `lines` are what was written outside."""
    rows = [json.loads(line) for line in files.get(ROWS, b"").decode().splitlines()]
    for row in rows:
        if row_hash(row["previous"], row) != row["hash"]:
            yield ROWS, f"row {row['sequence']} does not carry the hash of its content"
    try:
        chain = chain_in(files)
    except (ValueError, KeyError, TypeError) as wrong:
        yield CHAIN, str(wrong)
        return
    if chain is not None:
        yield from _chain(chain, [row for row in rows if row.get("chain") == chain.chain], lines)


def _chain(
    chain: CaseChain, rows: Sequence[Mapping[str, Any]], lines: Sequence[Line]
) -> Iterator[tuple[str, str]]:
    previous = GENESIS
    for position, row in enumerate(rows, 1):
        if row["position"] != position or row["previous"] != previous:
            yield ROWS, f"row {row['sequence']} does not follow on row {position - 1} of {chain.chain}"
        previous = row["hash"]
    if len(rows) != chain.rows:
        yield ROWS, f"{chain.chain} has {chain.rows} rows, and {len(rows)} are here"
    proof = chain.proof
    if proof is None:
        return
    taken_in = rows[proof.head.position - 1] if 0 < proof.head.position <= len(rows) else None
    if taken_in is None or (chain.chain, taken_in["hash"]) != (proof.head.chain, proof.head.hash):
        yield CHAIN, f"row {proof.head.position} is not the one that root {proof.root.number} took in"
    if not proof.holds():
        yield CHAIN, f"the path does not lead to root {proof.root.number}"
    mine = [each for each in lines if isinstance(each, RootLine) and each.number == proof.root.number]
    for each in mine:
        if each.hash != proof.root.hash:
            yield CHAIN, f"root {each.number} is another than was written outside on {each.day}"
    if lines and not mine:
        yield CHAIN, f"no line that was written outside is of root {proof.root.number}"
