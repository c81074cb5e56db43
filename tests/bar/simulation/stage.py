"""The stage of a simulated house: real code of many processes, of which one at a time goes on, as a seed chooses.

An actor is a thread, standing for a process or a person. It goes on until it reaches a *point*, which is where a
real one may be overtaken by others: before a transaction begins, after its commit, at each call to the outside.
There it waits until it is chosen again, or is killed: a killed actor comes to its end at the point without another
transaction or call, as after a power cut. Since only one goes on at a time and everything drawn comes from one
generator, the same seed gives the same run.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Lock, Thread

# A thread waits for its turn on a lock that is held: the cheapest way to hand over.
_LIMIT_SECONDS = 60


class Killed(BaseException):
    """The process this code ran in is no more."""


class Stuck(Exception):
    """An actor did not come to its next point: it waits for something no other can give."""


@dataclass(slots=True)
class Actor:
    """One process or person: what it does from its birth to its end, and how it stands."""

    name: str
    work: Callable[[], None]
    turn: Lock = field(default_factory=Lock)
    thread: Thread | None = None
    is_dead: bool = False
    has_ended: bool = False
    failure: BaseException | None = None


@dataclass(slots=True)
class Stage:
    """Who is on stage, whose turn it is, and all that happened, in order."""

    random: Random
    actors: list[Actor] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    may_kill: Callable[[str, str], bool] = field(default=lambda actor, point: False)
    _back: Lock = field(default_factory=Lock)
    _on: Actor | None = None

    def __post_init__(self) -> None:
        """Nobody's turn has ended yet."""
        self._back.acquire()

    def enter(self, name: str, work: Callable[[], None]) -> Actor:
        """An actor comes on stage; it does nothing until it is chosen."""
        actor = Actor(name, work)
        actor.turn.acquire()
        self.actors.append(actor)
        return actor

    def play(self, actor: Actor) -> None:
        """Let one actor go on to its next point or its end. Raises Stuck, or what its code failed with."""
        self._on = actor
        if actor.thread is None:
            actor.thread = Thread(target=self._lived, args=(actor,), name=actor.name, daemon=True)
            actor.thread.start()
        else:
            actor.turn.release()
        if not self._back.acquire(timeout=_LIMIT_SECONDS):
            raise Stuck(f"{actor.name}, after: {self.trace[-3:]}")
        self._on = None
        if actor.has_ended:
            self.actors.remove(actor)
            self.note(actor.name, "killed" if actor.is_dead else "ended")
        if actor.failure is not None:
            raise actor.failure

    def point(self, what: str) -> None:
        """Where the code of the actor whose turn it is may be overtaken, or killed. Raises Killed."""
        actor = self._on
        if actor is None:
            return  # the house is being built or looked at: nobody else is there
        self.outlive(actor)
        self.note(actor.name, what)
        if self.may_kill(actor.name, what):
            actor.is_dead = True
            raise Killed
        self._back.release()
        if not actor.turn.acquire(timeout=10 * _LIMIT_SECONDS):
            raise Killed
        self.outlive(actor)

    def check_alive(self, what: str) -> None:
        """As a point, but nobody comes between: the code may be killed here, and no more. Raises Killed."""
        actor = self._on
        if actor is None:
            return
        self.outlive(actor)
        if self.may_kill(actor.name, what):
            self.note(actor.name, what)
            actor.is_dead = True
            raise Killed

    def outlive(self, actor: Actor) -> None:
        """The dead do nothing more, whatever their code wants to put in order. Raises Killed."""
        if actor.is_dead:
            raise Killed

    def kill(self, actor: Actor) -> None:
        """End an actor where it stands."""
        actor.is_dead = True
        if actor.thread is None:
            self.actors.remove(actor)
        else:
            self.play(actor)

    def clear(self) -> None:
        """Everybody leaves."""
        for actor in list(self.actors):
            self.kill(actor)

    def note(self, who: str, what: str) -> None:
        """Something happened."""
        self.trace.append(f"{who}: {what}")

    @property
    def digest(self) -> str:
        """What happened, as one number: equal for equal runs."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    @property
    def turn_of(self) -> str:
        """Who goes on now; nothing while the house is looked at."""
        return self._on.name if self._on else ""

    def _lived(self, actor: Actor) -> None:
        try:
            actor.work()
        except Killed:
            actor.is_dead = True
        except BaseException as failure:
            actor.failure = failure
        actor.has_ended = True
        self._back.release()
