"""The register as people write it: TOML files in, one Register out, or every reason why not.

Convention: a table stands under the name it has in `Register`, an entry's keys are the names of its fields. Programs
send and are given the same tables in one JSON object; there a place is a JSON Pointer instead of a file and a line.
Amounts are text ("95.00"); a TOML float is refused because it is not exact. Unknown keys are refused. The
files are accepted together or not at all, and a refusal names every problem with file, line and
reason. No value is repeated in a reason, since an organisation number may be a person's.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from foundation.errors import Refused
from foundation.text import JoinedText, Text
from orders.register import validity
from orders.register.agreements import (
    Contract,
    DeliveryArea,
    DeliveryUnit,
    Policy,
    Tables,
    foreign_currencies,
    inconsistencies,
)
from orders.register.parties import Buyer, Supplier
from orders.register.pricing import PriceList
from orders.register.reading.allowed_values import objections, shared_addresses
from orders.register.reading.reader_errors import STRICT, sentence_of
from orders.register.reading.toml_lines import TomlPlace, line_of, lines_of
from orders.register.register import Register
from orders.register.service_terms import Service
from orders.register.shipped_services import first_service, shipped, shipped_file
from orders.register.written_before import with_stages
from peppol.identifiers import compact_organisation_number

RegisterEntry = Buyer | Policy | Supplier | DeliveryArea | DeliveryUnit | Contract | PriceList | Service

# The settings reach plain dataclasses only from a container around them, hence the tuples of one.
_READERS: Mapping[str, TypeAdapter[tuple[RegisterEntry]]] = {
    "buyer": TypeAdapter(tuple[Buyer], config=STRICT),
    "policy": TypeAdapter(tuple[Policy], config=STRICT),
    "suppliers": TypeAdapter(tuple[Supplier], config=STRICT),
    "areas": TypeAdapter(tuple[DeliveryArea], config=STRICT),
    "units": TypeAdapter(tuple[DeliveryUnit], config=STRICT),
    "contracts": TypeAdapter(tuple[Contract], config=STRICT),
    "price_lists": TypeAdapter(tuple[PriceList], config=STRICT),
    "services": TypeAdapter(tuple[Service], config=STRICT),
}
_SINGLE = ("buyer", "policy")
# A list of names of services that come with the product, in whichever file of the register.
_SHIPPED = "shipped_services"


@dataclass(frozen=True, slots=True)
class RegisterProblem:
    """One thing to correct; `line` counts from 1 and is 0 where the whole file is meant.

    Of JSON, `file` is the JSON Pointer to it and `line` is 0.
    """

    file: str
    line: int
    sentence: Text

    @property
    def placed(self) -> Text:
        """The sentence with the place it is about."""
        if self.file.startswith("#"):
            return Text("%(place)s: %(sentence)s", place=self.file, sentence=self.sentence)
        return Text(
            "%(file)s rad %(line)s: %(sentence)s", file=self.file, line=self.line, sentence=self.sentence
        )


class RegisterRefused(Refused):
    """The files do not make a register; `problems` holds everything there is to correct."""

    def __init__(self, problems: tuple[RegisterProblem, ...]) -> None:
        self.problems = problems
        count = len(problems)
        super().__init__(
            Text(
                "Registret tas inte emot, %(count)s fel att rätta: %(problems)s",
                count=count,
                problems=JoinedText(" ", (each.placed for each in problems)),
            )
        )


def read_register(paths: Iterable[Path]) -> Register:
    """The register of these files; a folder stands for all .toml files in it.

    Raises RegisterRefused with every problem found in all files: unreadable files, unknown or missing keys,
    values that break their rule, and references that lead nowhere.
    """
    return _read([_Text.read(file) for path in paths for file in _files(path)])


def read_content(content: Mapping[str, object], *, at: str = "#") -> Register:
    """The register of tables that a program sent, read from JSON with `FloatAsWritten`; `at` points to them.

    Raises RegisterRefused with every problem found.
    """
    return _read([_Text.sent(content, at)])


def written(register: Register) -> Mapping[str, object]:
    """The register as the tables that `read_content` reads, each value as JSON has it: days and amounts as text."""
    content: dict[str, object] = json.loads(register.to_json())
    named = content.pop("named_services", None)
    policy: object = json.loads(json.dumps(asdict(register.policy), default=str))
    return {**content, "policy": policy, **({"services": named} if named else {})}


def _read(given: list["_Text"]) -> Register:
    asked, unknown = _shipped(given)
    texts = [*given]
    texts += [_Text.read(file) for file in asked]
    raw_entries = [entry for text in texts for entry in _entries(text)]
    values = [(entry, _value(entry)) for entry in raw_entries]
    problems = {
        *(problem for text in texts for problem in text.problems),
        *(problem for _, found in values if isinstance(found, tuple) for problem in found),
        *unknown,
        *_singles(raw_entries, texts),
        *_contradictions(values),
    }
    if problems:
        raise RegisterRefused(
            tuple(sorted(problems, key=lambda each: (each.file, each.line, each.sentence.sv)))
        )
    read = [found for _, found in values if not isinstance(found, tuple)]
    (buyer,) = (value for value in read if isinstance(value, Buyer))
    policy = next((value for value in read if isinstance(value, Policy)), Policy())
    tables = _tables(read, unreadable=frozenset())
    return Register(
        buyer,
        policy,
        tables.suppliers,
        tables.areas,
        tables.units,
        tables.contracts,
        tables.price_lists,
        tuple(value for value in read if isinstance(value, Service)),
    )


def _shipped(texts: list["_Text"]) -> tuple[list[Path], list[RegisterProblem]]:
    """The files of the services that are asked for by name, and the names that are none."""
    files: dict[str, Path] = {}
    problems = []
    for text in texts:
        names = text.content.get(_SHIPPED, [])
        for name in names if isinstance(names, list) else [names]:
            if name in shipped():
                files[name] = shipped_file(name)
                continue
            problems.append(
                text.problem(
                    (_SHIPPED,),
                    Text(
                        "Tjänsten följer inte med systemet. Skriv en lista med namn (%(known)s), eller tjänstens egen "
                        "fil bland registrets filer.",
                        known=", ".join(shipped()),
                    ),
                )
            )
    return list(files.values()), problems


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


class FloatAsWritten(str):
    """A TOML float, kept as its text so that it can be found and refused."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One file: its content as far as it can be read, where things stand, and what is wrong with it."""

    file: str
    content: Mapping[str, object]
    lines: Mapping[TomlPlace, int]
    problems: tuple[RegisterProblem, ...] = ()

    def problem(self, place: TomlPlace, sentence: Text) -> RegisterProblem:
        """A problem at this place of it."""
        if self.file.startswith("#"):
            pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)
            return RegisterProblem(f"{self.file}{pointer}", 0, sentence)
        return RegisterProblem(self.file, line_of(self.lines, place), sentence)

    @classmethod
    def sent(cls, content: Mapping[str, object], at: str) -> "_Text":
        """The tables of a program, found by their pointer."""
        plain = cls(at, content, {})
        return cls(at, content, {}, _faults(plain))

    @classmethod
    def read(cls, path: Path) -> "_Text":
        """Read the file; what cannot be read becomes a problem."""
        name = path.name
        try:
            text = path.read_text(encoding="utf-8")
            content = tomllib.loads(text, parse_float=FloatAsWritten)
        except (OSError, UnicodeDecodeError) as error:
            reason = type(error).__name__
            problem = RegisterProblem(
                name,
                0,
                Text("Filen går inte att läsa som text i UTF-8 (%(reason)s).", reason=reason),
            )
            return cls(name, {}, {}, (problem,))
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"at line (\d+)", str(error))
            problem = RegisterProblem(
                name,
                int(at[1]) if at else text.count("\n") + 1,
                Text("Här är filen inte TOML. Kontrollera citattecken, hakparenteser och likhetstecken."),
            )
            return cls(name, {}, {}, (problem,))
        lines = lines_of(text)
        return cls(name, content, lines, _faults(cls(name, content, lines)))


