"""A request of a program, read against the schemas of its operation: everything at fault at once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, get_type_hints

from werkzeug.datastructures import MultiDict

from landreg.core.errors import BadInput, Finding, NotFound
from landreg.exchange.interfaces.operations import PLACES, Operation
from landreg.exchange.interfaces.rules import KEY
from landreg.exchange.interfaces.schema import faults_of, made_of

_WHOLE = re.compile(r"-?[0-9]{1,18}")


class NotJson(BadInput):
    """The body is of another kind."""

    status = 415


def places_of(operation: Operation, given: Mapping[str, str]) -> Mapping[str, str]:
    """What stands in the address. Raises NotFound for what cannot name anything."""
    for name in operation.places:
        if re.fullmatch(PLACES[name]["pattern"][1:-1], given[name]) is None:
            raise NotFound()
    return given


def query_of(operation: Operation, given: MultiDict[str, str]) -> Any:
    """The query as the operation's dataclass; None where it has none. Raises BadInput."""
    twice = [name for name in given if len(given.getlist(name)) > 1]
    if twice:
        raise BadInput([Finding("API-13", name[:40]) for name in twice])
    if operation.query is None:
        if given:
            raise BadInput([Finding("API-7", name[:40], {"given": name[:40]}) for name in given])
        return None
    hints = get_type_hints(operation.query)
    values = {name: _typed(hints.get(name), text) for name, text in given.items()}
    if faults := faults_of(operation.query, values):
        raise BadInput(faults)
    return made_of(operation.query, values)


def body_of(operation: Operation, kind: str, data: bytes) -> tuple[Any, Any]:
    """The body as the operation's dataclass, and as it was said. Raises BadInput, NotJson."""
    if operation.body is None:
        if data:
            raise BadInput(Finding("API-12", values={"body": "none"}))
        return None, None
    if kind != "application/json":
        raise NotJson(Finding("API-12", values={"body": "kind"}))
    try:
        said = json.loads(data, parse_constant=_no_number)
        json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadInput(Finding("API-12", values={"body": "syntax"})) from error
    if faults := faults_of(operation.body, said):
        raise BadInput(faults)
    return made_of(operation.body, said), said


def key_of(given: str) -> str:
    """The key of a request that writes. Raises BadInput (API-5)."""
    if re.fullmatch(KEY[1:-1], given) is None:
        raise BadInput(Finding("API-5", "Idempotency-Key"))
    return given


def _typed(kind: Any, text: str) -> Any:
    return int(text) if kind is int and _WHOLE.fullmatch(text) else text


def _no_number(text: str) -> Any:
    raise ValueError(text)
