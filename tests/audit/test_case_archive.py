"""A case whose container is whole says nothing about its files: each is held against the manifest all the same."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from audit import case_archive, case_journal
from audit.case_journal import CaseChain
from audit.standalone_verification import READ_ME, VERIFY_PY
from foundation.journal_anchor import RootLine
from foundation.journal_chains import roots
from foundation.journal_chains.row_hashes import GENESIS, ChainHead, row_hash

ROW = {"sequence": 1, "action": "invoice.received", "subject": "invoice 1"}
JOURNAL = json.dumps({**ROW, "previous": "", "hash": row_hash("", ROW)}) + "\n"
FILES = {
    "documents/in/letter-000001.xml": b"<a>2375.00</a>",
    "documents/out/letter-000002.xml": b"<a>AP</a>",
    "events/event-000001.json": b'{"days": 20}',
    "matches/document-000001-01.txt": b"accepted",
    "journal/journal.jsonl": JOURNAL.encode(),
    "index.json": b"[]",
    "verify.py": VERIFY_PY.encode(),
    "README.txt": READ_ME.encode(),
}
CASE = case_archive.build("100000101", FILES)


def rebuilt(name: str, body: bytes, *, comment: bytes | None = None) -> bytes:
    """The case as a program packs it anew with one file changed: every checksum of the container is right."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CASE)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for info in old.infolist():
            new.writestr(info, body if info.filename == name else old.read(info))
        new.comment = old.comment if comment is None else comment
    return out.getvalue()


def said_without_our_program(case: bytes, folder: Path) -> tuple[int, str]:
    (folder / "verify.py").write_text(VERIFY_PY)
    (folder / "case.zip").write_bytes(case)
    run = [sys.executable, str(folder / "verify.py"), str(folder / "case.zip")]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout


def test_a_case_packed_anew_unchanged_is_as_it_was(tmp_path: Path) -> None:
    again = rebuilt("", b"")
    assert list(case_archive.verify(again)) == []
    assert said_without_our_program(again, tmp_path)[0] == 0


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_held_against_the_manifest(name: str) -> None:
    changed = rebuilt(name, FILES[name] + b" ")
    assert list(case_archive.verify(changed)) == [(name, "its bytes are not those in the manifest")]


def test_so_is_it_without_our_program(tmp_path: Path) -> None:
    name = "documents/in/letter-000001.xml"
    assert said_without_our_program(rebuilt(name, b"<a>9375.00</a>"), tmp_path) == (
        1,
        f"CHANGED: {name}\nNOT AS IT WAS\n",
    )


@pytest.mark.parametrize(
    "place", [0, *(CASE.find(mark) for mark in (b"letter-000001", b"sha256", b"PK\x05\x06"))]
)
def test_whatever_byte_is_another_is_told_and_never_a_fault_of_the_script(place: int, tmp_path: Path) -> None:
    changed = CASE[:place] + bytes([CASE[place] ^ 1]) + CASE[place + 1 :]
    (tmp_path / "verify.py").write_text(VERIFY_PY)
    (tmp_path / "case.zip").write_bytes(changed)
    run = [sys.executable, str(tmp_path / "verify.py"), str(tmp_path / "case.zip")]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "CHANGED: " in ended.stdout
    assert ended.stdout.endswith("NOT AS IT WAS\n")


def test_a_manifest_that_was_written_anew_is_not_the_one_that_sealed_the_case(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(CASE)) as archive:
        manifest = archive.read(case_archive.MANIFEST)
    changed = rebuilt(case_archive.MANIFEST, manifest.replace(b"100000101", b"100000102"))
    assert list(case_archive.verify(changed)) == [
        (case_archive.MANIFEST, "it is not the manifest this case was sealed with")
    ]
    assert said_without_our_program(changed, tmp_path)[0] == 1


def test_a_journal_row_that_was_written_anew_does_not_carry_its_hash(tmp_path: Path) -> None:
    row = json.dumps({**ROW, "action": "invoice.paid", "previous": "", "hash": row_hash("", ROW)}) + "\n"
    sealed_anew = case_archive.build("100000101", {**FILES, "journal/journal.jsonl": row.encode()})
    assert list(case_archive.verify(sealed_anew)) == [
        ("journal/journal.jsonl", "row 1 does not carry the hash of its content")
    ]
    assert said_without_our_program(sealed_anew, tmp_path) == (1, "CHANGED: journal row 1\nNOT AS IT WAS\n")


def test_the_same_case_gives_the_same_bytes_in_every_release() -> None:
    """Whoever asks for a case again in seven years can lay the two files side by side."""
    case = case_archive.build("100000101", {"b.txt": b"2", "a.txt": "å".encode()}, by="auditor-1")
    with zipfile.ZipFile(io.BytesIO(case)) as archive:
        assert archive.namelist() == ["a.txt", "b.txt", "manifest.json"]
        assert archive.read("manifest.json").decode().splitlines()[:5] == [
            "{",
            ' "by": "auditor-1",',
            ' "case": "100000101",',
            ' "files": [',
            "  {",
        ]
    assert case_archive.sha256(case) == "3fc1fd25ddb57563d6a8474038ca1654ed77d9cbff7b46a3a9a66002fc73791d"


def test_a_file_whose_bytes_cannot_be_read_is_named_and_nothing_else_is() -> None:
    name = "documents/in/letter-000001.xml"
    spoilt = CASE.replace(FILES[name], FILES[name].replace(b"2375", b"9375"))
    assert list(case_archive.verify(spoilt)) == [(name, "its bytes were changed")]


def test_bytes_before_the_first_file_are_named_by_their_place() -> None:
    """No file's checksum holds them, and every program that reads ZIP looks past them."""
    told = list(case_archive.verify(b"x" + CASE))
    assert told == [("ZIP", "byte 0 of the container is not what it was")]


