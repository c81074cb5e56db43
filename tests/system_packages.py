"""What the tests need of the machine beside Python: a browser, its driver's library, what lays out PDF pages, git.

Convention: where apt-get and root are at hand, all that is missing is installed; otherwise the run fails with
one message that names all of it and the command that installs it. Nothing is skipped. `make test` runs it first.
PostgreSQL and all else comes as wheels, which carry their own libraries (docs/decisions/0006-postgresql-in-tests.md).
"""

import glob
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from ctypes.util import find_library
from functools import partial
from pathlib import Path

from tests.support.servers import certified_provider

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
INSTALL = ("apt-get", "install", "--yes", "--quiet", "--quiet", "--no-install-recommends")


def _has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def _has_font() -> bool:
    listed = shutil.which("fc-list")
    if listed is None:
        return False
    return bool(subprocess.run([listed, ":family"], capture_output=True, check=False).stdout.strip())


def _has_library(name: str) -> bool:
    return find_library(name) is not None


def program(name: str) -> str | None:
    """Where a program is, also where servers lie, which a plain user's PATH may lack."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def has_program(name: str) -> bool:
    return program(name) is not None


def _is_file(path: str) -> bool:
    """Whether what no user's search path leads to is there."""
    return Path(path).is_file()


def has_server(name: str) -> bool:
    return server(name) is not None


def server(name: str) -> str | None:
    """Where a program lies that an ordinary user's PATH may not lead to; None where there is none."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def faketime_library() -> Path | None:
    """The library that moves the clock of a process with threads; None where there is none."""
    return next((Path(each) for each in sorted(glob.glob(_FAKETIME))), None)


# Debian asks this whether a server may be started; 101 says no.
_POLICY = Path("/usr/sbin/policy-rc.d")
_FAKETIME = "/usr/lib/*/faketime/libfaketimeMT.so.1"

# Debian's name of each package, and whether what it brings is there, from wherever it came.
NEEDED: dict[str, Callable[[], bool]] = {
    "chromium": _has_browser,
    "libatomic1": partial(_has_library, "atomic"),  # Playwright's driver
    "libpango-1.0-0": partial(_has_library, "pango-1.0"),  # WeasyPrint, as the next two
    "libpangoft2-1.0-0": partial(_has_library, "pangoft2-1.0"),
    "libharfbuzz-subset0": partial(_has_library, "harfbuzz-subset"),
    "fontconfig": partial(has_program, "fc-list"),
    "fonts-dejavu-core": _has_font,
    "faketime": lambda: faketime_library() is not None,  # a worker whose clock is moved
    "dnsmasq-base": partial(has_program, "dnsmasq"),  # a name server with a locator's records
    # The C compiler for the compiled rules, and what of Python it reads.
    "gcc": partial(has_program, "gcc"),
    "python3-dev": partial(_is_file, f"{sysconfig.get_path('include')}/Python.h"),
    "git": partial(has_program, "git"),  # which files are the project's
    # Real SFTP servers, of two makers (tests/network).
    "openssh-server": partial(_is_file, "/usr/sbin/sshd"),
    "openssh-client": partial(has_program, "ssh-keygen"),
    "proftpd-core": partial(_is_file, "/usr/sbin/proftpd"),
    "proftpd-mod-crypto": partial(_is_file, "/usr/lib/proftpd/mod_sftp.so"),
    "openssl": partial(has_program, "openssl"),
    "nodejs": partial(has_program, "node"),  # the certified OpenID provider, which the next installs
    "npm": partial(has_program, "npm"),
    # Servers that stand beside ours in service: tests/network.
    "nginx-light": partial(has_server, "nginx"),
    "caddy": partial(has_server, "caddy"),
    "postfix": lambda: Path("/usr/lib/postfix/sbin/master").exists(),
    "sasl2-bin": partial(has_server, "saslpasswd2"),
    "libsasl2-modules": lambda: bool(glob.glob("/usr/lib/*/sasl2/libplain.so*")),
    "libsasl2-modules-db": lambda: bool(glob.glob("/usr/lib/*/sasl2/libsasldb.so*")),
    "pgbouncer": partial(has_server, "pgbouncer"),  # a pooler before PostgreSQL
    "prometheus": partial(has_program, "promtool"),  # checks and tries the alerts (tests/monitoring)
    "systemd": partial(has_program, "systemd-analyze"),  # reads the units of packaging/systemd
    "fakeroot": partial(has_program, "fakeroot"),  # lets Postfix run as whoever runs the tests
}

# What npm brings, and what installs it; pinned by a lock of its own.
NEEDED_OF_NPM: dict[str, Callable[[], bool]] = {"oidc-provider": certified_provider.install}


def main() -> int:
    """Install what is missing, or name it; the exit code says whether all is there."""
    missing = provide(NEEDED)
    if missing:
        names = " ".join(missing)
        print(
            f"Det här saknas på maskinen: {names}. Installera allt som root och kör igen.\n"
            f"This machine lacks: {names}. Install it all as root and run again.\n"
            f"{_advice(missing)}",
            file=sys.stderr,
        )
    lacking = [] if missing else _missing(NEEDED_OF_NPM)
    if lacking:
        names = " ".join(lacking)
        print(
            f"npm kunde inte installera {names}. Kontrollera att npm når sitt register och kör igen.\n"
            f"npm could not install {names}. See that npm reaches its registry and run again.",
            file=sys.stderr,
        )
    return 1 if missing or lacking else 0


def provide(needed: Mapping[str, Callable[[], bool]]) -> list[str]:
    """Install what is missing where that can be done here; the packages still missing then."""
    missing = _missing(needed)
    if not missing or os.geteuid() != 0 or not has_program("apt-get"):
        return missing
    print(f"Installerar / installing: {' '.join(missing)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _nothing_started():
        # Lists of long ago name versions that are gone; where no list can be had, those at hand may still do.
        for command in (["apt-get", "update", "--quiet", "--quiet"], [*INSTALL, *missing]):
            subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
    return _missing(needed)


@contextmanager
def _nothing_started() -> Iterator[None]:
    """Servers that are installed meanwhile are not started: the tests start their own, where they want them."""
    if _POLICY.exists() or not _POLICY.parent.is_dir():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def _missing(needed: Mapping[str, Callable[[], bool]]) -> list[str]:
    return [package for package, is_there in needed.items() if not is_there()]


def _advice(missing: Sequence[str]) -> str:
    if not has_program("apt-get"):
        return "Namnen är Debians; andra system har egna. / The names are Debian's; other systems have their own."
    return f"\n    apt-get update && apt-get install --yes --no-install-recommends {' '.join(missing)}\n"


if __name__ == "__main__":
    sys.exit(main())
