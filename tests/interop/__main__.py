"""`make interop`: what is installed and where, then the stories on every side and what published rules say.

Run as `python -m tests.interop`; what is said after it goes to pytest.
"""

import sys

import pytest

from tests.interop.parts import BUILT, PartMissing, install


def main(arguments: list[str]) -> int:
    """Install what is missing, and run the stories; the exit code is pytest's."""
    try:
        install()
    except PartMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    print(f"Logs of the parts: {BUILT / 'run'}", flush=True)
    return int(pytest.main(["-m", "interop", "tests/interop", *arguments]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
