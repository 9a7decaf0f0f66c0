"""What the sample's collective gives out itself comes to its end by auction, contract and register, and one of each stays open."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from landreg import demo_bids, demo_collective, demo_market, demo_own, demo_sealed, demo_waiting
from landreg.access.sealing import use_key
from landreg.audit import fair_look
from landreg.audit.fair_look import said
from landreg.audit.logged import register as of_register
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.core.db import unit_of_work
from landreg.core.files import Store
from landreg.core.periods import DAY, beijing_day
from landreg.demo_market import Market
from landreg.demo_year import Office
from landreg.exchange.contracts import queries
from landreg.exchange.contracts.rules.clauses import clauses_of
from landreg.exchange.listings import days
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from tests.bidding_kit import SECOND, now_of, pass_time
from tests.contract_kit import today
from tests.exchange_kit import OPERATOR, common, market, own_right, parcels_of
from tests.registry_kit import Connection, one, pass_days
from tests.villages import COUNTY, past_triggers

CLASSES = {"four_wastes": "043", "unallocated": "013", "construction": "061"}
STATES = "SELECT string_agg(kind || ' ' || state, ', ' ORDER BY kind, state) FROM exchange.listing WHERE source = 'collective'"


def surveyed(superuser: Connection, like: str) -> None:
    """The collective's parcels under the names by which the sample's survey has them."""
    planned = (*demo_collective.PLAN, *demo_collective.OPEN, demo_collective.SEALED)
    for serial, land in enumerate(planned, 90001):
        code = common(superuser, like, serial, CLASSES[land.kind])
        with past_triggers(superuser):
            superuser.execute("UPDATE land.parcel SET name = %s WHERE code = %s", [land.parcel, code])


STEPS = {
    "published": ("exchange.listing_event", "kind"), "signed_taker": ("exchange.contract_event", "kind"),
    "case_opened": ("exchange.contract_event", "kind"), "review": ("registry.case_event", "step"),
}  # fmt: skip


@contextmanager
def refused_once(superuser: Connection) -> Iterator[None]:
    """The first time that each of these steps is taken it is refused, in the middle of what belongs together."""
    for step, (table, column) in STEPS.items():
        superuser.execute(f"""
            CREATE SEQUENCE public.{step}_taken;
            CREATE FUNCTION public.{step}_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                IF nextval('public.{step}_taken') = 1 THEN
                    RAISE EXCEPTION 'not yet' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'con_5_not_yet';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER a_{step}_once BEFORE INSERT ON {table} FOR EACH ROW
                WHEN (NEW.{column} = '{step}') EXECUTE FUNCTION public.{step}_once()""")
    try:
        yield
        for step in STEPS:
            assert (superuser.execute(f"SELECT last_value FROM public.{step}_taken").fetchone() or (0,))[0] > 1, step
    finally:
        for step, (table, _column) in STEPS.items():
            superuser.execute(f"DROP TRIGGER a_{step}_once ON {table}; DROP FUNCTION public.{step}_once()")
            superuser.execute(f"DROP SEQUENCE public.{step}_taken")


def test_four_wastes_land_kept_back_and_construction_land_come_to_their_end_and_one_of_each_is_open(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, auditor: Actor
) -> None:
    """Also where a step of each kind was refused once: the next month goes on from what stands."""
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 5)
    surveyed(superuser, parcels_of(registrar, own_right(registrar))[0])
    held = Market(Office(COUNTY, registrar, reviewer, Store(database.store), "https://example.test"), OPERATOR, SECOND)
    demo_own.households_apply(registrar, database.home / "demo-accounts.json")
    with refused_once(superuser):
        for number in (2, 3, *range(4, 10), *range(18, 24)):
            days.work(WORKER)
            if number == 23:
                demo_market.begin_month(held, 8)
            for of_month in (demo_collective, demo_bids):
                of_month.begin_month(held, number)
            pass_days(superuser, 31)
    demo_collective.finish(held)
    demo_collective.finish(held)
    windows = (
        "SELECT count(*) FROM exchange.priority WHERE last_day >= (system.clock() AT TIME ZONE 'Asia/Shanghai')::date"
    )
    assert one(OPERATOR, windows) == 1
    assert one(OPERATOR, STATES) == (
        "construction dealt, construction published, four_wastes dealt, four_wastes published, four_wastes published,"
        " unallocated dealt, unallocated published"
    )
    signed = (
        "SELECT string_agg(kind, ' ' ORDER BY kind) FROM exchange.contract WHERE state = 'signed' AND right_id IS NULL"
    )
    assert one(OPERATOR, signed) == "construction four_wastes unallocated"
    construction_contract_says_what_its_kind_asks(today())
    registered = "SELECT count(*) FROM registry.\"right\" WHERE kind = 'land_operation' AND upper_inf(recorded)"
    assert one(registrar, registered) == 2
    # Planted for the auditor's watch, whatever the seed: two firms of one contact in one sale.
    seen = fair_look.look(auditor, today())
    pairs = [set(said(found.subject, seen.names).split("、")) for found in seen.facts if found.kind == "related"]
    assert {firm.name for firm in demo_collective.FIRMS} in pairs
    sealed_sale(held, database, superuser)
    seal(worker, database)
    past = ("access.binding", "access.account", "land.parcel")
    strays = recheck_register(worker, database, of_register()).findings
    assert [str(stray) for stray in strays if stray.layer not in past] == []
    payments = "SELECT count(*) FROM exchange.rent_payment"
    assert one(OPERATOR, payments) == 2
    pass_days(superuser, 240)
    demo_collective.begin_month(held, 22)
    assert one(OPERATOR, payments) > 2, "what falls due later is paid too"


def construction_contract_says_what_its_kind_asks(day: date) -> None:
    """When building begins, by which plan, and the collective's own account; nothing of farmland."""
    with unit_of_work(OPERATOR) as uow:
        asked = sa.text("SELECT contract_id FROM exchange.contract WHERE kind = 'construction'")
        row = queries.one(uow.session, COUNTY, uow.session.execute(asked).scalar_one())
    assert row is not None
    assert beijing_day(row.drawn_at) == day, "by the clauses of the day on which the demonstration ends"
    assert row.clauses["start_by"] == "合同签订后六个月内"
    assert row.clauses["plan_terms"].startswith("规划样本")
    assert row.clauses["paid_to"] == "样本组集体账户"
    keys = {clause.key for clause in clauses_of(row.kind, row.unit, day)}
    assert "site_use" in keys
    assert not keys & {"use", "cropland", "duties", "expropriation", "dispute"}


