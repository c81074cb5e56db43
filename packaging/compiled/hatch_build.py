"""Compiles the walk and the rules into the wheel (mypyc), where HATCH_BUILD_HOOK_ENABLE_CUSTOM asks for it.

Convention: the modules are compiled as they are, on a copy, and lie in the wheel beside their sources. What mypyc drops
is the docstring of a function, which is what a rule means, so in the copy it is handed to `Context.rule` as well.
MYPYC_OPT_LEVEL (0 to 3) is the C compiler's level; 3 is what is handed out. Why these modules: docs/decisions/0134.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GROUP: Final = "peppol_rules"
"""The library that holds them all is named after it; each module is a small one that leads there."""
COMPILED: Final = (
    "peppol/xml/names.py",
    *(
        f"peppol/rules/engine/{name}.py"
        for name in (
            *("amounts", "automaton", "checks", "choices", "dates", "engine"),
            *("forms", "numbers", "rulebook", "tree", "walk", "xpath"),
        )
    ),
    *(
        f"peppol/rules/en16931/{name}.py"
        for name in (
            *("breakdown", "codes", "data_types", "lines", "parties", "syntax"),
            *("totals", "vat", "vat_facts", "vat_groups", "vat_single"),
        )
    ),
    *(f"peppol/rules/billing/{name}.py" for name in ("codes", "lines", "sweden")),
    *(f"peppol/rules/shared/{name}.py" for name in ("party_numbers", "trading_countries")),
)
"""The engine and the rules that are asked of every bill; the others cost more to compile than they take."""
# What is not compiled is not read: whichever libraries are installed, the same comes out.
_TYPES: Final = (
    "[mypy]\nfollow_imports = skip\nignore_missing_imports = True\nexplicit_package_bases = True\n"
)


class CustomBuildHook(BuildHookInterface[Any]):
    """Asked by hatchling for each wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and add what was made to the wheel, which is then one for this Python and machine."""
        self._folder = tempfile.mkdtemp(prefix="compiled-")
        made = compiled(Path(self.root), Path(self._folder))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"].update({str(path): name for name, path in made.items()})

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clean up once the wheel is written."""
        shutil.rmtree(self._folder)


def compiled(project: Path, folder: Path) -> dict[str, Path]:
    """The libraries made in `folder` of what lies in `project`, by their names in the wheel.

    Raises CalledProcessError where mypyc or the C compiler refuses; they have said why.
    """
    for name in COMPILED:
        source = folder / name
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(with_meanings((project / name).read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "mypy.ini").write_text(_TYPES, encoding="utf-8")
    # In a process of its own: mypyc works in the folder it stands in, and keeps what it read.
    subprocess.run([sys.executable, str(Path(__file__).resolve()), *COMPILED], cwd=folder, check=True)  # noqa: S603 -- this file
    made = folder / "made"
    return {each.relative_to(made).as_posix(): each for each in sorted(made.rglob("*")) if each.is_file()}


def with_meanings(source: str) -> str:
    """The source with the docstring of each function that is a rule of it handed to `rule`, on the line that it has.

    >>> print(with_meanings('@ctx.rule("R1")\\ndef check(node):\\n    \\"\\"\\"It is so.\\"\\"\\"'), end="")
    @ctx.rule("R1", meaning='It is so.')
    def check(node):
        \"\"\"It is so.\"\"\"
    """
    lines = source.encode().splitlines(keepends=True)
    found = sorted(
        _rules_in(ast.parse(source)), key=lambda each: (each[0].end_lineno, each[0].end_col_offset)
    )
    for call, meaning in reversed(found):
        line = (call.end_lineno or 0) - 1
        end = (call.end_col_offset or 0) - 1
        written = f", meaning={meaning!r}".encode()
        lines[line] = lines[line][:end] + written + lines[line][end:]
    return b"".join(lines).decode()


def _rules_in(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Each call of `rule`, as a decorator or with a function, and what the function's docstring says."""
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
    registered = [(call, each) for each in functions for call in each.decorator_list]
    by_name = {each.name: each for each in functions}
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and each.args and isinstance(each.args[0], ast.Name):
            registered += [(each.func, by_name[name]) for name in (each.args[0].id,) if name in by_name]
    for call, function in registered:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "rule":
            yield call, ast.get_docstring(function) or ""


def _build(modules: list[str]) -> None:
    """Compile the modules in this folder into `made`."""
    from mypyc.build import mypycify
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    level = os.environ.get("MYPYC_OPT_LEVEL", "3")
    extensions = mypycify(
        ["--config-file", "mypy.ini", *modules], opt_level=level, debug_level="0", group_name=GROUP
    )
    for extension in extensions:
        # The same bytes wherever it is built: no names of folders and no symbols to debug by.
        extension.extra_compile_args += ["-g0", f"-ffile-prefix-map={os.getcwd()}=."]
        extension.extra_link_args += ["-Wl,--strip-all"]
    command = build_ext(Distribution({"name": GROUP, "ext_modules": extensions}))
    command.build_lib, command.build_temp = "made", "objects"
    command.ensure_finalized()
    command.run()


if __name__ == "__main__":
    _build(sys.argv[1:])
