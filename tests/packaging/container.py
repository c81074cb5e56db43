"""The image built and compose.yaml run, in a Docker engine of our own: `make container`, as root on a Debian.

No registry of images is asked: Debian's base is laid by debootstrap, as `make bare` does, and PostgreSQL and Caddy are
Debian's, started as the images are that compose.yaml names (`stand_ins/`). All else is as an operator has it: a clone
of what is committed, its Dockerfile, its compose.yaml with the secrets that make-secrets.sh makes.
"""

import argparse
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Final

from tests import bare
from tests.packaging import container_checks
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
_BUILD: Final = ("build", "--network=host", "--build-arg", f"BASE={container_checks.BASE}")
STAND_INS: Final = {
    "postgres": "docker.io/library/postgres:15-bookworm",
    "caddy": "docker.io/library/caddy:2",
}


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
            raise container_checks.NotProved(
                "debootstrap and the engine need root; run `make container` as root."
            )
        if missing := provide(NEEDED):
            raise container_checks.NotProved(
                f"This machine lacks {' '.join(missing)}; install it and run again."
            )
        shutil.rmtree(PLACE, ignore_errors=True)
        PLACE.mkdir(parents=True)
        with running(PLACE / "engine", networks=False) as engine:
            _build(engine)
        again = ["unshare", "--mount", "--net", sys.executable, "-m", "tests.packaging.container", "--run"]
        if subprocess.run(again, check=False).returncode != 0:
            return 1
        shutil.rmtree(PLACE)
    except (
        container_checks.NotProved,
        EngineFailed,
        bare.NotBare,
        OSError,
        subprocess.CalledProcessError,
    ) as failure:
        print(f"container: {failure}", file=sys.stderr)
        return 1
    print("container: built, hardened, healthy, works, backs up and ends as it should.")
    return 0


def _build(engine: Engine) -> None:
    """A base, the stand-ins, and ours of what is committed. Raises EngineFailed, NotBare."""
    _lay_base(engine, PLACE / "debian")
    for name, image in STAND_INS.items():
        container_checks.say(f"building a stand-in of {image}")
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
    engine.docker("import", PLACE / "base.tar", container_checks.BASE)
    (PLACE / "base.tar").unlink()
    shutil.rmtree(debian)


def _build_ours(engine: Engine, project: Path) -> None:
    container_checks.say("building ours of what is committed")
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
        container_checks.say("the demo in a container with a read-only root")
        alone = ("run", "--rm", "--read-only", "--cap-drop=ALL", "--network=none", "--tmpfs=/tmp:mode=1777")
        told = engine.docker(*alone, "billing:local", "demo", "--dir", "/tmp/demo")  # noqa: S108 - the container's own
        container_checks.hold("0 brutna invarianter" in told, f"the demo does not play: {told[-500:]}")
        container_checks.say("docker compose up")
        compose("up", "--detach", "--no-build", "--wait", "--wait-timeout", "180", "web", "worker", "proxy")
        container_checks.judge_image(engine, project)
        for name in container_checks.OURS:
            container_checks.judge_container(
                name,
                partial(compose, "exec", "--no-TTY", name),
                container_checks.inspected(engine, compose, name),
            )
        container_checks.see_that_it_would_be_seen(engine)
        container_checks.judge_network(compose)
        container_checks.judge_pages(compose, port)
        container_checks.judge_work(compose)
        container_checks.judge_end(engine, compose)
    except (EngineFailed, container_checks.NotProved) as failure:
        raise container_checks.NotProved(f"{failure}\n{compose('logs', '--tail', '30')}") from failure
    finally:
        compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "20")


if __name__ == "__main__":
    sys.exit(main())
