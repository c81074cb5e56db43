"""Where the demo's story lies: among the examples of a checkout, inside the package where the wheel is installed.

Convention: the story is kept once, in fixtures/demo, where the tests and the documents read it too; pyproject.toml
says where in the wheel it travels. Whatever needs its files asks here, so that it works in any folder.
"""

from importlib.resources import files
from pathlib import Path


def story_folder() -> Path:
    """The folder with register/, events.jsonl, inbox/ and story.toml."""
    packed = Path(str(files("billing.tools.demo"))) / "files"
    return packed if packed.is_dir() else Path(str(files("billing"))).parent / "fixtures" / "demo"


def example_register() -> Path:
    """The folder with the story's register, an example of how suppliers, contracts and prices are written."""
    return story_folder() / "register"
