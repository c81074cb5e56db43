"""The archive of an export: files written into a ZIP as they come, and a manifest with the hash of each at its end.

Convention: names of files hold numbers of ours and no one's name or number. The same content gives the same hashes; the
manifest says how many bytes each file has and, where something is left out, what and why.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from foundation.text import Text

MANIFEST: Final = "manifest.json"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True)
class Archive:
    """A ZIP that is being written."""

    zipped: zipfile.ZipFile
    files: list[dict[str, object]] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def begun(cls, file: BinaryIO) -> "Archive":
        """An empty one, written into this file."""
        return cls(zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED))

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file piece by piece."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        sha256, size = hashlib.sha256(), 0
        with self.zipped.open(info, "w", force_zip64=True) as held:
            for piece in pieces:
                sha256.update(piece)
                size += len(piece)
                held.write(piece)
        self.files.append({"name": name, "sha256": sha256.hexdigest(), "size": size})

    def write_rows(self, name: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Write rows as JSON, one a line; days and numbers that JSON does not have as text."""
        self.write(name, (_line(row) for row in rows))

    def leave_out(self, name: str, why: Text) -> None:
        """Say of a file that it is not here."""
        self.left_out.append({"name": name, "why_sv": why.sv, "why_en": why.en})

    def end(self, **about: object) -> None:
        """Write the manifest and close the ZIP; nothing can be written after."""
        told = {**about, "files": self.files, "left_out": self.left_out}
        body = (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n").encode()
        self.zipped.writestr(zipfile.ZipInfo(MANIFEST, _EPOCH), body)
        self.zipped.close()


def _line(row: Mapping[str, object]) -> bytes:
    return (json.dumps(row, ensure_ascii=False, default=str) + "\n").encode()
