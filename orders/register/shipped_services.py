"""The services that come with the product, as files: read by name, and the one that old registers mean.

Convention: the files are kept once, in fixtures/service of a checkout; pyproject.toml says where in the wheel they
travel. A register's own services stand in its own files; only these are asked for by name.
"""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from orders.register.reading.reader_errors import STRICT
from orders.register.service_terms import Service

# Before a service was data there was this one, so a register that names none is of it.
_FIRST: Final = "rusta-och-matcha"


def shipped() -> tuple[str, ...]:
    """The names of the services that come with the product."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def shipped_file(name: str) -> Path:
    """The file of a service that comes with the product, whether or not there is one."""
    return _folder() / f"{name}.toml"


@cache
def first_service() -> Service:
    """The service of a register that says nothing of services."""
    content = tomllib.loads(shipped_file(_FIRST).read_text(encoding="utf-8"))
    # The settings reach plain dataclasses only from a container around them.
    adapter = TypeAdapter(tuple[Service, ...], config=STRICT)
    (service,) = adapter.validate_json(TypeAdapter(object).dump_json(content["services"]))
    return service


def _folder() -> Path:
    packed = Path(str(files("orders.register"))) / "services"
    return packed if packed.is_dir() else Path(str(files("orders"))).parent / "fixtures" / "service"
