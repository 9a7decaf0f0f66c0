"""The files of a listing as a page sends them: photos, and the papers that it was handed in with."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from flask import Response, send_file

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.media import media
from landreg.exchange.listings import listing_queries as queries
from landreg.registry.routes.surroundings import store


def photo_of(actor: Actor, county: str, listing_id: UUID, position: int) -> Response:
    """A photo of a listing that the actor sees. Raises NotFound."""
    with unit_of_work(actor) as uow:
        found = [row for row in queries.photos(uow.session, county, listing_id) if row.position == position]
    if not found:
        raise NotFound
    answer = Response(store().read(found[0].sha256), mimetype="image/jpeg")
    answer.cache_control.private, answer.cache_control.max_age = True, 3600
    return answer


def paper_of(actor: Actor, county: str, listing_id: UUID, kind: str) -> Response:
    """A paper of a listing that the actor sees. Raises NotFound (DOC-1, DOC-2 where the store has not what the hash names)."""
    with unit_of_work(actor) as uow:
        found = [row for row in queries.papers(uow.session, county, listing_id) if row.kind == kind]
    if not found:
        raise NotFound
    content = BytesIO(store().read(found[0].sha256))
    return send_file(content, media(store().path(found[0].sha256)), download_name=found[0].name)
