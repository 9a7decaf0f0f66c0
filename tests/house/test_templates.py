"""Screens are written in Chinese; English is their translation, and every sentence has one."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from landreg.config import CHECKOUT
from tests.house import sources

# What is written in Latin letters on a Chinese page too.
NEUTRAL = re.compile(
    r"(?:SAMPLE|PDF/A|PDF|XLSX|JSON|GeoJSON|SHA-256|WGS\s?84|EPSG|CGCS2000|QR|RFC \d+|English|[A-Z]{1,3}|m|mu|©)"
)
JINJA = re.compile(r"{#.*?#}|{%-?\s*block\s+\w*(?:class|width)\w*\s*-?%}.*?endblock|{%.*?%}|{{.*?}}", re.S)
MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>|[\w-]+=\"[^\"]*\"|&\w+;", re.S)
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9/-]*")
ATTRIBUTE = re.compile(r"\b(?:placeholder|title|aria-label|alt)=\"([^\"{]*)\"")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = CHECKOUT / "landreg" / "translations"


def _shown(file: Path) -> str:
    """The text of a template that is neither Jinja nor markup."""
    return MARKUP.sub("\n", JINJA.sub(" ", file.read_text("utf-8")))


def _templates() -> list[Path]:
    return sorted((CHECKOUT / "templates").rglob("*.html"))


def test_no_template_shows_bare_english() -> None:
    bare = [
        f"{sources.name(file)}: {word}"
        for file in _templates()
        for text in [_shown(file), *ATTRIBUTE.findall(file.read_text("utf-8"))]
        for word in LATIN.findall(text)
        if NEUTRAL.fullmatch(word) is None
    ]
    assert bare == []


def test_no_template_shows_chinese_that_cannot_be_translated() -> None:
    fixed = [
        f"{sources.name(file)}: {found.strip()[:40]}"
        for file in _templates()
        for found in _shown(file).splitlines()
        if CHINESE.search(found)
    ]
    assert fixed == []


def test_a_page_imports_each_part_that_it_calls() -> None:
    read = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    trees = {file: read.parse(file.read_text("utf-8")) for file in _templates()}
    parts = {one.name for file, tree in trees.items() if "macros" in file.parts for one in tree.find_all(nodes.Macro)}
    missing = {}
    for file, tree in trees.items():
        called = {one.node.name for one in tree.find_all(nodes.Call) if isinstance(one.node, nodes.Name)}
        imported = {
            name if isinstance(name, str) else name[1] for one in tree.find_all(nodes.FromImport) for name in one.names
        }
        own = {one.name for one in tree.find_all(nodes.Macro)}
        # What another page includes has that one's parts.
        if any(tree.find_all(nodes.Extends)) and (without := (called & parts) - imported - own):
            missing[sources.name(file)] = sorted(without)
    assert missing == {}


def test_every_sentence_of_the_screens_has_its_english() -> None:
    said = {
        text
        for file in _templates()
        for _, text in re.findall(r"\b_\(\s*(['\"])(.+?)\1", file.read_text("utf-8"), re.S)
        if CHINESE.search(text)
    }
    with (LANGUAGES / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        # A message with a plural is known by its singular.
        translated = {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in read_po(file)
            if message.id and message.string
        }
    assert sorted(said - translated) == []


def test_no_template_reaches_for_another_host_or_runs_inline_script() -> None:
    """The content security policy would refuse both."""
    reaching = [
        f"{sources.name(file)}: {found[0]}"
        for file in _templates()
        for found in re.finditer(
            r"(?:src|href)=\"(?:https?:)?//[^\"]+|\son[a-z]+=\"|\sstyle=\"|<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)",
            file.read_text("utf-8"),
        )
    ]
    assert reaching == []
