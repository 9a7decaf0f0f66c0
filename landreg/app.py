"""The program as a web application: one process a desk, every room's blueprint."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from gunicorn.app.base import BaseApplication
from werkzeug.middleware.proxy_fix import ProxyFix

from landreg.access import home, log_pages, navigation, policy, rules, sample, sealing
from landreg.access import routes as door_routes
from landreg.access.limits import limiter
from landreg.audit import routes as audit_routes
from landreg.audit.routes import complaint_line
from landreg.config import CHECKOUT, Settings
from landreg.core import alive, db
from landreg.core.actor import Desk
from landreg.core.errors import BadInput, Finding
from landreg.exchange.contracts.routes import ROOMS as contract_rooms
from landreg.exchange.interfaces.routes import api
from landreg.exchange.interfaces.routes import clients as client_pages
from landreg.exchange.routes import (
    bid_talks,
    bids,
    chains,
    corrections,
    deal_papers,
    listing_desk,
    market,
    market_data,
    market_prices,
    market_searches,
    offered_land,
    own_listings,
    reviews,
    sale_counter,
    sale_deals,
    sale_live,
    sale_opening,
    sales,
    transfer_kinds,
)
from landreg.exit.routes import calculator, numbers, plain
from landreg.exit.routes import desk as exit_desk
from landreg.exit.routes import own as own_exits
from landreg.exit.routes import papers as exit_papers
from landreg.land import routes as land_routes
from landreg.land.place_names import place
from landreg.log.stopped import sealing_refused
from landreg.registry import routes as registry_routes
from landreg.registry.routes import books, public
from landreg.settlement import routes as settlement_routes
from landreg.web import cookies, i18n, packed, pages, problems
from landreg.web.i18n import spoken as _
from landreg.web.server import LONGEST_LINE, Worker

# The desks whose logins a process holds; what it has no login for, an intruder in it cannot reach.
SERVED = {
    Desk.REGISTRY: (Desk.REGISTRY, Desk.EXCHANGE, Desk.CITIZEN, Desk.AUDITOR, Desk.PUBLIC),
    Desk.SETTLEMENT: (Desk.SETTLEMENT,),
}
ROOMS = {
    Desk.REGISTRY: (
        home, door_routes, log_pages, land_routes, registry_routes, public, books, calculator, plain, numbers, complaint_line,
        exit_desk, exit_papers, own_exits, own_listings, listing_desk, chains, transfer_kinds, bid_talks, sale_live, reviews, sales,
        sale_deals, deal_papers, sale_opening, sale_counter, corrections, audit_routes, client_pages, api,
        *contract_rooms, offered_land, market, market_prices, market_data, market_searches,
    ),
    Desk.SETTLEMENT: settlement_routes.ROOMS,
}  # fmt: skip
COOKIES = {Desk.REGISTRY: "landreg", Desk.SETTLEMENT: "landreg-window"}
"""Of one machine's addresses a browser sends every cookie to all: the sessions of two processes are two cookies, and each reads
its own alone (`web.cookies`)."""
FORM_PARTS = 20_000
GARBAGE = 20_000
"""Objects that a server's process makes before it looks for garbage: Python's 700 cost a fifteenth of a page."""
FORM_MEMORY = 4 * 1024 * 1024


def create_app(settings: Settings) -> Flask:
    """The application of this process's desk. `core.db` must be configured for the desks it serves.

    Raises BadInput when the session key's file is missing or too short.
    """
    folder = CHECKOUT / "templates"
    app = problems.Repeating("landreg", template_folder=str(folder), static_folder="static")
    secure = urlsplit(settings.base_url).scheme == "https"
    app.config.update(
        SECRET_KEY=_session_key(settings),
        SESSION_COOKIE_NAME=("__Host-" if secure else "") + COOKIES[settings.desk],
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=rules.LONGEST,
        MAX_CONTENT_LENGTH=settings.max_upload,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        MAX_FORM_PARTS=FORM_PARTS,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.wsgi_app = cookies.only(app.wsgi_app, {app.config["SESSION_COOKIE_NAME"], i18n.COOKIE, pages.COOKIE})  # type: ignore[assignment,method-assign]
    if secure:
        # Behind one proxy that ends TLS; without it nobody's word on where a request comes from is taken.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    i18n.register(app)
    pages.register(app)
    packed.register(app)
    problems.register(app)
    policy.register(app, settings)
    # Of the interface a token lets in, never a browser's cookie.
    CSRFProtect(app).exempt(api.blueprint)
    limiter.init_app(app)
    app.jinja_env.globals.update(
        program=_names,
        navigation=lambda: navigation.items_for(policy.known_actor()),
        public_pages=navigation.public_items,
        offers=navigation.offers,
        searches=navigation.searches,
        role_names=navigation.role_names,
        sample_mark=sample.mark,
        worker_silent=lambda since=None: alive.silent_minutes(settings.home, since) if _to_officers(settings) else None,
        sealing_refused=lambda: sealing_refused(settings.home) if _to_officers(settings) else None,
    )
    app.jinja_env.filters["place"] = place
    if settings.desk is Desk.SETTLEMENT:
        sealing.use_key(settings.keys["settlement"])
        settlement_routes.register(app)
    else:
        sealing.use_key(settings.keys["identity"])
    for room in ROOMS[settings.desk]:
        app.register_blueprint(room.blueprint)
    if settings.desk is Desk.REGISTRY:
        app.register_blueprint(bids.blueprint, name=bids.AGENTS, url_prefix="/agent/<consent_county>/<uuid:consent_id>")
    return app


def _to_officers(settings: Settings) -> bool:
    """Whether this page is for the officers of the register's desks, who are told that the machine room stands still."""
    me = policy.known_actor()
    ours = settings.desk is Desk.REGISTRY and me.desk in (Desk.REGISTRY, Desk.EXCHANGE, Desk.AUDITOR)
    return ours and bool(me.account_id.int)


