"""The application served over HTTP on a socket that listens already: in this process, or in several.

Convention: requests are not logged one by one, and what is under way at the end gets `_SECONDS_TO_FINISH`.
"""

import os
import socket
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

_SECONDS_TO_FINISH: Final = 8
_COUNTS: Final = "_BILLING_SHARED_COUNTS"
"""Where the processes are told of the file that they count in; no setting of anybody's."""


def serve(application: ASGIApp, listening: socket.socket) -> None:
    """Answer in this process until stopped."""
    uvicorn.Server(_config(application)).run(sockets=[listening])


def serve_together(url: str, buyer: str, workers: int, listening: socket.socket) -> None:
    """Several processes on one address; each makes its application of the environment.

    It names the installation's first books, the one buyer to answer for, empty for all of them, and where the
    processes count together.
    """
    os.environ["BILLING_DATABASE_URL"] = url
    os.environ["BILLING_BUYER"] = buyer
    config = _config("billing.server.installation_app:application", factory=True, workers=workers)
    with TemporaryDirectory(prefix="billing-serve-") as folder:
        os.environ[_COUNTS] = str(Path(folder, "counts.sqlite"))
        try:
            Multiprocess(config, sockets=[listening]).run()
        finally:
            del os.environ[_COUNTS]


def counted_in() -> Path | None:
    """The file in which the processes of `serve_together` count; None in a process that was not begun by it."""
    told = os.environ.get(_COUNTS)
    return Path(told) if told else None


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
