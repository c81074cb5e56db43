"""How much of a year's post is settled without a person, and that nothing wrong is: `billing bench touchless`.

A year of many suppliers is played through the real entry points (`billing/tools/producers/year.py`). Right are the
documents that their senders made right: the tests hold that against an oracle of its own (`tests/touchless`). What a
document became is looked at the moment it came, before an officer has seen it.
"""

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final

import structlog
import typer
from rich.console import Console
from rich.table import Table

from billing.tools.demo.story_folder import example_register
from billing.tools.producers.habits import HABITS
from billing.tools.producers.manners import MANNERS
from billing.tools.producers.many_suppliers import with_suppliers
from billing.tools.producers.mistakes import MISTAKES
from billing.tools.producers.sent_documents import SentDocument, YearPlayed
from billing.tools.producers.year import participants_for, play_year
from foundation import gc_tuning
from invoicing.model import InvoiceState
from orders.register.files import read_register
from peppol.exchange.tables import InState

SUPPLIERS: Final = 40
"""So many suppliers more than the register has."""

_OUTCOMES: Final[Mapping[str, str]] = {
    InvoiceState.ACCEPTED: "accepted",
    InvoiceState.SETTLED: "accepted",
    InvoiceState.IN_QUESTION: "questioned",
    InvoiceState.CREDIT_REQUESTED: "questioned",
    InvoiceState.ON_HOLD: "held",
    InvoiceState.PARKED: "parked",
    InState.CONFLICT: "conflict",
}
_REGISTER: Final = example_register()
_NOT_BOOKED: Final = "quarantined"
_COLUMNS: Final = ("accepted", "questioned", "held", "parked", "conflict", "quarantined")


@dataclass(frozen=True, slots=True)
class Cause:
    """What the documents of one mistake, habit or producer became: how many by outcome."""

    kind: str
    name: str
    reason: str
    outcomes: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many documents."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Touchless:
    """Both shares, and the causes."""

    documents: int
    obeying: int
    unseen: int
    others: int
    wrongly_accepted: int
    causes: Sequence[Cause]
    seconds: float
    broken: Sequence[str]

    @property
    def share(self) -> float:
        """Of the documents that obey, how many took effect without a person."""
        return self.unseen / self.obeying if self.obeying else 1.0

    def to_json(self) -> dict[str, object]:
        """The figures by name."""
        return {
            "documents": self.documents,
            "obeying": self.obeying,
            "accepted_without_a_person": self.unseen,
            "share": round(self.share, 5),
            "not_obeying": self.others,
            "of_these_accepted": self.wrongly_accepted,
            "causes": [
                {
                    "kind": each.kind,
                    "name": each.name,
                    "count": each.count,
                    **{name: each.outcomes.get(name, 0) for name in _COLUMNS},
                }
                for each in self.causes
            ],
            "seconds": round(self.seconds, 1),
            "broken": list(self.broken),
        }


def reckoned(played: YearPlayed, seconds: float) -> Touchless:
    """The shares and causes of a year."""
    right = [each for each in played.documents if each.obeys]
    wrong = [each for each in played.documents if not each.obeys]
    return Touchless(
        documents=len(played.documents),
        obeying=len(right),
        unseen=sum(each.unseen for each in right),
        others=len(wrong),
        wrongly_accepted=sum(each.unseen for each in wrong),
        causes=[*_causes(right, wrong)],
        seconds=seconds,
        broken=played.broken,
    )


def _causes(right: Sequence[SentDocument], wrong: Sequence[SentDocument]) -> Iterator[Cause]:
    of_mistake = _counted((each, each.cause) for each in wrong)
    of_habit = _counted((each, habit.name) for each in right for habit in each.practice.habits)
    of_producer = _counted((each, each.practice.producer) for each in right)
    yield from (Cause("mistake", each.name, each.reason, of_mistake[each.name]) for each in MISTAKES)
    yield from (Cause("habit", each.name, each.reason, of_habit[each.name]) for each in HABITS)
    yield from (Cause("producer", each, "", of_producer[each]) for each in MANNERS)


def _counted(named: Iterator[tuple[SentDocument, str]]) -> Mapping[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for document, name in named:
        found[name][_OUTCOMES.get(document.outcome, _NOT_BOOKED)] += 1
    return found


def measure(register_folder: Path, *, documents: int, seed: int) -> Touchless:
    """Play a year of so many documents in a folder that is thrown away."""
    register = with_suppliers(read_register([register_folder]), count=SUPPLIERS)
    with tempfile.TemporaryDirectory(prefix="billing-touchless-") as folder:
        began = perf_counter()
        played = play_year(
            register,
            participants=participants_for(documents),
            months=12,
            seed=seed,
            folder=Path(folder),
            limit=documents,
        )
        return reckoned(played, perf_counter() - began)


def bench_touchless(
    documents: Annotated[int, typer.Option(min=10, help="Antal dokument / how many documents")] = 3_000,
    seed: Annotated[int, typer.Option(help="Samma frö ger samma bytes / same seed, same bytes")] = 7,
    register: Annotated[
        Path, typer.Option(help="Registerfiler / register files", show_default="demons / the demo's")
    ] = _REGISTER,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Andelen som klaras utan handläggare, och att inget fel gör det / what is settled without a person."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))
    gc_tuning.settle()
    measured = measure(register, documents=documents, seed=seed)
    if as_json:
        typer.echo(json.dumps(measured.to_json(), ensure_ascii=False, indent=2))
    else:
        _print(measured)
    if measured.wrongly_accepted or measured.broken:
        raise typer.Exit(1)


def _print(measured: Touchless) -> None:
    typer.echo(
        f"{measured.documents} dokument / documents ({measured.seconds:.0f} s)\n"
        f"{measured.obeying} följer order och inleverans / obey order and receipt: "
        f"{measured.unseen} utan handläggare / without a person ({measured.share:.2%})\n"
        f"{measured.others} gör det inte / do not: "
        f"{measured.wrongly_accepted} godkända / accepted"
    )
    table = Table(title="billing bench touchless")
    for name in ("", "Orsak / cause"):
        table.add_column(name)
    for name in ("antal / count", *_COLUMNS):
        table.add_column(name, justify="right")
    table.add_column("Varför / why")
    for each in measured.causes:
        if each.count:
            counts = (str(each.outcomes.get(name, 0) or "") for name in _COLUMNS)
            table.add_row(each.kind, each.name, str(each.count), *counts, each.reason)
    Console(width=160).print(table)
    for broken in measured.broken:
        typer.echo(f"BROKEN {broken}")
