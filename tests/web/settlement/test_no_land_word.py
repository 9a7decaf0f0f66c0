"""Nothing that the settlement window shows, asks or keeps holds a word of land, but the notice that says what stays."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from jinja2 import TemplateNotFound

from landreg.config import CHECKOUT
from landreg.law.book import all_parameters, all_rules, term, terms
from landreg.settlement.routes import SHARED
from landreg.settlement.routes.door import TOLD
from tests.house import sources
from tests.kept_kit import Connection
from tests.web.conftest import Browser
from tests.web.settlement.test_window import FORM, received

CHINESE = re.compile(
    "土地|宅基|承包|集体收益|集体资产|集体经济|收益分配|三权|三项权益|退地|地块|宗地|耕地|林地|农田|田地|农用|不动产|农村|农户|农民|流转|征地|拆迁|确权"
)
_WORDS = r"lands?|parcels?|homesteads?|collectives?|plots?|farm\w*|acres?|cadastr\w*|survey\w*|contract(?:ed|or)\w*"
ENGLISH = re.compile(rf"(?<![a-z])(?:{_WORDS})(?![a-z])", re.IGNORECASE)
NOTICE = CHECKOUT / "templates" / "settlement" / "print" / "notice.typ"


def told(text: str) -> list[str]:
    """The land words in a text."""
    return sorted({*CHINESE.findall(text), *(found.lower() for found in ENGLISH.findall(text))})


def own_templates() -> list[Path]:
    """The window's templates and papers, but the notice."""
    folder = CHECKOUT / "templates"
    own = [file for file in sorted((folder / "settlement").rglob("*.*")) if file != NOTICE]
    return [*own, *(folder / name for name in SHARED)]


def test_no_template_of_the_window_but_the_notice_holds_a_land_word() -> None:
    assert len(own_templates()) > 20
    comments = re.compile(r"{#.*?#}|^//.*?$", re.S | re.M)
    found = {sources.name(file): told(comments.sub("", file.read_text("utf-8"))) for file in own_templates()}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_notice_names_the_three_rights_in_general_words_and_prints_nothing_of_the_household() -> None:
    text = NOTICE.read_text("utf-8")
    for right in ("土地承包经营权", "宅基地使用权", "集体收益分配权"):
        assert right in text
    assert set(re.findall(r"#d\.(\w+)", text)) | set(re.findall(r"\.\.d\.(\w+)", text)) == {"place", "call", "articles"}


def test_no_address_parameter_or_endpoint_of_the_window_holds_a_land_word(window: Any) -> None:
    rules = [f"{rule} {rule.endpoint.replace('_', ' ')}" for rule in window.url_map.iter_rules()]
    assert len(rules) > 20
    assert [rule for rule in rules if told(rule)] == []


def test_no_sentence_of_a_rule_that_the_window_explains_holds_a_land_word() -> None:
    texts = {code: f"{rule.zh} {rule.en}" for code, rule in all_rules().items() if code.split("-")[0] == "SET"}
    assert len(texts) > 15
    assert {code: told(text) for code, text in texts.items() if told(text)} == {}
    assert "GUARD" not in TOLD


def test_no_term_figure_or_field_of_the_window_holds_a_land_word() -> None:
    kinds = ("ground", "tenure", "relation", "outcome", "paper", "evidence", "missing", "fault")
    said = [
        term(f"settlement_{kind}", value, language)
        for kind in kinds
        for value in terms(f"settlement_{kind}")
        for language in ("zh", "en")
    ]
    said += [
        f"{one.zh} {one.en} {' '.join(one.values.values())}" for one in all_parameters() if one.name.startswith("SET-")
    ]
    assert len(said) > 60
    assert [text for text in said if told(text)] == []


def test_no_message_of_the_windows_code_holds_a_land_word_in_either_language() -> None:
    with (CHECKOUT / "landreg/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        english = {str(one.id): str(one.string) for one in read_po(file) if one.id}
    asked = re.compile(r"\b_\(\s*(['\"])(.+?)\1", re.S)
    texts = [text for file in own_templates() for _, text in asked.findall(file.read_text("utf-8"))]
    for file in sources.modules("landreg/settlement"):
        for node in ast.walk(sources.tree(file)):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.search("[\u4e00-\u9fff]", node.value)
            ):
                texts.append(node.value)
    assert len(texts) > 100
    allowed = {"退出承包地的承诺书"}  # what the demonstration's applicant offers, and the window does not take
    found = {text: told(f"{text} {english.get(text, '')}") for text in texts if text not in allowed}
    assert {text: words for text, words in found.items() if words and not _docstring(text)} == {}


def _docstring(text: str) -> bool:
    return "\n" in text or text.endswith(".")


def test_pages_of_the_window_show_no_land_word(wen: Browser) -> None:
    address = received(wen)
    own = "/applications /applications?state=all /applications/new /conditions /not-taken /account/password /account/sign-on"
    pages = [address, *own.split(), "/login", "/problems/SET-10", "/problems/SET-9", "/nowhere"]
    for language in ("zh", "en"):
        wen.client.set_cookie("language", language)
        for page in pages:
            shown = re.sub(r"<[^>]*>", " ", wen.client.get(page).text)
            assert told(shown) == [], (page, language)


@pytest.mark.parametrize("note", ["已交回宅基地，请优先办理", "承包地不要了"])
def test_a_refusal_repeats_no_land_word_of_its_own(wen: Browser, note: str) -> None:
    wen.get("/applications/new")
    page = wen.post("/applications/new", {**FORM, "note": note}, content_type="multipart/form-data").text
    # What was typed comes back into its field, for the officer to strike out.
    assert told(re.sub(r"<[^>]*>", " ", page.replace(note, ""))) == []
    problem = wen.client.post(
        "/applications/new",
        data={**FORM, "note": note, "csrf_token": wen.token},
        headers={"Accept": "application/json"},
    )
    assert problem.status_code == 422
    assert told(problem.text.replace(note, "")) == []


def test_the_window_can_open_no_template_of_another_room(window: Any) -> None:
    for name in (
        "registry/cases.html",
        "land/map.html",
        "home/first_page.html",
        "access/accounts.html",
        "../land/map.html",
    ):
        with pytest.raises(TemplateNotFound):
            window.jinja_env.get_template(name)
    for name in ("access/login.html", "errors/problem.html", *SHARED):
        window.jinja_env.get_template(name)


def test_the_columns_of_a_leaf_hold_no_land_word(wen: Browser, superuser: Connection) -> None:
    received(wen)
    leaves = [
        bytes(leaf).decode()
        for (leaf,) in superuser.execute("SELECT leaf FROM log.entry WHERE kind LIKE 'settlement.%'")
    ]
    assert len(leaves) == 3
    assert [leaf for leaf in leaves if told(leaf.replace("landreg-leaf", ""))] == []
