"""The log's page names every kind of entry that the program can write."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from landreg.audit import logged
from landreg.law.book import terms
from tests.house import sources


def _kinds_written(file: Path) -> Iterator[tuple[str, str]]:
    """Kind and place of every `Entry(kind, ...)`: a literal, a constant of the module, any value of a mapping of the module, or
    what a function is called with."""
    tree = sources.tree(file)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    mappings = {
        target.id: [ast.literal_eval(value) for value in node.value.values]
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name) and all(isinstance(value, ast.Constant) for value in node.value.values)
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        parameters = [argument.arg for argument in function.args.args]
        for call in ast.walk(function):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Entry"):
                continue
            place, kind = f"{sources.name(file)}:{call.lineno}", call.args[0]
            if isinstance(kind, ast.Constant):
                yield str(kind.value), place
            elif isinstance(kind, ast.Name) and kind.id in constants:
                yield str(constants[kind.id]), place
            elif isinstance(kind, ast.Subscript) and isinstance(kind.value, ast.Name) and kind.value.id in mappings:
                yield from ((one, place) for one in mappings[kind.value.id])
            elif isinstance(kind, ast.Name) and kind.id in parameters:
                at = parameters.index(kind.id)
                given = [one.args[at] for one in calls if getattr(one.func, "id", "") == function.name]
                assert given, f"{place}: nobody calls {function.name}"
                yield from ((one.value if isinstance(one, ast.Constant) else ast.unparse(one), place) for one in given)
            else:
                yield ast.unparse(kind), place


def test_every_kind_of_entry_has_a_name_on_the_logs_page() -> None:
    written = {
        kind: place
        for file in sources.modules("landreg")
        if "landreg.log.leaf import" in file.read_text("utf-8")
        for kind, place in _kinds_written(file)
    }
    assert len(written) > 30
    told = dict.fromkeys(logged.register().sources, "SOURCES")
    named = set(terms("entry"))
    assert {kind: place for kind, place in {**told, **written}.items() if kind not in named} == {}


def test_the_recheck_knows_every_kind_that_has_a_name_and_no_other() -> None:
    known = logged.register().kinds()
    families = tuple(kind for kind in known if kind.endswith("."))
    named = {kind for kind in terms("entry") if not kind.startswith(families)}
    assert named == {*known} - {*families}
