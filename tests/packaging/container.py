"""The image built and compose.yaml run, in a Docker engine of our own: `make container`, as root on a Debian.

No registry of images is asked: Debian's base is laid by debootstrap, as `make bare` does, and PostgreSQL and Caddy are
Debian's, started as the images are that compose.yaml names (`stand_ins/`). All else is as an operator has it: a clone
of what is committed, its Dockerfile, its compose.yaml with the secrets that make-secrets.sh makes.
"""

import argparse
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from tests import bare
from tests.packaging.engine import Engine, EngineFailed, running
from tests.support.project import PROJECT
from tests.support.servers.proxies import free_port
from tests.system_packages import has_program, provide

PLACE: Final = PROJECT / "build" / "container"
NEEDED: Final = {
    "debootstrap": partial(has_program, "debootstrap"),
    "docker.io": partial(has_program, "dockerd"),
    "iptables": partial(has_program, "iptables"),
    "iproute2": partial(has_program, "ip"),
}
OURS: Final = ("web", "worker")
_BASE: Final = "bare:bookworm"
_BUILD: Final = ("build", "--network=host", "--build-arg", f"BASE={_BASE}")
STAND_INS: Final = {
    "postgres": "docker.io/library/postgres:15-bookworm",
    "caddy": "docker.io/library/caddy:2",
}
_PDF: Final = """
from web import pdf
if __name__ == "__main__":
    print(len(pdf.pdf_of("<!doctype html><html lang='sv'><title>Å</title><p>Räkmacka</p></html>", sheet="paper.css")))
"""
_OWNER: Final = """
from pathlib import Path
import psycopg
books = psycopg.connect(Path("/run/secrets/billing_database_url").read_text().strip())
asked = "select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user"
print(books.execute(asked).fetchone())
"""


class NotProved(Exception):
    """The image or what is run of it is not as it must be; the sentence says what."""


def main() -> int:
    """Build, then run what was built in a room of the network of its own; the exit code says whether it holds."""
    parser = argparse.ArgumentParser(prog="make container")
    parser.add_argument(
        "--run", action="store_true", help="only run what is built, in this room of the network"
    )
    only_run = parser.parse_args().run
    try:
        if only_run:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            with running(PLACE / "engine", networks=True) as engine:
                _run(engine)
            return 0
        if os.geteuid() != 0:
            raise NotProved("debootstrap and the engine need root; run `make container` as root.")
        if missing := provide(NEEDED):
            raise NotProved(f"This machine lacks {' '.join(missing)}; install it and run again.")
        shutil.rmtree(PLACE, ignore_errors=True)
        PLACE.mkdir(parents=True)
        with running(PLACE / "engine", networks=False) as engine:
            _build(engine)
        again = ["unshare", "--mount", "--net", sys.executable, "-m", "tests.packaging.container", "--run"]
        if subprocess.run(again, check=False).returncode != 0:
            return 1
        shutil.rmtree(PLACE)
    except (NotProved, EngineFailed, bare.NotBare, OSError, subprocess.CalledProcessError) as failure:
        print(f"container: {failure}", file=sys.stderr)
        return 1
    print("container: built, hardened, healthy, works, backs up and ends as it should.")
    return 0


def _build(engine: Engine) -> None:
    """A base, the stand-ins, and ours of what is committed. Raises EngineFailed, NotBare."""
    _lay_base(engine, PLACE / "debian")
    for name, image in STAND_INS.items():
        _say(f"building a stand-in of {image}")
        engine.docker(
            *_BUILD, *_proxies(), "--tag", image, PROJECT / "tests" / "packaging" / "stand_ins" / name
        )
    _build_ours(engine, PLACE / "project")


def _lay_base(engine: Engine, debian: Path) -> None:
    """What stands in the place of debian:bookworm-slim, which trusts whom this machine trusts."""
    bare.lay_debian(debian, ())
    if (trusted := Path("/usr/local/share/ca-certificates")).is_dir():
        shutil.copytree(trusted, debian / "usr" / "local" / "share" / "ca-certificates", dirs_exist_ok=True)
    subprocess.run(["tar", "--create", "--file", PLACE / "base.tar", "--directory", debian, "."], check=True)
    engine.docker("import", PLACE / "base.tar", _BASE)
    (PLACE / "base.tar").unlink()
    shutil.rmtree(debian)


