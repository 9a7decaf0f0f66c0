"""Rendering, paging, and the names of the built assets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for
from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from landreg.law.book import all_rules

T = TypeVar("T")
THEMES = ("auto", "light", "dark")
COOKIE = "theme"
PAGE_SIZE = 50
PAGE_SIZES = (20, 50, 100, 200)
LAST_PAGE = 100_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: `items`, its `number` from 1, its `size`, and the `total` of the whole list."""

    items: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages the list has, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Number of the first item shown, 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        """Number of the last item shown."""
        return self.first + len(self.items) - 1 if self.items else 0

    @property
    def window(self) -> tuple[int | None, ...]:
        """Page numbers to offer: the ends and the neighbours of this one; None where some are left out."""
        near = {1, self.pages, *range(max(1, self.number - 2), min(self.pages, self.number + 2) + 1)}
        shown: list[int | None] = []
        for number in sorted(near):
            if shown and shown[-1] is not None and number - shown[-1] > 1:
                shown.append(None)
            shown.append(number)
        return tuple(shown)


def register(app: Flask) -> None:
    """Give templates `asset`, `url_with`, `exists`, and what was typed into a form that comes back."""
    app.jinja_env.globals.update(
        asset=asset,
        url_with=url_with,
        findings_of=findings_of,
        keep_label=keep_label,
        label_of=label_of,
        typed=typed,
        typed_all=typed_all,
        page_findings=page_findings,
        theme=theme,
    )
    app.jinja_env.tests["refusing"] = lambda code: all_rules()[code].effect == "refuse"
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def render(template: str, status: int = 200, **context: Any) -> Response:
    """A page. `status` is overruled when the page is shown again because of findings (web.problems)."""
    return make_response(render_template(template, **context), g.get("status", status))


def page_number() -> int:
    """The page asked for by `?page=`; the first for anything that is no page."""
    asked = request.args.get("page", "1")
    return min(max(1, int(asked)), LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def page_size() -> int:
    """The length of a page asked for by `?size=`, one of PAGE_SIZES."""
    asked = request.args.get("size", "")
    return next((size for size in PAGE_SIZES if str(size) == asked), PAGE_SIZE)


def sort_asked(default: str) -> tuple[str, bool]:
    """The order asked for by `?sort=key` or, downward, `?sort=-key`: the key and whether downward."""
    asked = request.args.get("sort", "") or default
    return asked.removeprefix("-"), asked.startswith("-")


def page_of(
    session: Session,
    statement: Select[Any],
    *,
    number: int,
    size: int = PAGE_SIZE,
    scalars: bool = True,
    most: int | None = None,
    counted: int | None = None,
) -> Page[Any]:
    """One page of an ordered statement, and the count of all.

    scalars: the first column of each row (one mapped class), else the rows themselves. A page past the end is empty.
    most: count no further, so that a page costs the same however long the list is. counted: the count, where it is known.
    """
    window = statement.limit(size).offset((number - 1) * size)
    items = session.scalars(window).all() if scalars else session.execute(window).all()
    total = (number - 1) * size + len(items)
    if counted is not None:
        total = counted
    elif len(items) == size or (not items and number > 1):
        rows = statement.order_by(None).limit(most)
        if scalars:
            # Of a mapped class no column is read that a list leaves out: its login may not.
            rows = rows.with_only_columns(literal(1), maintain_column_froms=True)
        total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return Page(items, number, size, total if most is None else min(total, most))


def page_from(items: Sequence[T], total: int, *, number: int, size: int = PAGE_SIZE) -> Page[T]:
    """A page of items that a query has already cut out of a longer list."""
    return Page(items, number, size, total)


def asset(name: str) -> str:
    """The address of a built asset: `asset('app.css')`. The name itself when the front end was not built."""
    return url_for("static", filename=f"dist/{_asset_names().get(name, name)}")


def _asset_names() -> Mapping[str, str]:
    manifest = Path(current_app.static_folder or "", "dist", "manifest.json")
    try:
        return _manifest(manifest, manifest.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@cache
def _manifest(file: Path, _changed: int) -> Mapping[str, str]:
    names: dict[str, str] = json.loads(file.read_text("utf-8"))
    return names


def url_with(**changes: Any) -> str:
    """This page's address with other query arguments; None takes one away."""
    if "own_address" not in g:
        g.own_address = url_for(request.endpoint or "static", **(request.view_args or {}))
        g.own_query = request.args.to_dict(flat=False)
    query: dict[str, list[str]] = {**g.own_query}
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = [str(value)]
    return f"{g.own_address}?{urlencode(query, doseq=True)}" if query else str(g.own_address)


def theme() -> str:
    """The reader's choice of light or dark; "auto" follows the reader's system."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


def json_answer(data: Any, status: int = 200, kind: str = "application/json") -> Response:
    """An answer in JSON; Decimals, days and instants as text."""
    text = json.dumps(data, ensure_ascii=False, default=str, allow_nan=False)
    return Response(text, status, content_type=kind)


def geojson(features: Sequence[Mapping[str, Any]]) -> Response:
    """A GeoJSON feature collection, RFC 7946."""
    return json_answer({"type": "FeatureCollection", "features": features}, kind="application/geo+json")


def page_findings() -> Sequence[Any]:
    """The findings for which this page is shown again."""
    found: Sequence[Any] = g.get("findings", ())
    return found


def findings_of(field: str) -> list[Any]:
    """The findings that stand beside a field."""
    return [finding for finding in page_findings() if finding.field == field]


def keep_label(field: str, label: str) -> None:
    """A field of this page with the label that stands beside it; of two forms that share a name, the first."""
    g.setdefault("field_labels", {}).setdefault(field, label)


def label_of(field: str | None) -> str | None:
    """The label of a field that this page has shown; None when it has none of that name."""
    labels: dict[str, str] = g.get("field_labels", {})
    return labels.get(field or "")


def typed(field: str, otherwise: Any = "") -> Any:
    """What was typed into a field of a form that comes back, else the value it starts with."""
    if _comes_back():
        return request.form.get(field, "")
    return "" if otherwise is None else otherwise


def typed_all(field: str, otherwise: Sequence[str] = ()) -> Sequence[str]:
    """The chosen values of a field that takes several."""
    return request.form.getlist(field) if _comes_back() else otherwise


def another_form() -> None:
    """This page's form is not the one that was sent: its fields start afresh."""
    g.another_form = True


def _comes_back() -> bool:
    return request.method == "POST" and not g.get("another_form", False)
