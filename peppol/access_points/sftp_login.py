"""An operator's account over SFTP: where it is, which key its server shows, and how we are known there."""

import io
from base64 import b64decode
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import paramiko


@dataclass(frozen=True, slots=True)
class SftpLogin:
    """Where the account is and how we are known there. `host_key` is a line as in known_hosts, with or without name.

    `key` is our private key as text, `key_password` what opens it. `password` is the account's: alone, or as the second
    step where the server wants both.
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

    @property
    def where(self) -> str:
        """The server as people name it; neither user nor folder."""
        return self.host if self.port == 22 else f"{self.host}:{self.port}"


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
