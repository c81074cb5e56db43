"""A case as one file that proves itself: documents, journal and matches in a ZIP with a manifest. Pure.

The same content gives the same bytes: files in the order of their names, no times, nothing compressed. The
manifest holds every file's sha256, the ZIP's comment holds the manifest's. `verify` needs nothing but the
file: it names whatever was changed, were it one byte of the container itself. Whether the journal rows are the
system's own is told by the manifest's sha256, which stands in the journal of the day the case was handed out.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from foundation.journal import row_hash

MANIFEST = "manifest.json"
_JOURNAL = "journal/journal.jsonl"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def build(case: str, files: Mapping[str, bytes], **about: str) -> bytes:
    """The ZIP of a case. `files` by their names in it; `about` is told in the manifest."""
    manifest = _manifest(case, files, about)
    return _zipped({**files, MANIFEST: manifest}, sha256(manifest))


def sha256(body: bytes) -> str:
    """The fingerprint of bytes."""
    return hashlib.sha256(body).hexdigest()


def manifest_of(body: bytes) -> str:
    """The fingerprint of the manifest of a case's ZIP, as the journal keeps it."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return sha256(archive.read(MANIFEST))


def verify(body: bytes) -> Iterator[tuple[str, str]]:
    """What does not agree, as (file, why); nothing where every byte is as it was."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        yield "ZIP", f"the container cannot be read: {error}"
        return
    with archive:
        files: dict[str, bytes] = {}
        broken = False
        # A case is stored as it is: what is packed, or is more than the file holds, was never made here.
        if sum(info.file_size for info in archive.infolist()) > len(body) or any(
            info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()
        ):
            yield "ZIP", "it holds more than it is large, or is packed"
            return
        for info in archive.infolist():
            try:
                files[info.filename] = archive.read(info)
            except (
                zipfile.BadZipFile,
                zlib.error,
                NotImplementedError,
                RuntimeError,
                EOFError,
                OSError,
                ValueError,
            ):
                broken = True
                yield info.filename, "its bytes were changed"
        problems = list(_against_manifest(files, archive.comment, broken=broken))
        yield from problems
        if not broken and not problems:
            yield from _journal(files)
            yield from _container(body, files, archive.comment)


def _against_manifest(
    files: Mapping[str, bytes], comment: bytes, *, broken: bool
) -> Iterator[tuple[str, str]]:
    manifest = files.get(MANIFEST)
    if manifest is None:
        if not broken:
            yield MANIFEST, "it is missing"
        return
    if sha256(manifest).encode() != comment:
        yield MANIFEST, "it is not the manifest this case was sealed with"
        return
    listed: dict[str, str] = {each["name"]: each["sha256"] for each in json.loads(manifest)["files"]}
    for name, digest in listed.items():
        if name in files and sha256(files[name]) != digest:
            yield name, "its bytes are not those in the manifest"
        elif name not in files and not broken:
            yield name, "it is missing"
    for name in files:
        if name not in listed and name != MANIFEST:
            yield name, "it is not in the manifest"


def _journal(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Every row carries the hash of its content and of the row before it."""
    for line in files.get(_JOURNAL, b"").decode().splitlines():
        row: dict[str, Any] = json.loads(line)
        content = {key: value for key, value in row.items() if key not in ("hash", "previous")}
        if row_hash(row["previous"], content) != row["hash"]:
            yield _JOURNAL, f"row {row['sequence']} does not carry the hash of its content"


def _container(body: bytes, files: Mapping[str, bytes], comment: bytes) -> Iterator[tuple[str, str]]:
    """The same content gives the same container; where it does not, the place is named."""
    rebuilt = _zipped(files, comment.decode())
    if rebuilt != body:
        pairs = zip(rebuilt, body, strict=False)
        place = next(
            (at for at, (one, other) in enumerate(pairs) if one != other), min(len(rebuilt), len(body))
        )
        yield "ZIP", f"byte {place} of the container is not what it was"


def _manifest(case: str, files: Mapping[str, bytes], about: Mapping[str, str]) -> bytes:
    listed = [
        {"name": name, "sha256": sha256(files[name]), "size": len(files[name])} for name in sorted(files)
    ]
    told = {"case": case, **about, "files": listed}
    return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _zipped(files: Mapping[str, bytes], comment: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            assert not PurePosixPath(name).is_absolute()  # noqa: S101 - names are made by us
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name])
        archive.comment = comment.encode()
    return out.getvalue()


VERIFY_PY = '''"""Verify this case with nothing but Python: python verify.py CASE.zip"""

import hashlib
import json
import sys
import zipfile


def main(path):
    bad = []
    with zipfile.ZipFile(path) as case:
        manifest = case.read("manifest.json")
        if hashlib.sha256(manifest).hexdigest().encode() != case.comment:
            bad.append("manifest.json")
        for each in json.loads(manifest)["files"]:
            try:
                digest = hashlib.sha256(case.read(each["name"])).hexdigest()
            except Exception:
                digest = ""
            if digest != each["sha256"]:
                bad.append(each["name"])
        for line in case.read("journal/journal.jsonl").decode().splitlines():
            row = json.loads(line)
            content = {key: row[key] for key in row if key not in ("hash", "previous")}
            text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            if hashlib.sha256((row["previous"] + "\\n" + text).encode()).hexdigest() != row["hash"]:
                bad.append("journal row %s" % row["sequence"])
    for name in bad:
        print("CHANGED:", name)
    print("NOT AS IT WAS" if bad else "Everything is as it was when the case was handed out.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
'''

READ_ME = """Ett helt ärende / A complete case

documents/in    suppliers' documents as they came, byte for byte
documents/out   our orders and answers as they were sent, byte for byte
events          what the decision systems told
matches         how each document was judged, to read (txt) and for programs (json)
journal         who did what, when and why; each row carries the hash of the row before it in the journal's chain
index.json      what each file is
manifest.json   the sha256 of every file; the ZIP's comment is the sha256 of the manifest

Kontrollera / verify:  billing audit verify CASE.zip   or, without our program:  python verify.py CASE.zip
The manifest's sha256 stands in our journal under the action audit.exported.
"""
