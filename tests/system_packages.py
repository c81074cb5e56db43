"""What the tests need of the machine beside Python: a browser, and the text layout that PDF pages stand on.

Convention: what is missing is installed where apt-get and the rights for it are at hand; otherwise
the run fails at once with the name of the package. Nothing is skipped. Run by `make test` before the tests.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

NEEDED: dict[str, Callable[[], bool]] = {
    "chromium": lambda: any(shutil.which(name) for name in BROWSERS),
    "libpango-1.0-0": lambda: find_library("pango-1.0") is not None,
    "libpangoft2-1.0-0": lambda: find_library("pangoft2-1.0") is not None,
    "fonts-dejavu-core": lambda: _has_font(),
}


def main() -> int:
    """Install what is missing, or name it; the exit code says whether all is there."""
    missing = _missing()
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
        ):
            subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
        missing = _missing()
    for package in missing:
        print(
            f"Paketet {package} saknas; installera det och kör igen. / "
            f"The package {package} is missing; install it and run again.",
            file=sys.stderr,
        )
    return 1 if missing else 0


def _missing() -> list[str]:
    return [package for package, is_there in NEEDED.items() if not is_there()]


def _has_font() -> bool:
    listed = shutil.which("fc-list")
    if listed is None:
        return False
    return bool(subprocess.run([listed, ":family"], capture_output=True, check=False).stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
