"""What a desk may not write of takers, offers, reviews and windows, whatever its program says: grants, policies, triggers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import auction, deals, offers, reviews, sale_queries, taker_queries, takers, windows
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.takers import Opening
from landreg.exchange.model import Listing, Taker
from landreg.registry.guarded import Attached
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY, citizen_id

PAPER = Attached("33" * 32, 9, "paper.pdf")
Denied = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="negotiation")


def at_desk(as_desk: Any, actor: Actor) -> Connection:
    """A raw connection with a desk's login, as whom a process of the program would be."""
    desk: Connection = as_desk(actor.desk, actor.jurisdiction)
    desk.execute(sql.SQL("SET landreg.actor = {}").format(sql.Literal(str(actor.account_id))))
    if actor.household is not None:
        desk.execute(sql.SQL("SET landreg.household = {}").format(sql.Literal(str(actor.household))))
    return desk


def put(desk: Connection, table: str, **row: Any) -> None:
    """A row past the program."""
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in row)
    marks = sql.SQL(", ").join(sql.Placeholder() for _ in row)
    asked = sql.SQL("INSERT INTO exchange.{} ({}) VALUES ({})").format(sql.Identifier(table), columns, marks)
    desk.execute(asked, list(row.values()))


def refused(desk: Connection, table: str, **row: Any) -> str:
    """The constraint that refuses a row."""
    with pytest.raises(psycopg.errors.IntegrityError) as error:
        put(desk, table, **row)
    return str(error.value.diag.constraint_name)


def test_the_farmers_login_makes_no_deal_no_stranger_and_no_household_of_another_name(
    listing: Listing, superuser: Connection, as_desk: Any
) -> None:
    owner, (taker, _) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    desk, now = at_desk(as_desk, owner), kit.now_of()
    at = {"county": COUNTY, "village": listing.village}
    deal = {
        "deal_id": uuid4(), "listing_id": listing.listing_id, "taker_id": taker.taker_id, "way": "negotiation", "price": 1,
        "unit": "yuan_mu_year", "by": "negotiation", "decided_at": now, "decided_by": owner.account_id, "decided_by_name": "",
    }  # fmt: skip
    with pytest.raises(Denied):
        put(desk, "deal", **at, **deal)
    event = {
        "listing_id": listing.listing_id,
        "event_id": uuid4(),
        "said": "",
        "by_id": owner.account_id,
        "by_name": "",
        "at": now,
    }
    with pytest.raises(Denied):
        put(desk, "listing_event", **at, **event, kind="dealt")
    opened = {"account_id": owner.account_id, "contact": "", "opened_by": owner.account_id, "opened_at": now}
    for kind, code, household in (
        ("person", "", None), ("organisation", "91610900MA0000002X", None), ("household", HOUSEHOLD, owner.household),
    ):  # fmt: skip
        with pytest.raises(Denied):
            put(
                desk,
                "taker",
                **at,
                taker_id=uuid4(),
                kind=kind,
                name="另一名称",
                code=code,
                household_id=household,
                **opened,
            )
    assert takers.of_household(owner, COUNTY).code == HOUSEHOLD


def test_the_office_withdraws_no_household_s_listing(listing: Listing, registrar: Actor, as_desk: Any) -> None:
    desk = at_desk(as_desk, registrar)
    with pytest.raises(Denied):
        put(
            desk, "listing_event", county=COUNTY, village=listing.village, listing_id=listing.listing_id, event_id=uuid4(),
            kind="withdrawn", said="", by_id=registrar.account_id, by_name="", at=kit.now_of(),
        )  # fmt: skip


def test_the_database_too_hears_each_side_in_turn_and_a_yes_to_the_price_that_was_named(
    listing: Listing, superuser: Connection, as_desk: Any
) -> None:
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.household(superuser, NEIGHBOUR)
    today = beijing_day(kit.now_of())
    said = {
        "county": COUNTY, "village": listing.village, "listing_id": listing.listing_id, "taker_id": taker.taker_id,
        "said": "", "by_name": "", "at": kit.now_of(), "until_day": today + timedelta(days=7),
    }  # fmt: skip
    household, buyer = at_desk(as_desk, owner), at_desk(as_desk, actor)

    def words(desk: Connection, by: Actor, **changed: Any) -> str:
        return refused(desk, "offer", **{**said, "offer_id": uuid4(), "by": by.account_id, **changed})

    assert words(buyer, actor, seq=1, side="taker", kind="accept", price=450) == "off_1_in_turn"
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal(450)))
    for changed in (
        {"seq": 3, "kind": "accept", "price": 450}, {"seq": 2, "kind": "accept", "price": 1},
        {"seq": 2, "kind": "withdraw", "price": 450}, {"seq": 2, "kind": "accept", "price": 450, "until_day": today},
    ):  # fmt: skip
        assert words(household, owner, side="household", **changed) == "off_1_in_turn", changed
    assert words(buyer, actor, seq=2, side="taker", kind="offer", price=1) == "off_1_in_turn"
    kit.pass_time(superuser, days=8)
    late = words(household, owner, seq=2, side="household", kind="accept", price=450)
    assert late == "off_2_still_holds"


