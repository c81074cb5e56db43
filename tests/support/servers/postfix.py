"""A real Postfix of the distribution on free ports of this machine: TLS, sign-in, refusals, and mail passed on.

As root or as a plain user alike: it runs under fakeroot, which lets it believe that it may change users. Nothing of it
leaves the folder it is given, and what it takes goes to `tests.support.servers.mail_server` and nowhere else.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.servers.mail_server import Mailbox, mail_server
from tests.support.servers.server_certificate import ServerCertificate, server_certificate
from tests.system_packages import server

MASTER: Final = "/usr/lib/postfix/sbin/master"
USER: Final = "portalen@example.test"
PASSWORD: Final = "lösenord med åäö €"
_QUEUE: Final = (
    *("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming"),
    *("maildrop", "pid", "private", "public", "saved", "trace"),
)
_STARTS_WITHIN: Final = 20.0
_MAIN: Final = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
mail_owner = postfix
maillog_file = {root}/log
maillog_file_prefixes = {root}
import_environment = MAIL_CONFIG TZ LANG=C LD_PRELOAD LD_LIBRARY_PATH FAKEROOTKEY
myhostname = mail.example.test
mydestination =
mynetworks =
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
relay_domains = example.test, xn--fretag-wxa.example
relayhost = [127.0.0.1]:{passed_on}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none
smtputf8_enable = {smtputf8}
message_size_limit = 60000
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
cyrus_sasl_config_path = {root}/sasl
smtpd_sasl_local_domain = example.test
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions =
    check_recipient_access texthash:{root}/recipients, permit_sasl_authenticated, reject
smtpd_sender_restrictions = check_sender_access texthash:{root}/senders
header_checks = regexp:{root}/headers
"""
_MASTER: Final = """
127.0.0.1:{starttls} inet n - n - - smtpd
127.0.0.1:{tls} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
_RECIPIENTS: Final = """
full@example.test 452 4.2.2 Mailbox full
slow@example.test 450 4.7.1 Greylisted
busy@example.test 421 4.3.2 Too many connections
gone@example.test 550 5.1.1 No such mailbox
closed@example.test 554 5.7.1 Not for you
"""
_SENDERS: Final = """
stranger@example.test 550 5.1.8 Who is that
tired@example.test 451 4.1.8 Ask me later
"""
_HEADERS: Final = """
/^Subject: .*avvisa/ REJECT 5.7.1 Not such a subject
"""
_SASL: Final = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN LOGIN CRAM-MD5
sasldb_path: {root}/sasldb2
"""


@dataclass(frozen=True)
class Postfix:
    """Where it listens, whom it shows itself as, and the mailbox that what it takes comes to."""

    starttls_port: int
    tls_port: int
    certificate: ServerCertificate
    mailbox: Mailbox
    log: Path


@contextmanager
def postfix(
    root: Path, *, smtputf8: bool = True, name: str = "127.0.0.1", days: int = 7
) -> Iterator[Postfix]:
    """Postfix in this folder until the block ends. `name` and `days` are those of its certificate."""
    root.mkdir(parents=True, exist_ok=True)
    certificate = server_certificate(root / "tls", name=name, days=days)
    starttls, tls = _free_ports()
    with mail_server() as mailbox:
        given = {
            "root": root,
            "passed_on": mailbox.port,
            "smtputf8": "yes" if smtputf8 else "no",
            "certificate": certificate.certificate,
            "key": certificate.key,
            "starttls": starttls,
            "tls": tls,
        }
        _lay_out(root, given)
        running = Postfix(starttls, tls, certificate, mailbox, root / "log")
        process = _start(root, running)
        try:
            yield running
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _lay_out(root: Path, given: dict[str, object]) -> None:
    for each in ("data", "sasl", *(f"queue/{name}" for name in _QUEUE)):
        (root / each).mkdir(parents=True)
    files = {
        "main.cf": _MAIN,
        "master.cf": _MASTER,
        "recipients": _RECIPIENTS,
        "senders": _SENDERS,
        "headers": _HEADERS,
        "sasl/smtpd.conf": _SASL,
    }
    for name, text in files.items():
        (root / name).write_text(text.format(**given).lstrip("\n"), encoding="utf-8")
    user, _, realm = USER.partition("@")
    subprocess.run(
        [_program("saslpasswd2"), "-c", "-p", "-f", root / "sasldb2", "-u", realm, user],
        input=PASSWORD.encode(),
        check=True,
    )


def _start(root: Path, running: Postfix) -> "subprocess.Popen[bytes]":
    own = " ".join(f"'{root / each}'" for each in ("data", "queue"))
    script = f"chown -R postfix {own} && exec {MASTER} -c '{root}' -d"
    with (root / "out").open("wb") as out:
        process = subprocess.Popen(
            [_program("fakeroot"), "--", "sh", "-c", script], stdout=out, stderr=out, start_new_session=True
        )
    ends = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", running.starttls_port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return process
    told = (root / "out").read_text(errors="replace")
    told += running.log.read_text(errors="replace") if running.log.exists() else ""
    raise AssertionError(f"Postfix does not start: {told[-3000:]}")


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _program(name: str) -> str:
    found = server(name)
    assert found, f"No {name}: run `python -m tests.system_packages`."
    return found
