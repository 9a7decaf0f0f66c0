"""Where things may stand in the code: SQL, wide handlers, what belongs to one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from landreg.config import CHECKOUT
from tests.house import sources

# architecture.md 5. Reads in queries.py, *_queries.py and tiles.py, the facts of rules, of prints and of leaves in rooms of their
# own; statements of the log, of the acts (booking.py, what it enters, the numbers it takes), of staging and
# of the sessions; the schema. `landreg demo` is no desk: as the owner it moves the clock of a database that is marked for it.
SQL_FILES = re.compile(
    r"landreg/(?:(?:\w+/)*(?:\w+_)?queries|registry/(?:facts|leaves)/\w+|registry/(?:booking|entry|numbers|casework/desk"
    r"|renewal/roster_cases)|land/(?:tiles|staging\w*)|log/store|core/db|migrate|schema|demo\w*)\.py"
)
# A service, and the staging of a package, write many rows in one statement; they read through queries.py.
BULK_WRITERS = re.compile(
    r"landreg/(?:\w+/service|land/\w+|access/identity|registry/(?:casework/(?:cases|opening)|issued/certificates|documents))\.py"
)
READ = re.compile(r"\s*(?:SELECT\s|WITH\s+\w+\s+AS\b)")
WRITE = re.compile(
    r"\s*(?:INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|COPY\s+\S+|TRUNCATE\s|CREATE\s|ALTER\s|DROP\s)"
)
# The one place that turns exceptions into answers, and the last resorts of the worker: nothing that a package, a job or a
# step raises may end it.
WIDE_HANDLERS = {
    "landreg/web/problems.py": None, "landreg/worker.py": {"_take"}, "landreg/land/uploads.py": {"_check_one", "_fail"},
    "landreg/registry/jobs.py": {"_advance"},
}  # fmt: skip
MACHINE = re.compile(
    r"/(?:home|Users|root|work)/\w|/tmp/(?!landreg)\w|registry\.npmjs\.org|files\.pythonhosted\.org|pypi\.org|"
    r"(?:^|\W)(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+"
)


def test_sql_stands_only_where_reads_and_writes_are_kept() -> None:
    stray = [
        f"{sources.name(file)}:{line}: {text.strip()[:60]}"
        for file in sources.modules("landreg")
        if not SQL_FILES.fullmatch(sources.name(file))
        for line, text in sources.strings(file)
        if READ.match(text) or (WRITE.match(text) and not BULK_WRITERS.fullmatch(sources.name(file)))
    ]
    assert stray == []


def test_only_the_problem_page_and_the_worker_s_last_resorts_catch_everything() -> None:
    wide = [
        f"{sources.name(file)}:{node.lineno}"
        for file in sources.modules("landreg", "gis", "migrations", "bench")
        for node in _unnamed(sources.tree(file), WIDE_HANDLERS.get(sources.name(file), set()))
        if isinstance(node, ast.ExceptHandler) and _is_wide(node.type) and not _passes_on(node)
    ]
    assert wide == []


def _unnamed(tree: ast.Module, named: set[str] | None) -> Iterator[ast.AST]:
    """Every node of a module but those of the named functions; of none where the whole module is."""
    for part in tree.body if named is not None else ():
        if not (isinstance(part, ast.FunctionDef) and part.name in (named or ())):
            yield from ast.walk(part)


def _is_wide(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(_is_wide(part) for part in caught.elts)
    return caught is None or (isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"})


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Cleaning up after any error, and then letting it go on."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_no_file_names_a_place_of_one_machine() -> None:
    named = [
        f"{sources.name(file)}: {found[0]}"
        for file in sources.files()
        if file != Path(__file__) and (text := _text(file)) is not None
        for found in [MACHINE.search(text)]
        if found
    ]
    assert named == []


def test_rules_and_figures_never_touch_floating_point() -> None:
    """Money, areas and shares are Decimal wherever a decision is made."""
    exact = re.compile(r"landreg/(?:\w+/rules(?:/\w+)?|registry/(?:effects/\w+|booking)|law/book|core/units)\.py")
    floats = [
        f"{sources.name(file)}:{node.lineno}"
        for file in sources.modules("landreg")
        if exact.fullmatch(sources.name(file))
        for node in ast.walk(sources.tree(file))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]
    assert floats == []


def test_migrations_read_no_file_and_no_model() -> None:
    """A migration means for ever what it meant when it ran (architecture.md 5)."""
    borrowed = [
        f"{sources.name(file)}:{node.lineno}"
        for file in (CHECKOUT / "migrations" / "versions").glob("*.py")
        for node in ast.walk(sources.tree(file))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"landreg", "gis", "pathlib"})
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open")
    ]
    assert borrowed == []


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def test_a_browser_s_test_goes_to_another_page_by_follow_and_by_leaving_alone() -> None:
    """Playwright waits for no page that a press leads to: what reads at once may find the old page or none.

    A link leads to another page always; that a button does, its test alone can tell.
    """
    bare = [
        f"{sources.name(file)}:{node.lineno}"
        for file in sources.modules("tests/browser")
        for node in ast.walk(sources.tree(file))
        if isinstance(node, ast.Attribute) and (node.attr == "expect_navigation" or _pressed_link(node))
    ]
    assert bare == []


def _pressed_link(node: ast.Attribute) -> bool:
    """`…get_by_role("link", …)….click` and `….tap`."""
    if node.attr not in {"click", "tap", "dblclick"}:
        return False
    asked = (one for one in ast.walk(node.value) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute))
    return any(
        one.func.attr == "get_by_role" and isinstance(one.args[0], ast.Constant) and one.args[0].value == "link"
        for one in asked
        if isinstance(one.func, ast.Attribute) and one.args
    )
