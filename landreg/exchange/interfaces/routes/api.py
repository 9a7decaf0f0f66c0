"""The interface itself: one route an operation, the description, and the tokens."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from flask import Blueprint, Response, current_app, request
from flask_limiter.util import get_remote_address

from landreg.access import clients
from landreg.access.client_model import Client
from landreg.access.client_rules import ATTEMPTS_PER_ADDRESS, SECRET_BYTES, TOKEN_HOLDS
from landreg.access.policy import allow, allow_clients, current_client, door
from landreg.access.sessions import count, forgive
from landreg.config import Settings
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.files import Store
from landreg.exchange.interfaces import keeping
from landreg.exchange.interfaces.describing import description
from landreg.exchange.interfaces.operations import BASE, LARGEST, OPERATIONS, Asked, Operation
from landreg.exchange.interfaces.reading import body_of, key_of, places_of, query_of
from landreg.exchange.interfaces.schema import told

blueprint = Blueprint("api", __name__, url_prefix=BASE)
AGAIN = "Idempotent-Replayed"


def _view(operation: Operation) -> Callable[..., Response]:
    """The route of an operation."""

    @allow_clients(operation.scope)
    def view(**given: str) -> Response:
        request.max_content_length = operation.largest
        actor, places = current_client(), places_of(operation, given)
        query = query_of(operation, request.args)
        settings: Settings = current_app.extensions["landreg"]
        if not operation.writes:
            with unit_of_work(actor) as uow:
                found = told(operation.call(Asked(uow, places, query)))
            return _tagged(Response(_json(found), content_type="application/json"))
        body, said = body_of(operation, request.mimetype, request.get_data())
        key = key_of(request.headers.get("Idempotency-Key", ""))
        answer = keeping.once(
            actor, operation.name, key, [dict(places), said], operation.status,
            lambda uow: told(operation.call(Asked(uow, places, query, body, settings.demo, Store(settings.store)))),
        )  # fmt: skip
        response = Response(answer.text, answer.status, content_type="application/json")
        if answer.again:
            response.headers[AGAIN] = "true"
        return response

    return view


for _one in OPERATIONS:
    _rule = _one.path.replace("{", "<").replace("}", ">")
    blueprint.add_url_rule(_rule, _one.name, _view(_one), methods=[_one.method])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _tagged(response: Response) -> Response:
    """With its ETag; 304 without a body where the client has it already."""
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


@blueprint.get("/openapi.json")
@allow(Role.PUBLIC)
def described() -> Response:
    """The description, for whoever writes a client."""
    return _tagged(Response(_described(current_app.extensions["landreg"].base_url), content_type="application/json"))


@cache
def _described(server: str) -> str:
    return _json(description(server))


class _Known:
    """A client as Authlib asks about it."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.row: Client | None = None

    def check_client_secret(self, secret: str) -> bool:
        """Whether it is this client's. An unknown client and a wrong secret are answered alike."""
        self.row = clients.known(door(), self.client_id, secret)
        return self.row is not None

    def check_endpoint_auth_method(self, _method: str, _endpoint: str) -> bool:
        """By its secret, in the header or in the form."""
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        """Client credentials alone: nobody is asked for a consent here."""
        return bool(grant_type == ClientCredentialsGrant.GRANT_TYPE)

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What the token is for; None where more is asked for than the client was registered for."""
        granted = [] if self.row is None else self.row.scopes
        asked = scope.split() if scope else granted
        return " ".join(asked) if set(asked) <= set(granted) else None


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


def _save(token: dict[str, Any], asked: Any) -> None:
    clients.issue(door(), asked.client.row.client_id, token["access_token"], token["scope"].split())


_server = AuthorizationServer(query_client=_Known, save_token=_save)
_server.register_grant(_Grant)
_server.register_token_generator(
    "default",
    BearerTokenGenerator(
        lambda **_asked: secrets.token_urlsafe(SECRET_BYTES),
        expires_generator=lambda _client, _grant: int(TOKEN_HOLDS.total_seconds()),
    ),
)


@blueprint.post("/token")
@allow(Role.PUBLIC)
def token() -> Response:
    """A token for a client's secret (RFC 6749 4.4). Faults have the form of that standard, 5.2."""
    limits = {f"token:{get_remote_address()}": ATTEMPTS_PER_ADDRESS}
    count(door(), limits)
    request.max_content_length = LARGEST
    response: Response = _server.create_token_response()
    if response.status_code == 200:
        with unit_of_work(door()) as uow:
            forgive(uow, limits)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.after_request
def _challenge(response: Response) -> Response:
    """What a program without a token, or with one for something else, is asked for (RFC 6750)."""
    if response.status_code == 401 and "WWW-Authenticate" not in response.headers:
        response.headers["WWW-Authenticate"] = 'Bearer realm="landreg"'
    elif response.status_code == 403:
        response.headers["WWW-Authenticate"] = 'Bearer realm="landreg", error="insufficient_scope"'
    return response
