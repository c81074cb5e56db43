"""A Docker engine of our own, for as long as a block lasts: Debian's, all it keeps in one folder.

It belongs into a room of the network of its own (`unshare --net`), where its rules hold and end with it. To build,
which needs the way out, it is given none.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.packaging.tools import tool_path

_STARTS_WITHIN: Final = 60.0


class EngineFailed(Exception):
    """The engine, or what was asked of it, did not come to its end; the sentence has its last words."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that runs, at its socket."""

    socket: Path

    def docker(self, *words: str | Path, given: bytes | None = None, ends: int = 0) -> str:
        """What docker says on standard output. Raises EngineFailed where it ends with anything but `ends`."""
        return self._run(["docker", "--host", f"unix://{self.socket}", *map(str, words)], given, ends)

    def compose(self, project: Path, *words: str, files: Sequence[Path] = (), ends: int = 0) -> str:
        """What Compose says of the project's own compose.yaml, with these files on it."""
        chosen = [word for each in (project / "compose.yaml", *files) for word in ("--file", str(each))]
        return self._run([str(tool_path("docker-compose")), *chosen, *words], None, ends)

    def _run(self, command: list[str], given: bytes | None, ends: int) -> str:
        environment = {**os.environ, "DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "0"}
        done = subprocess.run(command, input=given, capture_output=True, check=False, env=environment)
        if done.returncode != ends:
            said = (done.stdout + done.stderr).decode(errors="replace")[-4000:]
            raise EngineFailed(
                f"{' '.join(command[:1] + command[3:8])} ended with {done.returncode}:\n{said}"
            )
        return done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")


@contextmanager
def running(folder: Path, *, networks: bool) -> Iterator[Engine]:
    """An engine that keeps everything in the folder, which outlives it. Raises EngineFailed where it does not start."""
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "docker.sock"
    command = [
        "dockerd", "--data-root", str(folder / "data"), "--exec-root", str(folder / "exec"),
        "--pidfile", str(folder / "pid"), "--host", f"unix://{socket}", "--bridge=none",
        *([] if networks else ["--iptables=false", "--ip6tables=false", "--ip-forward=false"]),
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    engine = Engine(socket)
    try:
        ends = time.monotonic() + _STARTS_WITHIN
        while True:
            try:
                engine.docker("version")
                break
            except EngineFailed as failure:
                if process.poll() is not None or time.monotonic() > ends:
                    told = (folder / "log").read_text(errors="replace")[-3000:]
                    raise EngineFailed(f"dockerd does not start: {told}") from failure
                time.sleep(0.2)
        yield engine
    finally:
        process.terminate()
        process.wait(60)
        _unmount(folder)


def _unmount(folder: Path) -> None:
    """What an engine leaves mounted, such as the room of networks it began with; the innermost first."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    for place in reversed(mounted):
        if Path(place).is_relative_to(folder):
            subprocess.run(["umount", place], check=True)
