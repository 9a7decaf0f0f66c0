"""What a process reads of the cookies that a browser sends: its own.

A browser sends a host's cookies to each of its ports (RFC 6265, 8.5). Where the window and the desk stand under one host name,
each is sent the other's session, which opens that desk to whoever holds it: it is dropped before anything of ours sees the
request, so that no page, log or error can say it. What they should do is stand under two names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


def only(app: WSGIApplication, names: Collection[str]) -> WSGIApplication:
    """The application, told of no cookie but those of these names."""
    own = frozenset(names)

    def told(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_COOKIE" in environ:
            pairs = (pair.strip() for pair in environ.pop("HTTP_COOKIE").split(";"))
            if kept := "; ".join(pair for pair in pairs if pair.partition("=")[0].strip() in own):
                environ["HTTP_COOKIE"] = kept
        return app(environ, start_response)

    return told
