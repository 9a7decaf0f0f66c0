"""Numbers of cases and notices: by county and year, from 1 on, and none that a refused form or a look took; of acts and
certificates: by county."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest

from landreg import keys
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.files import Store
from landreg.log.store import seal
from landreg.registry.casework import cases, opening
from landreg.registry.issued.certificates import Press, issue
from landreg.registry.numbers import next_in_book
from landreg.registry.rules.requests import Assignment, Reissue
from tests.registry_kit import Connection, applied, in_state, one, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers, stage_village

SERIALS = """SELECT bool_and(right(c.number, 7)::integer = c.place) FROM (
    SELECT number, row_number() OVER (PARTITION BY left(number, 11) ORDER BY number) AS place FROM registry."case") AS c"""


def without_gaps(actor: Actor) -> bool:
    """Whether the cases of each year are numbered from 1 on, none left out."""
    return bool(one(actor, SERIALS))


def test_a_form_that_is_refused_takes_no_number(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    right = right_of(registrar)
    for _ in range(3):
        with pytest.raises(Refused):
            applied(registrar, "assignment", Assignment(UUID(int=5), "J", date(2026, 1, 5)), right)
    applied(registrar, "reissue", Reissue("遗失"), right)
    with pytest.raises(Conflict):
        applied(registrar, "reissue", Reissue("遗失"), right)
    applied(registrar, "reissue", Reissue("遗失"), right_of(registrar, f"{VILLAGE}010002"))
    assert without_gaps(registrar)
    assert one(registrar, "SELECT number FROM registry.notice").endswith("-00001")


def test_a_batch_numbers_what_it_opens_and_no_more(registrar: Actor, superuser: Connection) -> None:
    staged = stage_village(superuser, 3)
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    cases.withdraw(registrar, COUNTY, in_state(registrar, batch, "draft")[:2], "误开")
    opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    with pytest.raises(Conflict):
        opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    assert one(registrar, 'SELECT count(*) FROM registry."case"') == 8
    assert without_gaps(registrar)


def test_a_county_begins_a_book_of_its_own_and_goes_on_behind_the_numbers_of_before(
    registrar: Actor, superuser: Connection
) -> None:
    opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    superuser.execute("DELETE FROM registry.book")
    with past_triggers(superuser):
        superuser.execute("""UPDATE registry."case" SET number = replace(number, '-2026-', '-1999-')""")
    with unit_of_work(registrar) as uow:
        assert next_in_book(uow, COUNTY, "case", 3) == [1, 2, 3]
        assert next_in_book(uow, "610929", "case") == [1]
        assert next_in_book(uow, COUNTY, "notice") == [1]
        assert next_in_book(uow, COUNTY, "case") == [4]
    with unit_of_work(registrar) as uow:
        assert next_in_book(uow, COUNTY, "case", 2) == [5, 6]
    superuser.execute("DELETE FROM registry.book")
    with past_triggers(superuser):
        superuser.execute(
            """UPDATE registry."case" SET number = '610902-' || to_char(system.clock(), 'YYYY') || '-0001334'
               WHERE right_kind = 'homestead'"""
        )
    with unit_of_work(registrar) as uow:
        assert next_in_book(uow, COUNTY, "case") == [1335]


def test_acts_and_certificates_of_a_county_begin_with_one_whatever_other_counties_have(
    registrar: Actor, reviewer: Actor, worker: Actor, superuser: Connection, database: Settings
) -> None:
    with unit_of_work(registrar) as uow:
        assert next_in_book(uow, "610929", "act", 5) == next_in_book(uow, "610929", "certificate", 5) == [1, 2, 3, 4, 5]
    ids = to_rights(registrar, reviewer, superuser, 2)
    acts = superuser.execute("SELECT right(number, 7)::integer FROM registry.act ORDER BY 1").fetchall()
    assert [number for (number,) in acts] == [*range(1, len(acts) + 1)]
    assert len(acts) >= len(ids)
    seal(worker, database)
    issue(registrar, COUNTY, ids, Press(keys.certificate_signer(database), Store(database.store), database.base_url))
    serials = superuser.execute("SELECT serial FROM registry.certificate ORDER BY right(serial, 7)").fetchall()
    assert [serial[-13:] for (serial,) in serials] == [f"{COUNTY}{n:07d}" for n in range(1, len(ids) + 1)]


def test_desks_that_draw_at_once_draw_each_their_own(registrar: Actor, superuser: Connection) -> None:
    def draw(_: int) -> int:
        with unit_of_work(registrar) as uow:
            return next_in_book(uow, COUNTY, "case")[0]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(draw, range(40))) == list(range(1, 41))