def test_the_farmer_s_login_tells_the_log_of_what_it_wrote_and_of_no_contract_publication_or_row_of_another_day(
    listing: Listing, superuser: Connection, as_desk: Any
) -> None:
    taker, actor = kit.household(superuser, NEIGHBOUR)
    earlier = offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal(450)))
    desk = at_desk(as_desk, actor)

    def leaf(kind: str, key: object, village: str = listing.village) -> None:
        desk.execute(
            """INSERT INTO log.entry (county, id, village, kind, key, leaf, detail, salts, staged_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, '{}', %s)""",
            [COUNTY, uuid4(), village, kind, str(key), uuid4().bytes, b"{}", kit.now_of()],
        )

    for kind, key in (
        ("contract", "610902-2026-0000001"), ("published", uuid4()), ("deal", uuid4()), ("contract_step", uuid4()),
        ("contract_step", "no id"), ("listed", listing.number), ("taker", taker.taker_id), ("offer", earlier.offer_id),
    ):  # fmt: skip
        with pytest.raises(Denied):
            leaf(f"exchange.{kind}", key)
    desk.autocommit = False
    said = {
        "county": COUNTY, "village": listing.village, "listing_id": listing.listing_id, "taker_id": taker.taker_id, "said": "",
        "by_name": "", "at": kit.now_of(), "until_day": beijing_day(kit.now_of()) + timedelta(days=7), "seq": 2,
        "side": "taker", "kind": "withdraw", "price": 450, "by": actor.account_id, "offer_id": uuid4(),
    }  # fmt: skip
    put(desk, "offer", **said)
    leaf("exchange.offer", said["offer_id"])
    with pytest.raises(Denied):
        leaf("exchange.offer", said["offer_id"], f"{listing.village[:-1]}9")
    desk.rollback()


