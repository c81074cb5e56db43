"""What `billing serve --workers` runs, with an application that is there at once: `python -m` this module.

The processes, their common socket and who looks after them are the product's; only what they answer with is small.
"""

import socket
from typing import Any

import uvicorn

from billing.server import serving

_whole = serving._config


async def application(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
    """Ready, whatever is asked."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ready"})


def _small(application: object, **more: Any) -> uvicorn.Config:  # noqa: ANN401 - uvicorn's settings
    assert more.pop("factory")
    return _whole("tests.support.servers.small_processes:application", **more)


if __name__ == "__main__":
    serving._config = _small
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        serving.serve_together("sqlite:///nowhere.sqlite", "", 2, listening)
