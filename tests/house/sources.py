"""The program's own files, as the house tests read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from landreg.config import CHECKOUT

OURS = (
    "landreg",
    "gis",
    "migrations",
    "templates",
    "tests",
    "bench",
    "scripts",
    "deploy",
    "requirements",
    "docs",
    ".ci",
)
NOT_OURS = {"node_modules", "dist", "__pycache__"}


def modules(*folders: str) -> Iterator[Path]:
    """Python files below these folders of the checkout."""
    for folder in folders:
        for file in sorted((CHECKOUT / folder).rglob("*.py")):
            if NOT_OURS.isdisjoint(file.relative_to(CHECKOUT).parts):
                yield file


def files() -> Iterator[Path]:
    """Every text file that is kept in the repository."""
    yield from (file for file in sorted(CHECKOUT.glob("*")) if file.is_file())
    for folder in OURS:
        for file in sorted((CHECKOUT / folder).rglob("*")):
            if file.is_file() and NOT_OURS.isdisjoint(file.relative_to(CHECKOUT).parts):
                yield file


def name(file: Path) -> str:
    """The path from the checkout, as a test's message says it."""
    return file.relative_to(CHECKOUT).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(file.read_text("utf-8"))


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """Line and value of every string of a module that is not a docstring, the fixed parts of f-strings among them."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree(file))
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value
