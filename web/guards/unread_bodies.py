"""Takes in what still comes of a body that was answered early, so that whoever sends it gets to read the answer.

A connection that is closed while bytes wait unread in it is reset (RFC 9112, 9.6): the sender, or the proxy between,
loses the answer with it, and says that we are gone instead of what we said. So the rest is read and thrown away first,
for a while and to a limit that hold the cost of a sender that never ends.
"""

from typing import Final

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BYTES_MOST: Final = 100_000_000
"""Beyond that the connection is closed as it is."""

_SECONDS_MOST: Final = 10


class UnreadBodyMiddleware:
    """Around every request: an answer that closes the connection closes it when the body has come, within limits."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; see the class."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Whoever waits for word to go on (RFC 9110, 10.1.1) sends nothing until the body is first asked for.
        is_coming = "100-continue" not in Headers(scope=scope).get("Expect", "").lower()
        has_come = closes = False

        async def received() -> Message:
            nonlocal has_come, is_coming
            is_coming = True
            message = await receive()
            has_come = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        async def rest() -> None:
            taken = 0
            with anyio.move_on_after(_SECONDS_MOST):
                while not has_come and taken < BYTES_MOST:
                    taken += len((await received()).get("body", b""))

        async def answered(message: Message) -> None:
            nonlocal closes
            if message["type"] == "http.response.start":
                closes = (
                    Headers(raw=list(message.get("headers", ()))).get("Connection", "").lower() == "close"
                )
            is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if not (is_last and closes and is_coming and not has_come):
                await send(message)
                return
            await send({**message, "more_body": True})
            await rest()
            await send({"type": "http.response.body", "body": b""})

        await self._app(scope, received, answered)
