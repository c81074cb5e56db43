"""A case as one file that proves itself: documents, journal and matches in a ZIP with a manifest. Pure.

The same content gives the same bytes: files in the order of their names, no times, nothing compressed. The
manifest holds every file's sha256, the ZIP's comment holds the manifest's. `verify` needs nothing but the
file: it names whatever was changed, were it one byte of the container itself. Whether the journal rows are the
system's own is told by the root that took the case's chain in, held against a line that was written outside, and by the
manifest's sha256, which stands in the journal of the day the case was handed out.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from audit import case_journal
from foundation.journal_anchor import Line

MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def build(case: str, files: Mapping[str, bytes], **about: str) -> bytes:
    """The ZIP of a case. `files` by their names in it; `about` is told in the manifest."""
    manifest = _manifest(case, files, about)
    return _zipped({**files, MANIFEST: manifest}, sha256(manifest))


def sha256(body: bytes) -> str:
    """The fingerprint of bytes."""
    return hashlib.sha256(body).hexdigest()


def chain_of(body: bytes) -> case_journal.CaseChain | None:
    """The chain that a case which verifies was handed out with; None where an earlier version handed it out."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return case_journal.chain_in({name: archive.read(name) for name in archive.namelist()})


def manifest_of(body: bytes) -> str:
    """The fingerprint of the manifest of a case's ZIP, as the journal keeps it."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return sha256(archive.read(MANIFEST))


def verify(body: bytes, lines: Sequence[Line] = ()) -> Iterator[tuple[str, str]]:
    """What does not agree, as (file, why); nothing where every byte is as it was.

    `lines` are what was written outside of the journal: the root that took the case in is held against them.
    """
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
            yield from case_journal.broken(files, lines)
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
