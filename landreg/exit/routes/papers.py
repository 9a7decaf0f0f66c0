"""The papers of an exit: each printed once, and the same bytes from then on."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, send_file

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.exit import handing
from landreg.exit.model import Paper
from landreg.exit.routes.own import bound
from landreg.registry.routes.queues import READERS
from landreg.registry.routes.surroundings import desk_of, store

blueprint = Blueprint("exit_papers", __name__)


@blueprint.get("/exits/<county>/<uuid:exit_id>/<any(statement, agreement, withdrawal, lapse, ending):kind>.pdf")
@allow(*READERS)
def paper(county: str, exit_id: UUID, kind: str) -> Response:
    """A paper of which an exit has one. Raises Conflict (EXIT-13) before there is anything to tell, (DOC-6) for a mere reader."""
    return _sent(
        handing.hand_out(current_actor(), county, exit_id, kind, None, lambda at: desk_of(at, county), store())
    )


@blueprint.get("/exits/<county>/<uuid:exit_id>/<any(consent, offer, payment):kind>/<uuid:subject_id>.pdf")
@allow(*READERS)
def paper_of(county: str, exit_id: UUID, kind: str, subject_id: UUID) -> Response:
    """A member's word, an offer, a payment. Raises NotFound for a row that is none of the exit's."""
    made_at = lambda at: desk_of(at, county)  # noqa: E731
    return _sent(handing.hand_out(current_actor(), county, exit_id, kind, subject_id, made_at, store()))


@blueprint.get("/my/exits/<county>/<uuid:exit_id>/withdrawal.pdf")
@allow(Role.FARMER)
def own_receipt(county: str, exit_id: UUID) -> Response:
    """The household's own receipt of a withdrawal."""
    return _sent(handing.own_receipt(bound(), county, exit_id, lambda at: desk_of(at, county), store()))


def _sent(found: Paper) -> Response:
    """Raises NotFound (DOC-1, DOC-2) where the store has not what the hash names."""
    return send_file(BytesIO(store().read(found.pdf_sha256)), "application/pdf", download_name=f"{found.number}.pdf")
