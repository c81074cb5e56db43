"""The steps of a story, each told to the system and to the oracle, with whom and when out of three numbers."""

from collections.abc import Callable
from datetime import timedelta

from orders.placements import result_placing
from tests.entitlement.calendar_of_days import each_day
from tests.entitlement.stays import Stay, longest_end, month_of, months_after
from tests.entitlement.world import World
from tests.support.stories import system as stories
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, STIGFINNAREN, TALLKOTTEN

Step = tuple[int, int, int, int]
"""What to do and three numbers that say with whom and when; they mean something in every state."""

_SUPPLIERS = (FYRBAKEN, LARKDRILLEN, TALLKOTTEN, STIGFINNAREN)
_REASONS = ("WORK", "STUDIES", "WORK", "ILLNESS")
_AHEAD = (1, 4, 11, 20, 31, 33, 64, 97)

Move = Callable[[World, int, int, int], None]


def _days_on(world: World, i: int, j: int, k: int) -> None:
    world.oracle.come_to(world.today + timedelta(days=_AHEAD[i % len(_AHEAD)]))
    result_placing.place_due(world.session, world.register, today=world.today)


def _decide(world: World, i: int, j: int, k: int) -> None:
    if len(world.oracle.stays) > j % 6:
        return
    supplier, reference = _SUPPLIERS[i % 2], f"4{len(world.oracle.stays):08}"
    first = world.today + timedelta(days=j % 14)
    last = longest_end(first) + timedelta(days=(0, -40, -95, 1)[k % 4])
    level = "ABC"[(i + j + k) % 3]
    expected = world.oracle.decide(reference, supplier, level, first, last)
    data = stories.decision(
        reference, start=first, end=last, supplier=supplier, level=level, decided_on=world.today
    )
    world.tell("placement.decided", data, expected)


def _decide_further(world: World, i: int, j: int, k: int) -> None:
    """A decision under a new reference that continues an earlier one."""
    earlier = world.stay(i)
    reference = f"4{len(world.oracle.stays):08}"
    ended_on = earlier.standing.last_day if earlier.standing else earlier.last
    first = ended_on + timedelta(days=(1, 1, 30, 0)[j % 4])
    last = longest_end(first) if j % 2 else max(first, earlier.last)
    level = earlier.level if k % 8 else "ABC"[i % 3]
    supplier = earlier.supplier if k % 2 else _SUPPLIERS[k % 4]
    expected = world.oracle.decide(reference, supplier, level, first, last, continues=earlier.reference)
    data = stories.decision(
        reference,
        start=first,
        end=last,
        supplier=supplier,
        level=level,
        decided_on=world.today,
        continues=earlier.reference,
    )
    world.tell("placement.decided", data, expected)


def _resume(world: World, i: int, j: int, k: int) -> None:
    away = [each for each in world.oracle.stays.values() if each.standing is not None]
    stay = away[i % len(away)] if away else world.stay(i)
    back_on = world.today + timedelta(days=(0, 1, 5, 14, -1)[j % 5])
    expected = world.oracle.resume(stay.reference, back_on)
    world.tell(
        "placement.resumed", {"execution_reference": stay.reference, "resumed_on": str(back_on)}, expected
    )


def _decide_period_two(world: World, i: int, j: int, k: int) -> None:
    stay = world.stay(i)
    first = stay.last + timedelta(days=(1, 1, 1, 12, 0)[j % 5])
    last = longest_end(first) + timedelta(days=(0, -60, 1)[k % 3])
    expected = world.oracle.decide_period_two(stay.reference, first, last)
    data = {
        "decision_id": f"B2-{len(world.told):05}",
        "execution_reference": stay.reference,
        "period": {"start": str(first), "end": str(last)},
        "decided_on": str(world.today),
    }
    world.tell("placement.period_two_decided", data, expected)


def _change_supplier(world: World, i: int, j: int, k: int) -> None:
    stay = world.stay(i)
    new, supplier = f"4{len(world.oracle.stays):08}", _SUPPLIERS[k % len(_SUPPLIERS)]
    last_day = world.today + timedelta(days=(-1, 0, 5, 20, 40, -2)[j % 6])
    first = last_day + timedelta(days=1)
    last = stay.part_of(first).last
    if last < first:
        return
    expected = world.oracle.change_supplier(stay.reference, new, supplier, last_day, last)
    placement = stories.decision(
        new,
        start=first,
        end=last,
        supplier=supplier,
        level=stay.level,
        decided_on=world.today,
        decision_id=f"BC-{len(world.told):05}",
    )
    data = {"execution_reference": stay.reference, "last_day": str(last_day), "placement": placement}
    world.tell("placement.provider_changed", data, expected)


