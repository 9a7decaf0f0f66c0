"""Who claims a household's priority: its own account, somebody who comes to the counter, an agent under a consent to that step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.access import consents
from landreg.access.model import Consent
from landreg.access.rules import Step
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import deal_queries, deals, offers, takers, taking_back, windows
from landreg.exchange.bidding.deal_model import Priority, PriorityClaim
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.windows import Came
from landreg.exchange.model import Listing
from landreg.registry.guarded import Attached
from landreg.registry.home.brought import seeing
from tests import bidding_kit as kit
from tests.database.exchange.test_bidding_walls import at_desk, put, refused
from tests.exchange_kit import NEIGHBOUR, OPERATOR, agent_of
from tests.registry_kit import HOUSEHOLD, Connection, codes, one
from tests.villages import COUNTY, citizen_id

FIRST = citizen_id(4)
"""The number of the neighbour's first member."""
STRANGER = citizen_id(900)
CHILD = citizen_id(50_000)
MANDATE = Attached("55" * 32, 9, "mandate.pdf")


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="negotiation")


@pytest.fixture
def window(listing: Listing, superuser: Connection) -> Priority:
    """Somebody from elsewhere and the owner have agreed: the members are asked."""
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", listing.price))
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    opened = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert opened is not None
    return opened


@pytest.fixture
def claims(window: Priority) -> Callable[..., PriorityClaim]:
    """Claims at the counter."""

    def claim(
        name: str,
        card: str,
        code: str = "",
        mandate: Attached | None = None,
        seen: bool = True,
        witness: str = "见证人甲",
    ) -> PriorityClaim:
        came = Came(name, card, seen, witness, code)
        return windows.claim_at_counter(OPERATOR, COUNTY, window.priority_id, came, mandate)

    return claim


def test_a_member_without_any_login_claims_at_the_counter_and_gets_the_land(
    claims: Callable[..., PriorityClaim], window: Priority, superuser: Connection, worker: Actor, database: Settings
) -> None:
    row = claims("成员2之1", FIRST)
    assert (row.way, row.came, row.by, row.paper) == ("counter", "成员2之1", OPERATOR.account_id, None)
    assert (row.member_id is not None, row.witness) == (True, "见证人甲")
    taker = superuser.execute("SELECT kind, code, account_id FROM exchange.taker WHERE taker_id = %s", [row.taker_id])
    assert taker.fetchone() == ("household", NEIGHBOUR, None)
    assert FIRST not in str(superuser.execute("SELECT to_jsonb(c) FROM exchange.priority_claim AS c").fetchall())
    with pytest.raises(psycopg.errors.IntegrityError) as twice:
        put_again(superuser, row)
    assert twice.value.diag.constraint_name == "pri_3_a_household_claims_once"
    windows.tell(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, MANDATE)
    kit.pass_time(superuser, days=15)
    deal = deals.proceed(OPERATOR, COUNTY, window.listing_id).deal
    assert deal is not None
    assert (deal.taker_id, deal.by) == (row.taker_id, "priority")
    assert takers.of_household(kit.farmer(superuser, NEIGHBOUR), COUNTY).taker_id == row.taker_id
    assert kit.strays(worker, database) == []


def test_a_household_that_claims_at_the_counter_was_told(
    claims: Callable[..., PriorityClaim], window: Priority, superuser: Connection
) -> None:
    """Service and database alike: only the others are still to be told."""
    row = claims("成员2之1", FIRST)
    with unit_of_work(OPERATOR) as uow:
        untold = windows.facts_of(uow, window, window.first_day).untold
        named = {one.household_id for one in deal_queries.notices(uow.session, COUNTY, window.priority_id)}
    assert set(untold) == named - {row.household_id}
    for household_id in untold:
        windows.tell(OPERATOR, COUNTY, window.priority_id, "by_hand", household_id, window.first_day, MANDATE)
    kit.pass_time(superuser, days=15)
    assert deals.proceed(OPERATOR, COUNTY, window.listing_id).deal is not None


def test_a_record_of_what_was_told_says_which_of_it_is_wrong(window: Priority) -> None:
    """PRI-2: the day of what was posted is the first one's, of what was handed over one of the window's; the paper is there."""
    with unit_of_work(OPERATOR) as uow:
        home = deal_queries.notices(uow.session, COUNTY, window.priority_id)[0].household_id
    day = timedelta(days=1)
    for way, whom, on_day, paper, fault in (
        ("posted", None, window.first_day - day, MANDATE, "told_posted_late"),
        ("by_hand", home, window.last_day + day, MANDATE, "told_out_of_days"),
        ("by_hand", home, window.first_day, None, "told_unproven"),
    ):
        with pytest.raises(Refused) as refused:
            windows.tell(OPERATOR, COUNTY, window.priority_id, way, whom, on_day, paper)
        assert [(one.code, one.values["fault"]) for one in refused.value.findings] == [("PRI-2", fault)]
    windows.tell(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, MANDATE)


