"""The application served over HTTP on a socket that listens already: in this process, or in several.

Convention: requests are not logged one by one, and what is under way at the end gets `_SECONDS_TO_FINISH`.
"""

import os
import socket
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

_SECONDS_TO_FINISH: Final = 8


def serve(application: ASGIApp, listening: socket.socket) -> None:
    """Answer in this process until stopped."""
    uvicorn.Server(_config(application)).run(sockets=[listening])


def serve_together(url: str, buyer: str, workers: int, listening: socket.socket) -> None:
    """Several processes on one address; each makes its application of the environment.

    It names the installation's first books, and the one buyer to answer for, empty for all of them.
    """
    os.environ["BILLING_DATABASE_URL"] = url
    os.environ["BILLING_BUYER"] = buyer
    config = _config("billing.server.installation_app:application", factory=True, workers=workers)
    Multiprocess(config, sockets=[listening]).run()


def _config(application: ASGIApp | str, **more: Any) -> uvicorn.Config:  # noqa: ANN401 - the server's own settings
    return uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        **more,
    )
