"""Language of a page, and how terms, days, instants, areas and names are shown.

Chinese is the language of the sources: a message without a translation is shown in Chinese.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_translations
from jinja2 import pass_context
from jinja2.filters import do_filesizeformat
from jinja2.runtime import Context
from markupsafe import Markup

from landreg.core.codes import masked_id, masked_name
from landreg.core.errors import Finding
from landreg.core.periods import BEIJING
from landreg.core.units import half_up, mu_of, total_mu
from landreg.law.book import Article, Language, all_articles, all_rules, national_law, term
from landreg.law.guard import named

LANGUAGES: tuple[Language, ...] = ("zh", "en")
COOKIE = "language"
SMALL_BYTES = 1000
NOTHING = "—"


def register(app: Flask) -> None:
    """Choose the language per request, and give templates the filters below."""
    Babel(app, default_locale="zh", locale_selector=language, default_translation_directories="translations")
    # Each of a page's sentences would look for the catalogue anew, which takes a tenth of a page.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().ugettext(text),
        lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = spoken
    app.jinja_env.filters.update(
        mu=shown_mu,
        mu_counted=lambda hundredths: Decimal(hundredths) / 100,
        mu_of=lambda area_m2: shown_mu(None if area_m2 is None else mu_of(area_m2)),
        total_mu=total_mu,
        m2=shown_m2,
        day=shown_day,
        instant=shown_instant,
        term=_term_of_reader,
        mask=shown_mask,
        number=shown_count,
        file_size=shown_size,
        settling_named=named,
    )
    app.jinja_env.globals.update(language=language, say=say, articles_of=articles_of)


def spoken(text: str, /, **values: Any) -> Markup:
    """A sentence of a template in the reader's language, its values escaped: what Jinja's own does in three steps more."""
    return _sentence(text, language()) % values if values else _plain(text, language())


@cache
def _sentence(text: str, _language: Language) -> Markup:
    return Markup(_catalogue().ugettext(text))  # noqa: S704  sentences are the program's own


@cache
def _plain(text: str, language: Language) -> Markup:
    return _sentence(text, language) % {}


def _catalogue() -> Any:
    """The sentences in the reader's language, looked up once a request."""
    if not has_request_context():
        return get_translations()
    found = g.get("catalogue")
    if found is None:
        found = g.catalogue = get_translations()
    return found


def language() -> Language:
    """The reader's choice, then the browser's, then Chinese."""
    if not has_request_context():
        return "zh"
    chosen: Language | None = g.get("language")
    if chosen is None:
        chosen = g.language = _chosen()
    return chosen


def _chosen() -> Language:
    kept = request.cookies.get(COOKIE)
    if kept == "en" or kept == "zh":
        return "en" if kept == "en" else "zh"
    return "en" if request.accept_languages.best_match(LANGUAGES, "zh") == "en" else "zh"


def say(finding: Finding, lang: Language | None = None) -> str:
    """A finding as a sentence in the reader's language; roles, states and steps among its values by their names."""
    spoken = lang or language()
    named_terms = {
        name: term(kind, str(finding.values[name]), spoken)
        for name, kind in (("state", "case"), ("step", "step"))
        if finding.code == "REG-8" and name in finding.values
    }
    finding = replace(finding, values={**finding.values, **named_terms})
    roles = finding.values.get("roles")
    if roles:
        named = [term("role", str(role), spoken) for role in roles]
        finding = replace(finding, values={**finding.values, "roles": (", " if spoken == "en" else "、").join(named)})
    return national_law("", date.min).say(finding, spoken)


def articles_of(code: str) -> tuple[Article, ...]:
    """The articles on which a rule stands; none for a code that is no rule's."""
    rule = all_rules().get(code)
    return () if rule is None else tuple(all_articles()[article] for article in rule.articles)


def shown_mu(area_mu: Decimal | None) -> str:
    """An area in mu with two decimals and thin groups."""
    return NOTHING if area_mu is None else f"{half_up(area_mu):,}"


def shown_m2(area_m2: Decimal | None) -> str:
    """An area in m² with two decimals and thin groups."""
    return NOTHING if area_m2 is None else f"{half_up(area_m2):,}"


def shown_count(number: int | None) -> str:
    """A whole number with thin groups."""
    return NOTHING if number is None else f"{number:,}"


def shown_day(value: date | datetime | None) -> str:
    """2026-11-24; an instant as its day in Beijing."""
    if value is None:
        return NOTHING
    return (value.astimezone(BEIJING).date() if isinstance(value, datetime) else value).isoformat()


def shown_instant(value: datetime | None) -> str:
    """2026-11-24 09:30, Beijing time."""
    return NOTHING if value is None else value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


@pass_context
def _term_of_reader(_page: Context, value: Any, kind: str) -> str:
    """`shown_term` as a filter. It asks for the page, or Jinja would work out 'withdraw' | term('step') once, when the template
    is compiled, in the language of whoever came first.
    """
    return shown_term(value, kind)


def shown_term(value: Any, kind: str) -> str:
    """A kind or state of `terms.toml` in the reader's language: `{{ parcel.kind | term('parcel') }}`."""
    return NOTHING if value is None else term(kind, str(value), language())


def shown_size(size: int) -> str:
    """The size of a file in bytes: the count itself when it is small, else in kB, MB, GB."""
    if size < SMALL_BYTES:
        return f"{size} {'bytes' if language() == 'en' else '字节'}"
    return do_filesizeformat(size)


def shown_mask(text: str | None) -> str:
    """A name or an identity number as lists show it."""
    if not text:
        return NOTHING
    return masked_id(text) if any(sign.isdigit() for sign in text) else masked_name(text)
