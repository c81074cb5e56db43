"""What things are called where several services stand side by side: in a filter, a heading, a list of choices. Pure."""

from collections.abc import Iterable, Mapping

from foundation.text import JoinedText, Text, WrittenText
from orders.register.service_terms import Service
from orders.terms import ArticleKind


def article_name(services: Iterable[Service], kind: ArticleKind) -> Text:
    """What an article is called in the services that have it, each name once.

    >>> from orders.register.shipped_services import first_service
    >>> article_name([first_service()], ArticleKind.BASIC).sv
    'Grundersättning'
    """
    return _each_once(each.name_of(kind) for each in services if each.article_of(kind) is not None)


def article_names(services: Iterable[Service]) -> Mapping[ArticleKind, Text]:
    """The articles that any of the services has, with what they are called."""
    held = tuple(services)
    return {
        kind: article_name(held, kind)
        for kind in ArticleKind
        if any(service.article_of(kind) for service in held)
    }


def activity_names(services: Iterable[Service]) -> Mapping[str, Text]:
    """Every activity by its code, the first service's name for a code that several have."""
    return _by_code((each.code, each.name.text) for service in services for each in service.activities)


def rejection_sentences(services: Iterable[Service]) -> Mapping[str, Text]:
    """Every reason a report is sent back for, by its code."""
    return _by_code(
        (each.code, each.sentence.text) for service in services for each in service.rejection_reasons
    )


def brand(services: Iterable[Service], buyer: str) -> Text:
    """What an installation is called: its service, or the buyer where there are several."""
    first, *others = services
    return WrittenText(buyer) if others else first.name.text


def _by_code(named: Iterable[tuple[str, Text]]) -> Mapping[str, Text]:
    found: dict[str, Text] = {}
    for code, name in named:
        found.setdefault(code, name)
    return found


def _each_once(names: Iterable[Text]) -> Text:
    return JoinedText(" / ", dict.fromkeys(names))
