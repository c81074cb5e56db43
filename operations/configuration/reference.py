"""Every setting as a row: its variable, type, default, meaning, whether it is a secret, and who reads it.

The models themselves are the source (`operations.settings`, `operations.exchange_settings`): type and default are the
field's, the meaning is the text below it. A secret's value is never read here; a default that is a secret is not told.
"""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from operations.configuration.groups import GROUPS, Process, SettingGroup, groups_with, read_by
from operations.settings import Settings

PREFIX: Final = "BILLING_"


@dataclass(frozen=True, slots=True)
class SettingTold:
    """One setting; `default` is as it would be written, empty where nothing is set."""

    variable: str
    group: str
    kind: str
    default: str
    meaning: str
    is_secret: bool
    is_required: bool
    read_by: tuple[Process, ...] = ()


def every() -> Iterator[SettingTold]:
    """Every setting, in the order of the groups and of the models."""
    names = list(Settings.model_fields)
    for group in GROUPS:
        for name in sorted(
            (each for each in names if group in groups_with(each)), key=lambda each: _place(each, group)
        ):
            row = told(name, Settings.model_fields[name], Settings)
            processes = tuple(each for each in Process if each in read_by(name, group))
            meaning = _NAMED.sub(_as_variable, row.meaning)
            yield replace(row, group=group.title, read_by=processes, meaning=meaning)


def variable_of(name: str) -> str:
    """What the environment calls the setting."""
    return f"{PREFIX}{name}".upper()


def meanings_of(model: type[BaseModel]) -> Mapping[str, str]:
    """What stands below each field of a model and of those it is made from: its meaning, on one line."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each.__module__.partition(".")[0] in _OURS:
            found |= _docstrings(each)
    return found


# The models call one another's fields by their names; whoever sets them knows the variables.
_NAMED: Final = re.compile(r"`([a-z_]+)`")


def _as_variable(found: re.Match[str]) -> str:
    return f"`{variable_of(found[1])}`" if found[1] in Settings.model_fields else found[0]


_OURS: Final = ("operations", "accounts")


@cache
def _docstrings(model: type[BaseModel]) -> Mapping[str, str]:
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class is one
    found: dict[str, str] = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            found[field.target.id] = " ".join(below.value.value.split())
    return found


def told(name: str, field: FieldInfo, model: type[BaseModel]) -> SettingTold:
    """One field of a model as a row, in no group."""
    secret, required = is_secret(field), field.is_required()
    default = None if secret or required else field.get_default(call_default_factory=True)
    meaning = meanings_of(model).get(name, "")
    return SettingTold(variable_of(name), "", kind_of(field), _written(default), meaning, secret, required)


def is_secret(field: FieldInfo) -> bool:
    """Whether the setting's value is never shown."""
    return "SecretStr" in str(field.annotation)


def kind_of(field: FieldInfo) -> str:
    """The type in words, with the bounds of a number."""
    words = _words(field.annotation)
    least = next((each.ge for each in field.metadata if hasattr(each, "ge")), None)
    most = next((each.le for each in field.metadata if hasattr(each, "le")), None)
    if least is None and most is None:
        return words
    return f"{words}, {least} to {most}" if most is not None else f"{words}, at least {least}"


def _words(annotation: Any) -> str:  # noqa: ANN401 - a type, of whatever kind
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _words(next(each for each in parts if each is not NoneType))
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in parts if each != "")
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return "object"
    if origin in (tuple, frozenset):
        return f"list of {_words(parts[0])}"
    if annotation in _TYPES:
        return _TYPES[annotation]
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return " or ".join(f"`{each.value}`" for each in annotation if each.value)
    raise TypeError(annotation)


_TYPES: Final[Mapping[Any, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    Path: "path",
    SecretStr: "text",
    date: "day, as 2027-02-01",
}


def _written(value: object) -> str:
    if value is None or value in ("", {}, ()):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping | tuple | frozenset):
        return json.dumps(sorted(value) if isinstance(value, frozenset) else value)
    return str(value)


def _place(name: str, group: SettingGroup) -> tuple[int, int]:
    """Where it stands in its group: as the group names it, then as the model does."""
    named = next(
        (
            number
            for number, each in enumerate(group.names)
            if each == name or (each.endswith("_") and name.startswith(each))
        )
    )
    return named, list(Settings.model_fields).index(name)
