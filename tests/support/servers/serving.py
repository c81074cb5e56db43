"""Applications served for tests on this machine, and what asks them: begun and ended without waiting."""

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

# Reading the certificates of the world takes 20 ms a client; who speaks plain HTTP to this machine needs none.
NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Served(uvicorn.Server):
    """Ends when it is told, where its parent looks ten times a second whether it was."""

    loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        await self.on_tick(0)
        self.told = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        await self.told.wait()

    def end(self) -> None:
        assert self.loop is not None
        self.should_exit = True
        self.loop.call_soon_threadsafe(self.told.set)


@contextmanager
def serving(app: object, *, log_level: str = "error") -> Iterator[str]:
    """An ASGI application on a free port of this machine, until the block ends; gives its address."""
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        port=0,
        log_level=log_level,
        access_log=False,
        server_header=False,
        ws="none",
    )
    server = _Served(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while server.loop is None:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.end()
        thread.join(timeout=20)