def test_a_member_who_came_as_a_person_bids_for_no_land_of_the_own_household(
    listing: Listing, superuser: Connection, registrar: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one who was opened before they were a member."""
    number = citizen_id(2)
    with monkeypatch.context() as before:
        before.setattr(taker_queries, "home_of", lambda *_: "")
        taker, _ = takers.open_at_counter(OPERATOR, Opening("person", "户内成员", number, "", "ren-hunei"))
    actor = kit.of_taker(taker)
    with pytest.raises(Refused) as own:
        offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal(450)))
    assert codes(own) == {"BID-6"}
    neighbour = kit.offered(registrar, kit.farmer(superuser, NEIGHBOUR), NEIGHBOUR, way="auction")
    kit.entered(kit.auction(neighbour), taker, actor)
    sold = kit.offered(
        registrar, kit.farmer(superuser, HOUSEHOLD), way="auction", from_on=listing.until_on, until_on=date(2040, 1, 1)
    )
    with pytest.raises(Refused) as entering:
        kit.entered(kit.auction(sold), taker, actor)
    assert codes(entering) == {"BID-6"}
    with pytest.raises(Conflict) as again:
        takers.open_at_counter(OPERATOR, Opening("person", "同一人", number, "", "ren-hunei2"))
    assert codes(again) == {"BID-16"}


def test_a_person_and_a_business_are_there_once_in_the_database_too(listing: Listing, superuser: Connection) -> None:
    taker, _ = kit.person(superuser, 1)
    again = {"taker_id": str(uuid4())}
    with pytest.raises(psycopg.errors.UniqueViolation) as error:
        superuser.execute(
            """INSERT INTO exchange.taker SELECT r.* FROM exchange.taker AS t, jsonb_populate_record(t, %s) AS r
               WHERE t.taker_id = %s""",
            [Jsonb(again), taker.taker_id],
        )
    assert error.value.diag.constraint_name == "bid_16_a_person_is_there_once"


def business(passed_mu: int = 0) -> tuple[Taker, Actor]:
    """A business that was opened at the counter, reviewed up to so many mu."""
    asked = Opening("organisation", "样本农业公司", "91610900MA0000001L", "0915-2", "gongsi")
    taker, _ = takers.open_at_counter(OPERATOR, asked)
    actor = kit.of_taker(taker)
    if passed_mu:
        found = reviews.ask(actor, taker, reviews.Asking(Decimal(passed_mu), "种植玉米", "", kit.FULL))
        reviews.decide(OPERATOR, COUNTY, found.qualification_id, "passed", "", kit.REVIEWED, kit.OPINION)
    return taker, actor


def paid(taker: Taker, amount: str, kind: str = "paid") -> None:
    """A payment of the reserve, by a receipt of its own."""
    today = beijing_day(kit.now_of())
    reviews.record_reserve(OPERATOR, COUNTY, taker.taker_id, kind, Decimal(amount), f"FX-{uuid4()}", today, "")


def test_a_business_is_reviewed_within_its_limit_and_its_reserve_stays_while_it_has_land(
    listing: Listing, superuser: Connection, registrar: Actor
) -> None:
    """QUAL-1, QUAL-4, QUAL-5 and QUAL-9 on the way from the offer to the deal: 300 mu over the threshold of 100."""
    wide = kit.offered(
        registrar, kit.farmer(superuser, NEIGHBOUR), NEIGHBOUR, area_m2=Decimal("200000.00"), way="negotiation"
    )
    owner, (taker, actor) = kit.farmer(superuser, NEIGHBOUR), business()
    at = (COUNTY, wide.listing_id, taker.taker_id)
    with pytest.raises(Refused) as unreviewed:
        offers.say(actor, *at, Word("offer", Decimal(450)))
    assert codes(unreviewed) == {"QUAL-1"}
    found = reviews.ask(actor, taker, reviews.Asking(Decimal(300), "种植玉米", "", kit.FULL))
    reviews.decide(OPERATOR, COUNTY, found.qualification_id, "passed", "", kit.REVIEWED, kit.OPINION)
    offers.say(actor, *at, Word("offer", Decimal(450)))
    offers.say(owner, *at, Word("accept"))
    window = deals.proceed(OPERATOR, COUNTY, wide.listing_id).window
    assert window is not None
    windows.tell(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, PAPER)
    kit.pass_time(superuser, days=15)
    with pytest.raises(Refused) as unpaid:
        deals.proceed(OPERATOR, COUNTY, wide.listing_id)
    assert codes(unpaid) == {"QUAL-5"}
    paid(taker, "70000")
    assert deals.proceed(OPERATOR, COUNTY, wide.listing_id).deal is not None
    with pytest.raises(Refused) as bound:
        paid(taker, "10000.01", "returned")
    assert codes(bound) == {"QUAL-9"}
    paid(taker, "10000", "returned")


def test_the_database_gives_back_no_more_of_a_reserve_than_there_is_and_lets_one_review_wait(
    listing: Listing, as_desk: Any
) -> None:
    taker, actor = business(200)
    paid(taker, "100")
    desk, now = at_desk(as_desk, OPERATOR), kit.now_of()
    at = {"county": COUNTY, "village": taker.village, "taker_id": taker.taker_id, "by_name": "", "at": now}
    more = refused(
        desk, "reserve", **at, reserve_id=uuid4(), kind="returned", amount=Decimal("100.01"), receipt="FX-9",
        on_day=beijing_day(now), said="", by=OPERATOR.account_id,
    )  # fmt: skip
    assert more == "qual_9_no_more_than_there_is"
    for kind, day in (("returned", -1), ("paid", -367), ("paid", 1)):
        on = beijing_day(now) + timedelta(days=day)
        with pytest.raises(Refused) as wrong:
            reviews.record_reserve(OPERATOR, COUNTY, taker.taker_id, kind, Decimal(10), "FX-8", on)
        assert wrong.value.findings[0].values["fault"] == "reserve_day"
        row = {"reserve_id": uuid4(), "kind": kind, "amount": 10, "receipt": "FX-8", "on_day": on, "said": ""}
        assert refused(desk, "reserve", **at, **row, by=OPERATOR.account_id) == "qual_9_reserve_in_its_days"
    review = {"purpose": "种植玉米", "experience": "", "area_mu": 9, "due_on": beijing_day(now), "by": actor.account_id}
    own = at_desk(as_desk, actor)
    put(own, "qualification", **at, qualification_id=uuid4(), **review)
    waits = refused(own, "qualification", **at, qualification_id=uuid4(), **review)
    assert waits == "qual_8_one_review_waits"


def test_a_window_runs_its_days_from_today_and_nobody_draws_the_lot_alone(
    listing: Listing, superuser: Connection, as_desk: Any
) -> None:
    desk, today = at_desk(as_desk, OPERATOR), beijing_day(kit.now_of())
    taker, _ = kit.person(superuser, 1)
    window = {
        "county": COUNTY, "village": listing.village, "listing_id": listing.listing_id, "taker_id": taker.taker_id,
        "way": "negotiation", "price": 450, "unit": "yuan_mu_year", "by": OPERATOR.account_id, "by_name": "",
        "at": kit.now_of(),
    }  # fmt: skip
    for first, last in ((-400, -380), (0, 13), (1, 15)):
        wrong = refused(
            desk, "priority", **window, priority_id=uuid4(), first_day=today + timedelta(days=first),
            last_day=today + timedelta(days=last),
        )  # fmt: skip
        assert wrong == "pri_1_window_runs_its_days", (first, last)
    kept = uuid4()
    put(desk, "priority", **window, priority_id=kept, first_day=today, last_day=today + timedelta(days=14))
    member, actor = kit.household(superuser, NEIGHBOUR)
    put(
        at_desk(as_desk, actor), "priority_claim", county=COUNTY, village=listing.village, claim_id=uuid4(), priority_id=kept,
        taker_id=member.taker_id, household_id=member.household_id, mark=UUID(int=0), by=actor.account_id, by_name="",
        at=kit.now_of(),
    )  # fmt: skip
    assert superuser.execute("SELECT mark FROM exchange.priority_claim").fetchone() != (UUID(int=0),)


def test_the_exchange_s_login_makes_no_deal_past_untold_members_nor_past_a_claim(
    listing: Listing, superuser: Connection, as_desk: Any
) -> None:
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal(450)))
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    member, neighbour = kit.household(superuser, NEIGHBOUR)
    windows.claim(neighbour, COUNTY, window.priority_id, member)
    desk = at_desk(as_desk, OPERATOR)
    deal = {
        "county": COUNTY, "village": listing.village, "listing_id": listing.listing_id, "taker_id": taker.taker_id,
        "way": "negotiation", "price": 450, "unit": "yuan_mu_year", "by": "negotiation", "decided_at": kit.now_of(),
        "decided_by": OPERATOR.account_id, "decided_by_name": "",
    }  # fmt: skip
    assert refused(desk, "deal", **deal, deal_id=uuid4()) == "pri_1_window_has_run"
    posted = windows.tell
    kit.pass_time(superuser, days=1)
    with pytest.raises(Refused):
        posted(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day + timedelta(days=1), PAPER)
    kit.pass_time(superuser, days=15)
    assert refused(desk, "deal", **deal, deal_id=uuid4()) == "pri_2_every_household_was_told"
    posted(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, PAPER)
    assert refused(desk, "deal", **deal, deal_id=uuid4()) == "pri_2_every_household_was_told", "it came too late"
    anew = windows.tell_anew(OPERATOR, COUNTY, window.priority_id)
    posted(OPERATOR, COUNTY, anew.priority_id, "posted", None, anew.first_day, PAPER)
    kit.pass_time(superuser, days=15)
    assert refused(desk, "deal", **deal, deal_id=uuid4()) == "pri_1_no_claim_is_left"
    made = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert made is not None
    assert (made.by, made.taker_id) == ("priority", member.taker_id)


def test_everybody_sees_bids_by_plate_and_nobody_by_which_account(
    listing: Listing, superuser: Connection, registrar: Actor, as_desk: Any
) -> None:
    sold = kit.offered(registrar, kit.farmer(superuser, NEIGHBOUR), NEIGHBOUR, way="auction")
    sale = kit.auction(sold)
    taker, actor = kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor)
    kit.pass_time(superuser, hours=1, minutes=1)
    form = uuid4()
    bid = auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal("300.00"), form)
    again = auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal("300.00"), form)
    assert (bid.seq, bid.plate) == (again.seq, again.plate) == (1, 1)
    other = kit.person(superuser, 2)[1]
    with unit_of_work(other) as uow:
        (seen,) = sale_queries.bids_shown(uow.session, COUNTY, sale.sale_id, 12)
    assert (seen.plate, seen.price) == (1, Decimal("300.00"))
    desk = at_desk(as_desk, other)
    assert desk.execute("SELECT plate FROM exchange.bid").fetchall() == [(1,)]
    for column in ("entrant_id", "by_id"):
        with pytest.raises(Denied):
            desk.execute(sql.SQL("SELECT {} FROM exchange.bid").format(sql.Identifier(column)))
