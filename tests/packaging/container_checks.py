"""What must hold of the image and of the containers that compose.yaml makes of it, as kernel and visitors see them."""

import json
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from tests.packaging.engine import Engine

OURS: Final = ("web", "worker")
BASE: Final = "bare:bookworm"
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


def judge_image(engine: Engine, project: Path) -> None:
    """Who it is, what lies in it, and that no secret does. Raises NotProved, as all that follow."""
    [image] = json.loads(engine.docker("image", "inspect", "billing:local"))
    hold(image["Config"]["User"] == "10001:10001", f"the image's user is {image['Config']['User']}")
    hold(image["Config"]["Labels"]["org.opencontainers.image.version"] == "proof", "the image has no version")
    hold(image["Config"]["Healthcheck"]["Test"][0] == "CMD", "the image has no health check")
    history = engine.docker("history", "--no-trunc", "billing:local") + json.dumps(image)
    for secret in (project / "packaging" / "compose" / "secrets").iterdir():
        hold(secret.read_text().strip() not in history, f"{secret.name} stands in the image")
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
    hold(any(each.endswith("/billing/cli/cli.py") for each in found), "the program is not in the image")
    hold(
        not any("/tests/" in each and "/site-packages/tests/" in each for each in found),
        "tests lie in the image",
    )
    hold(not any(each.endswith("/bin/pip") for each in found), "pip lies in the image")
    size = image["Size"] / 1e6
    say(f"the image has {size:.0f} MB, {size - _size(engine, BASE):.0f} of them beside its base")


def _size(engine: Engine, image: str) -> float:
    return float(json.loads(engine.docker("image", "inspect", image))[0]["Size"]) / 1e6


def judge_container(name: str, inside: Callable[..., str], container: Mapping[str, Any]) -> None:
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
    hold(not lacking, f"{name}: {', '.join(lacking)}")
    inside("touch", "/opt/billing/x", ends=1)
    inside("touch", "/var/lib/billing/x")
    inside("rm", "/var/lib/billing/x")
    environment = inside("env")
    hold("postgresql://" not in environment, f"{name}: the database's password stands in the environment")
    inside("billing", "--help")
    hold(int(inside("python3", "-c", _PDF).split()[0]) > 1000, f"{name}: no PDF is made")


def see_that_it_would_be_seen(engine: Engine) -> None:
    """A container that is run without any of it is found out."""
    number = engine.docker(
        "run", "--detach", "--user=root", "--network=none", "--entrypoint=sleep", "billing:local", "300"
    ).split()[0]
    [told] = json.loads(engine.docker("inspect", number))
    try:
        judge_container("an open one", partial(engine.docker, "exec", number), told)
    except NotProved as seen:
        say(f"seen of a container that is run as it comes: {seen}")
    else:
        raise NotProved("a container that may do everything passes for one that may do nothing")
    finally:
        engine.docker("rm", "--force", number)


def judge_network(compose: Callable[..., str]) -> None:
    """The proxy does not reach the database, and the database reaches nobody."""
    asked = "import socket; socket.create_connection(('{}', {}), 3)"
    compose("exec", "--no-TTY", "worker", "python3", "-c", asked.format("database", 5432))
    compose("exec", "--no-TTY", "proxy", "getent", "hosts", "web")
    compose("exec", "--no-TTY", "proxy", "getent", "hosts", "database", ends=2)
    compose("exec", "--no-TTY", "database", "getent", "hosts", "proxy", ends=2)


def judge_pages(compose: Callable[..., str], port: int) -> None:
    """The portal through its proxy, over TLS that is checked."""
    authority = compose("exec", "--no-TTY", "proxy", "cat", "/data/caddy/pki/authorities/local/root.crt")
    trusting = ssl.create_default_context(cadata=authority)
    with httpx.Client(
        verify=trusting, base_url=f"https://localhost:{port}", trust_env=False, timeout=30
    ) as visitor:
        hold(visitor.get("/readyz").json() == {"status": "ok"}, "the portal is not ready")
        page = visitor.get("/sign-in")
        hold(page.status_code == 200 and "Logga in" in page.text, f"no page to sign in: {page.status_code}")
        hold(visitor.get("/metrics").status_code == 404, "the figures are shown outside")
        contact = visitor.get("/.well-known/security.txt").text
        hold(
            "mailto:sakerhet@kopare.example" in contact,
            "security.txt does not name the contact of billing.env",
        )


def judge_work(compose: Callable[..., str]) -> None:
    """A register, a check, a copy of the books by the image's own pg_dump."""
    inside = partial(compose, "exec", "--no-TTY", "worker")
    inside("billing", "register", "example", "/tmp/register")  # noqa: S108 - the container's own
    inside("billing", "register", "load", "--yes", "/tmp/register")  # noqa: S108
    inside("billing", "check")
    owner = inside("python3", "-c", _OWNER)
    hold("False" in owner, "the owner of the books is more than that")
    copied = compose("--profile", "backup", "run", "--rm", "--no-TTY", "backup")
    hold("/backup/billing-" in copied and ".dump" in copied, f"no copy was made: {copied}")


def judge_end(engine: Engine, compose: Callable[..., str]) -> None:
    """Told to end, both end by themselves; told again to begin, nothing has to be done anew."""
    compose("stop", *OURS)
    for name in OURS:
        state = inspected(engine, compose, name)["State"]
        hold(state["ExitCode"] in (0, 143), f"{name} ended with {state['ExitCode']} and not by itself")
    compose("up", "--detach", "--no-build", "--wait", "--wait-timeout", "180", "web", "worker", "proxy")


def inspected(engine: Engine, compose: Callable[..., str], name: str) -> dict[str, Any]:
    """What the engine knows of the container of a service."""
    number = compose("ps", "--all", "--quiet", name).split()[-1]
    [told] = json.loads(engine.docker("inspect", number))
    return dict(told)


def hold(holds: bool, otherwise: str) -> None:
    """Go on where it holds. Raises NotProved with the sentence where it does not."""
    if not holds:
        raise NotProved(otherwise)


def say(what: str) -> None:
    """Tell whoever waits how far it has come."""
    print(f"container: {what}", flush=True)
