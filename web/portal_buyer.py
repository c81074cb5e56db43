"""Which of an installation's buyers the pages are about, where it has several."""

from dataclasses import dataclass

from fastapi import Request


@dataclass(frozen=True, slots=True)
class PortalBuyer:
    """A buyer as its pages name it.

    `cookie_mark` keeps its cookies apart from other buyers' on the same host; empty for the installation's first, whose
    cookies are called as they always were. `can_change`: the visitor chose it and may choose another.
    """

    name: str
    cookie_mark: str = ""
    can_change: bool = False


def buyer_of(request: Request) -> PortalBuyer | None:
    """The buyer these pages are about; None where the installation has one only."""
    buyer: PortalBuyer | None = getattr(request.app.state, "buyer", None)
    return buyer
