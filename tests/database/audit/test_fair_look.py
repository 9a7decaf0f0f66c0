"""The fairness watch on rows of the exchange: who took part, at what, whom the windows told; each look in the log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.audit import fair_look
from landreg.audit.fair_look import Look, said
from landreg.audit.fairness_queries import market
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, NotAllowed
from landreg.core.periods import beijing_day
from landreg.law.queries import load_law
from tests.kept_kit import Connection, kept
from tests.registry_kit import codes
from tests.villages import COUNTY, VILLAGE, past_triggers

SALES = 10
OPERATOR = UUID(int=0x6109_0051)


def _put(superuser: Connection, table: str, **row: Any) -> None:
    columns = {"county": COUNTY, "village": VILLAGE, **row}
    names = ", ".join(f'"{name}"' for name in columns)
    superuser.execute(
        f"INSERT INTO exchange.{table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", list(columns.values())
    )


def _taker(superuser: Connection, name: str, contact: str, kind: str = "organisation") -> UUID:
    made = uuid4()
    code = "" if kind == "person" else f"9361{made.hex[:14].upper()}"
    _put(
        superuser,
        "taker",
        taker_id=made,
        kind=kind,
        name=name,
        code=code,
        contact=contact,
        opened_by=made,
        opened_at="2026-01-01",
    )
    return made


def _sale(superuser: Connection, number: int, now: Any, takers: dict[UUID, int], winner: UUID) -> None:
    listing, published = uuid4(), now - timedelta(days=60 - number)
    _put(
        superuser, "listing", listing_id=listing, number=f"610902-L{number:04d}", kind="lease", source="collective",
        household_code="", way="auction", to_whom="all",
        from_on="2027-01-01", until_on="2032-01-01", unit="yuan_mu_year", grain="", price=500,
        floor=400, floor_shown=False, escalator_percent=0, paid_every="year", paid_before=True, crop="", water="", road="", soil="",
        said="", area_m2=1000, closes_on=beijing_day(now), listed_by=OPERATOR, listed_by_name="交易员", listed_at=published,
        state="dealt",
    )  # fmt: skip
    for kind, at in (("published", published), ("dealt", published + timedelta(days=20))):
        _put(
            superuser,
            "listing_event",
            listing_id=listing,
            event_id=uuid4(),
            kind=kind,
            said="",
            by_id=OPERATOR,
            by_name="交易员",
            at=at,
        )
    for taker, price in takers.items():
        _put(
            superuser, "offer", offer_id=uuid4(), listing_id=listing, taker_id=taker, seq=1, side="taker", kind="offer",
            price=price, until_day=beijing_day(now), said="", by=taker, by_name="", at=published,
        )  # fmt: skip
    _put(
        superuser, "deal", deal_id=uuid4(), listing_id=listing, taker_id=winner, way="auction", price=takers[winner],
        unit="yuan_mu_year", by="auction", decided_at=published + timedelta(days=20), decided_by=OPERATOR, decided_by_name="交易员",
    )  # fmt: skip
    if number == 0:
        window = uuid4()
        _put(
            superuser, "priority", priority_id=window, listing_id=listing, taker_id=winner, way="auction", price=500,
            unit="yuan_mu_year", first_day=beijing_day(published), last_day=beijing_day(published) + timedelta(days=14),
            by=OPERATOR, by_name="交易员", at=published,
        )  # fmt: skip
        for _ in range(3):
            _put(superuser, "priority_notice", priority_id=window, household_id=uuid4(), household_code="x")


@pytest.fixture
def planted(superuser: Connection) -> Any:
    """Ten sales of a village: two firms with one contact in half of them, a person in all, a stranger in the rest."""

    def make() -> Any:
        (now,) = superuser.execute("SELECT system.clock()").fetchone()  # type: ignore[misc]
        with past_triggers(superuser):
            one, other = (_taker(superuser, name, "0915-200 1") for name in ("甲专业合作社", "乙农业公司"))
            person, stranger = _taker(superuser, "样本某某", "13", "person"), _taker(superuser, "丙农场", "14")
            for number in range(SALES):
                takers = {one: 700, other: 410, person: 405} if number % 2 else {person: 600, stranger: 650}
                _sale(superuser, number, now, takers, one if number % 2 else stranger)
        return beijing_day(now)

    return kept(superuser, ("fair market",), make)


@pytest.fixture
def seen(planted: Any, auditor: Actor) -> Look:
    return fair_look.look(auditor, planted)


def test_two_who_share_a_contact_are_listed_with_their_names_and_numbers(seen: Look) -> None:
    assert (seen.sales, seen.windows) == (SALES, 1)
    (pair,) = [one for one in seen.facts if one.kind == "related"]
    assert set(said(pair.subject, seen.names).split("、")) == {"甲专业合作社", "乙农业公司"}
    assert (pair.seen, pair.of) == (SALES // 2, SALES // 2)
    assert pair.p == pytest.approx(1 / 252)


def test_a_round_that_led_to_nothing_stays_in_sight_when_the_next_is_set_up(
    planted: Any, superuser: Connection, auditor: Actor
) -> None:
    """The two firms came to a first round of land that others dealt for after it."""
    (listing, now) = superuser.execute(
        "SELECT listing_id, system.clock() FROM exchange.listing WHERE number = '610902-L0000'"
    ).fetchone()  # type: ignore[misc]
    with past_triggers(superuser):
        for number in (1, 2):
            sale = uuid4()
            opens = now + timedelta(hours=1)
            _put(
                superuser, "sale", sale_id=sale, listing_id=listing, round=number, way="auction", opens_at=opens,
                closes_at=opens + timedelta(hours=1), start_price=500, step=10, deposit_yuan=100, deposit_by=opens,
                soft_seconds=180, most_times=100, set_by=OPERATOR, set_by_name="交易员", set_at=now,
            )  # fmt: skip
            for plate, name in enumerate(("甲专业合作社", "乙农业公司") if number == 1 else (), 1):
                (taker,) = superuser.execute("SELECT taker_id FROM exchange.taker WHERE name = %s", [name]).fetchone()  # type: ignore[misc]
                _put(
                    superuser, "entrant", entrant_id=uuid4(), sale_id=sale, taker_id=taker, plate=plate, member=False,
                    at=now, by=taker, by_name="",
                )  # fmt: skip
    (pair,) = [one for one in fair_look.look(auditor, planted).facts if one.kind == "related"]
    assert (pair.seen, pair.of) == (SALES // 2 + 1, SALES // 2 + 1)
    assert pair.numbers.count("610902-L0000") == 1, "a listing is one, however often it is sold"


def test_a_window_that_nobody_was_told_of_is_listed(seen: Look) -> None:
    (window,) = [one for one in seen.facts if one.kind == "unheard"]
    assert (window.subject, window.seen) == ("610902-L0000", 3)


def test_a_window_that_still_runs_is_not_asked_about(planted: Any, superuser: Connection, auditor: Actor) -> None:
    """One that was opened a minute ago has told nobody yet; on its last day somebody may still be told."""
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.priority SET last_day = %s", [planted])
    assert fair_look.look(auditor, planted).windows == 0
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.priority SET last_day = %s", [planted - timedelta(days=1)])
    assert fair_look.look(auditor, planted).windows == 1


def test_a_window_that_ended_with_its_listing_had_nobody_to_be_told_any_more(
    planted: Any, superuser: Connection, auditor: Actor
) -> None:
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO exchange.listing_event (county, village, listing_id, event_id, kind, said, by_id, by_name, at)
               SELECT county, village, listing_id, gen_random_uuid(), 'withdrawn', '', "by", by_name, at FROM exchange.priority"""
        )
    found = fair_look.look(auditor, planted)
    assert (found.windows, [one for one in found.facts if one.kind == "unheard"]) == (0, [])


