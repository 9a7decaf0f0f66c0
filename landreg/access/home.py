"""The first page of each role, and how the reader wants pages to look.

Rooms say what of theirs belongs on it: `@on_first_page(Role.REVIEWER)` on a function from the actor to figures and queues.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor, require_sign_on
from landreg.core.actor import Actor, Desk, Role
from landreg.web import i18n, pages
from landreg.web.forms import read_form

A_YEAR_S = 365 * 24 * 3600
blueprint = Blueprint("home", __name__)
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#12332c"/>'
    '<path d="M4 7l7-2 9 3-2 6 2 5-8-1-7 1 1-7z" fill="none" stroke="#74d3b8" stroke-width="2"/></svg>'
)
ICON_KEPT_S = 86_400


@dataclass(frozen=True)
class Figure:
    """A count with the list behind it."""

    label: str
    value: int
    url: str


@dataclass(frozen=True)
class Row:
    """One thing to do. note: shown at the end of the row, a day or a state."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Queue:
    """Things to do, the most urgent first. empty: what to say when there is none. asks: they wait for the reader's word."""

    title: str
    url: str
    rows: Sequence[Row]
    empty: str
    asks: bool = True


Shown = Figure | Queue
_first_pages: list[tuple[frozenset[Role], Callable[[Actor], Iterable[Shown]]]] = []


def on_first_page(
    *roles: Role,
) -> Callable[[Callable[[Actor], Iterable[Shown]]], Callable[[Actor], Iterable[Shown]]]:
    """Put a room's figures and queues on the first page of these roles."""

    def keep(function: Callable[[Actor], Iterable[Shown]]) -> Callable[[Actor], Iterable[Shown]]:
        _first_pages.append((frozenset(roles), function))
        return function

    return keep


@blueprint.get("/")
@allow(Role.PUBLIC)
def first_page() -> Response:
    """What is to do today, by role; for the public, what the register tells everybody. Raises PasswordDue, SecondFactorDue."""
    require_sign_on()
    actor = current_actor()
    shown = [part for roles, function in _first_pages if not roles.isdisjoint(actor.roles) for part in function(actor)]
    waiting = sum(len(part.rows) for part in shown if isinstance(part, Queue) and part.asks)
    return pages.render(
        "home/first_page.html",
        waiting=waiting,
        citizen=actor.desk is Desk.CITIZEN,
        figures=[part for part in shown if isinstance(part, Figure)],
        queues=[part for part in shown if isinstance(part, Queue)],
    )


@dataclass(frozen=True)
class Appearance:
    """What was chosen in the menu."""

    language: str = ""
    theme: str = ""
    back: str = "/"


@blueprint.get("/favicon.ico")
@allow(Role.PUBLIC)
def icon() -> Response:
    """The icon under the address at which browsers look for one unasked."""
    return Response(ICON, mimetype="image/svg+xml", headers={"Cache-Control": f"public, max-age={ICON_KEPT_S}"})


@blueprint.post("/appearance")
@allow(Role.PUBLIC)
def appearance() -> Redirect:
    """Keep the reader's language or light for a year."""
    chosen = read_form(Appearance)
    response = redirect(inside(chosen.back), 303)
    if chosen.language in i18n.LANGUAGES:
        _keep(response, i18n.COOKIE, chosen.language)
    if chosen.theme in pages.THEMES:
        _keep(response, pages.COOKIE, chosen.theme)
    return response


def inside(address: str) -> str:
    """An address of this program to go on to; the first page for any other, so that no link leads away by us."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain and "\\" not in address else "/"


def _keep(response: Redirect, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=A_YEAR_S, secure=request.is_secure, httponly=True, samesite="Lax")
