"""The log for everybody: its state on a page, and the files that a monitor or a verifier reads.

Addresses and contents of C2SP tlog-tiles: `/log/checkpoint`, `/log/tile/<level>/<number>[.p/<width>]` and
`/log/tile/entries/<number>[.p/<width>]`; beside them proofs as `landreg.log.verify` reads them.
"""

from __future__ import annotations

import re
from importlib import resources

from flask import Blueprint, Response, current_app, request
from flask_babel import gettext as _

from landreg.access.limits import limiter
from landreg.access.policy import allow, current_actor
from landreg.config import Settings
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound
from landreg.log import erasure, queries
from landreg.log.merkle import WIDTH
from landreg.web import i18n, pages

FOR_EVER = "public, max-age=31536000, immutable"
SHOWN = 50
GROWN = "python3 verify.py --key landreg-log-key.txt --old old.txt --new new.txt --proof growth.json"
"""What a reader runs on the files that the page gives, by the names that it gives them."""
_UNREAD = re.compile(r"([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?::\S+)?", re.ASCII)
_NUMBER = re.compile(r"((?:x\d{3}/)*\d{3})(?:\.p/(\d{1,3}))?", re.ASCII)
blueprint = Blueprint("log", __name__)


@blueprint.get("/log")
@allow(Role.PUBLIC)
@limiter.limit("120/minute")
def log_page() -> Response:
    """How long the log is, who signed it when, its newest entries; what it holds under a number (`?key=`); how a checkpoint that
    somebody kept is held against today's (`?kept=`, its number of entries).
    """
    key = request.args.get("key", "").strip()[:128]
    kept = request.args.get("kept", "").strip()[:20]
    with unit_of_work(current_actor()) as uow:
        health = queries.health(uow.session)
        found = queries.leaves(uow.session, key) if key else ()
        before = (
            int(asked) if (asked := request.args.get("before", "")).isdecimal() and len(asked) < 16 else health.size
        )
        recent = queries.recent(uow.session, before, SHOWN)
        signed = queries.checkpoint(uow.session) if health.size else None
    known = int(kept) if kept.isascii() and kept.isdecimal() and len(kept) < 16 else 0
    return pages.render(
        "access/log.html",
        health=health,
        signed=signed,
        recent=recent,
        key=key,
        found=found,
        in_words=in_words,
        kept=kept,
        command=GROWN,
        grown_from=known if signed and 0 < known <= signed.size else None,
    )


def in_words(entry: queries.LoggedLeaf | queries.RecentEntry) -> str:
    """What an entry is of, as a person can read and quote it: its number; of what has none, the head of its key; of an
    erasure, the entry of which something was erased."""
    kind, _space, rest = entry.key.partition(" ")
    if entry.kind == erasure.KIND and rest:
        return f"{i18n.shown_term(kind, 'entry')} {_short(rest.rpartition(' ')[0])}"
    return _short(entry.key)


def _short(key: str) -> str:
    found = _UNREAD.fullmatch(key)
    return _("记录 %(head)s", head=found[1]) if found else key


@blueprint.get("/log/checkpoint")
@allow(Role.PUBLIC)
def checkpoint() -> Response:
    """The last signed checkpoint, or that of `?size=`."""
    asked = request.args.get("size", "")
    size = int(asked) if asked.isdecimal() and len(asked) < 16 else None
    with unit_of_work(current_actor()) as uow:
        return Response(queries.checkpoint(uow.session, size).note, content_type="text/plain; charset=utf-8")


@blueprint.get("/log/cosigned")
@allow(Role.PUBLIC)
def cosigned() -> Response:
    """The last checkpoint that a witness cosigned, or that of `?size=`, with the witnesses' lines."""
    asked = request.args.get("size", "")
    size = int(asked) if asked.isdecimal() and len(asked) < 16 else None
    with unit_of_work(current_actor()) as uow:
        found = queries.cosigned(uow.session, size)
    if found is None:
        raise NotFound(Finding("LOG-5", values={"size": asked or "—"}))
    return Response(found.note, content_type="text/plain; charset=utf-8")


@blueprint.get("/log/tile/<int(max=7):level>/<path:number>")
@allow(Role.PUBLIC)
def tile(level: int, number: str) -> Response:
    """The hashes of a tile, 32 bytes each."""
    position, width = _position(number)
    with unit_of_work(current_actor()) as uow:
        return _kept(queries.tile(uow.session, level, position, width))


@blueprint.get("/log/tile/entries/<path:number>")
@allow(Role.PUBLIC)
def entries(number: str) -> Response:
    """The leaves below a tile, each after its length in two bytes."""
    position, width = _position(number)
    with unit_of_work(current_actor()) as uow:
        return _kept(queries.bundle(uow.session, position, width))


@blueprint.get("/log/proofs/<path:key>")
@allow(Role.PUBLIC)
@limiter.limit("60/minute")
def proof(key: str) -> Response:
    """That the entry of a key or leaf hash is in the signed log."""
    with unit_of_work(current_actor()) as uow:
        found = queries.prove(uow.session, key, request.args.get("kind"))
    return Response(found.to_json(), content_type="application/json")


@blueprint.get("/log/growth/<int:old>/<int:new>")
@allow(Role.PUBLIC)
@limiter.limit("60/minute")
def growth(old: int, new: int) -> Response:
    """That the log of `new` entries began as that of `old`."""
    if max(old, new) >= 1 << 62:
        raise NotFound
    with unit_of_work(current_actor()) as uow:
        return Response(queries.prove_growth(uow.session, old, new).to_json(), content_type="application/json")


@blueprint.get("/log/key")
@allow(Role.PUBLIC)
def key() -> Response:
    """The log's public key in one line, as the verifier reads it. It is worth what its other places of publication are."""
    settings: Settings = current_app.extensions["landreg"]
    return _file(_public_key(settings), "landreg-log-key.txt", "text/plain; charset=utf-8")


def _public_key(settings: Settings) -> bytes:
    try:
        return settings.log_public_key.read_bytes()
    except OSError as error:
        raise NotFound(Finding("LOG-3", values={"file": settings.log_public_key.name})) from error


@blueprint.get("/log/verify.py")
@allow(Role.PUBLIC)
def verifier() -> Response:
    """The stand-alone verifier: one file that needs only Python."""
    source = resources.files("landreg.log").joinpath("verify.py").read_bytes()
    return _file(source, "verify.py", "text/x-python; charset=utf-8")


def _file(content: bytes, name: str, kind: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _position(number: str) -> tuple[int, int]:
    """A tile's number as tlog-tiles writes it, `x001/x234/067` for 1234067, and its width."""
    match = _NUMBER.fullmatch(number)
    width = int(match[2] or WIDTH) if match else 0
    if match is None or len(match[1]) > 24 or not 0 < width <= WIDTH:
        raise NotFound
    return int(match[1].replace("x", "").replace("/", "")), width


def _kept(content: bytes) -> Response:
    response = Response(content, content_type="application/octet-stream")
    response.headers["Cache-Control"] = FOR_EVER
    return response
