"""Schemas as libxml2 uses them: each compiled once in a process, and one at a time.

libxml2 makes the types that all schemas stand on when it compiles its first, and does not see that another thread is at
it. Two at once in a fresh process, and it says of every schema from then on that it is none: the process could judge
nothing more until it was started again.
"""

from pathlib import Path
from threading import Lock
from typing import Final

from lxml import etree

_ONE_AT_A_TIME: Final = Lock()
_COMPILED: Final[dict[Path, etree.XMLSchema]] = {}


def compiled(path: Path) -> etree.XMLSchema:
    """The schema in this file; about 5 ms the first time. Raises XMLSchemaParseError for one that is none."""
    schema = _COMPILED.get(path)
    if schema is None:
        with _ONE_AT_A_TIME:
            schema = _COMPILED.get(path)
            if schema is None:
                schema = _COMPILED[path] = etree.XMLSchema(file=str(path))
    return schema
