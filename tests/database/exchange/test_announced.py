"""A sale is announced days before its deposits end, of a collective's land for longer: nobody has land by hearing of it first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from landreg.access.sealing import use_key
from landreg.audit import fair_look
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import BadInput, Refused
from landreg.core.periods import beijing_day, years_after
from landreg.exchange.bidding import calling_off, deals, sales
from landreg.exchange.bidding.model import Sale
from landreg.exchange.model import Listing
from landreg.registry import figures
from landreg.registry.figures import Figure
from tests import bidding_kit as kit
from tests.bidding_kit import published
from tests.exchange_kit import OPERATOR, common, listing_row, market, own_right, parcels_of, put_event, put_listing
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY, past_triggers

SetUp = Callable[..., Sale]


def _announced(listing: Listing, days: int, hours: int = 24) -> Sale:
    """A sale whose deposits end so many days from today, open for so many hours."""
    opens = kit.now_of() + timedelta(days=days)
    closes = opens + timedelta(hours=hours)
    asked = kit.setting(deposit_by=opens, opens_at=opens, closes_at=closes, deposit=Decimal(30))
    return sales.set_up(OPERATOR, COUNTY, listing.listing_id, asked)


def _faults(act: Callable[[], object]) -> set[tuple[str, object]]:
    with pytest.raises(Refused) as refused:
        act()
    return {(str(one.field), one.values["fault"]) for one in refused.value.findings}


def _of_collective(registrar: Actor, superuser: Connection, kind: str, land_class: str, serial: int) -> Listing:
    """Land that a collective offers itself by auction, published until yesterday."""
    code = common(superuser, parcels_of(registrar, own_right(registrar))[0], serial, land_class)
    yesterday = beijing_day(kit.now_of()) - timedelta(days=1)
    first = yesterday + timedelta(days=46)
    row = listing_row(
        registrar, None, source="collective", household_id=None, household_code="", kind=kind, way="auction",
        to_whom="all" if kind == "construction" else "members_first", price=Decimal("300.00"), closes_on=yesterday,
        from_on=first, until_on=years_after(first, 10),
    )  # fmt: skip
    put_listing(registrar, row, [code])
    put_event(OPERATOR, row, "published")
    return row


def test_land_of_a_household_is_announced_three_days_before(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    use_key(database.keys["identity"])
    listing = published(registrar, reviewer, superuser, way="auction")
    assert _faults(lambda: _announced(listing, 2)) == {("deposit_by", "sale_notice_household_land")}
    soon = kit.setting()
    assert _faults(lambda: sales.set_up(OPERATOR, COUNTY, listing.listing_id, soon)) == {
        ("deposit_by", "sale_notice_household_land")
    }
    sale = _announced(listing, 3, hours=1)
    kit.pass_time(superuser, days=4)
    deals.fail(OPERATOR, COUNTY, sale.sale_id)
    assert _faults(lambda: _announced(listing, 2)) == {("deposit_by", "sale_notice_household_land")}, (
        "set up anew: the same"
    )
    assert _announced(listing, 3).round == 2


def test_land_of_a_collective_is_announced_for_longer_and_open_for_a_day_and_a_night(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 2)
    asked = (("four_wastes", "043", 10, "collective"), ("construction", "061", 20, "construction"))
    for serial, (kind, land_class, days, offered) in enumerate(asked, 90001):
        listing = _of_collective(registrar, superuser, kind, land_class, serial)
        assert _faults(lambda: _announced(listing, days - 1)) == {("deposit_by", f"sale_notice_{offered}")}  # noqa: B023
        assert _faults(lambda: _announced(listing, days, 23)) == {("closes_at", "sale_hours")}  # noqa: B023
        assert _announced(listing, days).round == 1


def test_the_county_decides_how_long_and_never_no_day(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    use_key(database.keys["identity"])
    listing = published(registrar, reviewer, superuser, way="auction")
    today = beijing_day(kit.now_of())

    def decided(days: str) -> None:
        figures.set_figure(
            registrar, COUNTY, Figure("BID-7.notice_days", "household_land", days, today, "样本发〔2026〕1号")
        )

    decided("5")
    assert _faults(lambda: _announced(listing, 4)) == {("deposit_by", "sale_notice_household_land")}
    with pytest.raises(BadInput, match="LAW-5"):
        decided("0")
    decided("1")
    assert _announced(listing, 1).round == 1


def test_the_auditor_reads_which_land_of_a_collective_was_sold_at_short_notice(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, auditor: Actor
) -> None:
    """What ended sooner than the figure asked, and what ended at the least with one taker alone; a sale to which nobody came is
    none of them, and a longer figure later makes none.
    """
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 2)
    kinds = (("four_wastes", "043"),) * 3 + (("unallocated", "013"),) * 2
    land = [_of_collective(registrar, superuser, *kind, serial) for serial, kind in enumerate(kinds, 90001)]
    kit.auction(land[0], deposit=Decimal(30))
    alone = _announced(land[1], 11)
    kit.entered(alone, *kit.household(superuser, HOUSEHOLD))
    for listing, days in zip(land[2:], (11, 12, 12), strict=True):
        sale = _announced(listing, days)
    calling_off.call_off(OPERATOR, COUNTY, sale.sale_id, "流出方要求改期")
    kit.pass_time(superuser, days=13)
    today = beijing_day(kit.now_of())
    longer = Figure("BID-7.notice_days", "collective", "60", today, "样本发〔2026〕2号")
    figures.set_figure(registrar, COUNTY, longer)
    (found,) = [one for one in fair_look.look(auditor, today).facts if one.kind == "short_notice"]
    assert (found.seen, found.of) == (2, 4)
    assert set(found.numbers) == {land[0].number, land[1].number}


def test_what_was_set_up_before_any_notice_was_asked_was_not_announced_too_late(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, auditor: Actor
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 2)
    kit.auction(_of_collective(registrar, superuser, "four_wastes", "043", 90001), deposit=Decimal(30))
    with past_triggers(superuser) as past:
        past.execute("UPDATE exchange.sale SET set_at = '2026-11-28 09:00+08', deposit_by = '2026-11-28 10:00+08'")
    facts = fair_look.look(auditor, beijing_day(kit.now_of())).facts
    assert not [one for one in facts if one.kind == "short_notice"]