def test_who_claims_the_land_was_told_of_it(planted: Any, superuser: Connection, auditor: Actor) -> None:
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO exchange.priority_claim
                   (county, village, claim_id, priority_id, taker_id, household_id, "by", by_name, at)
               SELECT n.county, n.village, gen_random_uuid(), n.priority_id, p.taker_id, n.household_id, p."by", p.by_name, p.at
               FROM exchange.priority_notice AS n JOIN exchange.priority AS p USING (county, priority_id) LIMIT 1"""
        )
    (asked,) = [one for one in fair_look.look(auditor, planted).asked if one.kind == "untold"]
    assert (asked.seen, asked.of) == (2, 3)


def test_of_terms_that_were_told_anew_the_window_on_which_the_deal_rests_is_looked_at(
    planted: Any, superuser: Connection, auditor: Actor
) -> None:
    """The one that was void and had to be repeated is no hit against whoever repeated it, once the later one was posted."""
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO exchange.priority SELECT (jsonb_populate_record(p, jsonb_build_object('priority_id', gen_random_uuid(),
                   'at', p.at + interval '1 minute', 'first_day', p.first_day + 1))).* FROM exchange.priority AS p"""
        )
        superuser.execute(
            """INSERT INTO exchange.priority_told
                   (county, village, told_id, priority_id, way, sha256, paper, on_day, "by", by_name, at)
               SELECT county, village, gen_random_uuid(), priority_id, 'posted', repeat('2', 64), 'a.jpg', first_day,
                   "by", by_name, at
               FROM exchange.priority ORDER BY at DESC LIMIT 1"""
        )
    found = fair_look.look(auditor, planted)
    assert (found.windows, [one for one in found.facts if one.kind == "unheard"]) == (1, [])