def sealed_sale(held: Market, database: Settings, superuser: Connection) -> None:
    """It was announced as long before as its notice asks, the sample's farmer and organisation have entered it, and it is open
    minutes later; each officer's file is her key.
    """
    kept = database.home / "demo-accounts.json"
    demo_waiting.begin(held, kept)
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "operator": "drqyxwvzkp1", "opener": "mzkqxvwtrp2"}))
    opens_at = now_of() + 20 * DAY
    with pytest.raises(OSError, match="demo-gone"):
        demo_sealed.announce(held, kept.with_name("demo-gone.json"), opens_at)
    assert one(OPERATOR, "SELECT count(*) FROM exchange.sale WHERE way = 'sealed'") == 0, (
        "no sale without its key files"
    )
    demo_sealed.announce(held, kept, opens_at)
    pass_days(superuser, 20)
    pass_time(superuser, minutes=-2)
    demo_sealed.begin(held, kept)
    demo_sealed.begin(held, kept)
    entered = """SELECT string_agg(t.kind, ' ' ORDER BY t.kind) FROM exchange.entrant
        JOIN exchange.taker AS t USING (county, taker_id) JOIN exchange.sale AS s USING (county, sale_id)
        WHERE s.way = 'sealed' AND s.opens_at < system.clock() + interval '2 minutes'"""
    assert one(OPERATOR, entered) == "household organisation"
    file = json.loads((database.home / "demo-key-operator.json").read_text())
    locking = PBKDF2HMAC(SHA256(), 32, b64decode(file["salt"]), file["rounds"]).derive(b"drqyxwvzkp1")
    secret = AESGCM(locking).decrypt(b64decode(file["iv"]), b64decode(file["locked"]), None)
    public = (
        load_der_private_key(secret, None).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    named = """SELECT k.public_key FROM exchange.sale AS s JOIN exchange.officer_key AS k ON k.key_id = s.key_one
        WHERE s.way = 'sealed'"""
    assert one(OPERATOR, named) == public
