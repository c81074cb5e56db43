"""The machine stops at every single file operation, one after the other: nothing is lost and nothing is half there."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.layouts import LAYOUTS
from peppol.access_points.protocol import Gone, Unreachable
from tests.support.servers.access_points import AMessage, order

_OPERATIONS = ("open", "fsync", "link", "unlink", "rename", "utime", "mkdir")


class Stopped(BaseException):
    """The machine is off; no handler of ours runs that it would not run then."""


def stopping_at(monkeypatch: pytest.MonkeyPatch, count: int, fault: type[BaseException]) -> Callable[[], int]:
    """Let the `count`th file operation fail before it is done; gives how many there were."""
    done = [0]

    def counted(operation: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: object, **named: object) -> object:
            done[0] += 1
            if done[0] == count:
                raise fault(28, "No space left on device") if issubclass(fault, OSError) else fault
            return operation(*given, **named)

        return run

    for name in _OPERATIONS:
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    return lambda: done[0]


def a_while_later() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=11)


@pytest.mark.parametrize("fault", [Stopped, OSError])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_sending_stopped_anywhere_leaves_no_half_message_and_can_be_repeated(
    tmp_path: Path, layout: str, fault: type[BaseException]
) -> None:
    message = AMessage()
    for count in range(1, 100):
        root = tmp_path / str(count)
        root.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            operations = stopping_at(patch, count, fault)
            with suppress(Stopped, Unreachable):
                FolderAccessPoint(root, layout=LAYOUTS[layout]).submit(message)
            reached = operations() >= count
        # A reader of the folder sees the whole message or none.
        assert all(path.read_bytes() == message.body for path in root.rglob("*.xml"))
        if fault is OSError:
            assert list(root.rglob("*.tmp")) == []
        FolderAccessPoint(root, layout=LAYOUTS[layout]).submit(message)
        (lies,) = root.rglob("*.xml")
        assert lies.read_bytes() == message.body
        if not reached:
            assert count > 4
            return
    pytest.fail("there is no end of file operations")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_receiving_stopped_anywhere_loses_no_message(tmp_path: Path, layout: str) -> None:
    habit = LAYOUTS[layout]
    for count in range(1, 100):
        root = tmp_path / str(count)
        inbox = root / habit.inbox
        inbox.mkdir(parents=True)
        (inbox / f"a{habit.suffix or '.xml'}").write_bytes(order("1"))
        if habit.receipt:
            (inbox / f"a{habit.receipt}").write_bytes(b"receipt")
        stored: list[bytes] = []

        def collect(access_point: FolderAccessPoint, into: list[bytes]) -> None:
            for arrival in access_point.inbound():
                try:
                    body = access_point.fetch(arrival.reference)
                except Gone:
                    continue
                into.append(body)  # the commit
                access_point.acknowledge(arrival.reference)

        with pytest.MonkeyPatch.context() as patch:
            operations = stopping_at(patch, count, Stopped)
            with suppress(Stopped):
                collect(FolderAccessPoint(root, layout=habit), stored)
            reached = operations() >= count
        heir = FolderAccessPoint(root, layout=habit, clock=a_while_later)
        collect(heir, stored)
        # Stopped between two names of one file, it comes once more, and the inbox knows it again.
        collect(heir, stored)
        assert set(stored) == {order("1")}
        assert list(heir.inbound()) == []
        if not reached:
            assert count > 2
            return
    pytest.fail("there is no end of file operations")
