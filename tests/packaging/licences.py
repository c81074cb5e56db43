"""What the packages of the product are licensed under, and whether each may come in: `make licences` writes the page.

A package says it in its own metadata; where it says it in other words than SPDX's, `licences.toml` says it for it. What
nobody says is not taken.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from license_expression import AND, ExpressionError, get_spdx_licensing

from tests.support.project import PROJECT

LOCK: Final = PROJECT / "requirements-image.lock"
PAGE: Final = PROJECT / "docs" / "licences.md"
_PACKAGE: Final = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
_CLASSIFIERS: Final[Mapping[str, str]] = {
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_BEGINNING: Final = """# Licences of what the product is built of

The product itself is under the [EUPL-1.2](../LICENSE). These are the packages of `requirements-image.lock`, those of
the extras s3 and otel among them, each under its own licence, which it carries in its folder beside the program; in
the bill of materials of a release they stand with version and sha256, without the extras. None is changed by us, and
each can be exchanged. The image holds packages of Debian besides, whose licences lie in `/usr/share/doc` there.

Written by `make licences`; `make test` fails while a package is missing here, or is under a licence that may not
come in (`tests/packaging/licences.toml` has which may; [decision
124](decisions/0124-licence-and-what-an-adopter-finds.md) why).

| package | licence |
|---|---|
"""


class LicenceUnknown(Exception):
    """Neither the package nor our own list says what it is licensed under."""


def locked(lock: Path = LOCK) -> Mapping[str, str]:
    """The packages of a lock with their versions."""
    return dict(_PACKAGE.findall(lock.read_text(encoding="utf-8")))


@cache
def _spdx() -> Any:  # noqa: ANN401 - the library has no types
    return get_spdx_licensing()


@cache
def _own_list() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(Path(__file__).with_name("licences.toml").read_text(encoding="utf-8"))


def may_come_in() -> frozenset[str]:
    """The licences, by SPDX's names, that a package of the product may be under."""
    kinds: Iterable[object] = _own_list()["may_come_in"].values()
    return frozenset(name for names in kinds if isinstance(names, list) for name in names)


def of(package: str) -> str:
    """What the package is licensed under, as SPDX says it. Raises LicenceUnknown."""
    if package in _own_list()["packages"]:
        return str(_own_list()["packages"][package])
    try:
        told = metadata.metadata(package)
    except metadata.PackageNotFoundError as missing:
        raise LicenceUnknown(
            f"{package} is not installed here; say its licence in licences.toml."
        ) from missing
    for said in _said(told):
        try:
            return str(_spdx().parse(said, validate=True))
        except ExpressionError:
            continue
    raise LicenceUnknown(
        f"{package} does not say its licence by SPDX's names; read it, and say it in licences.toml."
    )


def _said(told: metadata.PackageMetadata) -> Iterator[str]:
    for name in ("License-Expression", "License"):
        if name in told and len(told[name]) < 60:
            yield told[name]
    found = {
        _CLASSIFIERS.get(each, each)
        for each in told.get_all("Classifier") or ()
        if each.startswith("License ::")
    }
    if len(found) == 1:
        yield found.pop()


def is_let_in(licence: str) -> bool:
    """Whether a package under these words may come in.

    >>> is_let_in("MIT AND BSD-3-Clause"), is_let_in("GPL-2.0-or-later OR MPL-1.1"), is_let_in("AGPL-3.0-only")
    (True, True, False)
    >>> is_let_in("MIT AND GPL-3.0-only")
    False
    """
    return _holds(_spdx().parse(licence, validate=True))


def _holds(parsed: Any) -> bool:  # noqa: ANN401 - the library has no types
    if not getattr(parsed, "args", ()):
        return str(parsed) in may_come_in()
    parts = [_holds(each) for each in parsed.args]
    return all(parts) if isinstance(parsed, AND) else any(parts)


def page() -> str:
    """The page of all packages. Raises LicenceUnknown."""
    return _BEGINNING + "".join(f"| {name} | {of(name)} |\n" for name in sorted(locked()))


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