def _build_ours(engine: Engine, project: Path) -> None:
    _say("building ours of what is committed")
    subprocess.run(["git", "clone", "--quiet", "--no-local", PROJECT, project], check=True)
    engine.docker(*_BUILD, *_proxies(), "--build-arg", "VERSION=proof", "--tag", "billing:local", project)


def _proxies() -> list[str]:
    """The way out of this machine, told by arguments that Docker knows beforehand and that stay in no layer."""
    told = bare.network_environment().items()
    return [
        word
        for name, value in told
        if name.lower().endswith("_proxy")
        for word in ("--build-arg", f"{name}={value}")
    ]


def _run(engine: Engine) -> None:
    """All of compose.yaml, from nothing to its end. Raises EngineFailed, NotProved."""
    project, port = PLACE / "project", free_port()
    subprocess.run(
        ["sh", "packaging/compose/make-secrets.sh"], cwd=project, check=True, stdout=subprocess.DEVNULL
    )
    override = PLACE / "override.yaml"
    override.write_text(
        f'services:\n  proxy:\n    ports: !override ["127.0.0.1:{port}:443"]\n', encoding="utf-8"
    )
    compose = partial(engine.compose, project, files=[override])
    try:
        _say("the demo in a container with a read-only root")
        alone = ("run", "--rm", "--read-only", "--cap-drop=ALL", "--network=none", "--tmpfs=/tmp:mode=1777")
        told = engine.docker(*alone, "billing:local", "demo", "--dir", "/tmp/demo")  # noqa: S108 - the container's own
        _hold("0 brutna invarianter" in told, f"the demo does not play: {told[-500:]}")
        _say("docker compose up")
        compose("up", "--detach", "--no-build", "--wait", "--wait-timeout", "180", "web", "worker", "proxy")
        _judge_image(engine, project)
        for name in OURS:
            _judge_container(
                name, partial(compose, "exec", "--no-TTY", name), _inspected(engine, compose, name)
            )
        _see_that_it_would_be_seen(engine)
        _judge_network(compose)
        _judge_pages(compose, port)
        _judge_work(compose)
        _judge_end(engine, compose)
    except (EngineFailed, NotProved) as failure:
        raise NotProved(f"{failure}\n{compose('logs', '--tail', '30')}") from failure
    finally:
        compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "20")


def _judge_image(engine: Engine, project: Path) -> None:
    [image] = json.loads(engine.docker("image", "inspect", "billing:local"))
    _hold(image["Config"]["User"] == "10001:10001", f"the image's user is {image['Config']['User']}")
    _hold(
        image["Config"]["Labels"]["org.opencontainers.image.version"] == "proof", "the image has no version"
    )
    _hold(image["Config"]["Healthcheck"]["Test"][0] == "CMD", "the image has no health check")
    history = engine.docker("history", "--no-trunc", "billing:local") + json.dumps(image)
    for secret in (project / "packaging" / "compose" / "secrets").iterdir():
        _hold(secret.read_text().strip() not in history, f"{secret.name} stands in the image")
    listed = (
        "run",
        "--rm",
        "--network=none",
        "--entrypoint=find",
        "billing:local",
        "/opt/billing",
        "/var/lib/billing",
        "/backup",
    )
    found = engine.docker(*listed).splitlines()
    _hold(any(each.endswith("/billing/cli/cli.py") for each in found), "the program is not in the image")
    _hold(
        not any("/tests/" in each and "/site-packages/tests/" in each for each in found),
        "tests lie in the image",
    )
    _hold(not any(each.endswith("/bin/pip") for each in found), "pip lies in the image")
    size = image["Size"] / 1e6
    _say(f"the image has {size:.0f} MB, {size - _size(engine, _BASE):.0f} of them beside its base")


def _size(engine: Engine, image: str) -> float:
    return float(json.loads(engine.docker("image", "inspect", image))[0]["Size"]) / 1e6


def _judge_container(name: str, inside: Callable[..., str], container: Mapping[str, Any]) -> None:
    """What may be done in it, as the kernel has it."""
    lacking = [] if container["HostConfig"]["ReadonlyRootfs"] else ["its root can be written"]
    status = dict(
        line.split(":\t", 1) for line in inside("cat", "/proc/self/status").splitlines() if ":\t" in line
    )
    lacking += [] if status["Uid"].split() == ["10001"] * 4 else [f"it is {status['Uid'].split()[0]}"]
    lacking += (
        [] if int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0 else [f"it may {status['CapBnd']}"]
    )
    lacking += [] if status["NoNewPrivs"].strip() == "1" else ["it may gain rights"]
    lacking += [] if status["Seccomp"].strip() == "2" else ["it may call all of the kernel"]
    _hold(not lacking, f"{name}: {', '.join(lacking)}")
    inside("touch", "/opt/billing/x", ends=1)
    inside("touch", "/var/lib/billing/x")
    inside("rm", "/var/lib/billing/x")
    environment = inside("env")
    _hold("postgresql://" not in environment, f"{name}: the database's password stands in the environment")
    inside("billing", "--help")
    _hold(int(inside("python3", "-c", _PDF).split()[0]) > 1000, f"{name}: no PDF is made")


