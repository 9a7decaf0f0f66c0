"""Every address of the program says who may call it, and answers in both languages' frame."""

from __future__ import annotations

import re
from typing import Any

from landreg.access.policy import roles_of
from landreg.core.actor import Role

# Served to anybody by Flask itself: the built assets.
FLASKS_OWN = {"static"}
# What anybody may see without logging in (domain.md, the public): nothing else may slip in here.
OPEN = re.compile(
    r"/|/login(?:/code|/province|/province/back)?|/join|/logout|/appearance|/language(?:/.*)?|/help|/health|/favicon\.ico|/notices(?:/.*)?|/check|/c/.*|/log(?:/.*)?|/law(?:/.*)?|/problems/.*|/static/.*|/yours|/compensation|/complaints(?:/answer)?|/exit-numbers|/market(?:/.*)?|/sitemap\.xml|/robots\.txt|/contracts/check|"
    r"/certificates/<[^>]+>/(?:check|proof).*|/api/v1/(?:openapi\.json|token)"
)


def test_every_route_says_who_may_call_it(app: Any) -> None:
    silent = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FLASKS_OWN and roles_of(app.view_functions[rule.endpoint]) is None
    ]
    assert silent == []


def test_the_public_reaches_only_what_is_meant_for_it(app: Any) -> None:
    opened = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if Role.PUBLIC in (roles_of(app.view_functions[rule.endpoint]) or ()) and OPEN.fullmatch(str(rule)) is None
    ]
    assert opened == []


def test_nothing_is_changed_by_following_a_link(app: Any) -> None:
    """A step of the desk is a POST, so that no crawler, preview or prefetch can take it."""
    verbs = re.compile(r"/(?:accept|review|publish|register|issue|cancel|withdraw|object|return|delete|logout)(?:/|$)")
    links = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and "POST" not in (rule.methods or ()) and verbs.search(str(rule))
    ]
    assert links == []
