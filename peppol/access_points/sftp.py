"""An operator's account over SFTP: the same files as in a folder, at another machine.

The server must show the host key that the settings name; no other is believed, and none is
learned. The connection is kept and made again when it is lost; what was being done is then done
once more, which is safe because a file is written whole under a name of its own. SFTP has no
word for flushing to disk that every server knows: a file counts as handed over when the
server has renamed it at its full size.
"""

import errno
import io
import socket
import stat
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from threading import RLock
from typing import Final, TypeVar
from urllib.parse import unquote, urlsplit

import paramiko
from paramiko.sftp_attr import SFTPAttributes
from paramiko.ssh_exception import IncompatiblePeer

from foundation.disks.whole_files import temporary_name
from peppol.access_points.files import DEEPEST, FileEntry, parts_of
from peppol.access_points.protocol import Unreachable

T = TypeVar("T")

# What an RSA key signs with; the key's own name stands for a signature nobody accepts any more.
_RSA: Final = ("rsa-sha2-512", "rsa-sha2-256")
_ONE_REQUEST: Final = paramiko.SFTPFile.MAX_REQUEST_SIZE
_LOST: Final = (EOFError, ConnectionError, TimeoutError, paramiko.SSHException, socket.gaierror)


@dataclass(frozen=True, slots=True)
class SftpLogin:
    """Where the account is and how we are known there. `host_key` is a line as in known_hosts, with or without name.

    `key` is our private key as text; the password is for the account, or where it is missing for nothing.
    """

    host: str
    user: str
    host_key: str
    port: int = 22
    folder: str = ""
    password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    key_password: str = field(default="", repr=False)

    @classmethod
    def at(
        cls, address: str, *, host_key: str, password: str = "", key: str = "", key_password: str = ""
    ) -> "SftpLogin":
        """The account at sftp://user@host:port/folder. Raises ValueError for any other address."""
        parts = urlsplit(address)
        if parts.scheme != "sftp" or not parts.hostname or not parts.username or parts.password:
            raise ValueError("write sftp://user@host:port/folder, without password")
        folder = unquote(parts.path).strip("/")
        if ".." in folder.split("/"):
            raise ValueError("write the account's folder without ..")
        return cls(
            parts.hostname,
            unquote(parts.username),
            host_key,
            parts.port or 22,
            folder,
            password,
            key,
            key_password,
        )


def public_key(line: str) -> paramiko.PKey:
    """The key written as `ssh-ed25519 AAAA...`, a host's name before it or not. Raises ValueError."""
    words = line.split()
    for name, text in pairwise(words):
        if name.startswith(("ssh-", "ecdsa-")):
            try:
                return paramiko.PKey.from_type_string(name, b64decode(text, validate=True))
            except (ValueError, paramiko.SSHException) as wrong:
                raise ValueError("the host key cannot be read") from wrong
    raise ValueError("write the host key as in known_hosts: ssh-ed25519 AAAA...")


def private_key(text: str, password: str = "") -> paramiko.PKey:
    """Our key from its text, in OpenSSH's form or PEM. Raises ValueError."""
    kinds: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
    for kind in kinds:
        try:
            return kind.from_private_key(io.StringIO(text), password=password or None)
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise ValueError("the private key cannot be read; is its password right?")