def _cancel(world: World, i: int, j: int, k: int) -> None:
    reference = world.stay(i).reference
    expected = world.oracle.cancel(reference)
    world.tell("placement.cancelled", {"execution_reference": reference, "reason": "NEVER_STARTED"}, expected)


def _interrupt(world: World, i: int, j: int, k: int) -> None:
    reference, reason = world.stay(i).reference, _REASONS[k % len(_REASONS)]
    last_day = world.today + timedelta(days=(0, 1, 6, 15, 40, -1)[j % 6])
    expected = world.oracle.interrupt(reference, last_day, reason)
    data = stories.interruption(reference, world.today, last_day, reason)
    world.tell("interruption.registered", data, expected)


def _move_interruption(world: World, i: int, j: int, k: int) -> None:
    reference = world.stay(i).reference
    last_day = world.today + timedelta(days=(0, 2, 8, 30, 45, -1)[j % 6])
    expected = world.oracle.move_interruption(reference, last_day)
    data = {
        "execution_reference": reference,
        "registered_on": str(world.today),
        "effective_on": str(last_day),
    }
    world.tell("interruption.moved", data, expected)


def _withdraw_interruption(world: World, i: int, j: int, k: int) -> None:
    reference = world.stay(i).reference
    expected = world.oracle.withdraw_interruption(reference)
    world.tell(
        "interruption.withdrawn",
        {"execution_reference": reference, "registered_on": str(world.today)},
        expected,
    )


def _file(world: World, i: int, j: int, k: int) -> None:
    stay, month = _month(world, i, j)
    version = len(stay.reports.get(month, [])) + (2 if k % 16 == 5 else 1)
    expected = world.oracle.file(stay.reference, month, version)
    world.tell("report.filed", stories.report(stay.reference, month, version, world.today), expected)


def _approve(world: World, i: int, j: int, k: int) -> None:
    if not _waiting(world) and k % 8:
        _file(world, i, j, k)
    stay, month = _reported(world, i, j)
    version = max(1, len(stay.reports.get(month, [])) - (k % 16 == 3))
    expected = world.oracle.approve(stay.reference, month, version)
    world.tell("report.approved", stories.report(stay.reference, month, version, world.today), expected)


def _reject(world: World, i: int, j: int, k: int) -> None:
    stay, month = _reported(world, i, j)
    version = max(1, len(stay.reports.get(month, [])) - (k % 16 == 3))
    expected = world.oracle.reject(stay.reference, month, version)
    world.tell("report.rejected", stories.report(stay.reference, month, version, world.today), expected)


def _invoice(world: World, i: int, j: int, k: int) -> None:
    lines = world.oracle.to_invoice()
    if lines:
        number, line = f"F{len(world.told)}", lines[i % len(lines)]
        world.oracle.invoice(number, line)
        world.invoice(number, line)


def _credit(world: World, i: int, j: int, k: int) -> None:
    open_ = [number for number, each in world.oracle.invoices.items() if not each.is_credited]
    if open_:
        number = open_[i % len(open_)]
        world.oracle.credit(number)
        world.credit(number)


def _pay(world: World, i: int, j: int, k: int) -> None:
    numbers = world.oracle.pay()
    if numbers:
        world.pay(numbers)


def _revoke(world: World, i: int, j: int, k: int) -> None:
    judged = [
        (stay.reference, month, version)
        for stay in world.oracle.stays.values()
        for month, versions in stay.reports.items()
        for version, each in enumerate(versions, start=1)
        if each.state != "FILED" or k % 8 == 0
    ]
    if judged:
        reference, month, version = judged[i % len(judged)]
        expected = world.oracle.revoke(reference, month, version)
        world.tell("report.revoked", stories.report(reference, month, version, world.today), expected)


def _approve_outcome(world: World, i: int, j: int, k: int) -> None:
    """Mostly what the participant left for, and R2 for what R1 was for."""
    stay = world.stay(i)
    earned = [each for each in world.oracle.results.claims if each.what == "R1" and each.stands]
    stage = "R2" if earned and j % 3 else "R1"
    started_on = (stay.standing.last_day if stay.standing else stay.last) + timedelta(
        days=(1, 3, -4, 25, 40)[k % 5]
    )
    kind = "REGULAR_STUDIES" if stay.standing and stay.standing.reason == "STUDIES" else "WORK"
    reference = stay.reference
    if stage == "R2" and earned[i % len(earned)].started_on is not None and k % 6:
        named = earned[i % len(earned)]
        assert named.started_on is not None
        reference, started_on, kind = named.reference, named.started_on, named.kind
    if j % 16 == 7:
        kind = ("AUB", "WORK", "REGULAR_STUDIES")[k % 3]
    expected = world.oracle.approve_outcome(reference, stage, kind, started_on)
    told = stories.outcome(reference, stage, started_on=started_on, kind=kind, approved_on=str(world.today))
    world.tell("outcome.approved", told, expected)


