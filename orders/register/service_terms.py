"""What a service is: its levels, articles, stages, outcomes, reasons, activities, lengths and calendar, as data.

Convention: a service is known by its id, and what it consists of by codes; the books hold the codes, people read the
names. How an article is paid is a mechanism of ours (`ArticleKind`); which there are, what they are called and in which
unit they are counted is the service's. What a code must be for the books to hold it is checked here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from foundation.money import DAY
from foundation.text import JoinedText, Text, WrittenText
from orders.register.parties import RegisterValueRefused
from orders.register.placement_rules import PlacementRules
from orders.register.report_approval import ReportApproval
from orders.terms import (
    Activity,
    ArticleKind,
    CompensationLevel,
    InterruptionReason,
    OutcomeKind,
    RejectionReason,
    ResultStage,
)
from orders.workdays import DayConvention, known_country
from peppol import codelists

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_]*", re.ASCII)
# What the columns hold. The activities of a report stand in one column, with a space between.
_LONGEST_LEVEL, _LONGEST_STAGE, _LONGEST_REASON, _ROOM_FOR_ACTIVITIES = 20, 10, 30, 200


class CodeNotOfService(RegisterValueRefused):
    """A code that the service does not have."""


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called, in Swedish and English."""

    sv: str
    en: str

    def __post_init__(self) -> None:
        if not (self.sv.strip() and self.en.strip()):
            raise RegisterValueRefused(Text("Skriv namnet på svenska (sv) och engelska (en)."))

    @property
    def text(self) -> Text:
        """The name as people read it, for a heading or a list."""
        return WrittenText(self.sv, self.en)

    @property
    def within(self) -> Text:
        """The name as it stands within a sentence.

        >>> Name("Grundersättning", "Basic compensation").within.sv
        'grundersättning'
        """
        return WrittenText(*(each[0].lower() + each[1:] for each in (self.sv, self.en)))


@dataclass(frozen=True, slots=True)
class NamedLevel:
    """A level of compensation (nivå): how far from work; it is fixed for a whole placement."""

    code: CompensationLevel
    name: Name


@dataclass(frozen=True, slots=True)
class NamedStage:
    """A result's stage (resultatsteg), in the order they are earned; each at most once a placement."""

    code: ResultStage
    name: Name


@dataclass(frozen=True, slots=True)
class ServiceArticle:
    """What can be ordered: how it is paid, what it is called, and its unit (UNECE Recommendation 20).

    `per_day` is how many units a billable day has, for the article that is paid by the day.
    """

    kind: ArticleKind
    name: Name
    unit: str
    per_day: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if self.unit not in codelists.UNECE_REC20:
            raise RegisterValueRefused(
                Text(
                    "Enheten (unit) %(unit)s finns inte i UNECE rekommendation 20. Skriv en kod därifrån, "
                    "till exempel DAY, HUR eller C62.",
                    unit=self.unit,
                )
            )
        exponent = self.per_day.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -2 or not 0 < self.per_day <= 24:
            raise RegisterValueRefused(
                Text(
                    "Antalet per dag (per_day) ska vara större än noll, högst 24 och ha högst två decimaler."
                )
            )
        if self.per_day != 1 and (self.kind is not ArticleKind.BASIC or self.unit == DAY):
            raise RegisterValueRefused(
                Text(
                    "Bara artikeln som ersätts per dag (BASIC) har ett antal per dag (per_day), och inte när den "
                    "räknas i dagar."
                )
            )


@dataclass(frozen=True, slots=True)
class NamedOutcome:
    """What a participant left for; `may_qualify` is false for what no price list may pay a result for."""

    code: OutcomeKind
    name: Name
    may_qualify: bool = True


