"""Where the project and its examples lie, for tests that read them."""

from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
FIXTURES: Final = PROJECT / "fixtures"
GOLDEN: Final = FIXTURES / "golden"