def _faults(text: _Text) -> tuple[RegisterProblem, ...]:
    """What is wrong before any value is read: numbers that are not exact, and tables that are none."""
    floats = (
        text.problem(
            place,
            Text(
                "%(place)s är ett flyttal och inte exakt. Skriv talet inom citattecken.", place=_named(place)
            ),
        )
        for place in _float_places(text.content, ())
    )
    return (*floats, *_shapes(text))


def _float_places(value: object, place: TomlPlace) -> Iterator[TomlPlace]:
    match value:
        case FloatAsWritten():
            yield place
        case dict():
            for key, inner in value.items():
                yield from _float_places(inner, (*place, key))
        case list():
            for position, inner in enumerate(value):
                yield from _float_places(inner, (*place, position))


def _shapes(text: _Text) -> Iterator[RegisterProblem]:
    """Tables that the register does not know, or that stand once where a list is meant."""
    lines = text.lines
    for table, held in text.content.items():
        brackets = f"[{table}]" if table in _SINGLE else f"[[{table}]]"
        if table == _SHIPPED:
            continue
        if table not in _READERS:
            known = ", ".join(_READERS)
            said = Text("%(table)s är ingen tabell i registret (%(known)s).", table=table, known=known)
        elif not isinstance(held, dict if table in _SINGLE else list):
            said = Text("%(table)s ska skrivas %(brackets)s.", table=table, brackets=brackets)
        else:
            continue
        if not lines:
            yield text.problem((table,), said)
            continue
        line = line_of(lines, (table,)) or line_of(lines, (table, 0))
        yield RegisterProblem(
            text.file, line or min((at for where, at in lines.items() if where[0] == table), default=0), said
        )


