"""The portal over the books that a demo left in a folder, at the day its story ends."""

import socket
from pathlib import Path

from fastapi import FastAPI

from billing.server import serving
from billing.server.app import create_app
from billing.tools.demo.folder import DATABASE_FILE, clock_of
from billing.tools.demo.people import HINT
from billing.tools.demo.work import at_work
from operations.settings import Settings


def application(folder: Path) -> FastAPI:
    """The application of the demo. Raises Refused where no demo has played in the folder."""
    settings = Settings(database_url=f"sqlite:///{folder / DATABASE_FILE}", is_demo=True)
    return create_app(settings, business_clock=clock_of(folder), sign_in_hint=HINT)


def serve(application: FastAPI, listening: socket.socket) -> None:
    """Answer, and let what rests in the portal leave on time, until stopped."""
    with at_work(application.state.database):
        serving.serve(application, listening)
