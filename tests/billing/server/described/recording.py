"""What a program asked and was answered, kept as the examples of the description.

Convention: of each operation the first answer with each status is kept, as it was but for what is another one every
time: tokens, the names of requests, hashes. Of a long list its first entries are enough, and what is no text that a
program reads (figures of a process, a printed document, an archive) has none.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx

from billing.server.described.description import operations

TEXT_MOST: Final = 20_000
ENTRIES_MOST: Final = 4
"""Longer ones explain no more."""

_FORM: Final = "application/x-www-form-urlencoded"

_SECRET: Final = re.compile(r"(rm[kt]_|whsec_)[A-Za-z0-9_+/=-]+")
_TEST_ID: Final = re.compile(r'"test_[0-9a-f]{32}"')
_REQUEST_ID: Final = re.compile(r'("request_id":\s*)"[^"]*"')
# Of what is made at its hour: links of the journal's chain, archives.
_HASH: Final = re.compile(r'("(?:hash|sha256)":\s*)"[0-9a-f]{64}"')
_SIZE: Final = re.compile(r'("size":\s*)[1-9]\d*')
_PARAMETER: Final = re.compile(r"\\\{(\w+)\\\}")

Examples = dict[str, dict[str, Any]]


class Recorder:
    """Keeps what is asked and answered, by the operations of a description."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.examples: Examples = {}
        # An address without parameters goes before one whose parameter would be its last word.
        self._described = [
            (method.upper(), _as_pattern(path), operation)
            for path, method, operation in sorted(
                operations(description), key=lambda each: each[0].count("{")
            )
        ]

    def note(self, answer: httpx.Response) -> None:
        """Keep this answer, unless there is one of its operation with its status."""
        asked = answer.request
        for method, path, operation in self._described:
            match = path.fullmatch(asked.url.path)
            if method == asked.method and match:
                self._keep(operation, match.groupdict(), answer)
                return

    def _keep(self, operation: Mapping[str, Any], in_path: Mapping[str, str], answer: httpx.Response) -> None:
        status, asked = str(answer.status_code), answer.request
        if status not in operation["responses"]:
            return
        told = self.examples.setdefault(
            operation["operationId"], {"parameters": {}, "body": {}, "answers": {}}
        )
        told["answers"].setdefault(status, _body(answer.headers, answer.text))
        if answer.is_success and not told["body"] and not told["parameters"]:
            told["body"] = _body(asked.headers, asked.content.decode())
            whole = {each["name"] for each in operation.get("parameters", ()) if _is_whole(each["schema"])}
            given: dict[str, object] = {
                name: int(value) if name in whole else value
                for name, value in {**in_path, **asked.url.params}.items()
            }
            if "idempotency-key" in asked.headers:
                given["Idempotency-Key"] = asked.headers["idempotency-key"]
            told["parameters"] = given


def _is_whole(schema: Mapping[str, Any]) -> bool:
    """Whether a parameter is a whole number."""
    return any(each.get("type") == "integer" for each in (schema, *schema.get("anyOf", ())))


def _as_pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", re.escape(path)))


def _body(headers: Mapping[str, str], text: str) -> dict[str, Any]:
    """A body by its media type; nothing for an empty one."""
    media_type = headers.get("content-type", "").partition(";")[0]
    written = _SECRET.sub(r"\1EXAMPLE", text)
    written = _TEST_ID.sub('"test_0123456789abcdef0123456789abcdef"', written)
    if media_type == _FORM:
        return {media_type: dict(parse_qsl(written))}
    if media_type.endswith("json"):
        written = _HASH.sub(rf'\1"{"0123456789abcdef" * 4}"', _SIZE.sub(r"\g<1>20480", written))
        told = json.loads(_REQUEST_ID.sub(r'\1"0123456789abcdef"', written))
        return {media_type: told[:ENTRIES_MOST] if isinstance(told, list) else told}
    is_example = 0 < len(written) <= TEXT_MOST and media_type.endswith("xml")
    return {media_type: written} if is_example else {}
