"""A market with takers: a listing that is published, takers at the door, sales with hours that a test lets pass."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from landreg import migrate
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding
from landreg.core.periods import BEIJING, beijing_day, years_after
from landreg.exchange import logged as exchange_logged
from landreg.exchange.bidding import (
    chances,
    falling,
    reviews,
    sale_queries,
    sales,
    sealed,
    sealed_queries,
    taker_queries,
    takers,
    told_queries,
)
from landreg.exchange.bidding.deal_model import SecondChance
from landreg.exchange.bidding.model import Entrant, Sale
from landreg.exchange.bidding.rules import sealing
from landreg.exchange.bidding.rules.qualified import PAPERS
from landreg.exchange.bidding.sealed_model import SealedBid
from landreg.exchange.bidding.takers import Opening
from landreg.exchange.model import Listing, Taker
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry.guarded import Attached
from tests.exchange_kit import OPERATOR, farmer_of, listing_row, market, own_right, parcels_of, put_event, put_listing
from tests.kept_kit import kept
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY, citizen_id

SECOND = Actor(UUID(int=0x6109_0052), "交易员己", Desk.EXCHANGE, frozenset({Role.OPERATOR}), COUNTY)
DEPOSIT = Decimal("100.00")
BY_PAPER = falling.Shown(paper=Attached("34" * 32, 9, "letter.pdf"))
"""By what a taker gives a deal up at the counter."""
__all__ = ["BEIJING", "Attached", "beijing_day", "sales", "timedelta"]


def now_of(actor: Actor = OPERATOR) -> datetime:
    """The instant by the register's clock."""
    with unit_of_work(actor) as uow:
        return uow.now


def pass_time(superuser: Connection, **span: float) -> None:
    """Let hours and minutes pass in a database of a demonstration."""
    superuser.execute(
        "INSERT INTO system.demo AS demo (ahead) VALUES (%s) "
        "ON CONFLICT (marker) DO UPDATE SET ahead = demo.ahead + excluded.ahead",
        [timedelta(**span)],
    )


def lower_most(superuser: Connection, kind: str, most_mu: int) -> None:
    """Let the county allow less land to a kind of taker (QUAL-4), as somebody has bid already."""
    superuser.execute(
        """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
           VALUES (%s, gen_random_uuid(), %s, 'QUAL-4.most_mu', %s, %s, '2021-01-01', '样本', %s, system.clock())""",
        [COUNTY, COUNTY, kind, str(most_mu), UUID(int=1)],
    )


def published(registrar: Actor, reviewer: Actor, superuser: Connection, households: int = 3, **changed: Any) -> Listing:
    """The first household's land, listed and published until yesterday."""

    def make() -> UUID:
        market(registrar, reviewer, superuser, households)
        return offered(registrar, farmer(superuser, HOUSEHOLD), HOUSEHOLD, **changed).listing_id

    listing_id = kept(superuser, ("published", households, *sorted(changed.items())), make)
    with unit_of_work(OPERATOR) as uow:
        found = told_queries.listing(uow.session, COUNTY, listing_id)
    assert found is not None
    return found


def offered(registrar: Actor, owner: Actor, code: str = HOUSEHOLD, **changed: Any) -> Listing:
    """A household's land, listed by its account and published until yesterday, as rows."""
    right, yesterday = own_right(registrar, code), beijing_day(now_of()) - timedelta(days=1)
    first = max(date(2027, 1, 1), yesterday + timedelta(days=35))
    sound = {"household_code": code, "closes_on": yesterday, "from_on": first, "until_on": years_after(first, 10)}
    if changed.get("way", "negotiation") != "negotiation":
        sound["price"] = Decimal("300.00")
    row = listing_row(owner, right, **{**sound, **changed})
    land = parcels_of(registrar, right)
    put_listing(owner, row, land, f"{row.area_m2 / len(land):.2f}")
    put_event(OPERATOR, row, "published")
    return row


def person(superuser: Connection, number: int) -> tuple[Taker, Actor]:
    """Somebody from elsewhere, who was opened at the counter."""

    def make() -> UUID:
        asked = Opening("person", f"受让人{number}", citizen_id(70_000 + number), "0915-1", f"ren-{number:05d}")
        return takers.open_at_counter(OPERATOR, asked)[0].taker_id

    taker_id = kept(superuser, ("taker", number), make)
    with unit_of_work(OPERATOR) as uow:
        taker = taker_queries.taker(uow.session, COUNTY, taker_id)
    assert taker is not None
    return taker, of_taker(taker)


