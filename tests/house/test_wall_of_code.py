"""The wall in the code: who imports whom across it, and which templates the two sides have in common."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from landreg.config import CHECKOUT
from tests.house import sources

TEMPLATES = CHECKOUT / "templates"
SHARED = {"base.html", "macros/fields.html", "macros/findings.html", "macros/frame.html", "macros/lists.html"}
"""The frame and the parts of forms and lists that every page is made of."""
LAND = re.compile(r"地块|宗地|承包|宅基地|登记簿|parcel|homestead|contract|registry\.|land\.|audit\.|exits?\.")
BEYOND = ("landreg.land", "landreg.party", "landreg.registry", "landreg.exit", "landreg.audit", "landreg.worker")


def _imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(sources.tree(file)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}", *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def _asked_for(file: Path) -> set[str]:
    """The templates that one names: extended, imported, included."""
    return set(re.findall(r"{%-?\s*(?:extends|from|import|include)\s+[\"']([^\"']+)[\"']", file.read_text("utf-8")))


def test_the_window_imports_nothing_of_land_even_inside_a_function() -> None:
    wrong = {
        sources.name(file): name
        for file in sources.modules("landreg/settlement")
        for name in _imports(file)
        if name.startswith(BEYOND)
    }
    assert wrong == {}
    assert len(list(sources.modules("landreg/settlement"))) > 10


def test_nothing_of_land_imports_the_window_even_inside_a_function() -> None:
    wrong = {
        sources.name(file): name
        for room in ("land", "party", "registry", "exit", "audit", "access", "web", "log", "law")
        for file in sources.modules(f"landreg/{room}")
        for name in _imports(file)
        if name.startswith("landreg.settlement")
    }
    assert wrong == {}


def test_the_window_s_templates_share_the_frame_and_nothing_else() -> None:
    asked = {name for file in (TEMPLATES / "settlement").rglob("*.html") for name in _asked_for(file)}
    own = {str(file.relative_to(TEMPLATES / "settlement")) for file in (TEMPLATES / "settlement").rglob("*.html")}
    assert asked - own - {f"settlement/{name}" for name in own} <= SHARED


def test_no_page_of_land_is_made_of_a_part_of_the_window_s() -> None:
    wrong = {
        str(file.relative_to(TEMPLATES)): name
        for file in TEMPLATES.rglob("*.html")
        if TEMPLATES / "settlement" not in file.parents
        for name in _asked_for(file)
        if name.startswith("settlement/")
    }
    assert wrong == {}


def test_what_the_window_takes_from_the_shared_parts_names_nothing_of_land() -> None:
    taken = re.compile(r"{%-?\s*from\s+[\"'](macros/[^\"']+)[\"']\s+import\s+([^%]+?)\s*-?%}")
    macros = {
        (name, macro.strip())
        for file in (TEMPLATES / "settlement").rglob("*.html")
        for name, given in taken.findall(file.read_text("utf-8"))
        for macro in given.removesuffix("with context").split(",")
    }
    assert len(macros) >= 5
    assert {macro: found[0] for macro in macros if (found := LAND.search(_body(*macro)))} == {}


def _body(name: str, macro: str) -> str:
    text = re.sub(r"{#.*?#}", "", (TEMPLATES / name).read_text("utf-8"), flags=re.S)
    found = re.search(rf"{{%-?\s*macro\s+{macro}\(.*?endmacro", text, re.S)
    assert found is not None, (name, macro)
    return found[0]