def _see_that_it_would_be_seen(engine: Engine) -> None:
    """A container that is run without any of it is found out."""
    number = engine.docker(
        "run", "--detach", "--user=root", "--network=none", "--entrypoint=sleep", "billing:local", "300"
    ).split()[0]
    [told] = json.loads(engine.docker("inspect", number))
    try:
        _judge_container("an open one", partial(engine.docker, "exec", number), told)
    except NotProved as seen:
        _say(f"seen of a container that is run as it comes: {seen}")
    else:
        raise NotProved("a container that may do everything passes for one that may do nothing")
    finally:
        engine.docker("rm", "--force", number)


def _judge_network(compose: Callable[..., str]) -> None:
    """The proxy does not reach the database, and the database reaches nobody."""
    asked = "import socket; socket.create_connection(('{}', {}), 3)"
    compose("exec", "--no-TTY", "worker", "python3", "-c", asked.format("database", 5432))
    _hold(
        "database" not in compose("exec", "--no-TTY", "proxy", "getent", "hosts", "web"),
        "the proxy sees the database",
    )
    compose("exec", "--no-TTY", "proxy", "getent", "hosts", "database", ends=2)
    compose("exec", "--no-TTY", "database", "getent", "hosts", "proxy", ends=2)


def _judge_pages(compose: Callable[..., str], port: int) -> None:
    """The portal through its proxy, over TLS that is checked."""
    authority = compose("exec", "--no-TTY", "proxy", "cat", "/data/caddy/pki/authorities/local/root.crt")
    trusting = ssl.create_default_context(cadata=authority)
    with httpx.Client(
        verify=trusting, base_url=f"https://localhost:{port}", trust_env=False, timeout=30
    ) as visitor:
        _hold(visitor.get("/readyz").json() == {"status": "ok"}, "the portal is not ready")
        page = visitor.get("/sign-in")
        _hold(page.status_code == 200 and "Logga in" in page.text, f"no page to sign in: {page.status_code}")
        _hold(visitor.get("/metrics").status_code == 404, "the figures are shown outside")
        contact = visitor.get("/.well-known/security.txt").text
        _hold(
            "mailto:sakerhet@kopare.example" in contact,
            "security.txt does not name the contact of billing.env",
        )


def _judge_work(compose: Callable[..., str]) -> None:
    """A register, a check, a copy of the books by the image's own pg_dump."""
    inside = partial(compose, "exec", "--no-TTY", "worker")
    inside("billing", "register", "example", "/tmp/register")  # noqa: S108 - the container's own
    inside("billing", "register", "load", "--yes", "/tmp/register")  # noqa: S108
    inside("billing", "check")
    owner = inside("python3", "-c", _OWNER)
    _hold("False" in owner, "the owner of the books is more than that")
    copied = compose("--profile", "backup", "run", "--rm", "--no-TTY", "backup")
    _hold("/backup/billing-" in copied and ".dump" in copied, f"no copy was made: {copied}")


def _judge_end(engine: Engine, compose: Callable[..., str]) -> None:
    """Told to end, both end by themselves; told again to begin, nothing has to be done anew."""
    compose("stop", *OURS)
    for name in OURS:
        state = _inspected(engine, compose, name)["State"]
        _hold(state["ExitCode"] in (0, 143), f"{name} ended with {state['ExitCode']} and not by itself")
    compose("up", "--detach", "--no-build", "--wait", "--wait-timeout", "180", "web", "worker", "proxy")


def _inspected(engine: Engine, compose: Callable[..., str], name: str) -> dict[str, Any]:
    number = compose("ps", "--all", "--quiet", name).split()[-1]
    [told] = json.loads(engine.docker("inspect", number))
    return dict(told)


def _hold(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotProved(otherwise)


def _say(what: str) -> None:
    print(f"container: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
