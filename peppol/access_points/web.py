"""Our side of an access point's HTTP: one client with the same caution for every product.

TLS is verified, redirects are not followed, every wait has an end, and no answer is read
beyond its cap. What goes wrong becomes one of the four errors of `protocol`: a message that
may have arrived is `Unclear`, one that certainly did not is `Unreachable`. Nothing of a
request or an answer is logged here; tokens travel in headers and never in addresses.
"""

import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import httpx

from peppol.access_points.protocol import RejectedForGood, Unclear, Unreachable, in_short

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
"""What this machine is called by itself."""
_NOT_NOW: Final = (408, 425, 429, 503)
_NOT_HERE: Final = (404, 405, 410)
_NAME_MAX: Final = 400
# An answer that names a place that is none is a fault of its own to the library, though nobody goes there.
_FAULTS: Final = (httpx.HTTPError, httpx.InvalidURL)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: `body` at most the cap of its request, plus one byte where there was more."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def fine(self) -> bool:
        """Whether the status is one of the two hundreds."""
        return 200 <= self.status < 300

    @property
    def words(self) -> str:
        """What the answer says to people: the message of a JSON answer, or plain text; else its status."""
        said = ""
        if "json" in self.headers.get("content-type", ""):
            said = _message_in(self.body)
        elif self.headers.get("content-type", "").startswith("text/plain"):
            said = self.body.decode("utf-8", "replace")
        return in_short(f"HTTP {self.status} {said}")


class Web:
    """A product's REST interface at `base`, spoken to with `headers`.

    `seconds` is the longest wait for a connection, and for each piece of an answer. `ca_file`
    holds the only authorities believed, for an access point within one's own walls. Raises
    `ValueError` for a base that is not https, unless it is this machine or `plain_http` says so.
    """

    def __init__(
        self,
        base: str,
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float = 60,
        ca_file: Path | None = None,
        proxy: str | None = None,
        plain_http: bool = False,
    ) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise ValueError("The address of an access point is https://host/path without user name.")
        if parts.scheme == "http" and not plain_http and parts.hostname not in LOOPBACK:
            raise ValueError("The address of an access point must begin with https://.")
        self.base = base.rstrip("/")
        self._client = httpx.Client(
            # Compressed answers could grow past every cap before they are counted.
            headers={"Accept-Encoding": "identity", **(headers or {})},
            timeout=httpx.Timeout(seconds, connect=min(seconds, 10)),
            verify=ssl.create_default_context(cafile=str(ca_file)) if ca_file else True,
            follow_redirects=False,
            proxy=proxy or None,
            # Environment variables for other programs must not decide where our messages go.
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._client.close()

    def get(
        self,
        *path: str,
        params: Mapping[str, str] | None = None,
        largest: int = 1_000_000,
        accept: str = "application/json",
    ) -> HttpAnswer:
        """Ask. Raises Unreachable for everything that keeps an answer from coming."""
        try:
            return self._ask("GET", path, params, None, {"Accept": accept}, largest)
        except _FAULTS as fault:
            raise Unreachable(_say(fault)) from fault

    def post(
        self,
        *path: str,
        body: bytes = b"",
        params: Mapping[str, str] | None = None,
        content_type: str = "application/xml",
        largest: int = 1_000_000,
    ) -> HttpAnswer:
        """Hand something over. Raises Unreachable where it did not arrive, Unclear where nobody knows."""
        headers = {"Accept": "application/json", "Content-Type": content_type}
        try:
            return self._ask("POST", path, params, body, headers, largest)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as fault:
            raise Unreachable(_say(fault)) from fault
        except _FAULTS as fault:
            raise Unclear(_say(fault)) from fault

    def _ask(
        self,
        method: str,
        path: Sequence[str],
        params: Mapping[str, str] | None,
        body: bytes | None,
        headers: Mapping[str, str],
        largest: int,
    ) -> HttpAnswer:
        # Identifiers hold # and / and ::, so every part is written out in full.
        address = "/".join((self.base, *(quote(part, safe="") for part in path)))
        with self._client.stream(
            method, address, params=dict(params or {}), content=body, headers=dict(headers)
        ) as response:
            read = bytearray()
            for piece in response.iter_bytes(65_536):
                read += piece
                if len(read) > largest:
                    break
            return HttpAnswer(response.status_code, bytes(read[: largest + 1]), dict(response.headers))


def complain(answer: HttpAnswer, *, repeatable: bool = False) -> None:
    """Raise what a refusal means; returns for an answer that is fine.

    `repeatable` says that nothing was handed over, so that a fault of theirs leaves nothing unclear.
    """
    if answer.fine:
        return
    status, words = answer.status, answer.words
    if 300 <= status < 400:
        raise Unreachable(words, code="REDIRECTED")
    if status in (401, 403):
        raise Unreachable(words, code="DENIED")
    if status in _NOT_HERE:
        raise Unreachable(words, code="WRONG_ADDRESS")
    if status in _NOT_NOW:
        raise Unreachable(words, code="NOT_NOW", retry_after=_seconds(answer.headers.get("retry-after", "")))
    if status >= 500 or status < 200:
        raise Unreachable(words, code="THEIR_FAULT") if repeatable else Unclear(words, code="THEIR_FAULT")
    raise RejectedForGood(words)


def is_name(reference: str) -> bool:
    """Whether a reference can be one part of an address; these three would lead elsewhere."""
    return reference not in ("", ".", "..")


def json_object(answer: HttpAnswer) -> dict[str, object]:
    """The answer as a JSON object; empty for anything else."""
    try:
        read = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def text_in(read: Mapping[str, object], name: str) -> str:
    """A text of a JSON object; empty where it is missing or something else."""
    value = read.get(name)
    return value if isinstance(value, str) else ""


def name_in(read: Mapping[str, object], name: str) -> str:
    """A name of something in a JSON object: a text that every database can hold; empty for any other."""
    value = text_in(read, name)
    return value if value.isprintable() and len(value) <= _NAME_MAX else ""


def _message_in(body: bytes) -> str:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if isinstance(read, str):
        return read
    if not isinstance(read, dict):
        return ""
    found = (text_in(read, name) for name in ("detail", "message", "error", "errorDetails", "title"))
    return next(filter(None, found), "")


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _say(fault: Exception) -> str:
    # The kind of fault is enough; the text of some holds addresses with parameters.
    return type(fault).__name__
