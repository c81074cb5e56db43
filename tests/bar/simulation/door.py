"""One request to the real application, without a server: a page's form, pressed by somebody who is signed in.

The request goes through every layer of the application. Where its process is killed no answer comes, as when a
connection is cut; whoever pressed may press again.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from fastapi import FastAPI

from web.csrf import TOKEN_FIELD

_ADDRESS = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of an answer, and where it leads."""

    status: int
    location: str


def press(app: FastAPI, path: str, form: Sequence[tuple[str, str]], *, session: str) -> Answer:
    """Send a form of ours as the holder of this session."""
    token = hmac.new(session.encode(), b"form", hashlib.sha256).hexdigest()
    fields: dict[str, list[str]] = {TOKEN_FIELD: [token]}
    for name, value in form:
        fields.setdefault(name, []).append(value)

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=_ADDRESS) as client:
            client.cookies.set("billing-session", session, domain="127.0.0.1", path="/")
            return await client.post(path, data=fields, headers={"Origin": _ADDRESS, "Accept": "text/html"})

    answer = asyncio.run(asked())
    return Answer(answer.status_code, answer.headers.get("location", ""))