# The chain and its root --------------------------------------------------------------------


def chained(rows: int, *, since: int = 1) -> list[dict[str, object]]:
    """The rows of a case's chain, each with the hash of the one before."""
    previous, made = GENESIS, []
    for position in range(1, rows + 1):
        row: dict[str, object] = {"sequence": 10 * position, "action": "invoice.received", "chain": CHAIN}
        row |= {"subject": f"invoice {position + since}", "position": position, "previous": previous}
        previous = row_hash(previous, row)
        made.append({**row, "hash": previous})
    return made


CHAIN = "case 100000101"
CHAINED = chained(4)
HEADS = [
    ChainHead("case 100000100", 2, "a" * 64),
    ChainHead(CHAIN, 3, str(CHAINED[2]["hash"])),
    ChainHead("other 07", 9, "b" * 64),
]
ROOT = roots.over(HEADS, number=12, day="2026-03-10", previous="c" * 64)
PROVED = CaseChain(CHAIN, 4, roots.proof_of(HEADS, CHAIN, ROOT))
LINE = RootLine(date(2026, 3, 10), 12, ROOT.hash)


def sealed(rows: list[dict[str, object]], chain: bytes) -> bytes:
    """The case with another journal, sealed as if it were the right one."""
    journal = {"journal/journal.jsonl": case_journal.rows_to_json(rows), "journal/chain.json": chain}
    return case_archive.build("100000101", {**FILES, **journal})


def with_lines(case: bytes, folder: Path, *lines: RootLine) -> tuple[list[str], str]:
    """What our program names, and what the script in the case says, with lines that were written outside."""
    (folder / "verify.py").write_text(VERIFY_PY)
    (folder / "case.zip").write_bytes(case)
    (folder / "heads.txt").write_text("".join(f"{line}\n" for line in lines))
    run = [sys.executable, *(str(folder / name) for name in ("verify.py", "case.zip", "heads.txt"))]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    return [why for _, why in case_archive.verify(case, lines)], ended.stdout


def test_a_chain_leads_to_the_root_that_was_written_outside(tmp_path: Path) -> None:
    case = sealed(CHAINED, PROVED.to_json())
    assert with_lines(case, tmp_path, LINE) == (
        [],
        "Rows newer than the newest root, which the next one takes in: 1\n"
        "Everything is as it was when the case was handed out.\n",
    )
    chain = case_archive.chain_of(case)
    assert chain == PROVED
    assert chain.newer == 1


def test_a_chain_that_no_root_has_taken_in_says_so(tmp_path: Path) -> None:
    case = sealed(CHAINED, CaseChain(CHAIN, 4, None).to_json())
    broken, said = with_lines(case, tmp_path)
    assert broken == []
    assert "newer than the newest root, which the next one takes in: 4" in said


def altered(**told: object) -> bytes:
    """The chain's file with something else in it."""
    content = json.loads(PROVED.to_json())
    for name, value in told.items():
        outer, _, inner = name.partition("__")
        if inner:
            content[outer][inner] = value
        else:
            content[outer] = value
    return json.dumps(content).encode()


def rehashed(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows that each carry the hash of their content, whatever `previous` they name."""
    return [{**row, "hash": row_hash(str(row["previous"]), row)} for row in rows]


FORGED: dict[str, tuple[bytes, str]] = {
    "a row left out in the middle": (
        sealed([*CHAINED[:1], *CHAINED[2:]], PROVED.to_json()),
        "does not follow on row 1",
    ),
    "the last row left out": (sealed(CHAINED[:3], PROVED.to_json()), "has 4 rows, and 3 are here"),
    "a row that follows on nothing": (
        sealed(rehashed([*CHAINED[:3], {**CHAINED[3], "previous": GENESIS}]), PROVED.to_json()),
        "does not follow on row 3",
    ),
    "a chain made anew": (
        sealed(chained(4, since=7), PROVED.to_json()),
        "row 3 is not the one that root 12 took in",
    ),
    "a leaf made to fit": (
        sealed(chained(4, since=7), altered(leaf__hash=chained(4, since=7)[2]["hash"])),
        "the path does not lead to root 12",
    ),
    "a step of the path changed": (
        sealed(CHAINED, altered(path=[{"hash": "d" * 64, "is_left": True}])),
        "the path does not lead to root 12",
    ),
    "a root's tree changed": (
        sealed(CHAINED, altered(root__tree="d" * 64)),
        "the root does not carry the hash of its content",
    ),
    "another chain's leaf": (sealed(CHAINED, altered(leaf__chain="case 1")), "row 3 is not the one"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_chain_that_was_forged_is_named_with_and_without_our_program(name: str, tmp_path: Path) -> None:
    case, sentence = FORGED[name]
    broken, said = with_lines(case, tmp_path, LINE)
    assert [why for why in broken if sentence in why] != [], broken
    assert said.endswith("NOT AS IT WAS\n")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            RootLine(date(2026, 3, 10), 12, "d" * 64),
            "root 12 is another than was written outside on 2026-03-10",
        ),
        (RootLine(date(2026, 3, 10), 11, ROOT.hash), "no line that was written outside is of root 12"),
    ],
)
def test_a_root_that_is_not_the_one_written_outside_is_named(
    line: RootLine, sentence: str, tmp_path: Path
) -> None:
    """A whole world made anew fits in itself: the line outside is what does not follow."""
    broken, said = with_lines(sealed(CHAINED, PROVED.to_json()), tmp_path, line)
    assert broken == [sentence]
    assert said.endswith("CHANGED: root 12 is not the one that was written outside\nNOT AS IT WAS\n")
