"""A real SFTP server on this machine for the tests, over one folder, with what operators' servers differ in."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_FAILURE, SFTP_OK, SFTP_OP_UNSUPPORTED

USER, PASSWORD = "rusta", "losen"


@dataclass
class SftpServer:
    """Where it listens, its host key, and its moods: `posix_rename` missing, connections cut by `cut()`."""

    folder: Path
    port: int = 0
    host_key: paramiko.PKey = field(default_factory=lambda: paramiko.ECDSAKey.generate())
    known_user_key: paramiko.PKey | None = None
    knows_posix_rename: bool = True
    sign_ins: int = 0
    # After these, each once, the line goes before the answer does; `then` is done in between.
    loses_answer_to: set[str] = field(default_factory=set)
    then: Callable[[], None] = lambda: None
    transports: list[paramiko.Transport] = field(default_factory=list)

    @property
    def host_key_line(self) -> str:
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"

    @property
    def address(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Drop every connection, as networks and idle timers do."""
        # Whoever is cut may be there again before the last of them is.
        cut, self.transports = self.transports, []
        for transport in cut:
            transport.close()


class _Door(paramiko.ServerInterface):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def check_auth_password(self, username: str, password: str) -> int:
        return self._answer((username, password) == (USER, PASSWORD))

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._answer(username == USER and key == self._server.known_user_key)

    def _answer(self, known: bool) -> int:
        self._server.sign_ins += known
        return AUTH_SUCCESSFUL if known else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, system: SftpServer) -> None:
        super().__init__(server)
        self._system = system

    def _at(self, path: str) -> Path:
        return self._system.folder / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            found = []
            for each in os.scandir(self._at(path)):
                attributes = paramiko.SFTPAttributes.from_stat(each.stat(follow_symlinks=False))
                attributes.filename = each.name
                found.append(attributes)
            return found
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        return self._stat(path, follow=True)

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        return self._stat(path, follow=False)

    def _stat(self, path: str, *, follow: bool) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._at(path).stat(follow_symlinks=follow))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        try:
            descriptor = os.open(self._at(path), flags, 0o640)
        except FileExistsError:
            return SFTP_FAILURE
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = paramiko.SFTPHandle(flags)
        file = os.fdopen(descriptor, "wb" if flags & os.O_WRONLY else "rb")
        handle.filename = path  # type: ignore[attr-defined]
        handle.readfile = file  # type: ignore[attr-defined]
        handle.writefile = file  # type: ignore[attr-defined]
        return handle

    def remove(self, path: str) -> int:
        return self._doing(lambda: self._at(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        if self._at(newpath).exists():
            return SFTP_FAILURE
        return self._renamed("rename", oldpath, newpath)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        if not self._system.knows_posix_rename:
            return SFTP_OP_UNSUPPORTED
        return self._renamed("posix_rename", oldpath, newpath)

    def _renamed(self, verb: str, old: str, new: str) -> int:
        done = self._doing(lambda: self._at(old).rename(self._at(new)))
        if verb in self._system.loses_answer_to:
            self._system.loses_answer_to.discard(verb)
            self._system.then()
            self._system.cut()
        return done

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self._doing(lambda: self._at(path).mkdir())

    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        if attr.st_mtime is None:
            return SFTP_OK
        times = (float(attr.st_atime or 0), float(attr.st_mtime))
        return self._doing(lambda: os.utime(self._at(path), times))

    @staticmethod
    def _doing(what: Callable[[], object]) -> int:
        try:
            what()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return SFTP_OK


@contextmanager
def sftp_server(folder: Path, **more: object) -> Iterator[SftpServer]:
    """An SFTP server over `folder` on a free port."""
    system = SftpServer(folder, **more)  # type: ignore[arg-type]
    listening = socket.create_server(("127.0.0.1", 0))
    system.port = listening.getsockname()[1]
    threads: list[threading.Thread] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(system.host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, system)
            system.transports.append(transport)
            with suppress(OSError, EOFError, paramiko.SSHException):
                transport.start_server(server=_Door(system))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    threads.append(thread)
    try:
        yield system
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        system.cut()
        for each in threads:
            each.join(5)
