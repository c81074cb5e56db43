"""Every small fault that can be made in a module's functions, and the functions as they are with one of them.

The kinds of fault are mutmut's, but for those that only crash (an argument or a value become None), and a few of our
own: a condition turned round, a call left out, half-even for half-up, the smallest for the largest. What people read
(`Text`) is left alone: other tests hold it. So is what no test of a room can tell (decision 88): the words of a log,
and the locks of rows, which SQLite does not have. Nothing at the level of a module or class is changed, since it has
run before the tests are there; nor are default values and decorators. Those are for the planted faults (tests/planted).
"""

import inspect
import marshal
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Any

import libcst as cst
from libcst import matchers as m
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation import mutators

Operator = Callable[[Any], Iterable[cst.CSTNode]]
_SWAPPED = {"ROUND_HALF_UP": "ROUND_HALF_EVEN", "min": "max", "max": "min", "any": "all", "all": "any"}
_WORDS = m.Call(func=m.Name("Text") | m.Name("WrittenText") | m.Name("JoinedText"))
_LOGGED = m.Call(func=m.Attribute(value=m.Name("_log") | m.Call(func=m.Attribute(value=m.Name("structlog")))))
_LOCKED = m.Call(func=m.Attribute(attr=m.Name("with_for_update")))
# What a suggestion counts for, beside its words: it ranks, and a point more changes no order there is.
_POINTS = m.Tuple(elements=[m.Element(m.Integer()), m.Element(_WORDS)])
_NOT_CHANGED = (
    m.Annotation()
    | m.Decorator()
    | m.Param()
    | m.Assert()
    | m.Expr(value=_LOGGED)
    | _LOCKED
    | _POINTS
    | m.IfExp(body=_LOCKED)
    | _WORDS
)


