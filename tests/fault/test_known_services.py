"""No service that writes is forgotten by the faults at every statement: what opens a unit of work is found in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from landreg.config import CHECKOUT

ROOMS = ("access", "audit", "exchange", "exit", "land", "log", "party", "registry")
LIVES = (CHECKOUT / "tests" / "life_kit.py", *sorted((CHECKOUT / "tests" / "lives").glob("*.py")))
READS = frozenset(
    {
        "landreg.access.clients.known",
        "landreg.access.compared.sealed_differ",
        "landreg.access.consents.held",
        "landreg.access.consents.home",
        "landreg.access.consents.one_held",
        "landreg.access.consents.rights_of",
        "landreg.access.factors.state",
        "landreg.access.service.deliverer",
        "landreg.access.province.bound",
        "landreg.access.rotation.left",
        "landreg.access.sample.mark",
        "landreg.audit.complaints.look_up",
        "landreg.audit.files.files_differ",
        "landreg.exchange.bidding.acting.for_household",
        "landreg.exchange.bidding.auction.look_at",
        "landreg.exchange.bidding.offers.look_at",
        "landreg.exchange.bidding.takers.own",
        "landreg.exchange.listings.service.judge",
        "landreg.exchange.listings.service.review",
        "landreg.registry.home.consented.at_desk",
        "landreg.registry.home.consented.sheet_of",
        "landreg.registry.steps.foresee",
    }
)
"""Services that open a unit of work and only read."""
ELSEWHERE: Mapping[str, str] = {
    "landreg.access.identity.check": "writes by what `reveal` writes by, which is swept",
    "landreg.exit.ages.minors_of": "reads; what it opens is by `check`, as the one before",
    "landreg.registry.casework.married.must_be_old_enough": "the same",
    "landreg.exchange.contracts.days.end_with_its_right": "one step, written as that of `end_by_day`, which is swept",
    "landreg.land.uploads.check_waiting": "swept as the worker calls it, `received.check_waiting`",
    "landreg.log.stopped.seal_or_tell": "around `seal`, which is swept; says in a file that it was refused",
    "landreg.log.recheck.recheck": "reads the register; how far it came it keeps in a file",
    "landreg.log.recheck.recheck_register": "the same",
    "landreg.registry.casework.attempts.keeping": "swept as the desk calls it, `steps.take`",
    "landreg.registry.casework.cases.take_step": "the inside of accept, review and publish, which are swept",
    "landreg.access.policy.current_actor": "looks who is signed in; when it was last seen is one statement",
    "landreg.access.policy.signed_in": "the same",
    "landreg.access.policy.known_actor": "the same",
    "landreg.access.policy.own_affairs": "the same",
    "landreg.access.policy.code_due": "the same",
    "landreg.access.policy.require_own_password": "the same",
    "landreg.access.policy.require_sign_on": "the same",
    "landreg.access.policy.allow": "the same, around a route",
    "landreg.access.policy.register": "the same, before a request",
}
"""Services that are not called by a life under their own name: why."""
WRITING = {"stage", "stage_all", "add", "add_all", "merge", "flush", "insert", "update", "delete", "write", "note"}
"""Calls by which a service writes."""


@cache
def services() -> Mapping[str, frozenset[str]]:
    """By full name, each public function outside the pages that opens a unit of work, itself or by another of its kind: what
    it and the functions of its module beneath it call.
    """
    functions, inside = {}, {}
    for file in _files():
        module = ".".join(file.relative_to(CHECKOUT).with_suffix("").parts)
        tree = ast.parse(file.read_text("utf-8"))
        known = _imported(tree)
        for function in tree.body:
            if isinstance(function, ast.FunctionDef):
                own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
                functions[f"{module}.{function.name}"] = frozenset(_calls(function, module, own, known))
        inside |= {name: module for name in functions if name.startswith(f"{module}.")}
    opening = {"landreg.core.db.unit_of_work"}
    while more := {name for name, calls in functions.items() if name not in opening and calls & opening}:
        opening |= more
    public = sorted(name for name in opening if name in functions and not name.rpartition(".")[2].startswith("_"))
    return {name: frozenset(_beneath(name, functions, inside)) for name in public}


def _files() -> Iterator[Path]:
    for room in ROOMS:
        for file in sorted((CHECKOUT / "landreg" / room).rglob("*.py")):
            if "routes" not in str(file.relative_to(CHECKOUT)) and not file.stem.endswith(
                ("pages", "accounts", "limits", "home")
            ):
                yield file


def _imported(tree: ast.Module) -> dict[str, str]:
    """By the name in the module: the full name of what was imported."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _calls(function: ast.AST, module: str, own: set[str], known: Mapping[str, str]) -> Iterator[str]:
    """Full names of functions that are called, and the bare names of methods."""
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield f"{module}.{name}" if name in own else known.get(name, name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=of), attr=name)):
                yield f"{known[of]}.{name}" if of in known else name
            case ast.Call(func=ast.Attribute(attr=name)):
                yield name


def _beneath(name: str, functions: Mapping[str, frozenset[str]], inside: Mapping[str, str]) -> set[str]:
    """What a function calls, and what those of its own module call that it calls."""
    found, todo = set[str](), [name]
    while todo:
        for call in functions[todo.pop()] - found:
            found.add(call)
            if call in functions and inside[call] == inside[name]:
                todo.append(call)
    return found


@cache
def known() -> frozenset[str]:
    """Full names of all that the lives let fail: what stands in a lambda, or in a function that a lambda or a yield names."""
    found = set[str]()
    for file in LIVES:
        tree = ast.parse(file.read_text("utf-8"))
        names = _imported(tree)
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        swept: list[ast.AST] = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
        given = {node for one in ast.walk(tree) if isinstance(one, ast.Yield) for node in ast.walk(one)}
        named = {node.id for one in swept for node in ast.walk(one) if isinstance(node, ast.Name)}
        named |= {node.id for node in given if isinstance(node, ast.Name)}
        swept += [functions[name] for name in named & functions.keys()]
        for node in (node for one in swept for node in ast.walk(one)):
            match node:
                case ast.Attribute(value=ast.Name(id=of), attr=name) if of in names:
                    found.add(f"{names[of]}.{name}")
                case ast.Name(id=name) if name in names:
                    found.add(names[name])
    return frozenset(found)


def test_every_service_that_opens_a_unit_of_work_is_swept_or_only_reads() -> None:
    assert len(services()) > 80
    forgotten = services().keys() - known() - READS - ELSEWHERE.keys()
    assert not forgotten, f"let a life of tests/lives call: {sorted(forgotten)}"


def test_no_exception_is_stale() -> None:
    assert READS | ELSEWHERE.keys() <= services().keys()
    assert not (READS | ELSEWHERE.keys()) & known()


@pytest.mark.parametrize("name", sorted(READS))
def test_what_is_said_to_read_calls_nothing_that_writes(name: str) -> None:
    bare = {call.rpartition(".")[2] for call in services()[name]}
    assert not bare & WRITING, sorted(bare & WRITING)


def test_a_service_that_writes_would_be_told_from_one_that_reads() -> None:
    writing = {name for name, calls in services().items() if {call.rpartition(".")[2] for call in calls} & WRITING}
    assert {
        "landreg.access.consents.give",
        "landreg.registry.renewal.rosters.decide",
        "landreg.log.erasure.erase",
    } <= writing
