"""What a publisher's folder holds of a release: the rules of each kind of document, and UBL's own schemas.

The files keep the publishers' names, in letters of any size, wherever in the folder they lie: `CEN-EN16931-UBL` and
`PEPPOL-EN16931-UBL` for bills, `PEPPOLBIS-T01`, `-T76`, `-T111` and `-T71` for orders and answers, `PEPPOL-MLS` (a
version may follow), each as Schematron (.sch) or compiled (.xsl, .xslt); `UBL-Invoice-2.1.xsd` and its like for the
schemas.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from lxml import etree

from peppol.identifiers import DocumentKind
from peppol.validation.agreement import STYLESHEETS
from peppol.validation.published_rules import PublishedRules
from tests.agreement.schxslt import RulesUnreadable, Schxslt

RULES_OF: Final[Mapping[DocumentKind, tuple[str, ...]]] = {
    kind: tuple(name.removesuffix(".xsl") for name in names) for kind, names in STYLESHEETS.items()
}
"""The files of rules that judge a kind of document, by name."""

Fired = Counter[tuple[str, str]]
"""How often a rule fired, by its id and how grave it is ("fatal", "warning")."""

_SUFFIXES: Final = (".sch", ".xsl", ".xslt")
_FAILED: Final = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
_WARNINGS: Final = ("warning", "warn")
_DECLARATION: Final = re.compile(r"\A\s*<\?xml\s[^>]*\?>")


@dataclass(frozen=True, slots=True)
class PublishedFiles:
    """The files of one release: stylesheets by the name of their rules, schemas by kind of document."""

    stylesheets: Mapping[str, str]
    schemas: Mapping[DocumentKind, Path]

    @property
    def kinds(self) -> tuple[DocumentKind, ...]:
        """The kinds of document that the folder holds all the rules of."""
        return tuple(
            kind for kind, names in RULES_OF.items() if all(name in self.stylesheets for name in names)
        )


class PublishedRelease:
    """The rules and schemas of one release, ready to judge in one process."""

    def __init__(self, files: PublishedFiles) -> None:
        self.files = files
        self._rules: dict[str, PublishedRules] = {}
        self._schemas: dict[Path, etree.XMLSchema] = {}

    def fired(self, data: bytes, kind: DocumentKind) -> Fired:
        """How often which rule fires on the bytes; nothing is opened, whatever they ask for.

        Raises OfficialRulesFailed where a file of rules stops without a verdict.
        """
        text = _DECLARATION.sub("", data.decode("utf-8-sig"), count=1)
        fired: Fired = Counter()
        for name in RULES_OF[kind]:
            fired.update(_fired(self._rules_named(name).report(text)))
        return fired

    def schema_accepts(self, data: bytes, kind: DocumentKind) -> bool | None:
        """Whether UBL's own schema takes the bytes; None where the folder holds no schema of the kind."""
        path = self.files.schemas.get(kind)
        if path is None:
            return None
        if path not in self._schemas:
            self._schemas[path] = etree.XMLSchema(file=str(path))
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        try:
            return bool(self._schemas[path].validate(etree.fromstring(data, parser)))
        except etree.XMLSyntaxError:
            return False

    def _rules_named(self, name: str) -> PublishedRules:
        if name not in self._rules:
            self._rules[name] = PublishedRules(self.files.stylesheets[name])
        return self._rules[name]


class PublishedFolder:
    """A folder in which the publishers' files lie, and one with UBL's schemas; often the same."""

    def __init__(self, rules: Path, schemas: Path) -> None:
        self.rules = rules
        self.schemas = schemas

    @cached_property
    def sources(self) -> Mapping[str, Path]:
        """The files of rules there are, by the name of their rules; Schematron before what is compiled."""
        named = {name for names in RULES_OF.values() for name in names}
        return {name: path for name in sorted(named) if (path := next(self._sources(name), None))}

    @property
    def needs_schxslt(self) -> bool:
        """Whether anything here has to be compiled first."""
        return any(path.suffix == ".sch" for path in self.sources.values())

    def read(self, schxslt: Schxslt | None) -> PublishedFiles:
        """Compile what is Schematron, and find the schemas.

        Raises RulesUnreadable where a file is none, or has to be compiled without a SchXslt.
        """
        return PublishedFiles(
            {name: _stylesheet(path, schxslt) for name, path in self.sources.items()},
            {kind: path for kind in RULES_OF if (path := self._schema(kind))},
        )

    def _sources(self, name: str) -> Iterator[Path]:
        wanted = re.compile(rf"{re.escape(name)}(-[0-9.]+)?", re.IGNORECASE)
        for suffix in _SUFFIXES:
            yield from (
                path for path in sorted(self.rules.rglob(f"*{suffix}")) if wanted.fullmatch(path.stem)
            )

    def _schema(self, kind: DocumentKind) -> Path | None:
        return next(iter(sorted(self.schemas.rglob(f"UBL-{kind.root_name}-2.1.xsd"))), None)


def _stylesheet(path: Path, schxslt: Schxslt | None) -> str:
    if path.suffix != ".sch":
        return path.read_text(encoding="utf-8")
    if schxslt is None:
        raise RulesUnreadable(f"{path} is Schematron and no SchXslt is at hand.")
    return schxslt.compiled(path)


def _fired(report: str) -> Iterator[tuple[str, str]]:
    for failed in etree.fromstring(report.encode()).iter(_FAILED):
        grave = "warning" if failed.get("flag") in _WARNINGS else "fatal"
        yield failed.get("id", ""), grave
