"""The settlement window's own pages: its sign-on, its frame, its desk. Nothing of the other rooms is in its process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Flask, request
from flask_babel import gettext as _
from jinja2 import ChoiceLoader, FileSystemLoader, FunctionLoader
from markupsafe import Markup

from landreg.access import policy
from landreg.access.navigation import Item
from landreg.config import CHECKOUT
from landreg.core.actor import Actor, Role
from landreg.law.book import Article
from landreg.law.divisions import path_of
from landreg.settlement.papers import SAYABLE
from landreg.settlement.routes import desk, door, frame, numbers
from landreg.web import i18n

ROOMS = (frame, door, desk, numbers)
LARGEST_FORM = 200 * 1024 * 1024
SHARED = ("base.html", "macros/fields.html", "macros/findings.html", "macros/frame.html", "macros/lists.html")
"""What of the templates this process shares: the frame of a page, and what a form and a list are made of."""
_FOLDER = CHECKOUT / "templates"


def register(app: Flask) -> None:
    """Give this process its own templates, names and menu; of the shared ones it can open no other than SHARED."""
    app.jinja_loader = ChoiceLoader([FileSystemLoader(_FOLDER / "settlement"), FunctionLoader(_shared)])
    app.config["MAX_CONTENT_LENGTH"] = min(app.config["MAX_CONTENT_LENGTH"], LARGEST_FORM)
    app.jinja_env.globals.update(
        program=lambda: (_("安康落户窗口"), _("落户窗口"), _("安康市落户申请窗口")),
        navigation=lambda: _menu(policy.known_actor()),
        public_pages=lambda: (),
        searches=lambda _actor: False,
        articles_of=_articles_of,
    )
    app.jinja_env.filters["place"] = _place


def _shared(name: str) -> str | None:
    return Path(_FOLDER, name).read_text("utf-8") if name in SHARED else None


def _menu(actor: Actor) -> list[Item]:
    if not actor.has(Role.SETTLEMENT_OFFICER):
        return []
    pages = (
        (_("落户申请"), "/applications", "a"),
        (_("受理申请"), "/applications/new", "n"),
        (_("不予收取的材料"), "/not-taken", "x"),
        (_("落户条件"), "/conditions", "c"),
        (_("季度数字"), "/numbers", "q"),
    )
    here = max((url for _label, url, _key in pages if request.path.startswith(url)), key=len, default="")
    return [Item(label, url, key, url == here) for label, url, key in pages]


def _place(code: str) -> Markup:
    """A division by its names from the county down, its code small beside it."""
    if not code:
        return Markup("")
    said = Markup('<span lang="zh-CN">{}</span>').format("".join(path_of(code)) or i18n.NOTHING)
    return Markup('{} <span class="code sub">{}</span>').format(said, code)


def _articles_of(code: str) -> tuple[Article, ...]:
    """The articles of a rule by law and number alone, of laws whose name may stand on this window's pages."""
    return tuple(replace(one, text=None, gist="") for one in i18n.articles_of(code) if one.law in SAYABLE)