def _first_of_string(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    """One other text is as good as three."""
    assert isinstance(node, cst.BaseString)
    return list(mutators.operator_string(node))[:1]


def _argument_left_out(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    assert isinstance(node, cst.Call)
    if len(node.args) > 1:
        for place in range(len(node.args)):
            yield node.with_changes(args=[*node.args[:place], *node.args[place + 1 :]])


def _condition_turned(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    assert isinstance(node, cst.If)
    if not m.matches(node.test, m.Comparison() | m.UnaryOperation()):
        yield node.with_changes(
            test=cst.UnaryOperation(
                cst.Not(whitespace_after=cst.SimpleWhitespace(" ")),
                node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]),
            )
        )


def _call_left_out(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    assert isinstance(node, cst.Expr)
    if isinstance(node.value, cst.Call):
        yield cst.Expr(cst.Ellipsis())


def _name_swapped(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    assert isinstance(node, cst.Name)
    if node.value in _SWAPPED:
        yield node.with_changes(value=_SWAPPED[node.value])


_OPERATORS: Sequence[tuple[type[cst.CSTNode], Operator]] = (
    (cst.BaseNumber, mutators.operator_number),
    (cst.BaseString, _first_of_string),
    (cst.Name, mutators.operator_name),
    (cst.Name, _name_swapped),
    (cst.AugAssign, mutators.operator_augmented_assignment),
    (cst.UnaryOperation, mutators.operator_remove_unary_ops),
    (cst.Call, _argument_left_out),
    (cst.Call, mutators.operator_symmetric_string_methods_swap),
    (cst.CSTNode, mutators.operator_keywords),
    (cst.CSTNode, mutators.operator_swap_op),
    (cst.Match, mutators.operator_match),
    (cst.IfExp, mutators.operator_if_exp),
    (cst.If, _condition_turned),
    (cst.Expr, _call_left_out),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: where it is, in which function, and what stands there before and after.

    `first` and `last` are the lines, from 1, of the statement up to the end of what is changed, and `line` is what the
    last of them says; `number` tells the faults of a module apart, in the order in which they stand.
    """

    number: int
    function: str
    first: int
    last: int
    line: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.last} {self.function}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A node of the tree, and what is to stand there."""

    node: cst.CSTNode
    instead: cst.CSTNode


class ChangedModule:
    """A module's source with every fault that can be made in it."""

    def __init__(self, source: str, path: Path) -> None:
        self.source, self.path = source, path
        wrapper = MetadataWrapper(cst.parse_module(source))
        self._tree = wrapper.module
        finder = _Finder(self._tree, wrapper.resolve(PositionProvider))
        self._tree.visit(finder)
        self._places = finder.places
        self.mutants: Sequence[Mutant] = finder.mutants

    @cached_property
    def functions(self) -> Sequence[CodeType]:
        """The outermost functions and methods as they are compiled, in their order."""
        return list(_functions(compile(self.source, str(self.path), "exec", dont_inherit=True)))

    def with_fault(self, mutant: Mutant) -> tuple[CodeType, CodeType] | None:
        """The function that holds the fault, as it is and with it; None where both are the same to Python."""
        place = self._places[mutant.number]
        changed = self._tree.deep_replace(place.node, place.instead)
        assert isinstance(changed, cst.Module)
        try:
            compiled = compile(changed.code, str(self.path), "exec", dont_inherit=True)
        except SyntaxError:
            return None
        begun = [index for index, each in enumerate(self.functions) if each.co_firstlineno <= mutant.last]
        before, after = self.functions[begun[-1]], list(_functions(compiled))[begun[-1]]
        return None if marshal.dumps(before) == marshal.dumps(after) else (before, after)


def _functions(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_flags & inspect.CO_OPTIMIZED:
                if each.co_name != "<lambda>" and not each.co_name.startswith("<"):
                    yield each
            else:
                yield from _functions(each)


class _Finder(cst.CSTVisitor):
    """Goes through a module and notes each fault inside a function."""

    def __init__(self, module: cst.Module, ranges: object) -> None:
        super().__init__()
        self._module = module
        self._lines = module.code.splitlines()
        self._ranges = ranges
        self._names: list[str] = []
        self._depth = 0
        self._statements: list[cst.CSTNode] = []
        self.places: list[_Place] = []
        self.mutants: list[Mutant] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        self._names.append(node.name.value)
        node.body.visit(self)
        self._names.pop()
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self._names.append(node.name.value)
        self._depth += 1
        node.body.visit(self)
        self._depth -= 1
        self._names.pop()
        return False

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.ClassDef | cst.FunctionDef):
            return super().on_visit(node)
        if m.matches(node, _NOT_CHANGED) or _is_docstring(node):
            return False
        if isinstance(node, cst.BaseSmallStatement | cst.BaseCompoundStatement):
            self._statements.append(node)
        if self._depth:
            self._note(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self._statements and self._statements[-1] is original_node:
            self._statements.pop()

    def _note(self, node: cst.CSTNode) -> None:
        for kind, operator in _OPERATORS:
            if not isinstance(node, kind):
                continue
            for instead in operator(node):
                position = self._range(node) if self._known(node) else None
                first = self._range(self._statements[-1]).start.line
                last = position.end.line if position else first
                self.mutants.append(
                    Mutant(
                        number=len(self.places),
                        function=".".join(self._names),
                        first=first,
                        last=last,
                        line=self._lines[last - 1].strip(),
                        before=self._written(node),
                        after=self._written(instead),
                    )
                )
                self.places.append(_Place(node, instead))

    def _known(self, node: cst.CSTNode) -> bool:
        return node in self._ranges  # type: ignore[operator]

    def _range(self, node: cst.CSTNode) -> CodeRange:
        found = self._ranges[node]  # type: ignore[index]
        assert isinstance(found, CodeRange)
        if isinstance(node, cst.If):
            # Of a whole branch only its condition is meant.
            test = self._ranges[node.test]  # type: ignore[index]
            return CodeRange(found.start, test.end)
        return found

    def _written(self, node: cst.CSTNode) -> str:
        shown = node.test if isinstance(node, cst.If) else node
        return " ".join(self._module.code_for_node(shown).split())


def _is_docstring(node: cst.CSTNode) -> bool:
    return m.matches(node, m.Expr(value=m.SimpleString() | m.ConcatenatedString()))
