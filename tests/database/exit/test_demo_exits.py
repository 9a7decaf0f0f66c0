"""The demonstration's year has two exits: one that is paid and ends, one that is taken back."""

from __future__ import annotations

from landreg import demo_exits
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.files import Store
from landreg.demo_year import Office, awaiting
from tests.registry_kit import Connection, one, pass_days, to_rights
from tests.villages import COUNTY


def test_of_two_exits_of_the_sample_one_ends_and_one_is_taken_back_whatever_is_begun_again(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 3)
    office = Office(COUNTY, registrar, reviewer, Store(database.store))
    for month in range(1, 13):
        demo_exits.begin_month(office, month)
        demo_exits.begin_month(office, month)
        pass_days(superuser, 31)
    states = """SELECT string_agg(c.state, ' ' ORDER BY x.number) FROM exit.exit AS x
        JOIN registry."case" AS c USING (county, case_id)"""
    assert one(registrar, states) == "registered withdrawn"
    ended = "SELECT case_id FROM registry.\"case\" WHERE act_kind = 'exit' AND state = 'registered'"
    assert one(registrar, ended) in awaiting(COUNTY)
    assert (
        one(registrar, "SELECT string_agg(coalesce(cut_m2::text, ''), ' ' ORDER BY number) FROM exit.exit") == "200.00 "
    )