REVIEWED = "部门：样本镇农业办 甲\n专家：样本专家乙\n审查意见：样审〔2026〕1号"
"""Who took part in a review, and the number of what they found."""
OPINION = Attached("77" * 32, 9, "opinion.pdf")
"""What they found, as it is kept."""
FULL = {kind: Attached(f"{place + 33}" * 32, 9, "paper.pdf") for place, kind in enumerate(PAPERS)}
"""The papers of a review."""


def passed(taker: Taker, mu: int = 200) -> None:
    """Its review for so much land, passed."""
    asked = reviews.ask(SECOND, taker, reviews.Asking(Decimal(mu), "种植玉米", "", FULL))
    reviews.decide(OPERATOR, COUNTY, asked.qualification_id, "passed", "", REVIEWED, OPINION)


def of_taker(taker: Taker) -> Actor:
    """The account that was opened with a taker."""
    assert taker.account_id is not None
    return Actor(taker.account_id, taker.name, Desk.CITIZEN, frozenset({Role.TAKER}), COUNTY)


def crowd(superuser: Connection, sale: Sale, count: int) -> tuple[Actor, list[Entrant]]:
    """So many entrants of a sale without a deposit, all of one account."""
    taker, actor = person(superuser, 1)
    with unit_of_work(OPERATOR) as uow:
        more = [
            Taker(
                county=COUNTY, village=taker.village, taker_id=uuid4(), kind="person", name=f"受让人乙{number}", code="",
                household_id=None, account_id=actor.account_id, contact="", opened_by=OPERATOR.account_id, opened_at=uow.now,
            )
            for number in range(count)
        ]  # fmt: skip
        uow.session.add_all(more)
        uow.session.flush()
        for one in more:
            exchange_logged.stage_taker(uow, one)
    return actor, [sales.enter(actor, COUNTY, sale.sale_id, one) for one in more]


def farmer(superuser: Connection, code: str) -> Actor:
    """The account of a household, bound to it; made where there is none."""
    found = superuser.execute(
        "SELECT account_id, village, household_id FROM access.binding WHERE household_code = %s AND ended_at IS NULL",
        [code],
    ).fetchone()
    if found is None:
        return farmer_of(superuser, code)
    return Actor(found[0], f"农户{code[-4:]}", Desk.CITIZEN, frozenset({Role.FARMER}), found[1], found[2])


def household(superuser: Connection, code: str) -> tuple[Taker, Actor]:
    """A household of the collective as a taker."""
    actor = farmer(superuser, code)
    return takers.of_household(actor, COUNTY), actor


@contextmanager
def at_once() -> Iterator[None]:
    """Within it a sale is set up for this very day: the county asks for no days of notice, which in service none may decide."""
    url = Settings.from_environment(os.environ).superuser_url or ""
    where = migrate.plain_url(url, db.engine_of(Desk.EXCHANGE).url.database)
    with psycopg.connect(where, autocommit=True) as superuser:
        superuser.execute(_NO_NOTICE, [COUNTY, COUNTY])
        try:
            yield
        finally:
            superuser.execute("DELETE FROM law.county_parameter WHERE decided_in = 'kit'")


_NO_NOTICE = """
    INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
    SELECT %s, gen_random_uuid(), %s, f.name, f.key, f.value, '2021-01-01', 'kit', gen_random_uuid(), system.clock() FROM (VALUES
        ('BID-7.notice_days', 'household_land', '0'), ('BID-7.notice_days', 'collective', '0'),
        ('BID-7.notice_days', 'construction', '0'), ('BID-7.collective_hours', '', '1')) AS f (name, key, value)"""


def auction(listing: Listing, **changed: Any) -> Sale:
    """An auction that opens in an hour and closes in four."""
    return set_up(OPERATOR, listing, setting(**changed))


def set_up(actor: Actor, listing: Listing, asked: sales.Setting) -> Sale:
    """A sale that was announced long enough before."""
    with at_once():
        return sales.set_up(actor, COUNTY, listing.listing_id, asked)


