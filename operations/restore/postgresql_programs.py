"""PostgreSQL's own programs, which copy books and put them back; the password is never on their command line."""

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from sqlalchemy.engine import URL

from foundation.errors import Refused
from foundation.text import Text

# What a table's rows are in the text that pg_restore writes of a copy: from this line to a line of `\.`.
_ROWS_BEGIN: Final = re.compile(rb'COPY (?:\S+\.)?"?(\w+)"? \(')
_ROWS_END: Final = b"\\.\n"


def run(program: str, *arguments: str, url: URL | None = None) -> str:
    """Run one of them to its end; what it said. Raises Refused with its last words."""
    with _started(program, arguments, url) as out:
        return out.read().decode(errors="replace")


def rows_of(copy: Path) -> Mapping[str, Sequence[int]]:
    """How many rows of each table are in a copy, every one of them read. Raises Refused.

    A name may be that of several tables, where the database has other schemas than the books'.
    """
    found: dict[str, list[int]] = defaultdict(list)
    with _started("pg_restore", ["--data-only", "--file=-", str(copy)], None) as out:
        _count(out, found)
    return found


def _count(lines: IO[bytes], found: Mapping[str, list[int]]) -> None:
    table = ""
    for line in lines:
        if table:
            if line == _ROWS_END:
                table = ""
            else:
                found[table][-1] += 1
        elif begun := _ROWS_BEGIN.match(line):
            table = begun[1].decode()
            found[table].append(0)


def plain(url: URL) -> str:
    """The address as libpq takes it, without the password."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


@contextmanager
def _started(program: str, arguments: Sequence[str], url: URL | None) -> Iterator[IO[bytes]]:
    """What the program says, as it says it; it is waited for, and its complaint raised, when the block ends."""
    # The password goes by the environment: a command line can be read by everybody on the machine.
    secret = {"PGPASSWORD": str(url.password)} if url is not None and url.password else {}
    with TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(  # noqa: S603 - our own words, and the address of our own books
                [program, *arguments], stdout=subprocess.PIPE, stderr=complaints, env={**os.environ, **secret}
            )
        except FileNotFoundError as missing:
            raise Refused(
                Text(
                    "%(program)s finns inte på den här maskinen. Installera PostgreSQL:s klientprogram.",
                    program=program,
                )
            ) from missing
        with process:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            yield process.stdout
        if process.returncode:
            complaints.seek(0)
            told = complaints.read().decode(errors="replace").strip().splitlines()
            raise Refused(
                Text(
                    "%(program)s misslyckades: %(told)s",
                    program=program,
                    told=told[-1] if told else process.returncode,
                )
            )
