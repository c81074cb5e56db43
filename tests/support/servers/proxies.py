"""Real proxies of the distribution in front of a served application: nginx and Caddy, as docs/operating.md prints them.

What is tried is what is printed: the block is read from the page, and only name, ports and certificate are others.
As root or as a plain user alike, on free ports, with all their files in the folder they are given.
"""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.project import PROJECT
from tests.support.servers.server_certificate import ServerCertificate
from tests.system_packages import server

PAGE: Final = PROJECT / "docs" / "operating.md"
_STARTS_WITHIN: Final = 20.0
_NGINX: Final = """
{user}
daemon off;
worker_processes 1;
pid {root}/pid;
error_log {root}/log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi;
    scgi_temp_path {root}/scgi;
    include {root}/portal.conf;
}}
"""
_CADDY: Final = """
{
	admin off
	auto_https disable_redirects
	skip_install_trust
}
"""


def printed(language: str) -> str:
    """The one block of a configuration in this language that the page prints."""
    (block,) = re.findall(
        rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return str(block)


@contextmanager
def nginx(root: Path, upstream: str, port: int, certificate: ServerCertificate) -> Iterator[None]:
    """nginx at this port before the application at `upstream`, until the block ends."""
    root.mkdir(parents=True)
    changes = {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "portal.example;": "127.0.0.1;",
        "/etc/ssl/portal.example/fullchain.pem": str(certificate.certificate),
        "/etc/ssl/portal.example/privkey.pem": str(certificate.key),
        "http://127.0.0.1:8000": upstream,
    }
    (root / "portal.conf").write_text(changed(printed("nginx"), changes), encoding="utf-8")
    # Its workers are to reach the folder of whoever runs the tests.
    user = "user root;" if os.geteuid() == 0 else ""
    (root / "nginx.conf").write_text(_NGINX.format(root=root, user=user), encoding="utf-8")
    program = server("nginx")
    assert program, "No nginx: run `python -m tests.system_packages`."
    yield from _running([program, "-p", str(root), "-c", "nginx.conf", "-e", str(root / "log")], root, port)


@contextmanager
def caddy(root: Path, upstream: str, port: int, certificate: ServerCertificate) -> Iterator[None]:
    """Caddy at this port before the application at `upstream`, until the block ends."""
    root.mkdir(parents=True)
    changes = {
        "portal.example {": f"https://127.0.0.1:{port} {{\n\ttls {certificate.certificate} {certificate.key}",
        "127.0.0.1:8000": upstream.removeprefix("http://"),
    }
    (root / "Caddyfile").write_text(_CADDY.lstrip() + changed(printed("caddy"), changes), encoding="utf-8")
    program = server("caddy")
    assert program, "No Caddy: run `python -m tests.system_packages`."
    command = [program, "run", "--config", str(root / "Caddyfile"), "--adapter", "caddyfile"]
    yield from _running(
        command, root, port, HOME=str(root), XDG_DATA_HOME=str(root), XDG_CONFIG_HOME=str(root)
    )


PROXIES: Final = {"nginx": nginx, "caddy": caddy}


def changed(text: str, changes: Mapping[str, str]) -> str:
    """The text with each of these in the place of what it names; fails where that is not there."""
    for was, becomes in changes.items():
        assert was in text, was
        text = text.replace(was, becomes)
    return text


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _running(command: list[str], root: Path, port: int, **environment: str) -> Iterator[None]:
    with (root / "out").open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, env={**os.environ, **environment}, start_new_session=True
        )
    try:
        ends = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < ends and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            told = "".join(
                each.read_text(errors="replace") for each in (root / "out", root / "log") if each.exists()
            )
            raise AssertionError(f"{command[0]} does not start: {told[-3000:]}")
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
