"""A supplier's program that tries the API in its sandbox, by the names that the description gives the operations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx

from billing.server.described.description import operations
from tests.support.project import PROJECT


@cache
def addresses() -> Mapping[str, tuple[str, str]]:
    """Each operation's method and path."""
    told = json.loads((PROJECT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return {each["operationId"]: (method.upper(), path) for path, method, each in operations(told)}


@dataclass
class Trying:
    """One test client; `written` are the operations by which it has written something."""

    portal: httpx.Client
    headers: Mapping[str, str]
    written: set[str] = field(default_factory=set)
    _keys: "count[int]" = field(default_factory=lambda: count(1))

    def ask(
        self, operation: str, body: object = None, *, content: bytes | None = None, **named: object
    ) -> Any:  # noqa: ANN401 - as JSON is
        """What it is answered, which is good; `named` are the parts of its address."""
        answer = self.asked(operation, body, content=content, **named)
        assert answer.is_success, (operation, answer.text)
        return answer.json() if answer.content else None

    def asked(
        self, operation: str, body: object = None, *, content: bytes | None = None, **named: object
    ) -> httpx.Response:
        """The same with whatever is answered."""
        method, path = addresses()[operation]
        given = {**self.headers}
        if method != "GET":
            given |= {"Idempotency-Key": f"key-{next(self._keys)}", "If-Match": "*"}
            self.written.add(operation)
        if content is not None:
            given["Content-Type"] = "application/xml"
        for name, value in named.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        return self.portal.request(method, path, headers=given, json=body, content=content)

    def let_pass(self, **time: int) -> Any:  # noqa: ANN401 - as JSON is
        """Let time pass, and the buyer do what is due then."""
        return self.ask("advance_sandbox", time)

    def order(self, months: int) -> tuple[str, str]:
        """A sample order, of which so many months are received: its number and its reference."""
        made = self.ask("make_sample_order", {"months_received": months})
        return made["orders"][0], made["execution_reference"]