def put_again(superuser: Connection, row: PriorityClaim) -> None:
    superuser.execute(
        """INSERT INTO exchange.priority_claim SELECT (jsonb_populate_record(c,
               jsonb_build_object('claim_id', gen_random_uuid()))).* FROM exchange.priority_claim AS c WHERE claim_id = %s""",
        [row.claim_id],
    )


def test_whoever_is_no_member_brings_the_power_of_attorney_of_the_household_that_was_chosen(
    claims: Callable[..., PriorityClaim], window: Priority, worker: Actor, database: Settings
) -> None:
    third = f"{NEIGHBOUR[:-1]}3"
    wrong = {
        ("路人", STRANGER): "counter_stranger", ("路人", STRANGER, NEIGHBOUR): "counter_stranger",
        ("路人", STRANGER, "", MANDATE): "counter_stranger", ("孩子", CHILD, NEIGHBOUR, MANDATE): "counter_minor",
        ("成员2之1", FIRST, third): "counter_stranger", ("成员2之1", FIRST[:-1]): "counter_stranger",
        ("成员2之2", FIRST): "counter_named", ("成员2之1", FIRST, "", MANDATE, False): "counter_unseen",
        ("成员2之1", FIRST, "", None, True, " "): "counter_unwitnessed",
        ("成员2之1", FIRST, "", None, True, "成员2 之1"): "counter_witness", (" ", FIRST): "counter_unnamed",
        ("路人", STRANGER, "1", MANDATE): "counter_stranger",
    }  # fmt: skip
    for given, fault in wrong.items():
        with pytest.raises(Refused) as error:
            claims(*given)
        (found,) = error.value.findings
        assert (found.code, found.values["fault"]) == ("PRI-5", fault), given
    with pytest.raises(Refused) as own:
        claims("路人", STRANGER, HOUSEHOLD, MANDATE)
    assert codes(own) == {"PRI-3"}, "who lists the land claims none"
    row = claims("成员2之1", "", third, MANDATE)
    assert (row.member_id, row.sha256, row.paper) == (None, MANDATE.sha256, "mandate.pdf")
    assert one(OPERATOR, "SELECT code FROM exchange.taker WHERE kind = 'household'") == third
    assert kit.strays(worker, database) == []


def test_past_the_program_the_counter_claims_for_no_household_without_who_came(
    claims: Callable[..., PriorityClaim], window: Priority, superuser: Connection, as_desk: Any
) -> None:
    member, _ = kit.household(superuser, NEIGHBOUR)
    desk = at_desk(as_desk, OPERATOR)
    row = {
        "county": COUNTY, "village": window.village, "priority_id": window.priority_id, "taker_id": member.taker_id,
        "household_id": member.household_id, "by": OPERATOR.account_id, "by_name": "", "at": kit.now_of(),
    }  # fmt: skip
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(desk, "priority_claim", **row, claim_id=uuid4())
    by_proxy = {"came": "路人", "sha256": "5" * 64, "paper": "x", "witness": "见证人甲"}
    of_another = superuser.execute(
        "SELECT member_id FROM party.member WHERE household_id <> %s LIMIT 1", [member.household_id]
    ).fetchone()
    assert of_another is not None
    for more in (
        {"came": "路人"}, {"came": " ", "sha256": "5" * 64, "paper": "x"}, {"came": "路人", "sha256": "5", "paper": "x"},
        {"came": "路人", "member_id": of_another[0]}, {"came": "路人", "sha256": "5" * 64, "paper": "x", "witness": " "},
        {"came": "路人", "sha256": "5" * 64, "paper": "x", "witness": "路 人"},
    ):  # fmt: skip
        said = {"witness": "见证人甲", **more}
        assert refused(desk, "priority_claim", **row, **said, claim_id=uuid4()) == "pri_5_who_claims", more
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(desk, "priority_claim", **{**row, "by": uuid4()}, **by_proxy, claim_id=uuid4())
    put(desk, "priority_claim", **row, **by_proxy, claim_id=uuid4())


def _acting(superuser: Connection, step: Step, agent: Actor | None = None) -> tuple[Actor, tuple[str, UUID]]:
    """The agent as who sees the neighbour's household, under a consent to a step."""
    farmer, agent = kit.farmer(superuser, NEIGHBOUR), agent or agent_of(superuser)
    today = beijing_day(kit.now_of())
    given = consents.give(farmer, agent.account_id, step, today, today)
    with unit_of_work(agent) as uow:
        consent = uow.session.get_one(Consent, {"county": COUNTY, "consent_id": given})
    return seeing(agent, consent), (COUNTY, given)


def test_an_agent_claims_under_a_consent_to_that_step_alone(
    window: Priority, superuser: Connection, worker: Actor, database: Settings
) -> None:
    acting, under = _acting(superuser, Step.BID)
    taker = takers.of_household(acting, COUNTY, under)
    with pytest.raises(NotFound):
        windows.claim(acting, COUNTY, window.priority_id, taker, under)
    acting, under = _acting(superuser, Step.PRIORITY, acting)
    row = windows.claim(acting, COUNTY, window.priority_id, taker, under)
    assert (row.way, row.by, row.came) == ("agent", acting.account_id, None)
    act = superuser.execute("SELECT step, subject FROM access.agent_act WHERE agent_act_id = %s", [row.agent_act_id])
    found = act.fetchone()
    assert found is not None
    assert (found[0], found[1].endswith("优先权")) == ("priority", True)
    assert kit.strays(worker, database) == []


