"""What a supplier's program asks, in short: pages followed, writes with a key of their own, problems read."""

import uuid
from typing import Any

import httpx

Headers = dict[str, str]


def followed(portal: httpx.Client, path: str, headers: Headers, name: str) -> list[dict[str, Any]]:
    """The rows of all pages, as `Link` leads on."""
    found: list[dict[str, Any]] = []
    while path:
        answer = portal.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        found += answer.json()[name]
        link = answer.links.get("next", {}).get("url", "")
        assert (answer.json()["next"] or "") == link
        path = link
    return found


def rows(answer: httpx.Response, name: str) -> list[dict[str, Any]]:
    """The rows of one page."""
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()[name]
    return told


def keyed(headers: Headers, match: str = "") -> Headers:
    """The headers of a write, under a key of its own; `match` is the ETag it has read."""
    given = {**headers, "Idempotency-Key": str(uuid.uuid4())}
    return {**given, "If-Match": match} if match else given


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and code of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["detail_sv"] != told["detail_en"]
    return answer.status_code, told["code"]
