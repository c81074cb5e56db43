"""Asking an application in this process, without a server: in a thread of its own, where no event loop is at work.

The browser of other tests keeps one running in the thread that runs the tests.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answered = TypeVar("Answered")


def asked(ask: Callable[[], Awaitable[Answered]]) -> Answered:
    """What the question is answered."""

    async def waited() -> Answered:
        return await ask()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(waited())).result()
