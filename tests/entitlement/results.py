"""Results, bonuses and supplements as the oracle reckons them: what was approved, and what of it may be ordered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from tests.entitlement.stays import Stay, months_after

LEFT_FOR = {"WORK": "WORK", "REGULAR_STUDIES": "STUDIES"}
"""The kinds of outcome that are paid for, and the interruption the participant leaves by."""
MONTHS = {"R1": 3, "R2": 6}
AT_ONCE = "5599991014"
"""The supplier whose price list gives R1 with the start of work already."""
BONUS_WITHIN_DAYS = 180
CLAIM_DAYS = 365
AFTER_THE_END_DAYS = 30
SUPPLEMENT_CLAIM_DAYS = 90
PRICES = {
    "R1": {"A": Decimal(8000), "B": Decimal(11000), "C": Decimal(15000)},
    "R2": {"A": Decimal(8000), "B": Decimal(11000), "C": Decimal(15000)},
    "BONUS": dict.fromkeys("ABC", Decimal(2000)),
    "SPRAK": {"B": Decimal(1500), "C": Decimal(1500)},
}
"""The example's price list of 2026, which is every supplier's but for the months."""


@dataclass(slots=True)
class Claim:
    """One approved result, bonus or supplement. `state` is WAITING, ORDERED or GONE."""

    reference: str
    what: str
    kind: str = ""
    started_on: date | None = None
    due_on: date = date.max
    occasion: int = 0
    state: str = "WAITING"
    back_by: date | None = None
    """The last day of what the participant had left for, where that has ended."""

    @property
    def stands(self) -> bool:
        """Whether it is ordered, or will be."""
        return self.state != "GONE"


@dataclass(slots=True)
class Results:
    """All that was approved on any reference."""

    claims: list[Claim] = field(default_factory=list)

    def approve(
        self, stay: Stay, stretch: Sequence[Stay], stage: str, kind: str, started_on: date, *, today: date
    ) -> bool:
        """R1 once for a participant, R2 for the same job as its R1; neither for what the placement was not left for."""
        if stay.cancelled:
            return False
        if kind not in LEFT_FOR:
            return True  # known, and worth nothing
        references = {each.reference for each in stretch}
        first_results = [each for each in self.claims if each.what == "R1" and each.stands]
        latest = months_after(started_on, _months(stay, stage)) + timedelta(days=CLAIM_DAYS)
        if started_on < stay.first or not _rests(stay, started_on, kind) or today > latest:
            return False
        if stage == "R1":
            if any(each.reference in references for each in first_results):
                return False
            self._plan(stay, "R1", kind, started_on)
            days = (started_on - _first_day_here(stay, stretch)).days
            if days <= BONUS_WITHIN_DAYS:
                self._plan(stay, "BONUS", kind, started_on)
            return True
        followed = [
            each
            for each in first_results
            if (each.reference, each.started_on, each.kind) == (stay.reference, started_on, kind)
        ]
        granted = any(
            each.what == "R2" and each.stands and each.reference == stay.reference for each in self.claims
        )
        if not followed or granted:
            return False
        back_by = followed[0].back_by
        if back_by is not None and back_by < months_after(started_on, MONTHS["R2"]):
            return False
        self._plan(stay, "R2", kind, started_on, back_by=back_by)
        return True

    def _plan(
        self, stay: Stay, what: str, kind: str, started_on: date, *, back_by: date | None = None
    ) -> None:
        claim = Claim(stay.reference, what, kind, started_on, back_by=back_by)
        claim.due_on = _due_on(stay, claim)
        self.claims.append(claim)

    def revoke(self, reference: str, stage: str, started_on: date) -> bool:
        """A result is taken back; with R1 its R2 and its bonus. False where there never was one."""
        own = [each for each in self.claims if each.reference == reference and each.kind]
        named = [each for each in own if (each.what, each.started_on) == (stage, started_on)]
        if any(each.stands for each in named):
            for each in own:
                if stage in ("R1", each.what):
                    each.state = "GONE"
        return bool(named)

    def end(self, reference: str, ended_on: date) -> None:
        """The participant is back: what falls due after that day is not earned."""
        for each in self.claims:
            if each.reference == reference and each.started_on is not None and each.stands:
                if each.started_on <= ended_on and each.back_by is None:
                    each.back_by = ended_on
                if each.state == "WAITING" and each.due_on > ended_on:
                    each.state = "GONE"

    def come_back(self, stay: Stay, first: date) -> None:
        """The participant goes on in the service on this day."""
        self.end(stay.reference, first - timedelta(days=1))

    def follow(self, stay: Stay) -> None:
        """Something about what broke the placement off has changed: what no longer rests on it falls."""
        for each in self.claims:
            if each.reference != stay.reference or not each.stands:
                continue
            if stay.cancelled and each.state == "WAITING":
                each.state = "GONE"
            elif each.started_on is not None:
                if not _rests(stay, each.started_on, each.kind):
                    each.state = "GONE"
                elif each.state == "WAITING":
                    each.due_on = _due_on(stay, each)

    def approve_supplement(self, stay: Stay, code: str, *, today: date) -> bool:
        """A supplement, once, while its days last and where its level has a price."""
        ended_on = stay.standing.last_day if stay.standing else stay.last
        granted = any(
            (each.reference, each.what) == (stay.reference, code) and each.stands for each in self.claims
        )
        if (
            stay.cancelled
            or granted
            or stay.level not in PRICES[code]
            or today > ended_on + timedelta(days=SUPPLEMENT_CLAIM_DAYS)
        ):
            return False
        self.claims.append(Claim(stay.reference, code, due_on=max(today, stay.first)))
        return True

    def revoke_supplement(self, reference: str, code: str) -> bool:
        """A supplement is taken back. False where there never was one."""
        named = [each for each in self.claims if (each.reference, each.what) == (reference, code)]
        for each in named:
            each.state = "GONE"
        return bool(named)

    def place_due(self, stays: Mapping[str, Stay], today: date, *, only: str = "") -> None:
        """What has fallen due is ordered, and received with that."""
        for each in self.claims:
            if each.state == "WAITING" and each.due_on <= today and only in ("", each.reference):
                earlier = [
                    other.occasion
                    for other in self.claims
                    if (other.reference, other.what) == (each.reference, each.what)
                ]
                each.state, each.occasion = "ORDERED", 1 + max(earlier)

    def paid_for(self, stay: Stay) -> dict[tuple[int, str], Decimal]:
        """What is ordered and received, by occasion and name."""
        return {
            (each.occasion, each.what): PRICES[each.what][stay.level]
            for each in self.claims
            if each.reference == stay.reference and each.state == "ORDERED"
        }


def _rests(stay: Stay, started_on: date, kind: str) -> bool:
    """Whether the placement was left for this, or had run to its end not long before."""
    held = stay.left_by(started_on)
    if held is not None:
        return held.reason == LEFT_FOR[kind]
    ended_on = stay.part_of(started_on).last
    return ended_on < started_on <= ended_on + timedelta(days=AFTER_THE_END_DAYS)


def _due_on(stay: Stay, claim: Claim) -> date:
    """Its months after the start, and after the last basic day."""
    assert claim.started_on is not None
    due_on = months_after(claim.started_on, _months(stay, claim.what))
    held = stay.left_by(claim.started_on)
    return max(due_on, held.last_day + timedelta(days=1)) if held is not None else due_on


def _months(stay: Stay, what: str) -> int:
    """How long after the start of work a result is earned; the bonus comes with R1."""
    if what == "R2":
        return MONTHS["R2"]
    return 0 if stay.supplier == AT_ONCE else MONTHS["R1"]


def _first_day_here(stay: Stay, stretch: Sequence[Stay]) -> date:
    """The participant's first day at this supplier, through changes to others and back."""
    return min(
        each.first
        for each in stretch
        if each.supplier == stay.supplier and (each is stay or not each.cancelled)
    )
