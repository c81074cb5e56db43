"""The two commands on a bare machine: `make bare`, as root on a Debian with its package mirror within reach.

debootstrap lays a Debian 12 with python3, its venv and pip, make, git and nothing else into build/bare. In a copy
of it for root, and in another for an ordinary user, a fresh clone of HEAD must pass `make demo` and `make test`.
The user has no right to install: there `make test` must first fail with the command for root, and that very
command must then be enough.

The mirror comes from apt's own sources and settings, the registries from pip's and npm's. Mounts are private to this
process and each command's processes have a space of their own, so that nothing stays behind however it ends.
"""

import argparse
import configparser
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.system_packages import has_program, provide

PROJECT = Path(__file__).resolve().parent.parent
BARE = PROJECT / "build" / "bare"
RELEASE = "bookworm"
PACKAGES = ("python3", "python3-venv", "python3-pip", "make", "git")
NEEDED = {"debootstrap": partial(has_program, "debootstrap")}
ACCOUNTS = ("root", "user")
# What a running system has beside /proc, which each command gets of its own.
MOUNTS = (
    ("tmpfs", "mode=1777", "dev/shm"),
    ("devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5", "dev/pts"),
)
HOMES = {"root": "/root", "user": "/home/user"}

# How apt reaches its mirror, and what it asks of the lists' dates; what it installs is Debian's own affair.
APT_SETTINGS = re.compile(r"Acquire::(http|https|Check-Valid-Until|Check-Date|Retries)\b")
# How pip reaches its registry, and what TLS and the way out are told by the environment.
PIP_SETTINGS = {
    "index-url", "extra-index-url", "no-index", "find-links", "trusted-host", "cert", "client-cert", "proxy",
    "timeout", "default-timeout", "retries",
}  # fmt: skip
NETWORK_SETTINGS = {
    "http_proxy", "https_proxy", "no_proxy", "ssl_cert_file", "requests_ca_bundle", "node_extra_ca_certs",
}  # fmt: skip
# How npm reaches its registry, told in its environment.
NPM_SETTINGS = ("registry", "cafile")
ADVICE = re.compile(r"^ +(apt-get update && apt-get install .*)$", re.MULTILINE)


class NotBare(Exception):
    """Something did not go as it must; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where one release of Debian is fetched from, as apt has it."""

    address: str
    release: str
    component: str


def main() -> int:
    """Prove it for the accounts named; the exit code says whether it holds."""
    parser = argparse.ArgumentParser(prog="make bare")
    parser.add_argument("--only", choices=ACCOUNTS)
    parser.add_argument("--workers", default="2")
    given = parser.parse_args()
    accounts = (given.only,) if given.only else ACCOUNTS
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        _stand_alone()
        took = _proof(accounts, given.workers)
    except (NotBare, OSError, subprocess.CalledProcessError) as failure:
        print(f"bare: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(
        f"bare: `make demo` and `make test` passed on a bare Debian 12 as {' and as '.join(accounts)}, {took}."
    )
    return 0


def _stand_alone() -> None:
    """Go on in a mount space of our own; the first call does not come back."""
    if os.geteuid() != 0:
        raise NotBare("debootstrap and chroot need root; run `make bare` as root.")
    if missing := provide(NEEDED):
        raise NotBare(f"This machine lacks {' '.join(missing)}; install it and run again.")
    if os.environ.get("BARE_STANDS_ALONE") != str(os.getpid()):
        # exec keeps the number of the process, so what a caller may have set does not count.
        os.environ["BARE_STANDS_ALONE"] = str(os.getpid())
        again = ["unshare", "--mount", sys.executable, "-m", "tests.bare", *sys.argv[1:]]
        os.execvp("unshare", again)  # noqa: S606 - no shell is wanted


def _proof(accounts: Sequence[str], workers: str) -> str:
    """Make the machines and run the commands there; how long it took. Raises NotBare, or what a program ended with."""
    began = time.monotonic()
    shutil.rmtree(BARE, ignore_errors=True)
    BARE.mkdir(parents=True)
    debian = BARE / "debian"
    lay_debian(debian)
    for account in accounts:
        machine = BARE / account
        subprocess.run(["cp", "--archive", debian, machine], check=True)
        _settle(machine, account)
        _step(machine, account, "make demo")
        if account != "root":
            _be_told(machine, account)
        _step(machine, account, f"make test WORKERS={workers}")
        for _, _, place in MOUNTS:
            subprocess.run(["umount", machine / place], check=True)
        shutil.rmtree(machine)
    shutil.rmtree(BARE)
    return f"{(time.monotonic() - began) / 60:.0f} min in all"