@dataclass(frozen=True, slots=True)
class _RawEntry:
    """One entry as it stands in a file."""

    text: _Text
    table: str
    place: TomlPlace
    content: object

    def problem(self, place: TomlPlace, sentence: Text) -> RegisterProblem:
        """A problem at `place` within the entry."""
        return self.text.problem((*self.place, *place), sentence)

    @property
    def id(self) -> str:
        """What others refer to it by, as far as it can be read."""
        key = "organisation_number" if self.table == "suppliers" else "id"
        held = self.content.get(key) if isinstance(self.content, dict) else None
        return compact_organisation_number(held) if self.table == "suppliers" and held else str(held)


def _entries(text: _Text) -> Iterator[_RawEntry]:
    for table, held in text.content.items():
        if table in _SINGLE and isinstance(held, dict):
            yield _RawEntry(text, table, (table,), held)
        elif table in _READERS and isinstance(held, list):
            for position, content in enumerate(held):
                yield _RawEntry(text, table, (table, position), content)


def _value(entry: _RawEntry) -> RegisterEntry | tuple[RegisterProblem, ...]:
    try:
        content = with_stages(entry.content) if entry.table == "price_lists" else entry.content
        read = _READERS[entry.table].validate_json(json.dumps([content], default=str))[0]
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return tuple(
            entry.problem(place, sentence_of(each, named=_named(place) or entry.table))
            for each in details
            for place in [_place(each["loc"])]
        )
    # A value that is right in itself may still be one that no document can carry.
    return tuple(entry.problem(place, sentence) for place, sentence in objections(read)) or read


def _place(loc: TomlPlace) -> TomlPlace:
    """Where in the entry an error stands: without the tuple around it and the reader's own tags."""
    return tuple(part for part in loc[1:] if part not in (validity.ALWAYS, validity.DATED))


def _named(place: TomlPlace) -> str:
    return ".".join(str(part) for part in place if isinstance(part, str))


def _singles(entries: list[_RawEntry], texts: list[_Text]) -> Iterator[RegisterProblem]:
    for table in _SINGLE:
        held = [entry for entry in entries if entry.table == table]
        for entry in held[1:]:
            yield entry.problem((), Text("[%(table)s] står två gånger.", table=table))
    if not any(entry.table == "buyer" for entry in entries):
        missing = Text("Köparen saknas: skriv en tabell [buyer].")
        sent = next((each for each in texts if each.file.startswith("#")), None)
        yield sent.problem(("buyer",), missing) if sent else RegisterProblem("buyer.toml", 0, missing)


def _contradictions(
    values: list[tuple[_RawEntry, RegisterEntry | tuple[RegisterProblem, ...]]],
) -> Iterator[RegisterProblem]:
    """What does not agree between entries; entries that could not be read are taken to exist."""
    unreadable = frozenset((raw.table, raw.id) for raw, found in values if isinstance(found, tuple))
    entry_of = {(raw.table, raw.id): raw for raw, _ in values}
    tables = _tables([found for _, found in values if not isinstance(found, tuple)], unreadable=unreadable)
    buyers = [found for _, found in values if isinstance(found, Buyer)]
    foreign = foreign_currencies(buyers[0], tables.price_lists) if len(buyers) == 1 else ()
    for supplier, sentence in shared_addresses(tables.suppliers):
        yield entry_of["suppliers", supplier.organisation_number].problem(("participant_id",), sentence)
    for found in (*inconsistencies(tables), *foreign):
        yield entry_of[found.table, found.id].problem((found.key,), found.sentence)


def _tables(read: list[RegisterEntry], *, unreadable: frozenset[tuple[str, str]]) -> Tables:
    return Tables(
        suppliers=tuple(value for value in read if isinstance(value, Supplier)),
        areas=tuple(value for value in read if isinstance(value, DeliveryArea)),
        units=tuple(value for value in read if isinstance(value, DeliveryUnit)),
        contracts=tuple(value for value in read if isinstance(value, Contract)),
        price_lists=tuple(value for value in read if isinstance(value, PriceList)),
        services=tuple(value for value in read if isinstance(value, Service)) or (first_service(),),
        unreadable=unreadable,
    )
