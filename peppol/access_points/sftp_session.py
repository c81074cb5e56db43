"""One connection to an operator's account over SFTP: kept, and made again when it was lost, for every verb alike.

The server must show the host key that the settings name; no other is believed, and none is learned. What was being
done when the line went is done once more on a new one, by whoever knows how far it may have come (`sftp`). Nothing of
the library's reaches the log: what it has to say becomes one of our errors, which whoever asked logs.
"""

import errno
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import RLock, Timer
from typing import Final, TypeVar

import paramiko

from foundation.network.fault_kinds import FaultKind
from foundation.network.faults import Fault
from peppol.access_points.protocol import Unreachable
from peppol.access_points.sftp_login import SftpLogin, private_key, public_key
from peppol.access_points.ssh_faults import ssh_fault

T = TypeVar("T")

# The library writes whole traces there, among our lines of JSON.
_LIBRARY: Final = logging.getLogger("paramiko")
_LIBRARY.addHandler(logging.NullHandler())
_LIBRARY.propagate = False

# What an RSA key signs with; the key's own name stands for a signature nobody accepts any more.
_RSA: Final = ("rsa-sha2-512", "rsa-sha2-256")
FAULTS: Final = (OSError, EOFError, paramiko.SSHException, paramiko.SFTPError)
"""What the library raises for the line and for what the server says."""
_ALWAYS_LOST: Final = (paramiko.SSHException, paramiko.SFTPError, ConnectionError, TimeoutError)
_TWICE: Final = 2
_SECOND_STEPS: Final = {"password", "keyboard-interactive"}


class SftpSession:
    """The connection to an account; `seconds` is the longest wait for the server.

    Raises ValueError for keys it cannot read.
    """

    def __init__(self, account: SftpLogin, *, seconds: float = 60) -> None:
        self.account = account
        self._seconds = seconds
        self._host_key = public_key(account.host_key)
        self._key = private_key(account.key, account.key_password) if account.key else None
        self._lock = RLock()
        self._transport: paramiko.Transport | None = None
        self._client: paramiko.SFTPClient | None = None

    def close(self) -> None:
        """End the connection. Raises nothing: what was done is done, and a line that is gone is ended already."""
        with self._lock:
            ended = (self._client, self._transport)
            self._client = self._transport = None
            for each in ended:
                with suppress(*FAULTS):
                    if each is not None:
                        each.close()

    def do(self, what: Callable[[paramiko.SFTPClient], T]) -> T:
        """Do it on the connection that is open, and once more on a new one where that was lost meanwhile.

        Raises Unreachable where there is no connection, else what the server said (OSError).
        """
        with self._lock:
            for tries in range(1, _TWICE + 1):
                sftp = self._opened()
                try:
                    return what(sftp)
                except FAULTS as fault:
                    if not self.is_lost(fault):
                        raise _of_the_file(fault) from fault
                    self.close()
                    if tries == _TWICE:
                        raise Unreachable.by(ssh_fault(fault, host=self.account.where)) from fault
        raise AssertionError  # pragma: no cover - the last try returns or raises

    def is_lost(self, fault: BaseException) -> bool:
        """Whether it is the line that is gone: what is said of a file then says nothing about the file."""
        if isinstance(fault, _ALWAYS_LOST) or not self.is_alive:
            return True
        # The server's own word for the end of a file carries its text; the line's end carries none.
        return isinstance(fault, EOFError) and not fault.args

    @property
    def is_alive(self) -> bool:
        """Whether there is a connection, as far as is known without asking the server."""
        channel = self._client.get_channel() if self._client is not None else None
        if channel is None or channel.closed or channel.eof_received:
            return False
        return self._transport is not None and self._transport.is_active()

    # --- opening ----------------------------------------------------------------------------------

    def _opened(self) -> paramiko.SFTPClient:
        if self._client is not None:
            if self.is_alive:
                return self._client
            self.close()
        where = self.account.where
        try:
            line = socket.create_connection((self.account.host, self.account.port), timeout=self._seconds)
            transport = paramiko.Transport(line)
        except FAULTS as fault:
            raise Unreachable.by(ssh_fault(fault, host=where)) from fault
        try:
            # A server that has taken the line and says nothing more would be waited for without end.
            with _at_most(self._seconds, transport):
                client = self._signed_in(transport)
        except Unreachable:
            _end(transport)
            raise
        except FAULTS as fault:
            _end(transport)
            raise Unreachable.by(ssh_fault(fault, host=where)) from fault
        self._transport, self._client = transport, client
        return client

    def _signed_in(self, transport: paramiko.Transport) -> paramiko.SFTPClient:
        transport.banner_timeout = transport.auth_timeout = self._seconds
        name = self._host_key.get_name()
        transport.get_security_options().key_types = _RSA if name == "ssh-rsa" else (name,)
        transport.start_client(timeout=self._seconds)
        shown = transport.get_remote_server_key()
        if shown != self._host_key:
            raise self._refused(FaultKind.HOST_KEY, f"SHA256:{shown.fingerprint.partition(':')[2]}")
        self._sign_in(transport)
        channel = transport.open_session(timeout=self._seconds)
        channel.settimeout(self._seconds)
        try:
            channel.invoke_subsystem("sftp")
            client = paramiko.SFTPClient(channel)
        except FAULTS as fault:
            if not transport.is_active():
                raise
            raise self._refused(FaultKind.NO_SFTP, "SSH subsystem") from fault
        transport.set_keepalive(30)
        return client

    def _sign_in(self, transport: paramiko.Transport) -> None:
        account = self.account
        by_key = self._key is not None
        try:
            if self._key is not None:
                wanted = transport.auth_publickey(account.user, self._key)
                by_key = not (account.password and _SECOND_STEPS.intersection(wanted))
            if not by_key:
                wanted = transport.auth_password(account.user, account.password)
        except paramiko.BadAuthenticationType:
            raise
        except paramiko.AuthenticationException as refused:
            if not transport.is_active():
                # The line went before the answer came: nobody has refused us.
                raise ConnectionResetError(errno.ECONNRESET, "the line went") from refused
            kind = FaultKind.KEY_REFUSED if by_key else FaultKind.PASSWORD_REFUSED
            raise self._refused(kind, "SSH userauth") from refused
        if wanted:
            raise self._refused(FaultKind.SIGN_IN_MORE, " ".join(wanted))

    def _refused(self, kind: FaultKind, said: str) -> Unreachable:
        return Unreachable.by(Fault(kind, said, self.account.where))


@contextmanager
def _at_most(seconds: float, transport: paramiko.Transport) -> Iterator[None]:
    """End the connection where what is done takes longer."""
    watch = Timer(seconds, transport.close)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _end(transport: paramiko.Transport) -> None:
    with suppress(*FAULTS):
        transport.close()


def _of_the_file(fault: BaseException) -> OSError:
    """What the server says of a file, on a line that is there."""
    if isinstance(fault, OSError):
        return fault
    return OSError(errno.EIO, "the file ends before its size says")
