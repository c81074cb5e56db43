"""The register as the buyer's programs are told of it, and what they propose: models, and the making of them. Pure."""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from foundation.text import Text
from operations.register_loading import RegisterChecked
from operations.register_loads import store as load_store
from operations.register_loads.store import LoadState, ProposedLoad

PAGE: Final = "/admin/register-loads"
Tables = dict[str, object]

_IS_LEFT: Final = Text(
    "Registret är föreslaget och inte inläst. En administratör som inte svarar för systemet ser efter vad som ändras "
    "och läser in det, på sidan Registret eller med: billing register confirm."
)


class RegisterSentence(BaseModel):
    """A sentence in both languages; `pointer` is where in the body it is, where it is about a place."""

    pointer: str | None = Field(
        None, description="Where in the body it is, as a JSON Pointer; null where it is about no place."
    )
    sentence_sv: str
    sentence_en: str


class ToldRegister(BaseModel):
    """The register that is in force, in the form that is sent."""

    sha256: str
    policy_holds: bool = Field(
        description="False where rules made on the page Regler hold in the place of its own."
    )
    register_: Tables = Field(alias="register", description="The tables of the register's files, as JSON.")


class ToldDifference(BaseModel):
    """How one table differs; suppliers are counted and not named."""

    table: str = Field(description="The table of the register.")
    added: int = Field(description="How many entries are added.")
    changed: int = Field(description="How many entries are changed.")
    removed: int = Field(description="How many entries are taken away.")
    keys: dict[str, int] = Field(description="How many entries change each key.")
    sentence_sv: str
    sentence_en: str


class DifferenceAnswer(BaseModel):
    """What a load would change, and what it would leave to two people (decision 69)."""

    changes: bool = Field(description="Whether a load would change anything.")
    differences: list[ToldDifference] = Field(description="How each table that differs would change.")
    left_to_two_people: list[RegisterSentence] = Field(
        description="What a load would leave to two people to confirm."
    )


class CheckAnswer(DifferenceAnswer):
    """Whether the register could be loaded, and everything it would be refused for."""

    could_be_loaded: bool = Field(description="Whether the register could be loaded as it is.")
    problems: list[RegisterSentence] = Field(description="Everything that it would be refused for.")


class ToldLoad(BaseModel):
    """A proposed load. It changes nothing until a person has looked at it and loads it."""

    id: int
    state: LoadState = Field(description="What has become of it.")
    sha256: str
    proposed_at: datetime = Field(description="When it was proposed.")
    decided_at: datetime | None = Field(description="When it was decided; null while it is not.")
    reason: str = Field(description="Why a person said no.")
    confirmed_by: Literal["a person"] = Field(description="A program proposes, and never loads.")
    page: str = Field(description="Where a person looks at the difference and decides.")
    sentence_sv: str
    sentence_en: str


class LoadProposed(ToldLoad):
    """A proposed load with what it would change now."""

    differences: list[ToldDifference] = Field(description="How each table that differs would change.")
    left_to_two_people: list[RegisterSentence] = Field(
        description="What a load would leave to two people to confirm."
    )


def difference_of(checked: RegisterChecked) -> dict[str, Any]:
    """What a DifferenceAnswer says."""
    return {"changes": checked.changes, **parts_of(checked)}


def parts_of(checked: RegisterChecked) -> dict[str, Any]:
    """What differs, and what is left to two people."""
    return {
        "differences": [
            ToldDifference(
                table=each.table,
                added=len(each.added),
                changed=len(each.changed),
                removed=len(each.removed),
                keys=dict(each.keys or {}),
                sentence_sv=each.sentence.sv,
                sentence_en=each.sentence.en,
            )
            for each in checked.differences
        ],
        "left_to_two_people": [sentence_of(each) for each in checked.merged.sentences],
    }


def told_of(load: ProposedLoad) -> dict[str, Any]:
    """What a ToldLoad says."""
    said = _IS_LEFT if load.is_open else load_store.LOAD_WORDS[load.state]
    return {
        "id": load.id,
        "state": load.state,
        "sha256": load.sha256,
        "proposed_at": load.proposed_at,
        "decided_at": load.decided_at,
        "reason": load.reason,
        "confirmed_by": "a person",
        "page": f"{PAGE}/{load.id}",
        "sentence_sv": said.sv,
        "sentence_en": said.en,
    }


def sentence_of(said: Text) -> RegisterSentence:
    """A sentence about no place of the body."""
    return RegisterSentence(sentence_sv=said.sv, sentence_en=said.en)