def setting(**changed: Any) -> sales.Setting:
    """The hours and figures of a sale."""
    now = now_of()
    hour = timedelta(hours=1)
    sound: dict[str, Any] = {
        "opens_at": now + hour, "closes_at": now + 4 * hour, "deposit_by": now + hour, "start": Decimal("300.00"),
        "step": Decimal("10.00"), "deposit": DEPOSIT,
    }  # fmt: skip
    return sales.Setting(**{**sound, **changed})


def announced() -> sales.Setting:
    """The hours of a sale that is announced today, as late as may be."""
    opens = now_of() + timedelta(days=3)
    return setting(deposit_by=opens, opens_at=opens, closes_at=opens + timedelta(hours=4))


def entered(sale: Sale, taker: Taker, actor: Actor, receipt: str = "") -> Entrant:
    """A taker in a sale, its deposit paid."""
    row = sales.enter(actor, COUNTY, sale.sale_id, taker)
    if sale.deposit_yuan:
        paid = sales.Receipt("paid", sale.deposit_yuan, receipt or f"BZ-{row.entrant_id}", beijing_day(now_of()))
        sales.record_deposit(OPERATOR, COUNTY, row.entrant_id, paid)
    return row


@cache
def key_of(place: int) -> rsa.RSAPrivateKey:
    """An officer's key; in a browser it never leaves it."""
    return rsa.generate_private_key(65_537, sealing.KEY_BITS)


def public_key(place: int) -> bytes:
    """The public half, as the browser sends it."""
    return key_of(place).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def sealed_sale(listing: Listing, **changed: Any) -> Sale:
    """A sale by sealed bids, locked for both officers."""
    with unit_of_work(OPERATOR) as uow:
        known = {one.account_id for one in sealed_queries.keys(uow.session, COUNTY)}
    for place, officer in enumerate((OPERATOR, SECOND), 1):
        if officer.account_id not in known:
            sealed.keep_key(officer, COUNTY, public_key(place))
    officers = {"officer_one": OPERATOR.account_id, "officer_two": SECOND.account_id}
    return set_up(OPERATOR, listing, setting(**officers, **changed))


def locked(sale: Sale, entrant: Entrant, price: str) -> tuple[sealing.Slip, sealing.Envelope]:
    """A bid as a browser locks it."""
    slip = sealing.Slip(str(sale.sale_id), str(entrant.entrant_id), Decimal(price), uuid4().hex + uuid4().hex)
    return slip, sealing.lock(slip, public_key(1), public_key(2))


def handed_in(sale: Sale, entrant: Entrant, actor: Actor, price: str) -> SealedBid:
    """A sealed bid, handed in."""
    return sealed.hand_in(actor, COUNTY, sale.sale_id, entrant.entrant_id, locked(sale, entrant, price)[1], uuid4())


def shares_of(sale: Sale, place: int) -> dict[UUID, bytes | None]:
    """What an officer's browser unwraps; None where the bidder's envelope does not give it."""
    with unit_of_work(OPERATOR) as uow:
        bids = sealed_queries.sealed_bids(uow.session, COUNTY, sale.sale_id)
    padding = OAEP(MGF1(SHA256()), SHA256(), None)
    found: dict[UUID, bytes | None] = {}
    for one in bids:
        try:
            wrapped = (bytes(one.wrapped_one), bytes(one.wrapped_two))[place - 1]
            found[one.sealed_id] = key_of(place).decrypt(wrapped, padding)
        except ValueError:
            found[one.sealed_id] = None
    return found


def opened(sale: Sale) -> None:
    """Both officers give their shares."""
    for place, officer in enumerate((OPERATOR, SECOND), 1):
        sealed.give_shares(officer, COUNTY, sale.sale_id, shares_of(sale, place))


def answered(chance: SecondChance, said: str = "yes") -> None:
    """Whoever was asked after a winner fell answers."""
    with unit_of_work(OPERATOR) as uow:
        entrant = sale_queries.entrant(uow.session, COUNTY, chance.entrant_id)
        assert entrant is not None
        taker = taker_queries.taker(uow.session, COUNTY, entrant.taker_id)
    assert taker is not None
    chances.answer(of_taker(taker), COUNTY, chance.chance_id, said)


def strays(worker: Actor, database: Settings) -> list[Finding]:
    """What the log and the tables of the exchange say differently, once all is sealed. The kit's farmers have no leaf."""
    seal(worker, database)
    found = recheck_register(worker, database, register()).findings
    return [one for one in found if one.layer not in ("access.binding", "access.account")]
