"""Our side of an access point's HTTP: one client with the same caution for every product.

TLS is verified, redirects are not followed, every wait has an end, and no answer is read
beyond its cap. What goes wrong becomes one of the errors of `protocol`: a message that
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

from foundation.network.fault_codes import of_http
from foundation.network.fault_kinds import FaultKind
from foundation.network.faults import Fault, fault_of
from foundation.network.own_machine import LOOPBACK
from peppol.access_points.protocol import ArrivalLeft, RejectedForGood, Unclear, Unreachable, in_short

# A status that says nothing about the message: it was not looked at.
_NOT_LOOKED_AT: Final = (
    FaultKind.REDIRECTED,
    FaultKind.DENIED,
    FaultKind.PROXY_DENIED,
    FaultKind.WRONG_ADDRESS,
    FaultKind.NOT_NOW,
)
_NAME_MAX: Final = 400
# How the library's texts tell a line that ended from an answer that is none.
_ENDED: Final = ("disconnected", "closed connection")
# An answer that names a place that is none is a fault of its own to the library, though nobody goes there.
_FAULTS: Final = (httpx.HTTPError, httpx.InvalidURL)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: `body` at most the cap of its request, plus one byte where there was more."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    host: str = ""

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
        self.where = parts.netloc
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
            raise Unreachable.by(self._fault(fault)) from fault

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
            raise Unreachable.by(self._fault(fault)) from fault
        except _FAULTS as fault:
            raise Unclear(self._fault(fault).said, host=self.where) from fault

    def _fault(self, error: Exception) -> Fault:
        """What kept an answer from coming, by the innermost cause; the text of some holds addresses."""
        fault = fault_of(error, host=self.where)
        if fault.kind is not FaultKind.UNCLASSIFIED:
            return fault
        if isinstance(error, httpx.ProxyError):
            return Fault(FaultKind.PROXY, "proxy", self.where)
        if isinstance(error, httpx.TimeoutException):
            return Fault(FaultKind.TIMED_OUT, "ETIMEDOUT", self.where)
        if isinstance(error, httpx.InvalidURL):
            return Fault(FaultKind.NOT_UNDERSTOOD, "HTTP", self.where)
        if isinstance(error, httpx.RemoteProtocolError):
            ended = any(word in str(error) for word in _ENDED)
            return Fault(FaultKind.CUT if ended else FaultKind.NOT_UNDERSTOOD, "HTTP", self.where)
        return Fault(FaultKind.UNCLASSIFIED, type(error).__name__, self.where)

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
            kept = bytes(read[: largest + 1])
            return HttpAnswer(response.status_code, kept, dict(response.headers), self.where)


def complain(answer: HttpAnswer, *, repeatable: bool = False) -> None:
    """Raise what a refusal means; returns for an answer that is fine.

    `repeatable` says that nothing was handed over, so that a fault of theirs leaves nothing unclear.
    """
    if answer.fine:
        return
    status, words, host = answer.status, answer.words, answer.host
    kind = of_http(status)
    if kind in _NOT_LOOKED_AT:
        wait = _seconds(answer.headers.get("retry-after", "")) if kind is FaultKind.NOT_NOW else None
        raise Unreachable(words, code=kind.value, host=host, retry_after=wait)
    if kind is FaultKind.THEIR_FAULT:
        error = Unreachable if repeatable else Unclear
        raise error(words, code=kind.value, host=host)
    raise RejectedForGood(words, host=host)


def complain_of_one(
    answer: HttpAnswer, *, kinds: Sequence[FaultKind] = (FaultKind.THEIR_FAULT, FaultKind.REFUSED_AS_ASKED)
) -> None:
    """As `complain`, about one thing that has come: what is of these kinds says nothing of the others.

    Raises ArrivalLeft for those, Unreachable for what is wrong with the access point.
    """
    kind = of_http(answer.status)
    if not answer.fine and kind in kinds:
        raise ArrivalLeft(answer.words, code=kind.value, host=answer.host)
    complain(answer, repeatable=True)


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