def test_agents_are_counted_by_step_each_household_once(planted: Any, superuser: Connection, auditor: Actor) -> None:
    agents, homes = [uuid4(), uuid4()], [uuid4() for _ in range(4)]
    with past_triggers(superuser):
        for agent, step, home, subject in (
            *((agents[0], "bid", home, "610902-L0001 报名") for home in homes[:3]),
            *((agents[0], "bid", homes[0], f"610902-L0001 {price}") for price in range(5)),
            (agents[1], "bid", homes[3], "610902-L0002 报名"), (agents[1], "sign", homes[3], "610902-C0002"),
            (agents[1], "view", homes[0], ""),
        ):  # fmt: skip
            superuser.execute(
                """INSERT INTO access.agent_act (county, agent_act_id, village, consent_id, household_id, agent_id, step,
                       subject, done_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, system.clock())""",
                [COUNTY, uuid4(), VILLAGE, uuid4(), home, agent, step, subject],
            )
    seen = fair_look.look(auditor, planted)
    asked = {(one.kind, one.subject): one for one in seen.asked if one.kind.startswith("agent_")}
    assert {key: (one.seen, one.of) for key, one in asked.items()} == {
        ("agent_bid", str(agents[0])): (3, 4), ("agent_bid", str(agents[1])): (1, 4),
    }  # fmt: skip
    first = asked["agent_bid", str(agents[0])]
    assert (first.numbers, first.expected) == (("610902-L0001",), pytest.approx(2))


def test_bids_just_above_a_secret_floor_are_counted_for_who_made_them(seen: Look) -> None:
    near = {said(one.subject, seen.names): (one.seen, one.of) for one in seen.asked if one.kind == "near_floor"}
    assert near["样**某"] == (SALES // 2, SALES)
    assert near["乙农业公司"] == (0, SALES // 2)


def test_a_look_is_in_the_log_and_names_nobody(seen: Look, superuser: Connection) -> None:
    leaves = superuser.execute(
        "SELECT convert_from(leaf, 'UTF8') FROM log.entry WHERE kind = 'audit.market_watched'"
    ).fetchall()
    assert len(leaves) == 1
    assert '"sales":10' in leaves[0][0]
    assert not any(name in leaves[0][0] for name in seen.names.values())


def test_only_an_auditor_looks_and_only_within_the_jurisdiction(planted: Any, auditor: Actor, registrar: Actor) -> None:
    with pytest.raises(NotAllowed):
        fair_look.look(registrar, planted)
    with pytest.raises(BadInput) as error:
        fair_look.look(auditor, planted, "610921")
    assert codes(error) == {"FORM-5"}


def test_who_won_has_the_deal_that_stands_and_counter_offers_are_prices(
    planted: Any, superuser: Connection, auditor: Actor
) -> None:
    """The strangers' deals fall; the firm that was beaten answers once more, above the winner."""
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO exchange.deal_fall (county, village, deal_id, given_up_by, reason, at, by, by_name)
               SELECT d.county, d.village, d.deal_id, 'taker', '资金没有到位', system.clock(), d.taker_id, ''
               FROM exchange.deal AS d
               JOIN exchange.taker AS t USING (county, taker_id) WHERE t.name = '丙农场'"""
        )
        superuser.execute(
            """INSERT INTO exchange.offer SELECT (jsonb_populate_record(o, jsonb_build_object(
                   'offer_id', gen_random_uuid(), 'seq', 2, 'kind', 'counter', 'price', 415))).*
               FROM exchange.offer AS o WHERE o.price = 410"""
        )
    seen = fair_look.look(auditor, planted)
    asked = {(one.kind, said(one.subject, seen.names)): (one.seen, one.of) for one in seen.asked}
    assert asked["fell", "丙农场"] == (SALES // 2, SALES // 2)
    assert asked["winner", "甲专业合作社"] == (SALES // 2, SALES // 2)
    assert ("winner", "丙农场") not in asked or asked["winner", "丙农场"][0] == 0
    with unit_of_work(auditor) as uow:
        found = market(
            uow.session, COUNTY, uow.now - timedelta(days=400), uow.now, load_law(uow.session, COUNTY, planted)
        )
    best = {
        entry.price for sale in found.market.sales for entry in sale.entries if found.names[entry.taker] == "乙农业公司"
    }
    assert best == {415}