@dataclass(frozen=True, slots=True)
class NamedReason:
    """Why a placement ends early, and the outcomes (codes) that such an interruption can carry."""

    code: InterruptionReason
    name: Name
    carries: tuple[OutcomeKind, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedActivity:
    """What a periodic report may say was done in the month."""

    code: Activity
    name: Name


@dataclass(frozen=True, slots=True)
class NamedRejection:
    """Why the buyer sends a periodic report back: the sentence its supplier reads, with what to do."""

    code: RejectionReason
    sentence: Name


@dataclass(frozen=True, slots=True)
class Service:
    """One service that is bought, as one value. Raises RegisterValueRefused where it contradicts itself.

    `day_conventions` are those a price list may have, the usual one first. `change_reason` is the reason an
    interruption has that comes of a change of supplier. `report_approval` says who judges this service's reports;
    where it is absent the buyer's policy does. `country` is that of the public holidays (ISO 3166).
    """

    id: str
    name: Name
    levels: tuple[NamedLevel, ...]
    articles: tuple[ServiceArticle, ...]
    interruption_reasons: tuple[NamedReason, ...]
    change_reason: InterruptionReason
    day_conventions: tuple[DayConvention, ...]
    placement_rules: PlacementRules
    stages: tuple[NamedStage, ...] = ()
    outcomes: tuple[NamedOutcome, ...] = ()
    activities: tuple[NamedActivity, ...] = ()
    rejection_reasons: tuple[NamedRejection, ...] = ()
    report_approval: ReportApproval | None = None
    country: str = "SE"

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise RegisterValueRefused(
                Text("Tjänstens id skrivs med gemener, siffror och bindestreck, högst 40 tecken.")
            )
        for table, codes, longest in (
            ("levels", self.level_codes, _LONGEST_LEVEL),
            ("stages", self.stage_codes, _LONGEST_STAGE),
            ("outcomes", self.outcome_codes, _LONGEST_REASON),
            ("interruption_reasons", self.reason_codes, _LONGEST_REASON),
            ("activities", self.activity_codes, _LONGEST_REASON),
            ("rejection_reasons", self.rejection_codes, _LONGEST_REASON),
            ("articles", tuple(each.kind for each in self.articles), _LONGEST_REASON),
        ):
            _check_codes(table, codes, longest)
        self._check_parts()

    def _check_parts(self) -> None:
        if not self.levels:
            raise RegisterValueRefused(
                Text("Tjänsten %(id)s har ingen nivå. Skriv minst en (levels).", id=self.id)
            )
        if self.article_of(ArticleKind.BASIC) is None:
            raise RegisterValueRefused(
                Text("Tjänsten %(id)s saknar artikeln som ersätts per dag (BASIC).", id=self.id)
            )
        if (self.article_of(ArticleKind.RESULT) is None) != (not self.stages):
            raise RegisterValueRefused(
                Text(
                    "Tjänsten %(id)s ska ha både resultatartikel (RESULT) och steg (stages), eller ingetdera.",
                    id=self.id,
                )
            )
        if self.article_of(ArticleKind.SPEED_BONUS) is not None and not self.stages:
            raise RegisterValueRefused(
                Text(
                    "Tjänsten %(id)s har en premie (SPEED_BONUS) men inget resultat att ge den för.",
                    id=self.id,
                )
            )
        carried = [kind for reason in self.interruption_reasons for kind in reason.carries]
        for code, known in (
            *((kind, self.outcome_codes) for kind in carried),
            (self.change_reason, self.reason_codes),
        ):
            check_code(code, known, service=self)
        if not self.day_conventions or len(set(self.day_conventions)) != len(self.day_conventions):
            raise RegisterValueRefused(
                Text("Skriv minst ett sätt att räkna dagar (day_conventions), vart och ett en gång.")
            )
        if not known_country(self.country):
            raise RegisterValueRefused(
                Text(
                    "Helgdagarna i landet %(country)s är inte kända. Skriv ett lands kod i ISO 3166, "
                    "till exempel SE.",
                    country=self.country,
                )
            )
        if len(" ".join(self.activity_codes)) > _ROOM_FOR_ACTIVITIES:
            raise RegisterValueRefused(
                Text(
                    "Aktiviteternas koder är tillsammans längre än %(room)s tecken. Skriv kortare koder.",
                    room=_ROOM_FOR_ACTIVITIES,
                )
            )

    @property
    def level_codes(self) -> tuple[CompensationLevel, ...]:
        """The codes of the levels, in the order of the file."""
        return tuple(each.code for each in self.levels)

    @property
    def stage_codes(self) -> tuple[ResultStage, ...]:
        """The codes of the stages, in the order they are earned."""
        return tuple(each.code for each in self.stages)

    @property
    def outcome_codes(self) -> tuple[OutcomeKind, ...]:
        """The codes of the outcomes."""
        return tuple(each.code for each in self.outcomes)

    @property
    def reason_codes(self) -> tuple[InterruptionReason, ...]:
        """The codes of the reasons of an interruption."""
        return tuple(each.code for each in self.interruption_reasons)

    @property
    def activity_codes(self) -> tuple[Activity, ...]:
        """The codes of the activities."""
        return tuple(each.code for each in self.activities)

    @property
    def rejection_codes(self) -> tuple[RejectionReason, ...]:
        """The codes of the reasons a report is sent back for."""
        return tuple(each.code for each in self.rejection_reasons)

    def article_of(self, kind: ArticleKind) -> ServiceArticle | None:
        """The service's article that is paid in this way; None where it has none."""
        return next((each for each in self.articles if each.kind is kind), None)

    def name_of(self, kind: ArticleKind, stage: str = "") -> Text:
        """What people call an article, with its stage where it has one; the code of what the service lacks."""
        article = self.article_of(kind)
        return _with_stage(article.name.text if article else WrittenText(kind), self.stage_name(stage))

    def name_within(self, kind: ArticleKind, stage: str = "") -> Text:
        """What people call an article, within a sentence."""
        article = self.article_of(kind)
        return _with_stage(article.name.within if article else WrittenText(kind), self.stage_name(stage))

    def level_name(self, code: str) -> Text:
        """What people call a level; its code where the service has it no more."""
        return next((each.name.text for each in self.levels if each.code == code), WrittenText(code))

    def stage_name(self, code: str) -> Text:
        """What people call a stage; its code where the service has it no more."""
        return next((each.name.text for each in self.stages if each.code == code), WrittenText(code))

    def outcome_name(self, code: str) -> Text:
        """What people call an outcome."""
        return next((each.name.text for each in self.outcomes if each.code == code), WrittenText(code))

    def outcome_within(self, code: str) -> Text:
        """What people call an outcome, within a sentence."""
        return next((each.name.within for each in self.outcomes if each.code == code), WrittenText(code))

    def reason_name(self, code: str) -> Text:
        """What people call the reason of an interruption."""
        return next(
            (each.name.text for each in self.interruption_reasons if each.code == code), WrittenText(code)
        )

    def reason_within(self, code: str) -> Text:
        """What people call the reason of an interruption, within a sentence."""
        return next(
            (each.name.within for each in self.interruption_reasons if each.code == code), WrittenText(code)
        )

    def activity_name(self, code: str) -> Text:
        """What people call an activity."""
        return next((each.name.text for each in self.activities if each.code == code), WrittenText(code))

    def rejection_sentence(self, code: str) -> Text:
        """Why a report was sent back, and what to do."""
        return next(
            (each.sentence.text for each in self.rejection_reasons if each.code == code), WrittenText(code)
        )


def check_code(code: str, known: Iterable[str], *, service: Service) -> None:
    """Raise CodeNotOfService, with what the service has, for a code that is not among `known`."""
    allowed = tuple(known)
    if code not in allowed:
        raise CodeNotOfService(
            Text(
                "%(code)s finns inte i tjänsten %(service)s. Skriv %(allowed)s.",
                code=code,
                service=service.name.text,
                allowed=Text("en av %(codes)s", codes=", ".join(allowed)) if allowed else Text("ingen kod"),
            )
        )


def _check_codes(table: str, codes: tuple[str, ...], longest: int) -> None:
    if len(set(codes)) != len(codes):
        raise RegisterValueRefused(Text("Samma kod står två gånger i %(table)s. Behåll en.", table=table))
    wrong = [each for each in codes if not _CODE.fullmatch(each) or len(each) > longest]
    if wrong:
        raise RegisterValueRefused(
            Text(
                "Koden %(code)s i %(table)s ska vara versaler, siffror och understreck, högst %(longest)s tecken.",
                code=wrong[0],
                table=table,
                longest=longest,
            )
        )


def _with_stage(name: Text, stage: Text) -> Text:
    return JoinedText(" ", (name, stage))
