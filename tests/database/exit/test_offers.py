"""What an offer stands on: filed contracts of like land or the county's figure; and the floors that the database holds itself."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import NOBODY, Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import beijing_day
from landreg.exchange.contracts import signing
from landreg.exit import queries
from landreg.exit.holding import entered
from landreg.exit.model import Agreement, Exit, Item, Offer
from landreg.exit.rules.claimed import Filed
from tests.contract_kit import OPERATOR, drawn, signed, today
from tests.exit_kit import PAPER, all_consent, asked_for, figures_set, offered, seen
from tests.registry_kit import Connection, codes, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers

OTHER = f"{VILLAGE}010002"
TOWNSHIP = VILLAGE[:9]
SINCE = date(2020, 1, 1)


@pytest.fixture(autouse=True)
def _village(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    figures_set(superuser)


def filed(superuser: Connection, *prices: int) -> UUID:
    """Contracts of the other household on dry land, signed and filed, at these prices; all but the first are copies, and each is
    said to run for 15 years.
    """
    with past_triggers(superuser):
        superuser.execute("UPDATE land.parcel SET land_class = '013'")
    first = signed(drawn(OTHER, price=Decimal(prices[0]))).contract_id
    signing.file(OPERATOR, COUNTY, first, today(), "", PAPER)
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.contract SET until_on = '2037-01-01'")
        for place, price in enumerate(prices[1:], 1):
            copied(superuser, first, UUID(int=place), price=price)
    return first


def copied(superuser: Connection, of: UUID, made: UUID, price: int, **changed: Any) -> None:
    """A further contract like one that is filed."""
    of_table = {"contract": {"number": f"HT-{made.int}", "price": price, "deal_id": None, **changed},
                "contract_parcel": {"price": price}, "contract_event": {}}  # fmt: skip
    for table, values in of_table.items():
        told = superuser.execute(
            f"SELECT to_jsonb(t) FROM exchange.{table} AS t WHERE contract_id = %s", [of]
        ).fetchall()
        for (row,) in told:
            again = (
                row | values | {"contract_id": str(made)} | ({"event_id": str(uuid4())} if "event_id" in row else {})
            )
            statement = f"INSERT INTO exchange.{table} SELECT * FROM jsonb_populate_record(NULL::exchange.{table}, %s)"
            superuser.execute(statement, [Jsonb(again)])


def prices(township: str = TOWNSHIP, since: date = SINCE, until: date = date(2099, 1, 1)) -> tuple[Filed, ...]:
    with unit_of_work(NOBODY) as uow:
        return queries.filed_prices(uow.session, township, since, until)


def test_five_filed_contracts_of_like_land_are_told_by_number_and_middle_price_and_four_are_not(
    superuser: Connection,
) -> None:
    first = filed(superuser, 300, 410, 420, 430)
    assert prices() == ()
    with past_triggers(superuser):
        copied(superuser, first, UUID(int=9), 900)
        assert prices() == (Filed("dry", 120, 2400, 5, Decimal("420.00")),)
        copied(superuser, first, UUID(int=10), 425, state="withdrawn")
        copied(superuser, first, UUID(int=11), 425, until_on="2023-01-01")
        copied(superuser, first, UUID(int=12), 425, kind="share", unit="share")
        copied(superuser, first, UUID(int=13), 425)
        superuser.execute(
            "DELETE FROM exchange.contract_event WHERE contract_id = %s AND kind = 'filed'", [UUID(int=13)]
        )
        copied(superuser, first, UUID(int=14), 150, unit="kg_mu_year", grain="wheat")
    assert prices() == (Filed("dry", 120, 2400, 5, Decimal("420.00")),)
    superuser.execute(
        "INSERT INTO law.county_parameter (county, village, id, name, key, value, since, decided_in, set_by, set_at) "
        "VALUES (%s, %s, gen_random_uuid(), 'CON-11.grain_yuan_per_kg', 'wheat', '3', '2020-01-01', 'x', gen_random_uuid(), now())",
        [COUNTY, COUNTY],
    )
    assert prices() == (Filed("dry", 120, 2400, 6, Decimal("425.00")),)
    assert prices(township="610902999") == prices(until=SINCE) == prices(since=today() + timedelta(days=1)) == ()
    for wide in ("6109", "61", "", "%", "610902"):
        assert prices(township=wide) == ()


def test_an_offer_says_how_many_filed_contracts_it_is_compared_with_or_that_it_is_the_countys_figure(
    registrar: Actor, superuser: Connection
) -> None:
    found = asked_for(registrar)
    assert [line for line in offered(registrar, found).leases if "县里公布的流转价" in line]
    filed(superuser, 300, 410, 420, 430, 900)
    (line,) = offered(registrar, found).leases
    assert "备案的同类流转合同（流转期限10 年以上，共 5 宗）" in line
    assert "420.00 元" in line


def test_what_filed_contracts_pay_is_numbers_alone_for_the_desk_of_exits_and_the_public(
    as_desk: Any, superuser: Connection
) -> None:
    filed(superuser, 300, 410, 420, 430, 900)
    asked = "SELECT * FROM exchange.filed_prices(%s, '2020-01-01', '2099-01-01')"
    for desk in (Desk.REGISTRY, Desk.PUBLIC):
        row = as_desk(desk, "6109").execute(asked, [TOWNSHIP]).fetchone()
        assert row == ("013", 120, 2400, 5, Decimal("420.00"))
    for desk in (Desk.SETTLEMENT, Desk.CITIZEN):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_desk(desk, "6109").execute(asked, [TOWNSHIP])


def below(actor: Actor, found: Exit, offer: Offer, land: Decimal) -> None:
    """An agreement as the desk's own login could write it past the program: its one item is of this sum."""
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
        whole = queries.whole(uow.session, found)
        paper = entered(uow, whole, "exit_agreement", PAPER)
        here: dict[str, Any] = {"county": COUNTY, "village": found.village, "exit_id": found.exit_id}
        by = {"recorded_by": actor.account_id, "recorded_by_name": "", "recorded_at": uow.now}
        uow.session.add_all([
            Agreement(
                **here, **by, agreement_id=uuid4(), model="cash", payer="x", funds_source="x", funds_yuan=land,
                funds_shown_on=today, funds_document_id=paper, signed_on=today, lapses_on=today + timedelta(days=180),
                instalments=1, guarantee="", total_yuan=land, document_id=paper, offer_id=offer.offer_id,
            ),
            Item(**here, item_id=uuid4(), position=1, what="x", amount_yuan=land, kind="land"),
        ])  # fmt: skip


def test_the_database_itself_lets_no_agreement_stand_below_the_floor_of_its_offer(
    registrar: Actor, superuser: Connection
) -> None:
    found = asked_for(registrar, right_of(registrar))
    all_consent(registrar, found)
    pass_days(superuser, 15)
    offer = seen(registrar, found).offers[-1]
    assert offer.floor_yuan > 0
    with pytest.raises(LandregError) as refused:
        below(registrar, found, offer, offer.floor_yuan - Decimal("0.01"))
    assert codes(refused) == {"CMP-13"}
    assert one(registrar, "SELECT count(*) FROM exit.agreement") == 0
    below(registrar, found, offer, offer.floor_yuan)
    assert one(registrar, "SELECT count(*) FROM exit.agreement") == 1
