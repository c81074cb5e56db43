"""A case whose container is whole says nothing about its files: each is held against the manifest all the same."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from foundation.journal import row_hash
from invoicing.audit import case_archive

ROW = {"sequence": 1, "action": "invoice.received", "subject": "invoice 1"}
JOURNAL = json.dumps({**ROW, "previous": "", "hash": row_hash("", ROW)}) + "\n"
FILES = {
    "documents/in/letter-000001.xml": b"<a>2375.00</a>",
    "documents/out/letter-000002.xml": b"<a>AP</a>",
    "events/event-000001.json": b'{"days": 20}',
    "matches/document-000001-01.txt": b"accepted",
    "journal/journal.jsonl": JOURNAL.encode(),
    "index.json": b"[]",
    "verify.py": case_archive.VERIFY_PY.encode(),
    "README.txt": case_archive.READ_ME.encode(),
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
    (folder / "verify.py").write_text(case_archive.VERIFY_PY)
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
