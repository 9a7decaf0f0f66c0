"""Sealed bids: that nobody reads one before both officers open, that each is what was committed to, and what ties come to."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.types.json import Jsonb

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import NOBODY, Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.bidding import deals, opened, sale_queries, sealed, sealed_queries
from landreg.exchange.bidding.model import Entrant, Sale
from landreg.exchange.bidding.rules import ranking, sealing
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import Connection, codes, one
from tests.villages import COUNTY


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="sealed")


@pytest.fixture
def sale(listing: Listing) -> Sale:
    return kit.sealed_sale(listing)


class Bidders:
    """Two people from elsewhere and a neighbour in a sale by sealed bids that is open."""

    def __init__(self, superuser: Connection, sale: Sale) -> None:
        self.sale = sale
        self.people = [*(kit.person(superuser, number) for number in (1, 2)), kit.household(superuser, NEIGHBOUR)]
        self.entrants: list[Entrant] = [kit.entered(sale, *one) for one in self.people]
        kit.pass_time(superuser, hours=1, minutes=1)

    def bid(self, place: int, price: str) -> None:
        """A sealed bid of one of them."""
        kit.handed_in(self.sale, self.entrants[place], self.people[place][1], price)


@pytest.fixture
def bidders(superuser: Connection, sale: Sale) -> Bidders:
    return Bidders(superuser, sale)


def _everything(superuser: Connection, settings: Settings) -> bytes:
    """All that the server has: every row of every table as text and, decoded, as bytes; every file of its home, keys too."""
    tables = superuser.execute(
        """SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           WHERE c.relkind = 'r' AND n.nspname IN ('access', 'exchange', 'identity', 'log', 'registry', 'system')"""
    ).fetchall()
    parts: list[bytes] = []
    for (table,) in tables:
        for (text,) in superuser.execute(f"SELECT t::text FROM {table} AS t").fetchall():
            parts.append(text.encode())
    for (raw,) in superuser.execute("SELECT iv || cipher || wrapped_one || wrapped_two FROM exchange.sealed_bid"):
        parts.append(bytes(raw))
    home = Path(settings.keys["identity"]).parent
    parts += [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    return b"\n".join(parts)


def test_with_all_rows_and_all_keys_of_the_server_nobody_reads_a_bid_before_the_opening(
    bidders: Bidders, superuser: Connection, database: Settings, sale: Sale
) -> None:
    """Neither the price nor the nonce is anywhere; no 32 bytes that are there, taken as key or as share, open the cipher; and
    the commitment does not give the price away to whoever tries all prices without the nonce.
    """
    slip, envelope = kit.locked(sale, bidders.entrants[0], "431.25")
    sealed.hand_in(bidders.people[0][1], COUNTY, sale.sale_id, bidders.entrants[0].entrant_id, envelope, uuid4())
    found = _everything(superuser, database)
    for told in ("431.25", "0000000431.25", slip.nonce):
        assert told.encode() not in found
    place = sealing.place_of(slip.sale, slip.entrant)
    candidates = {found[at : at + 32] for at in _starts(found, envelope)}
    candidates |= {file.read_bytes().strip()[:32].ljust(32, b"\0") for file in _keys(database)}
    for key in candidates:
        with pytest.raises((InvalidTag, ValueError)):
            AESGCM(key).decrypt(envelope.iv, envelope.cipher, place)
    for cents in range(43_000, 43_200):
        guessed = sealing.Slip(slip.sale, slip.entrant, Decimal(cents) / 100, "0" * 64)
        assert guessed.commitment != envelope.commitment


def _starts(found: bytes, envelope: sealing.Envelope) -> list[int]:
    """Where 32 bytes of the envelope itself stand in what was found, one for each byte."""
    starts = []
    for part in (envelope.iv, envelope.cipher, *envelope.wrapped):
        at = found.find(part)
        assert at >= 0
        starts += range(at, at + len(part))
    return starts


def _keys(settings: Settings) -> list[Path]:
    return [Path(file) for file in settings.keys.values() if Path(file).exists()]


def test_one_officer_alone_reads_nothing_and_both_open_what_was_committed_to(
    bidders: Bidders, superuser: Connection, sale: Sale, worker: Actor, database: Settings
) -> None:
    bidders.bid(0, "400")
    bidders.bid(1, "410.50")
    bidders.bid(0, "420")
    shares = kit.shares_of(sale, 1)
    with pytest.raises(Refused) as early:
        sealed.give_shares(OPERATOR, COUNTY, sale.sale_id, shares)
    assert codes(early) == {"SEAL-2"}
    kit.pass_time(superuser, hours=5)
    sealed.give_shares(OPERATOR, COUNTY, sale.sale_id, shares)
    with unit_of_work(OPERATOR) as uow:
        assert sealed_queries.opened_told(uow.session, COUNTY, sale.sale_id) == []
        alone = sealed_queries.sealed_bids(uow.session, COUNTY, sale.sale_id)[0]
    for key in (shares[alone.sealed_id] or b"", bytes(32)):
        with pytest.raises(InvalidTag):
            AESGCM(key).decrypt(
                bytes(alone.iv), bytes(alone.cipher), sealing.place_of(str(sale.sale_id), str(alone.entrant_id))
            )
    with pytest.raises(Refused) as false:
        sealed.give_shares(kit.SECOND, COUNTY, sale.sale_id, {one: bytes(32) for one in shares})
    assert codes(false) == {"SEAL-3"}
    with pytest.raises(Refused) as stranger:
        sealed.give_shares(replace(OPERATOR, account_id=uuid4()), COUNTY, sale.sale_id, kit.shares_of(sale, 2))
    assert codes(stranger) == {"SEAL-2"}
    sealed.give_shares(kit.SECOND, COUNTY, sale.sale_id, kit.shares_of(sale, 2))
    with unit_of_work(OPERATOR) as uow:
        held = opened.of_sale(uow.session, COUNTY, sale.sale_id)
    assert [(one.place, one.plate, one.price) for one in held] == [
        (1, 1, Decimal("420.00")), (2, 2, Decimal("410.50")), (None, 1, Decimal("400.00")),
    ]  # fmt: skip
    assert all(one.true for one in held)
    assert [one.price for one in held if not one.counts] == [Decimal("400.00")]
    assert kit.strays(worker, database) == []


def test_a_copied_envelope_opens_under_no_other_name_and_an_envelope_comes_before_the_close(
    bidders: Bidders, superuser: Connection, sale: Sale
) -> None:
    _, envelope = kit.locked(sale, bidders.entrants[0], "400")
    sealed.hand_in(bidders.people[0][1], COUNTY, sale.sale_id, bidders.entrants[0].entrant_id, envelope, uuid4())
    other, actor = bidders.entrants[1].entrant_id, bidders.people[1][1]
    with pytest.raises(Refused) as copied:
        sealed.hand_in(actor, COUNTY, sale.sale_id, other, envelope, uuid4())
    assert codes(copied) == {"SEAL-1"}
    sealed.hand_in(actor, COUNTY, sale.sale_id, other, replace(envelope, commitment="0" * 64), uuid4())
    with pytest.raises(Refused) as broken:
        sealed.hand_in(actor, COUNTY, sale.sale_id, other, replace(envelope, cipher=b"1"), uuid4())
    assert codes(broken) == {"SEAL-1"}
    superuser.execute("UPDATE exchange.sale_clock SET closes_at = system.clock()")
    with pytest.raises(Refused) as late:
        bidders.bid(1, "500")
    assert codes(late) == {"BID-1"}
    assert all(late.value.findings[0].values[name] for name in ("closes", "at"))
    kit.opened(sale)
    with unit_of_work(OPERATOR) as uow:
        assert [one.price for one in sealed_queries.opened_told(uow.session, COUNTY, sale.sale_id)] == [
            Decimal("400.00"),
            None,
        ]


def test_an_envelope_that_gives_no_half_keeps_no_other_bid_shut_and_anyone_can_try_it(
    bidders: Bidders, superuser: Connection, listing: Listing, sale: Sale, worker: Actor, database: Settings
) -> None:
    """One is wrapped in noise for both officers, one for the second alone, one opens and is not what was committed to."""
    bidders.bid(0, "400")
    noise = token_bytes(sealing.WRAPPED)
    for place, form in ((1, UUID(int=1)), (2, UUID(int=2)), (1, UUID(int=3))):
        entrant, actor = bidders.entrants[place], bidders.people[place][1]
        envelope = kit.locked(sale, entrant, "500")[1]
        spoilt = {
            1: replace(envelope, wrapped=(noise, noise[::-1])), 2: replace(envelope, wrapped=(envelope.wrapped[0], noise)),
            3: replace(envelope, commitment="0" * 64),
        }  # fmt: skip
        sealed.hand_in(actor, COUNTY, sale.sale_id, entrant.entrant_id, spoilt[form.int], form)
    kit.pass_time(superuser, hours=5)
    assert sealed.give_shares(OPERATOR, COUNTY, sale.sale_id, kit.shares_of(sale, 1)) == 1
    assert sealed.give_shares(kit.SECOND, COUNTY, sale.sale_id, kit.shares_of(sale, 2)) == 2
    with unit_of_work(OPERATOR) as uow:
        prices = {one.sealed_id: one.price for one in sealed_queries.opened_told(uow.session, COUNTY, sale.sale_id)}
        told = sealed_queries.unopened(uow.session, COUNTY, sale.sale_id)
    assert [price for one, price in prices.items() if one not in told] == [Decimal("400.00")]
    assert [told[UUID(int=form)].lacking for form in (1, 2, 3)] == [
        (OPERATOR.name, kit.SECOND.name), (kit.SECOND.name,), (),
    ]  # fmt: skip
    with unit_of_work(NOBODY) as uow:
        anyone = [opened.published(one) for one in opened.of_sale(uow.session, COUNTY, sale.sale_id)]
    (bid,) = [one for one in anyone if one["unopened"] and one["unopened"]["sealed"] == str(UUID(int=3))]
    tried = bid["unopened"]
    shares = [base64.b64decode(share) for share in tried["shares"]]
    key = bytes(a ^ b for a, b in zip(*shares, strict=True))
    iv, cipher = (base64.b64decode(tried[name]) for name in ("iv", "cipher"))
    text = AESGCM(key).decrypt(iv, cipher, sealing.place_of(str(sale.sale_id), bid["entrant"]))
    assert hashlib.sha256(text).hexdigest() != bid["commitment"], "nobody's word: whoever likes sees it"
    assert deals.proceed(OPERATOR, COUNTY, listing.listing_id).window is not None
    assert kit.strays(worker, database) == []


def test_a_half_is_missing_only_by_the_word_of_its_officer_and_no_bid_is_opened_without_it(
    bidders: Bidders, superuser: Connection, sale: Sale
) -> None:
    bidders.bid(0, "400")
    kit.pass_time(superuser, hours=5)
    (bid,) = kit.shares_of(sale, 1)
    for given in ({}, {bid: None, uuid4(): None}, {uuid4(): None}):
        with pytest.raises(Refused) as refused:
            sealed.give_shares(OPERATOR, COUNTY, sale.sale_id, given)
        assert codes(refused) == {"SEAL-3"}
    with pytest.raises(Refused) as stranger:
        sealed.give_shares(replace(OPERATOR, account_id=uuid4()), COUNTY, sale.sale_id, {bid: None})
    assert codes(stranger) == {"SEAL-2"}
    sealed.give_shares(OPERATOR, COUNTY, sale.sale_id, {bid: None})
    sealed.give_shares(kit.SECOND, COUNTY, sale.sale_id, kit.shares_of(sale, 2))
    with unit_of_work(OPERATOR) as uow:
        (one,) = sealed_queries.opened_told(uow.session, COUNTY, sale.sale_id)
        assert (one.price, one.slip) == (None, "")
        assert sealed_queries.unopened(uow.session, COUNTY, sale.sale_id)[bid].lacking == (OPERATOR.name,)


def test_the_exchange_s_login_makes_no_key_for_another_and_sets_no_officer_with_another_s_key(
    listing: Listing, as_desk: Any, superuser: Connection
) -> None:
    """Two keys in one hand would open all: held by the database, whatever the program says."""
    kit.sealed_sale(listing)
    desk = as_desk(Desk.EXCHANGE, COUNTY)
    desk.execute(f"SET landreg.actor = '{OPERATOR.account_id}'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute(
            """INSERT INTO exchange.officer_key
                   (county, village, key_id, account_id, account_name, public_key, fingerprint, made_at)
               VALUES (%s, %s, gen_random_uuid(), %s, '甲', 'x', encode(sha256('x'), 'hex'), system.clock())""",
            [COUNTY, COUNTY.ljust(12, "0"), kit.SECOND.account_id],
        )
    superuser.execute("UPDATE exchange.sale_clock SET over = 'cancelled'")
    with unit_of_work(OPERATOR) as uow:
        keys = {one.account_id: str(one.key_id) for one in sealed_queries.keys(uow.session, COUNTY)}
    own, other = keys[OPERATOR.account_id], keys[kit.SECOND.account_id]
    for changed in ({"key_two": own}, {"officer_two": str(uuid4())}, {"key_one": other, "key_two": own}):
        with pytest.raises(psycopg.errors.IntegrityError) as refused:
            superuser.execute(
                """INSERT INTO exchange.sale SELECT r.* FROM exchange.sale AS s, jsonb_populate_record(s, %s) AS r""",
                [Jsonb({"sale_id": str(uuid4()), "round": 2, **changed})],
            )
        assert str(refused.value.diag.constraint_name).startswith("seal_4_"), changed


def test_on_equal_bids_the_member_comes_first_and_others_by_a_lot_that_anyone_draws_again(
    bidders: Bidders, superuser: Connection, listing: Listing, sale: Sale
) -> None:
    for place in (0, 1, 2):
        bidders.bid(place, "400")
    kit.pass_time(superuser, hours=5)
    kit.opened(sale)
    with unit_of_work(OPERATOR) as uow:
        standing = sale_queries.standing(uow.session, COUNTY, sale.sale_id)
        assert standing is not None
        order = deals.order_of(uow, standing)
        nonces = [one.nonce for one in sealed_queries.opened_told(uow.session, COUNTY, sale.sale_id)]
    with unit_of_work(NOBODY) as uow:
        anyone = opened.of_sale(uow.session, COUNTY, sale.sale_id)
    assert [(one.place, one.entrant_id, one.tied) for one in anyone] == [
        (place, one.entrant, True) for place, one in enumerate(order, 1)
    ]
    assert order[0].entrant == bidders.entrants[2].entrant_id
    assert len(ranking.tied(order)) == 3
    drawn = [ranking.drawn(ranking.seed_of(nonces), str(one.entrant)) for one in order[1:]]
    assert all(one < other for one, other in pairwise(drawn))
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    assert (deal.by, deal.taker_id) == ("sealed", bidders.people[2][0].taker_id)


def test_a_sealed_bid_above_the_bound_of_its_unit_counts_for_nothing_when_it_is_opened(
    bidders: Bidders, superuser: Connection, listing: Listing, sale: Sale
) -> None:
    """BID-5: a program locked it without a browser; rank and database leave it out alike, and the other one has the land."""
    bidders.bid(0, "10000000")
    bidders.bid(1, "400")
    kit.pass_time(superuser, hours=5)
    kit.opened(sale)
    with unit_of_work(OPERATOR) as uow:
        standing = sale_queries.standing(uow.session, COUNTY, sale.sale_id)
        assert standing is not None
        order = deals.order_of(uow, standing)
        reaching = sale_queries.reaching(uow.session, COUNTY, sale.sale_id)
    assert [one.entrant for one in order] == [bidders.entrants[1].entrant_id]
    assert set(reaching) == {bidders.entrants[1].entrant_id}


def test_a_sealed_sale_has_two_officers_with_keys_of_their_own(listing: Listing, database: Settings) -> None:
    sealed.keep_key(OPERATOR, COUNTY, kit.public_key(1))
    for officers in ((OPERATOR, OPERATOR), (OPERATOR, kit.SECOND)):
        with pytest.raises(Refused) as refused:
            kit.set_up(
                OPERATOR, listing, kit.setting(officer_one=officers[0].account_id, officer_two=officers[1].account_id)
            )
        assert codes(refused) == {"SEAL-4"}
    for bad in (b"", b"no key", base64.b64decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE")):
        with pytest.raises(Refused) as fault:
            sealed.keep_key(OPERATOR, COUNTY, bad)
        assert codes(fault) == {"SEAL-4"}


def test_the_exchange_s_own_login_reads_no_share(sale: Sale) -> None:
    assert not one(OPERATOR, "SELECT has_column_privilege('exchange.sealed_share', 'share', 'SELECT')")
