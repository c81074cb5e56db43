"""Where the demos' stories lie: among the examples of a checkout, inside the package where the wheel is installed.

Convention: a story is kept once, in fixtures/demo and fixtures/demo-<service>, where the tests and the documents read
it too; pyproject.toml says where in the wheel it travels. Whatever needs its files asks here, so that it works in any
folder.
"""

from importlib.resources import files
from pathlib import Path
from typing import Final

from foundation.errors import Refused
from foundation.text import Text

_OTHERS: Final = "demo-"


class NoSuchDemo(Refused):
    """No demo has this name."""

    def __init__(self) -> None:
        super().__init__(Text("Det finns ingen sådan demo. Skriv en av %(known)s.", known=", ".join(demos())))


def story_folder(name: str = "") -> Path:
    """The folder with register/, events.jsonl, inbox/ and story.toml, of the first demo or the named one.

    Raises NoSuchDemo.
    """
    if name and name not in demos():
        raise NoSuchDemo
    return _examples() / f"{_OTHERS}{name}" if name else _examples() / "demo"


def demos() -> tuple[str, ...]:
    """The names of the demos beside the first one."""
    return tuple(sorted(path.name.removeprefix(_OTHERS) for path in _examples().glob(f"{_OTHERS}*")))


def example_register() -> Path:
    """The folder with the story's register, an example of how suppliers, contracts and prices are written."""
    return story_folder() / "register"


def _examples() -> Path:
    packed = Path(str(files("billing.tools.demo"))) / "files"
    return packed if packed.is_dir() else Path(str(files("billing"))).parent / "fixtures"