def lay_debian(debian: Path, packages: Sequence[str] = PACKAGES) -> None:
    """A Debian with its smallest set of packages and those named, that fetches as this machine fetches.

    Raises NotBare where debootstrap does not come to its end.
    """
    mirrors = list(_mirrors())
    if not mirrors:
        raise NotBare("apt has no source of Debian here; name one in apt's sources and run `apt-get update`.")
    first = next((each for each in mirrors if each.release == RELEASE), mirrors[0])
    settings = [
        line for line in _said("apt-config", "dump", "--no-empty").splitlines() if APT_SETTINGS.match(line)
    ]
    environment = dict(os.environ)
    for line in settings:
        if proxy := re.match(r'Acquire::(https?)::Proxy "(.+)";', line):
            environment.setdefault(f"{proxy[1]}_proxy", proxy[2])
    print(f"bare: Debian {RELEASE} with {', '.join(packages) or 'nothing besides'}", flush=True)
    included = [f"--include={','.join(packages)}"] if packages else []
    with (debian.parent / "debootstrap.log").open("wb") as log:
        laid = subprocess.run(
            ["debootstrap", "--variant=minbase", *included, RELEASE, debian, first.address],
            env=environment, stdout=log, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    if laid.returncode != 0:
        raise NotBare(f"debootstrap ended with {laid.returncode}; see {log.name}.")
    sources = [each for each in mirrors if each.release.startswith(RELEASE)] or [
        Mirror(first.address, RELEASE, "main")
    ]
    apt = debian / "etc" / "apt"
    (apt / "sources.list").write_text(
        "".join(f"deb {each.address} {each.release} {each.component}\n" for each in sources)
    )
    (apt / "apt.conf.d" / "90machine").write_text("".join(f"{line}\n" for line in settings))
    shutil.copy("/etc/resolv.conf", debian / "etc" / "resolv.conf")
    (debian / "etc" / "hosts").write_text("127.0.0.1 localhost\n::1 localhost ip6-localhost\n")
    _tell_pip(debian)


def _mirrors() -> Iterator[Mirror]:
    """Debian's main component in apt's sources, as they stand."""
    told = _said(
        "apt-get", "indextargets", "--format", "$(SITE)\t$(RELEASE)\t$(COMPONENT)",
        "Created-By: Packages", "Origin: Debian", "Component: main",
    )  # fmt: skip
    # A machine of several architectures lists each.
    yield from dict.fromkeys(Mirror(*line.split("\t")) for line in told.splitlines())


def _tell_pip(debian: Path) -> None:
    """How pip reaches its registry here, from wherever it was told, as the other machine's own settings."""
    settings = configparser.RawConfigParser()
    # The environment, which comes first in the list, outdoes the files.
    for line in reversed(_said(sys.executable, "-m", "pip", "config", "list").splitlines()):
        name, _, value = line.partition("=")
        section, _, option = name.partition(".")
        if option in PIP_SETTINGS:
            value = value.strip("'").replace(r"\n", "\n")
            settings.read_dict({"global" if section == ":env:" else section: {option: value}})
            _bring(debian, *value.split())
    with (debian / "etc" / "pip.conf").open("w") as file:
        settings.write(file)
    _bring(debian, *network_environment().values())


def _bring(debian: Path, *paths: str) -> None:
    """Lay the certificates and folders that a setting names where it names them."""
    for path in paths:
        there, here = Path(path), debian / path.lstrip("/")
        if there.is_absolute() and there.exists():
            here.parent.mkdir(parents=True, exist_ok=True)
            copy = ["cp", "--recursive", "--dereference", "--no-target-directory"]
            subprocess.run([*copy, there, here], check=True)


def network_environment() -> Mapping[str, str]:
    told = {name: value for name, value in os.environ.items() if name.lower() in NETWORK_SETTINGS}
    if shutil.which("npm"):
        asked = {name: _said("npm", "config", "get", name).strip() for name in NPM_SETTINGS}
        told |= {
            f"npm_config_{name}": value for name, value in asked.items() if value not in ("null", "undefined")
        }
    return told


def _settle(machine: Path, account: str) -> None:
    """Let the account in, with a clone of what is committed in its home."""
    for kind, options, place in MOUNTS:
        (machine / place).mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", kind, "-o", options, kind, machine / place], check=True)
    if account != "root":
        _inside(machine, "root", f"useradd --create-home {account}", cwd="/")
    home = machine / HOMES[account].lstrip("/")
    subprocess.run(["git", "clone", "--quiet", "--no-local", PROJECT, home / "project"], check=True)
    _inside(machine, "root", f"chown -R {account}: {HOMES[account]}", cwd="/")


def _step(machine: Path, account: str, command: str) -> None:
    """Run a command as the account in its clone, its words shown; raises NotBare unless it passes."""
    print(f"bare: {account}: {command}", flush=True)
    began = time.monotonic()
    ended = _inside(machine, account, command, check=False).returncode
    took = f"{time.monotonic() - began:.0f} s"
    if ended != 0:
        raise NotBare(
            f"`{command}` as {account} ended with {ended} after {took}; the machine stays in {machine}."
        )
    print(f"bare: {account}: {command} passed in {took}", flush=True)


def _be_told(machine: Path, account: str) -> None:
    """The run must fail for the account and name a command; root runs that command, and nothing else."""
    print(f"bare: {account}: make test, which must fail and tell what is missing", flush=True)
    told = _inside(machine, account, "make test", check=False, stderr=subprocess.PIPE)
    print(told.stderr, file=sys.stderr, flush=True)
    advice = ADVICE.findall(told.stderr)
    if told.returncode == 0 or len(advice) != 1:
        raise NotBare(f"`make test` as {account} did not fail with one command that mends it.")
    _inside(machine, "root", f"{advice[0]} >/dev/null", cwd="/")


def _inside(
    machine: Path,
    account: str,
    command: str,
    *,
    cwd: str | None = None,
    check: bool = True,
    stderr: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a shell's command in the machine; when this process ends, all that it started there ends."""
    environment = {
        **network_environment(),
        "HOME": HOMES[account],
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    return subprocess.run(
        [
            "setpriv", "--pdeathsig", "KILL",
            "unshare", "--pid", "--fork", "--kill-child", f"--mount-proc={machine / 'proc'}",
            # The first process of the space stays root's: one that changes accounts outlives its parent.
            "sh", "-c", '"$@"; exit $?', "first",
            "chroot", f"--userspec={account}:{account}", machine,
            "sh", "-c", f'cd "$0" && {command}', cwd or f"{HOMES[account]}/project",
        ],
        env=environment, stdin=subprocess.DEVNULL, stderr=stderr, text=True, check=check,
    )  # fmt: skip


def _said(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