def test_an_agent_opens_the_household_as_a_taker_under_the_same_consent(
    window: Priority, superuser: Connection
) -> None:
    acting, under = _acting(superuser, Step.PRIORITY)
    taker = takers.of_household(acting, COUNTY, under, Step.PRIORITY)
    assert (taker.code, taker.account_id) == (NEIGHBOUR, None)
    assert windows.claim(acting, COUNTY, window.priority_id, taker, under).household_id == taker.household_id


def test_past_the_program_an_agent_claims_nothing_without_writing_so_first(
    window: Priority, superuser: Connection, as_desk: Any
) -> None:
    acting, under = _acting(superuser, Step.PRIORITY)
    taker = takers.of_household(acting, COUNTY, under, Step.PRIORITY)
    earlier = consents.act_for(acting, *under, Step.PRIORITY, "早先")
    assert earlier.household == taker.household_id
    act = superuser.execute("SELECT agent_act_id FROM access.agent_act WHERE subject = '早先'").fetchone()
    assert act is not None
    desk = at_desk(as_desk, acting)
    row = {
        "county": COUNTY, "village": window.village, "priority_id": window.priority_id, "taker_id": taker.taker_id,
        "household_id": taker.household_id, "by": acting.account_id, "by_name": "", "at": kit.now_of(),
    }  # fmt: skip
    by_proxy = {"came": "路人", "sha256": "5" * 64, "paper": "x", "witness": "见证人甲"}
    for more in ({}, {"agent_act_id": act[0]}, by_proxy):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            put(desk, "priority_claim", **row, **more, claim_id=uuid4())


def test_a_claim_is_taken_back_while_the_window_runs_and_made_again(
    claims: Callable[..., PriorityClaim], window: Priority, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """PRI-8."""
    taker, member = kit.household(superuser, NEIGHBOUR)
    at = (COUNTY, window.priority_id)

    def standing() -> int:
        with unit_of_work(OPERATOR) as uow:
            return len(deal_queries.claims(uow.session, *at))

    with pytest.raises(Conflict) as none:
        taking_back.take_back(member, *at, taker)
    assert codes(none) == {"BID-8"}
    windows.claim(member, *at, taker)
    taking_back.take_back(member, *at, taker)
    with unit_of_work(member) as uow:
        assert deal_queries.claims(uow.session, *at) == []
        assert len(deal_queries.claims(uow.session, *at, standing=False)) == 1
    # At the counter a member claims it again, and takes it back; nobody else does.
    claims("成员2之1", FIRST)
    assert standing() == 1
    for came in (Came("成员2之1", STRANGER, True, "见证人甲"), Came("成员2之1", FIRST, True, "")):
        with pytest.raises(Refused) as other:
            taking_back.take_back_at_counter(OPERATOR, *at, came)
        assert codes(other) == {"PRI-5"}
    taking_back.take_back_at_counter(OPERATOR, *at, Came("成员2之1", FIRST, True, "见证人甲"))
    assert standing() == 0
    windows.tell(OPERATOR, *at, "posted", None, window.first_day, MANDATE)
    claims("成员2之1", FIRST)
    kit.pass_time(superuser, days=15)
    with pytest.raises(Refused) as late:
        taking_back.take_back(member, *at, taker)
    assert codes(late) == {"PRI-8"}
    deal = deals.proceed(OPERATOR, COUNTY, window.listing_id).deal
    assert deal is not None
    assert (deal.by, deal.taker_id) == ("priority", taker.taker_id)
    assert kit.strays(worker, database) == []


def test_after_a_claim_was_taken_back_the_land_goes_to_who_offered(
    window: Priority, superuser: Connection, as_desk: Any
) -> None:
    taker, member = kit.household(superuser, NEIGHBOUR)
    at = (COUNTY, window.priority_id)
    row = windows.claim(member, *at, taker)
    _, stranger = kit.person(superuser, 2)
    back = {
        "county": COUNTY, "village": row.village, "record": "priority_claim", "record_id": row.claim_id, "said": "撤回",
        "by_name": "", "at": kit.now_of(),
    }  # fmt: skip
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(at_desk(as_desk, stranger), "correction", by=stranger.account_id, **back)
    other = {**back, "record": "deposit"}
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError)):
        put(at_desk(as_desk, member), "correction", by=member.account_id, **other)
    taking_back.take_back(member, *at, taker)
    assert refused(at_desk(as_desk, member), "correction", by=member.account_id, **back) == "pri_8_taken_back_in_time"
    windows.tell(OPERATOR, *at, "posted", None, window.first_day, MANDATE)
    kit.pass_time(superuser, days=15)
    deal = deals.proceed(OPERATOR, COUNTY, window.listing_id).deal
    assert deal is not None
    assert (deal.by, deal.taker_id) == ("negotiation", window.taker_id)