class SftpFiles:
    """The files of an account; `seconds` is the longest wait for the server.

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
        """End the connection."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            if self._transport is not None:
                self._transport.close()
            self._client = self._transport = None

    # --- files ------------------------------------------------------------------------------------

    def walk(self, folder: str, *, deep: bool) -> Iterator[FileEntry]:
        """See `files.Files`."""
        yield from self._with(lambda sftp: self._walked(sftp, folder, DEEPEST if deep else 0))

    def _walked(self, sftp: paramiko.SFTPClient, folder: str, deeper: int) -> list[FileEntry]:
        try:
            found = sorted(sftp.listdir_attr(self._place(folder)), key=lambda each: each.filename)
        except FileNotFoundError:
            return []
        entries: list[FileEntry] = []
        for each in found:
            path = f"{folder}/{each.filename}" if folder else each.filename
            if "/" in each.filename or each.filename in (".", ".."):
                continue
            if stat.S_ISDIR(each.st_mode or 0):
                if deeper:
                    entries += self._walked(sftp, path, deeper - 1)
            elif stat.S_ISREG(each.st_mode or 0):
                entries.append(_entry(path, each))
        return entries

    def find(self, path: str) -> FileEntry | None:
        """See `files.Files`."""
        return self._with(lambda sftp: self._found(sftp, path))

    def _found(self, sftp: paramiko.SFTPClient, path: str) -> FileEntry | None:
        try:
            seen = sftp.lstat(self._place(path))
        except FileNotFoundError:
            return None
        return _entry(path, seen) if stat.S_ISREG(seen.st_mode or 0) else None

    def read(self, path: str, at_most: int) -> bytes:
        """See `files.Files`."""

        def do(sftp: paramiko.SFTPClient) -> bytes:
            seen = self._found(sftp, path)
            if seen is None:
                raise FileNotFoundError(errno.ENOENT, "no plain file")
            with sftp.open(self._place(path), "rb") as file:
                # A file of one request gains nothing by asking ahead, in a thread that may meet a line gone dead alone.
                if (size := min(seen.size, at_most)) > _ONE_REQUEST:
                    file.prefetch(size)
                return file.read(at_most)

        return self._with(do)

    def write(self, path: str, body: bytes) -> None:
        """See `files.Files`."""

        def do(sftp: paramiko.SFTPClient) -> None:
            self._make(sftp, path)
            temporary = self._place(temporary_name(path))
            try:
                with sftp.open(temporary, "wbx") as file:
                    file.set_pipelined(True)
                    file.write(body)
                if sftp.stat(temporary).st_size != len(body):
                    raise OSError(errno.EIO, "the server kept another number of bytes")
                self._replace(sftp, temporary, self._place(path))
            except OSError:
                with suppress(OSError, *_LOST):
                    sftp.remove(temporary)
                raise

        self._with(do)

    def move(self, source: str, target: str, *, lasting: bool = True) -> None:
        """See `files.Files`."""

        def do(sftp: paramiko.SFTPClient) -> None:
            if self._found(sftp, source) is None:
                raise FileNotFoundError(errno.ENOENT, "no plain file")
            self._make(sftp, target)
            if self._found(sftp, target) is not None:
                raise FileExistsError(errno.EEXIST, "the name is taken")
            # This rename of SFTP 3 never overwrites; a server that lost the race says so with a failure.
            sftp.rename(self._place(source), self._place(target))

        self._with(do)

    def remove(self, path: str) -> None:
        """See `files.Files`."""

        def do(sftp: paramiko.SFTPClient) -> None:
            with suppress(FileNotFoundError):
                sftp.remove(self._place(path))

        self._with(do)

    def touch(self, path: str) -> None:
        """See `files.Files`; a server that does not let us is no fault."""

        def do(sftp: paramiko.SFTPClient) -> None:
            try:
                sftp.utime(self._place(path), None)
            except OSError as refused:
                if refused.errno not in (None, errno.EACCES):
                    raise

        self._with(do)

    def _place(self, path: str) -> str:
        inside = "/".join(parts_of(path)) if path else ""
        return "/".join(filter(None, (self.account.folder, inside))) or "."

    def _make(self, sftp: paramiko.SFTPClient, path: str) -> None:
        folders = path.split("/")[:-1]
        for number in range(1, len(folders) + 1):
            place = self._place("/".join(folders[:number]))
            try:
                sftp.stat(place)
            except FileNotFoundError:
                sftp.mkdir(place)

    def _replace(self, sftp: paramiko.SFTPClient, temporary: str, final: str) -> None:
        try:
            sftp.posix_rename(temporary, final)
        except OSError as refused:
            if isinstance(refused, (FileNotFoundError, PermissionError)):
                raise
            # A server without that extension: the same bytes are there already, or nothing is.
            with suppress(FileNotFoundError):
                sftp.remove(final)
            sftp.rename(temporary, final)

    # --- the connection ---------------------------------------------------------------------------

    def _with(self, do: Callable[[paramiko.SFTPClient], T]) -> T:
        """Do it on the connection that is open, and once more on a new one where that was lost."""
        with self._lock:
            kept = self._client is not None
            try:
                return do(self._opened())
            except (OSError, *_LOST) as fault:
                if not self._is_lost(fault):
                    raise
                self.close()
                if not kept:
                    raise _as_os_error(fault) from fault
            try:
                return do(self._opened())
            except (OSError, *_LOST) as fault:
                if not self._is_lost(fault):
                    raise
                self.close()
                raise _as_os_error(fault) from fault

    def _is_lost(self, fault: Exception) -> bool:
        """Whether it is the connection that is gone; a channel closed meanwhile says so as any OSError."""
        channel = self._client.get_channel() if self._client is not None else None
        return isinstance(fault, _LOST) or (channel is not None and channel.closed)

    def _opened(self) -> paramiko.SFTPClient:
        if self._client is not None:
            return self._client
        sock = socket.create_connection((self.account.host, self.account.port), timeout=self._seconds)
        transport = paramiko.Transport(sock)
        try:
            transport.banner_timeout = transport.auth_timeout = self._seconds
            name = self._host_key.get_name()
            transport.get_security_options().key_types = _RSA if name == "ssh-rsa" else (name,)
            transport.start_client(timeout=self._seconds)
            if transport.get_remote_server_key() != self._host_key:
                raise Unreachable("the server shows another host key than the settings name", code="HOST_KEY")
            self._sign_in(transport)
            client = paramiko.SFTPClient.from_transport(transport)
            if client is None:
                raise paramiko.SSHException("no SFTP there")
            channel = client.get_channel()
            if channel is not None:
                channel.settimeout(self._seconds)
            transport.set_keepalive(30)
        except IncompatiblePeer as other:
            transport.close()
            raise Unreachable("the server has no host key of the named kind", code="HOST_KEY") from other
        except BaseException:
            transport.close()
            raise
        self._transport, self._client = transport, client
        return client

    def _sign_in(self, transport: paramiko.Transport) -> None:
        try:
            if self._key is not None:
                transport.auth_publickey(self.account.user, self._key)
            else:
                transport.auth_password(self.account.user, self.account.password)
        except paramiko.AuthenticationException as refused:
            raise Unreachable("the server does not know us", code="DENIED") from refused


def _entry(path: str, seen: SFTPAttributes) -> FileEntry:
    return FileEntry(path, seen.st_size or 0, datetime.fromtimestamp(seen.st_mtime or 0, UTC))


def _as_os_error(lost: BaseException) -> OSError:
    return OSError(errno.ECONNRESET, type(lost).__name__)
