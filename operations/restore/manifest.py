"""What stands beside a copy of the books: which books it is of, how far they had come, and what it is known by.

The manifest is JSON with a digest of its own. It names no person and no document, and holds no secret. What is left out
of a copy on purpose is named in it, so that whoever finds one later knows what else is needed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from foundation.disks import whole_files
from foundation.errors import Refused
from foundation.text import Text

FORMAT: Final = 1
ENDING: Final = ".manifest.json"
_DIGEST: Final = "manifest_sha256"
LEFT_OUT: Final[Mapping[str, str]] = {
    "what lies with the access point": "it tells what came and left after the copy",
    "files for the bank, and the bank's own": "they tell what was paid after the copy",
    "the mark of the books": "it tells that the books are older than it",
    "heads of the journal": "they prove the journal, and so lie where the books do not",
    "keys of sealed secrets": "with the copy they would open it",
    "settings": "they are the machine's, and hold passwords",
}
"""What is never in a copy, and why."""


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """One copy of the books: `rows` counts each table's; `bytes` and `sha256` are of the file."""

    books: str
    made_at: str
    engine: str
    engine_version: str
    revision: str
    file: str
    bytes: int
    sha256: str
    journal_rows: int
    journal_hash: str
    mark_generation: int
    mark_tick: int
    rows: Mapping[str, int]


def place_of(copy: Path) -> Path:
    """Where the manifest of a copy lies."""
    return copy.with_name(f"{copy.name}{ENDING}")


def write(copy: Path, manifest: BackupManifest) -> None:
    """Put the manifest beside its copy, flushed. Raises OSError."""
    told = {"format": FORMAT, **asdict(manifest), "left_out": dict(LEFT_OUT)}
    body = json.dumps({**told, _DIGEST: _digest(told)}, indent=2, ensure_ascii=False)
    whole_files.write_whole(place_of(copy), f"{body}\n".encode())


def read(copy: Path) -> BackupManifest:
    """The manifest beside a copy. Raises Refused where there is none, or where it is not as it was written."""
    place = place_of(copy)
    try:
        told = json.loads(place.read_bytes())
        digest = told.pop(_DIGEST)
        is_whole = digest == _digest(told)
    except FileNotFoundError as missing:
        raise Refused(
            Text(
                "%(place)s saknas, så det går inte att veta vad kopian är eller om den är hel. Lägg filen bredvid "
                "kopian. En kopia från en äldre version har ingen: återställ den för hand (docs/operating.md).",
                place=place,
            )
        ) from missing
    except (ValueError, KeyError, AttributeError) as wrong:
        raise _not_whole(place) from wrong
    if not is_whole:
        raise _not_whole(place)
    if told.pop("format") != FORMAT:
        raise Refused(
            Text("%(place)s är skriven av en nyare version. Återställ med den versionen.", place=place)
        )
    told.pop("left_out")
    return BackupManifest(**told)


def _digest(told: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _not_whole(place: Path) -> Refused:
    return Refused(
        Text(
            "%(place)s är inte som den skrevs. Använd en annan kopia, eller hämta den här på nytt.",
            place=place,
        )
    )
