"""The demonstration's sale by sealed bids, which opens when the program serves: it was announced in the year's last month, as long
before as its notice asks; the sample's farmer and organisation have entered it, and both officers' key files lie beside the
database, so that whoever looks can bid, and open what was bid.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text

from landreg import demo_bids
from landreg.access import queries as accounts
from landreg.access.service import SYSTEM
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.demo_bids import officer_key, officers
from landreg.demo_collective import deposit
from landreg.demo_market import OPENER, OPERATOR, Market
from landreg.demo_own import FARMER
from landreg.demo_waiting import COMPANY
from landreg.exchange.bidding import sale_queries

SOON = timedelta(minutes=4)
"""After its announcement by the real clock: within it the seeding ends."""
ROUNDS = 600_000
"""As the officers' browsers make a key file (frontend/src/sealed.ts)."""


def announce(market: Market, kept: Path, opens_at: datetime) -> None:
    """Set the sale up where the land is listed and nobody has set one up yet; it opens then, or when its notice is over.

    kept: the file of the demo's passwords by login; an officer's key file is locked with hers.
    """
    with unit_of_work(market.operator) as uow:
        found = uow.session.execute(text(_LISTED), {"county": market.office.county}).first()
    if found is None:
        return
    # The files first: a sale that stands without them is opened by nobody.
    officers(market, market.office.county)
    passwords: dict[str, str] = json.loads(kept.read_text())
    for officer, login in ((market.operator, OPERATOR[0]), (market.opener, OPENER[0])):
        file = kept.with_name(f"demo-key-{login}.json")
        file.touch(mode=0o600)
        file.write_text(json.dumps(_locked(officer_key(officer), passwords[login])))
    with suppress(LandregError):
        demo_bids.announce(market, found, (), Decimal(0), deposit(found), opens_at)


def begin(market: Market, kept: Path) -> None:
    """Enter it for whoever comes; where it was not set up in time it is now, to open when its notice is over."""
    with unit_of_work(market.operator) as uow:
        now = uow.now
    announce(market, kept, now)
    with unit_of_work(market.operator) as uow:
        row = uow.session.execute(text(_ANNOUNCED), {"county": market.office.county}).first()
        found = None if row is None else sale_queries.standing(uow.session, row.county, row.sale_id)
    if found is not None:
        demo_bids.enter(market, found.sale, _coming(market))


def _coming(market: Market) -> list[Actor]:
    """The sample's farmer and its organisation."""
    with unit_of_work(SYSTEM) as uow:
        farmer, firm = (accounts.account_by_login(uow.session, login) for login in (FARMER, COMPANY.login))
        bound = uow.session.execute(
            text(_BOUND), {"account": None if farmer is None else farmer.account_id}
        ).one_or_none()
    found = []
    if farmer is not None and bound is not None:
        roles = frozenset({Role.FARMER})
        found.append(Actor(farmer.account_id, farmer.name, Desk.CITIZEN, roles, bound.village, bound.household_id))
    if firm is not None:
        found.append(Actor(firm.account_id, firm.name, Desk.CITIZEN, frozenset({Role.TAKER}), market.office.county))
    return found


def _locked(key: RSAPrivateKey, passphrase: str) -> dict[str, str | int]:
    """A key file as the officer's page reads it."""
    salt, iv = secrets.token_bytes(16), secrets.token_bytes(12)
    locking = PBKDF2HMAC(SHA256(), 32, salt, ROUNDS).derive(passphrase.encode())
    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    told = {"salt": salt, "iv": iv, "locked": AESGCM(locking).encrypt(iv, secret, None)}
    return {
        "format": "landreg-officer-key/1",
        "rounds": ROUNDS,
        **{name: b64encode(part).decode() for name, part in told.items()},
    }


_LISTED = """SELECT l.county, l.listing_id, l.price, l.area_m2, l.way, l.source, l.kind FROM exchange.listing AS l
    WHERE l.county = :county AND l.source = 'collective' AND l.way = 'sealed' AND l.state = 'published' AND NOT EXISTS (
        SELECT FROM exchange.sale AS s WHERE s.county = l.county AND s.listing_id = l.listing_id)"""
_ANNOUNCED = """SELECT s.county, s.sale_id FROM exchange.sale AS s
    JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
    WHERE s.county = :county AND l.source = 'collective' AND s.way = 'sealed' AND NOT EXISTS (
        SELECT FROM exchange.entrant AS e WHERE e.county = s.county AND e.sale_id = s.sale_id)"""
_BOUND = """SELECT b.village, b.household_id FROM access.binding AS b
    WHERE b.account_id = :account AND b.ended_at IS NULL ORDER BY b.bound_at LIMIT 1"""
