"""What can be measured of the code without running it: sizes, names, statements, by syntax tree and nothing else."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.support.product import kept, modules
from tests.support.project import PROJECT

# UBL's own words: an invoice and a credit note each have a Delivery there, and both are to.
_UBL_WORDS: Final = "peppol/documents/"
_STATEMENTS: Final = {"select", "insert", "update", "delete", "text"}
_SPEAKS_SQL: Final = ("store", "queries", "tables")
_SQL_BY_TRADE: Final = ("foundation/", "billing/migrations/")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, order=True)
class Sized:
    """Something with a length in lines, and where it stands."""

    lines: int
    place: str


@cache
def source(name: str) -> str:
    """The text of one file."""
    return (PROJECT / name).read_text(encoding="utf-8")


@cache
def tree(name: str) -> ast.Module:
    """The syntax tree of one module."""
    return ast.parse(source(name), name)


def top(name: str) -> str:
    """The folder at the top that a file lies in."""
    return name.partition("/")[0]


def file_lengths() -> Sequence[Sized]:
    """Every module of the product, the longest first."""
    return sorted((Sized(len(source(name).splitlines()), name) for name in modules()), reverse=True)


def folder_lengths() -> Mapping[str, int]:
    """Lines of Python of the product's folders at the top, the largest first."""
    counted: Counter[str] = Counter()
    for each in file_lengths():
        counted[top(each.place)] += each.lines
    return dict(counted.most_common())


def side_by_side() -> Mapping[str, int]:
    """How many modules lie in each folder, the one that makes it a package aside; most first."""
    found = Counter(str(Path(name).parent) for name in modules() if Path(name).name != "__init__.py")
    return dict(found.most_common())


def names_defined_twice() -> Mapping[str, Sequence[str]]:
    """Public classes and aliases of one name in several modules, with these; the most frequent first."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name in modules():
        if not name.startswith(_UBL_WORDS):
            for defined in _classes_and_aliases(tree(name)):
                found[defined].add(name)
    twice = {name: sorted(places) for name, places in found.items() if len(places) > 1}
    return dict(sorted(twice.items(), key=lambda each: (-len(each[1]), each[0])))


def _classes_and_aliases(module: ast.Module) -> Iterator[str]:
    """The public names in capitals and small letters, as classes and aliases have; constants have capitals alone."""
    for node in module.body:
        match node:
            case ast.ClassDef(name=name):
                names: Sequence[str] = [name]
            case ast.Assign(targets=targets):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                continue
        yield from (name for name in names if name[0].isupper() and not name.isupper())


def functions(names: Iterable[str]) -> Iterator[tuple[str, Function]]:
    """Every function and method in these modules, with its module."""
    for name in names:
        for node in ast.walk(tree(name)):
            if isinstance(node, Function):
                yield name, node


def long_functions(over: int) -> Sequence[Sized]:
    """The product's functions of more than so many lines, the longest first."""
    sizes = (
        Sized((node.end_lineno or node.lineno) - node.lineno + 1, f"{name}: {node.name}")
        for name, node in functions(modules())
    )
    return sorted((each for each in sizes if each.lines > over), reverse=True)


def sql_outside() -> Mapping[str, int]:
    """SQL statements per module that is neither a store, queries nor tables; a statement within another counts too."""
    found = {
        name: statements(tree(name))
        for name in modules()
        if not name.startswith(_SQL_BY_TRADE) and not speaks_sql(name)
    }
    return {name: count for name, count in sorted(found.items()) if count}


def speaks_sql(name: str) -> bool:
    """Whether the name of a module, or of a folder it lies in, says that it holds SQL: `queries`, `order_store`."""
    *folders, module = Path(name).with_suffix("").parts
    return (
        "queries" in folders
        or module.endswith(tuple(f"_{word}" for word in _SPEAKS_SQL))
        or module in _SPEAKS_SQL
    )


def statements(module: ast.Module) -> int:
    """Calls of SQLAlchemy's makers of statements, by whatever name they or it were imported."""
    makers, libraries = set(), set()
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and _top_package(node.module) == "sqlalchemy":
            makers |= {each.asname or each.name for each in node.names if each.name in _STATEMENTS}
            libraries |= {
                each.asname or each.name for each in node.names if each.name in {"postgresql", "sqlite"}
            }
        elif isinstance(node, ast.Import):
            libraries |= {
                each.asname or each.name for each in node.names if _top_package(each.name) == "sqlalchemy"
            }

    def is_statement(called: ast.expr) -> bool:
        match called:
            case ast.Attribute(attr="exec_driver_sql"):
                return True
            case ast.Name(id=name):
                return name in makers
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                return name in libraries and attribute in _STATEMENTS
        return False

    return sum(isinstance(node, ast.Call) and is_statement(node.func) for node in ast.walk(module))


def _top_package(name: str | None) -> str:
    """The first part of a dotted name."""
    return (name or "").partition(".")[0]


def tests_written() -> int:
    """Functions that are tests; one that runs with many values counts once."""
    names = [name for name in kept("tests") if Path(name).match("test_*.py")]
    return sum(node.name.startswith("test_") for _, node in functions(names))