def _names() -> tuple[str, str, str]:
    """What the frame calls the program: in a window's title, in the bar, at the foot of a page."""
    return _("安康农村土地权利登记"), _("农村土地登记"), _("安康市农村土地权利登记簿")


def serve(
    settings: Settings, *, bind: str | None = None, workers: int = 2, ready: Callable[[], None] | None = None
) -> None:
    """Serve until stopped, with gunicorn. bind: `host:port`, else that of LANDREG_BIND or of the base address.

    ready: called once the address is bound.
    """
    address = urlsplit(settings.base_url)
    place = bind or os.environ.get("LANDREG_BIND") or f"127.0.0.1:{address.port or 8000}"
    _Server(settings, place, workers, ready).run()


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings, bind: str, workers: int, ready: Callable[[], None] | None) -> None:
        self.settings = settings
        self.bind = bind
        self.workers = workers
        self.ready = ready
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.bind,
            "workers": self.workers,
            # Threads, so that a large upload keeps no one waiting, and a long check does not look like a hung worker.
            "worker_class": Worker,
            "limit_request_line": LONGEST_LINE,
            "threads": db.POOL,
            "timeout": 120,
            "graceful_timeout": 30,
            "keepalive": 5,
            "preload_app": True,
            "loglevel": "warning",
            "proc_name": "landreg",
            "when_ready": lambda _server: self.ready() if self.ready else None,
            # Connections are not shared between processes.
            "post_fork": lambda _server, _worker: self._begin(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self.settings)

    def _begin(self) -> None:
        # What is loaded stays: only what requests make is looked through for cycles, and that less often.
        gc.freeze()
        gc.set_threshold(GARBAGE, 20, 50)
        self._configure()

    def _configure(self) -> None:
        served = SERVED[self.settings.desk]
        db.configure({desk: url for desk, url in self.settings.urls.items() if desk in served})


def _session_key(settings: Settings) -> bytes:
    apart = settings.desk is Desk.SETTLEMENT
    file = settings.keys["settlement_session" if apart else "session"]
    variable = f"LANDREG_{'SETTLEMENT_' if apart else ''}SECRET_KEY_FILE"
    try:
        key = file.read_bytes().strip()
    except OSError as error:
        raise BadInput(Finding("SYS-2", variable, {"given": str(file)})) from error
    if len(key) < 32:
        raise BadInput(Finding("SYS-2", variable, {"given": str(file)}))
    return key
