"""Where modules write a state in an UPDATE, or call one by plain text, found by their syntax trees."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

STATES: Final = frozenset({"state", "step"})
"""How the columns are called whose values a table of transitions moves."""

_RAW: Final = re.compile(
    r"\bupdate\s+\w+\s+set\b(?:(?!\bwhere\b).)*\b(?:state|step)\s*=", re.IGNORECASE | re.DOTALL
)
_INSERTS: Final = {"insert", "upsert"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a module."""

    module: str
    line: int


def written_in_updates(trees: Mapping[str, ast.Module]) -> list[Place]:
    """Every line that sets a state in an UPDATE, by itself or through a function that sets what it is given."""
    modules = {name: _Module.of(tree) for name, tree in trees.items()}
    passing = {
        (_dotted(name), function.name)
        for name, module in modules.items()
        for function, nodes in module.functions
        if _passes(function, nodes)
    }
    return sorted({place for name, module in modules.items() for place in _written(name, module, passing)})


def called_by_plain_text(trees: Mapping[str, ast.Module]) -> list[Place]:
    """Every line that compares a state with plain text, or gives one as plain text."""
    return sorted(
        {
            Place(name, node.lineno)
            for name, tree in trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare | ast.Call | ast.Dict) and _is_plain(node)
        }
    )


@dataclass(frozen=True, slots=True)
class _Module:
    """A module walked once: its imports, its functions each with its nodes, and the nodes that stand in none."""

    imports: list[ast.ImportFrom]
    functions: list[tuple[Function, list[ast.AST]]]
    outside: list[ast.AST]

    @classmethod
    def of(cls, tree: ast.Module) -> "_Module":
        nodes = list(ast.walk(tree))
        defined = (each for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
        at_module = ast.Module([each for each in tree.body if not isinstance(each, _DEFINED)], [])
        return cls(
            [each for each in nodes if isinstance(each, ast.ImportFrom)],
            [(each, list(ast.walk(each))) for each in defined],
            list(ast.walk(at_module)),
        )


def _written(name: str, module: _Module, passing: set[tuple[str, str]]) -> Iterator[Place]:
    names = _imported(module) | {each.name: (_dotted(name), each.name) for each, _ in module.functions}
    for scope in (module.outside, *(nodes for _, nodes in module.functions)):
        holding = _dicts_with_a_state(scope)
        for node in scope:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _RAW.search(node.value):
                yield Place(name, node.lineno)
            if isinstance(node, ast.Call) and _writes(node, holding, names, passing):
                yield Place(name, node.lineno)


def _writes(
    call: ast.Call, holding: set[str], names: Mapping[str, tuple[str, str]], passing: set[tuple[str, str]]
) -> bool:
    given = [*call.args, *(each.value for each in call.keywords)]
    named = {each.arg for each in call.keywords}
    if any(each.arg == "set_" and _holds(each.value, holding) for each in call.keywords):
        return True
    if isinstance(call.func, ast.Attribute) and call.func.attr == "values":
        is_insert = _base(call.func) in _INSERTS
        return not is_insert and (bool(named & STATES) or any(_holds(each, holding) for each in given))
    if any(_is_update(each) for each in call.args) and any(_holds(each, holding) for each in given):
        return True
    return _target(call.func, names) in passing and (
        bool(named & STATES) or any(_holds(each, holding) for each in given)
    )


def _holds(value: ast.expr, holding: set[str]) -> bool:
    """Whether an expression is a mapping with a state among its keys."""
    match value:
        case ast.Name(id=name):
            return name in holding
        case ast.Dict(keys=keys, values=values):
            return any(
                (key is None and _holds(each, holding)) or _is_state_key(key)
                for key, each in zip(keys, values, strict=True)
            )
        case ast.BinOp(left=left, right=right):
            return _holds(left, holding) or _holds(right, holding)
        case ast.Starred(value=inner):
            return _holds(inner, holding)
    return False


def _is_state_key(key: ast.expr | None) -> bool:
    """Whether a key names a state: by its text, as the column itself, or as the name of a column that is handed in."""
    match key:
        case ast.Constant(value=str(text)):
            return text in STATES
        case ast.Attribute(value=ast.Attribute(attr="c"), attr=attr):
            return attr in STATES
        case ast.Attribute(attr="name" | "key"):
            return True
    return False


def _dicts_with_a_state(scope: Iterable[ast.AST]) -> set[str]:
    """The names of the scope that hold a mapping with a state among its keys."""
    found: set[str] = set()
    for node in scope:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _holds(value, found):
                found.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if _holds(value, found):
                found.add(name)
            case ast.AugAssign(target=ast.Name(id=name), value=value) if _holds(value, found):
                found.add(name)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)]) if _is_state_key(
                key
            ):
                found.add(name)
    return found


