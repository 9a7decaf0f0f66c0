"""What the pages of the register need of the process they run in: the store of files, the press, the address for QR codes."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import Response, current_app, send_file
from sqlalchemy.orm import Session

from landreg.access.policy import known_instant
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.land.queries import counties
from landreg.law.queries import load_law
from landreg.registry.casework.desk import today
from landreg.registry.casework.notices import Board
from landreg.registry.casework.worklist import Looking
from landreg.registry.documents import Store
from landreg.registry.issued import noticed
from landreg.registry.issued.certificates import Press
from landreg.registry.papers.office import Desk
from landreg.registry.papers.signing import load_signer
from landreg.registry.queries import is_demo

HANDS_OUT = ("publish", "certify")


def settings() -> Settings:
    """The settings of this process."""
    found: Settings = current_app.extensions["landreg"]
    return found


def store() -> Store:
    """The files by their hash."""
    return Store(settings().store)


def as_it_was_handed_in(sha256: str, name: str | None) -> Response:
    """A file that somebody handed in, to be kept by whoever asks and opened by no browser. Raises NotFound where it is gone."""
    content = BytesIO(store().read(sha256))
    return send_file(content, "application/octet-stream", as_attachment=True, download_name=name)


def reachable(step: str) -> None:
    """Raises Refused (SYS-5) where what a step hands out would name an address that nobody else can open."""
    if step in HANDS_OUT and (faults := settings().address_faults()):
        raise Refused(faults)


def press() -> Press:
    """What certificates are made with. Raises SignerUnusable without a key, Refused (SYS-5) without an address for others."""
    own = settings()
    reachable("certify")
    return Press(load_signer(own.keys["certificate"]), Store(own.store), own.base_url)


def board() -> Board:
    """What public notices are put up with."""
    return noticed.board(store(), settings().base_url)


def looking_of(session: Session, actor: Actor) -> Looking:
    """Who looks at the lists of the desk today, and by whose figures."""
    law = load_law(session, actor.jurisdiction[:6].ljust(6, "0"), page_day(session))
    return Looking(actor.account_id, law, tuple(counties(session, actor.jurisdiction)))


def page_day(session: Session) -> date:
    """Today in Beijing by the register's clock, for a page."""
    known = known_instant()
    return today(session) if known is None else beijing_day(known)


def desk_of(session: Session, county: str) -> Desk:
    """Where a paper of this county is made today."""
    return Desk(load_law(session, county, today(session)), settings().base_url, is_demo(session))
