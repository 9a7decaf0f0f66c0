"""The one place where exceptions become answers: problem+json (RFC 9457) for programs, a page for people.

Statuses 4xx are for the one who asks; 5xx are for faults of ours, and carry a number under which the log has the details.
"""

from __future__ import annotations

import errno
import secrets
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from landreg.core.db import Unavailable, is_gone, told
from landreg.core.errors import BadInput, Conflict, Finding, LandregError, NotFound, Refused
from landreg.law.book import all_rules
from landreg.web import i18n, pages

View = TypeVar("View", bound=Callable[..., Any])
PROBLEM = "application/problem+json"
API = "/api/"
RETRY_AFTER_S = 10
LONGEST_DRAIN_S = 30
SECOND_TRY_AFTER_S = 0.1
_REPEATABLE = {"40001", "40P01"}


class Repeating(Flask):
    """Repeats a request once that lost a deadlock or a serialization race: nothing of it was committed."""

    def dispatch_request(self) -> ResponseReturnValue:
        """The view's answer."""
        try:
            return super().dispatch_request()
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _REPEATABLE:
                raise
        # The one that won the race is let through first, or both would meet again.
        time.sleep(SECOND_TRY_AFTER_S + secrets.randbelow(100) / 1000)
        for upload in request.files.values():
            upload.stream.seek(0)
        return super().dispatch_request()


def register(app: Flask) -> None:
    """Answer every exception of a request, number each request, and set the headers that every answer carries."""
    app.before_request(_number_request)
    app.before_request(_refuse_nul)
    app.register_error_handler(LandregError, answer)
    app.register_error_handler(CSRFError, lambda _error: answer(BadInput(Finding("FORM-10"))))
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_set_headers)


def back_to(show: Callable[..., Any]) -> Callable[[View], View]:
    """Show a form again with what was typed and the findings beside its fields, when its step refuses it.

    show: the function of the form's page, called with the same arguments of the address. A program gets problem+json.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return view(*args, **kwargs)
            except (BadInput, Conflict, Refused) as error:
                if wants_json():
                    raise
                g.findings, g.status = error.findings, error.status
                return show(*args, **kwargs)

        return cast(View, guarded)

    return decorate


def wants_json() -> bool:
    """Whether the asker is a program: it accepts JSON and does not prefer a page, or calls the interface."""
    accepted = request.accept_mimetypes
    best = accepted.best_match(["text/html", "application/json", PROBLEM, "application/geo+json"], "text/html")
    return best != "text/html" or request.path.endswith((".json", ".mvt")) or request.path.startswith(API)


def answer(error: LandregError) -> Response:
    """The answer to a refusal, with every finding."""
    headers = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(RETRY_AFTER_S)
        current_app.logger.error("%s: database unavailable: %s", number(), told(error))
    return _shown(error.status, _title(error.status), error.findings, headers)


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as the API and the reports write it."""
    rule = all_rules().get(finding.code)
    return {
        "code": finding.code,
        "level": None if rule is None else rule.effect,
        "layer": finding.layer,
        "subject": finding.subject,
        "field": finding.field,
        "values": dict(finding.values),
        "place": None if finding.place is None else list(finding.place),
        "zh": finding.code if rule is None else i18n.say(finding, "zh"),
        "en": finding.code if rule is None else i18n.say(finding, "en"),
        "articles": [] if rule is None else list(rule.articles),
    }


def number() -> str:
    """The number under which this request can be quoted."""
    if "number" not in g:
        _number_request()
    return cast(str, g.number)


def _refuse_nul() -> None:
    """No text of the database can hold a NUL: an address with one names nothing, a question with one is malformed."""
    if "\0" in request.path:
        raise NotFound()
    found = next((name for name, value in request.args.items(multi=True) if "\0" in name + value), None)
    if found is not None:
        raise BadInput(Finding("FORM-9", found.replace("\0", "")))


def _number_request() -> None:
    g.number = secrets.token_hex(5).upper()


def _too_large(_error: RequestEntityTooLarge) -> Response:
    _drain()
    most = (request.max_content_length or 0) // 1024 // 1024
    return _shown(413, _title(413), (Finding("FORM-11", values={"most": most}),))


def _drain() -> None:
    """A browser reads the answer only when it has sent all; cut off earlier, it says that the connection broke."""
    source, until = request.environ["wsgi.input"], time.monotonic() + LONGEST_DRAIN_S
    left = request.content_length or 0
    while left > 0 and time.monotonic() < until:
        part = source.read(min(left, 1 << 16))
        if not part:
            return
        left -= len(part)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status < 400:
        return make_response(error.get_response())
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return _shown(status, _title(status), (), headers)


def _unexpected(error: Exception) -> Response:
    if isinstance(error, sa.exc.DBAPIError) and is_gone(error):
        return answer(Unavailable(Finding("SYS-1", values={"desk": "-"})))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        current_app.logger.error("%s: disk full: %s", number(), told(error))
        return _shown(507, _title(507), (Finding("SYS-3"),))
    current_app.logger.error("%s: %s %s: %s", number(), request.method, request.path, told(error))
    if current_app.testing and current_app.config["PROPAGATE_EXCEPTIONS"] is not False:
        raise error
    return _shown(500, _title(500), ())


def _shown(
    status: int, title: str, findings: tuple[Finding, ...], headers: Mapping[str, str] | None = None
) -> Response:
    if wants_json():
        response = pages.json_answer(_problem(status, title, findings), status, PROBLEM)
    else:
        g.findings = findings
        page = render_template("errors/problem.html", status=status, title=title, number=number())
        response = make_response(page, status)
    response.headers.update(headers or {})
    return response


def _problem(status: int, title: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    shown = [finding_json(finding) for finding in findings]
    return {
        "type": f"/problems/{findings[0].code}" if findings else "about:blank",
        "title": title,
        "status": status,
        "detail": " ".join(str(finding[i18n.language()]) for finding in shown) or title,
        "instance": f"urn:landreg:request:{number()}",
        "findings": shown,
    }


def _title(status: int) -> str:
    titles = {
        400: _("提交的内容无法读取"),
        401: _("请先登录"),
        403: _("没有办理权限"),
        404: _("没有找到"),
        405: _("此页面不接受这种操作"),
        409: _("情况已经变化"),
        413: _("文件过大"),
        422: _("不能办理"),
        429: _("操作过于频繁"),
        500: _("系统出错了"),
        503: _("系统暂时不可用"),
        507: _("存储空间不足"),
    }
    return str(titles.get(status) or _("无法完成请求"))


def _set_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers["X-Request-Number"] = number()
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
        headers.add("Vary", "Accept, Accept-Language, Cookie")
    return response
