"""The shape of the code in figures: `make figures`. It lies with the tests, for it reads a checkout, by git."""

from collections.abc import Iterable

from tests.support import measures
from tests.support.product import modules

LONG_FUNCTION = 60
SHOWN = 8


def main() -> None:
    """Print the figures, a heading and its lines at a time."""
    folders = measures.folder_lengths()
    whole = sum(folders.values())
    _show(
        f"Lines of Python: {whole} in {len(modules())} modules; tests written: {measures.tests_written()}",
        (f"{lines:>6}  {lines / whole:>6.1%}  {name}" for name, lines in folders.items()),
    )
    flat = measures.side_by_side()
    _show("Most modules side by side", _first((f"{count:>6}  {name}" for name, count in flat.items()), 3))
    twice = measures.names_defined_twice()
    _show(
        f"Public classes and aliases of one name, defined in several modules: {len(twice)}",
        (f"{len(places):>6}  {name}: {', '.join(places)}" for name, places in twice.items()),
    )
    outside = measures.sql_outside()
    _show(
        f"SQL statements outside stores, queries and tables: {sum(outside.values())} in {len(outside)} modules",
        (f"{count:>6}  {name}" for name, count in sorted(outside.items(), key=lambda each: -each[1])),
    )
    long = measures.long_functions(LONG_FUNCTION)
    _show(
        f"Functions over {LONG_FUNCTION} lines: {len(long)}",
        (f"{each.lines:>6}  {each.place}" for each in long),
    )
    lengths = measures.file_lengths()
    _show("Longest modules", _first((f"{each.lines:>6}  {each.place}" for each in lengths), SHOWN))


def _first(lines: Iterable[str], count: int) -> list[str]:
    return list(lines)[:count]


def _show(heading: str, lines: Iterable[str]) -> None:
    print(heading, *lines, "", sep="\n")


if __name__ == "__main__":
    main()
