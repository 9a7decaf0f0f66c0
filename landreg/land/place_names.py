"""A division by its name, with its code small beside it, as every page shows where something is."""

from __future__ import annotations

import time

import sqlalchemy as sa
from flask_babel import gettext as _
from markupsafe import Markup

from landreg.access.policy import door
from landreg.core.db import Unavailable, looked_up
from landreg.land import queries

KEPT_S = 600.0
MISSED_S = 60.0
MOST = 5_000
_KNOWN: dict[str, tuple[float, str]] = {}
"""By code: until when it is known, and the name. Divisions change once in years; what has no name is asked for again sooner."""


def place(code: str) -> Markup:
    """汉滨区 610902; of a code that the table of divisions lacks, the code and that it is lacking."""
    if not code:
        return Markup("")
    name = name_of(code)
    said = Markup('<span lang="zh-CN">{}</span>').format(name) if name else _("区划表未收录")
    return Markup('{} <span class="code sub">{}</span>').format(said, code)


def name_of(code: str) -> str:
    """A division's name; '' where there is none, or where the database cannot be asked: a page is shown all the same."""
    now = time.monotonic()
    until, known = _KNOWN.get(code, (0.0, ""))
    if now < until:
        return known
    try:
        with looked_up(door().desk) as connection:
            found = queries.division_names(connection, [code]).get(code, "")
    except (Unavailable, sa.exc.DBAPIError):
        return ""
    if len(_KNOWN) >= MOST:
        _KNOWN.clear()
    _KNOWN[code] = (now + (KEPT_S if found else MISSED_S), found)
    return found


def forget() -> None:
    """Ask the database again: the table of divisions was loaded anew."""
    _KNOWN.clear()
