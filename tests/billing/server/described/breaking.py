"""What a newer description takes from clients that were made by an older one. Pure.

Convention: what a request may say must only become more, what an answer promises must only become more: an operation,
a parameter, a form of body or a field that is gone, a value that is no longer taken, something newly required, another
type. A new field, a new value in an answer, a new status of refusal break nobody who follows the guide: what a client
does not know it passes over.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from billing.server.described.description import operations

Described = Mapping[str, Any]

# Where a smaller number leaves fewer values, and where a larger one does.
_NARROWER_BELOW: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_NARROWER_ABOVE: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_DEEPEST: Final = 12


def broken(older: Described, newer: Described) -> list[str]:
    """One sentence for each thing that is taken away, in the order of the older description."""
    return list(_of_operations(older, newer))


def _of_operations(older: Described, newer: Described) -> Iterator[str]:
    now = {(path, method): operation for path, method, operation in operations(newer)}
    for path, method, was in operations(older):
        place = f"{method.upper()} {path}"
        found = now.get((path, method))
        if found is None:
            yield f"{place} is gone"
            continue
        if was["operationId"] != found["operationId"]:
            yield f"{place} is called {found['operationId']}, and was {was['operationId']}"
        if found.get("security") and not was.get("security"):
            yield f"{place} wants a key"
        yield from _of_parameters(place, was, found, older, newer)
        yield from _of_body(place, was.get("requestBody"), found.get("requestBody"), older, newer)
        yield from _of_answers(place, was["responses"], found["responses"], older, newer)


def _of_parameters(
    place: str, was: Described, found: Described, older: Described, newer: Described
) -> Iterator[str]:
    before = {(each["in"], each["name"].lower()): each for each in was.get("parameters", ())}
    after = {(each["in"], each["name"].lower()): each for each in found.get("parameters", ())}
    for key, each in after.items():
        if each.get("required") and not before.get(key, {}).get("required"):
            yield f"{place} requires {each['name']}"
    for key, each in before.items():
        if key not in after:
            yield f"{place} no longer takes {each['name']}"
        else:
            pair = _resolved(each["schema"], older), _resolved(after[key]["schema"], newer)
            yield from _narrowed(f"{place} {each['name']}", *pair, older, newer, _DEEPEST)


def _of_body(
    place: str, was: Described | None, found: Described | None, older: Described, newer: Described
) -> Iterator[str]:
    if found and found.get("required") and not (was and was.get("required")):
        yield f"{place} requires a body"
    for media_type, content in (was or {}).get("content", {}).items():
        now = (found or {}).get("content", {}).get(media_type)
        if now is None:
            yield f"{place} no longer takes {media_type}"
        else:
            pair = _resolved(content["schema"], older), _resolved(now["schema"], newer)
            yield from _narrowed(f"{place} body", *pair, older, newer, _DEEPEST)


def _of_answers(
    place: str, was: Described, found: Described, older: Described, newer: Described
) -> Iterator[str]:
    for status, answer in was.items():
        if not status.startswith("2"):
            continue
        if status not in found:
            yield f"{place} no longer answers {status}"
            continue
        for media_type, content in answer.get("content", {}).items():
            now = found[status].get("content", {}).get(media_type)
            if now is None:
                yield f"{place} {status} no longer comes as {media_type}"
            else:
                pair = _resolved(content.get("schema", {}), older), _resolved(now.get("schema", {}), newer)
                yield from _promised_less(f"{place} {status}", *pair, older, newer, _DEEPEST)


def _narrowed(
    place: str, was: Described, now: Described, older: Described, newer: Described, deep: int
) -> Iterator[str]:
    """What a request could say and can no longer."""
    yield from _other_type(place, was, now)
    if gone := [each for each in was.get("enum", ()) if "enum" in now and each not in now["enum"]]:
        yield f"{place} no longer takes {', '.join(map(str, gone))}"
    if "enum" in now and "enum" not in was:
        yield f"{place} takes only {', '.join(map(str, now['enum']))}"
    if "pattern" in now and now["pattern"] != was.get("pattern"):
        yield f"{place} follows another pattern"
    for name in _NARROWER_BELOW:
        if name in now and now[name] < was.get(name, float("inf")):
            yield f"{place} {name} is {now[name]}"
    for name in _NARROWER_ABOVE:
        if name in now and now[name] > was.get(name, float("-inf")):
            yield f"{place} {name} is {now[name]}"
    for name in now.get("required", ()):
        if name not in was.get("required", ()):
            yield f"{place} requires {name}"
    for name in _forms(was) - _forms(now) if "oneOf" in now else ():
        yield f"{place} is never {name}"
    for name in was.get("properties", {}):
        if name not in now.get("properties", {}) and now.get("additionalProperties") is False:
            yield f"{place} no longer takes {name}"
    for step, before, after in _inside(was, now, older, newer, deep):
        yield from _narrowed(f"{place}{step}", before, after, older, newer, deep - 1)


def _promised_less(
    place: str, was: Described, now: Described, older: Described, newer: Described, deep: int
) -> Iterator[str]:
    """What an answer promised and no longer does."""
    yield from _other_type(place, was, now)
    for name in was.get("properties", {}):
        if name not in now.get("properties", {}):
            yield f"{place} no longer tells {name}"
    for name in was.get("required", ()):
        if name in now.get("properties", {}) and name not in now.get("required", ()):
            yield f"{place} tells {name} only sometimes"
    for step, before, after in _inside(was, now, older, newer, deep):
        yield from _promised_less(f"{place}{step}", before, after, older, newer, deep - 1)


def _other_type(place: str, was: Described, now: Described) -> Iterator[str]:
    before, after = _types(was), _types(now)
    if before and after and before != after:
        yield f"{place} is {' or '.join(sorted(after))}, and was {' or '.join(sorted(before))}"


def _types(schema: Described) -> frozenset[str]:
    """The types a value may have; none where the schema does not say."""
    if "anyOf" in schema:
        return frozenset().union(*(_types(each) or {"another"} for each in schema["anyOf"]))
    told = schema.get("type", ())
    return frozenset([told] if isinstance(told, str) else told)


def _forms(schema: Described) -> frozenset[str]:
    """What the forms are called of which a value is one."""
    return frozenset(
        str(each.get("$ref", each.get("type"))).rpartition("/")[2] for each in schema.get("oneOf", ())
    )


def _inside(
    was: Described, now: Described, older: Described, newer: Described, deep: int
) -> Iterator[tuple[str, Described, Described]]:
    """The schemas inside both, with what leads to them."""
    if not deep:
        return
    for name, each in was.get("properties", {}).items():
        if name in now.get("properties", {}):
            yield f".{name}", _resolved(each, older), _resolved(now["properties"][name], newer)
    # One of several forms: each is what it is called.
    later = {each.get("$ref"): each for each in now.get("oneOf", ())}
    for each in was.get("oneOf", ()):
        if each.get("$ref") in later:
            yield "", _resolved(each, older), _resolved(later[each["$ref"]], newer)
    if isinstance(was.get("items"), Mapping) and isinstance(now.get("items"), Mapping):
        yield "[]", _resolved(was["items"], older), _resolved(now["items"], newer)


def _resolved(schema: Described, whole: Described) -> Described:
    """The schema itself, where a reference to it stands; of one that may be null, the one."""
    found = schema
    for _ in range(_DEEPEST):
        if "$ref" not in found:
            break
        found = whole["components"]["schemas"][found["$ref"].rpartition("/")[2]]
    may_be = [each for each in found.get("anyOf", ()) if each.get("type") != "null"]
    if len(may_be) == 1 and "$ref" in may_be[0]:
        return {**_resolved(may_be[0], whole), "anyOf": [*found["anyOf"]]}
    return found