def _passes(function: Function, nodes: Iterable[ast.AST]) -> bool:
    """Whether a function sets columns that its caller names, by a mapping it hands on whole."""
    arguments = function.args
    taken = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    taken |= {arguments.kwarg.arg} if arguments.kwarg else set()
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "values"
        and _base(node.func) not in _INSERTS
        and any(_names_in(each) & taken for each in _handed_on(node))
        for node in nodes
    )


def _handed_on(call: ast.Call) -> Iterable[ast.expr]:
    """What a call of `values` takes whole: its positional arguments, and those with two stars."""
    return (*call.args, *(each.value for each in call.keywords if each.arg is None))


def _names_in(value: ast.expr) -> set[str]:
    """The names whose whole value is in an expression: itself, or what it unpacks or joins."""
    match value:
        case ast.Name(id=name):
            return {name}
        case ast.Dict(keys=keys, values=values):
            return {
                name
                for key, each in zip(keys, values, strict=True)
                if key is None
                for name in _names_in(each)
            }
        case ast.BinOp(left=left, right=right):
            return _names_in(left) | _names_in(right)
    return set()


def _base(function: ast.expr) -> str:
    """What a chain of calls begins with: `insert` of `insert(a).returning(b).values`."""
    node, called = function, ""
    while True:
        match node:
            case ast.Call(func=ast.Name(id=name)):
                return name
            case ast.Call(func=ast.Attribute(attr=attr) as inner):
                called, node = attr, inner
            case ast.Attribute(value=inner):
                node = inner
            case _:
                return called


def _is_update(value: ast.expr) -> bool:
    return _base(value) == "update"


def _target(function: ast.expr, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """The module and the name of the function that is called, where imports tell them."""
    match function:
        case ast.Name(id=name):
            return names.get(name, ("", name))
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in names:
            return (".".join(filter(None, names[name])), attr)
    return ("", "")


def _imported(module: _Module) -> dict[str, tuple[str, str]]:
    return {
        each.asname or each.name: (node.module or "", each.name)
        for node in module.imports
        for each in node.names
    }


def _dotted(name: str) -> str:
    return ".".join(PurePosixPath(name).with_suffix("").parts)


def _is_plain(node: ast.Compare | ast.Call | ast.Dict) -> bool:
    match node:
        case ast.Compare(left=left, comparators=others):
            sides = (left, *others)
            return any(map(_is_state, sides)) and any(map(_is_text, sides))
        case ast.Call(func=ast.Attribute(value=column, attr="in_" | "not_in"), args=[wanted]):
            return _is_state(column) and _is_text(wanted)
        case ast.Call(keywords=keywords):
            return any(each.arg in STATES and _is_text(each.value) for each in keywords)
        case ast.Dict(keys=keys, values=values):
            return any(_is_state_key(key) and _is_text(each) for key, each in zip(keys, values, strict=True))
    return False


def _is_state(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and value.attr in STATES


def _is_text(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=str(text)):
            return bool(text)
        case ast.Tuple(elts=each) | ast.List(elts=each) | ast.Set(elts=each):
            return any(map(_is_text, each))
    return False