def _leave_for_work(world: World, i: int, j: int, k: int) -> None:
    """The participant leaves for work or studies, and R1 is approved with it."""
    _interrupt(world, i, j, (0, 1)[k % 2])
    _approve_outcome(world, i, 0, 2 * (k % 2))


def _revoke_outcome(world: World, i: int, j: int, k: int) -> None:
    known = [each for each in world.oracle.results.claims if each.what in ("R1", "R2")]
    if not known:
        return
    named = known[i % len(known)]
    assert named.started_on is not None
    started_on = named.started_on + timedelta(days=k % 8 == 5)
    expected = world.oracle.revoke_outcome(named.reference, named.what, started_on)
    data = {
        "execution_reference": named.reference,
        "stage": named.what,
        "started_on": str(started_on),
        "revoked_on": str(world.today),
    }
    world.tell("outcome.revoked", data, expected)


def _end_outcome(world: World, i: int, j: int, k: int) -> None:
    known = [each for each in world.oracle.results.claims if each.started_on is not None]
    reference = known[i % len(known)].reference if known else world.stay(i).reference
    ended_on = world.today - timedelta(days=(0, 0, 5, 20)[k % 4])
    expected = world.oracle.end_outcome(reference, ended_on)
    world.tell("outcome.ended", {"execution_reference": reference, "ended_on": str(ended_on)}, expected)


def _approve_supplement(world: World, i: int, j: int, k: int) -> None:
    reference = world.stay(i).reference
    expected = world.oracle.approve_supplement(reference, "SPRAK")
    data = {"execution_reference": reference, "code": "SPRAK", "approved_on": str(world.today)}
    world.tell("supplement.approved", data, expected)


def _revoke_supplement(world: World, i: int, j: int, k: int) -> None:
    known = [each.reference for each in world.oracle.results.claims if each.what == "SPRAK"]
    reference = known[i % len(known)] if known else world.stay(i).reference
    expected = world.oracle.revoke_supplement(reference, "SPRAK")
    data = {"execution_reference": reference, "code": "SPRAK", "revoked_on": str(world.today)}
    world.tell("supplement.revoked", data, expected)


def _month(world: World, i: int, j: int) -> tuple[Stay, str]:
    """A placement and a month of it that has begun and is not reported, where there is one; now and then any month."""
    stay = world.stay(i)
    days = [day for part in stay.parts for day in each_day(part.first, min(part.last, world.today))]
    months = [month for month in dict.fromkeys(map(month_of, days)) if month not in stay.reports]
    if months and j % 8:
        return stay, months[j % len(months)]
    return stay, month_of(months_after(world.today.replace(day=1), (0, -1, -2, 1)[i % 4]))


def _reported(world: World, i: int, j: int) -> tuple[Stay, str]:
    """A placement and a month whose report waits to be judged, where there is one; now and then any month."""
    waiting = _waiting(world)
    return waiting[i % len(waiting)] if waiting and j % 6 else _month(world, i, j)


def _waiting(world: World) -> list[tuple[Stay, str]]:
    return [
        (stay, month)
        for stay in world.oracle.stays.values()
        for month, versions in stay.reports.items()
        if versions[-1].state == "FILED"
    ]


_OFTEN: tuple[Move, ...] = (_days_on, _file, _approve, _invoice)
_MOVES: tuple[Move, ...] = (
    *_OFTEN * 4,
    _interrupt,
    _interrupt,
    _change_supplier,
    _decide_period_two,
    _move_interruption,
    _withdraw_interruption,
    _reject,
    _cancel,
    _decide,
    _decide_further,
    _resume,
    _resume,
    _credit,
    _pay,
    _pay,
    _revoke,
    _approve_outcome,
    _approve_outcome,
    _leave_for_work,
    _leave_for_work,
    _revoke_outcome,
    _end_outcome,
    _approve_supplement,
    _revoke_supplement,
)


def take(world: World, step: Step) -> None:
    """Take one step: a decision first, where nothing is decided yet."""
    what, i, j, k = step
    move = _MOVES[what % len(_MOVES)] if world.oracle.stays else _decide
    move(world, i, j, k)
