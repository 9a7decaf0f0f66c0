"""A transfer's chain of leaves, in pages: who opened sealed bids, a project with the household's word, the register's act."""

from __future__ import annotations

from decimal import Decimal

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import logged, sealed
from landreg.exchange.contracts import project_queries, project_runs, projects, trace_queries
from tests import bidding_kit as kit
from tests.database.exchange.test_collective_registered import booked, contracted, opened
from tests.database.exchange.test_contract_of_collective import common
from tests.database.exchange.test_sealed_bids import Bidders
from tests.database.exchange.test_village_project import asker, qualified, says
from tests.database.exchange.test_village_project import opened as project_opened
from tests.exchange_kit import OPERATOR, market
from tests.registry_kit import Connection, to_rights
from tests.villages import COUNTY, past_triggers


@pytest.fixture(autouse=True)
def key(database: Settings) -> None:
    use_key(database.keys["identity"])


def whole(actor: Actor, number: str) -> list[tuple[str, str]]:
    """Kind and who of every leaf; none of them is lost."""
    with unit_of_work(actor) as uow:
        found = trace_queries.trace(uow.session, number)
        first, second = trace_queries.trace(uow.session, number, 2, 0), trace_queries.trace(uow.session, number, 2, 2)
    assert [one.lost for one in found] == [0] * len(found)
    assert {one.total for one in [*found, *first, *second]} == {len(found)}
    assert [*first, *second] == found[:4]
    return [(one.kind.removeprefix("exchange."), one.who) for one in found]


OF_NO_TRANSFER = {"officer_key", "qualification", "qualification_decision", "reserve", "land_watch"}
"""What is of an officer, of a taker or of the use of land since a deal, and no step of one transfer."""


def test_every_row_of_a_sale_that_has_a_leaf_is_a_step_of_the_chain() -> None:
    """Whoever adds a table of sales, offers or priority adds its step."""
    steps = {kind for kind in logged.KINDS if f"'{logged.KINDS[kind]}'" in trace_queries._STEPS}
    assert logged.KINDS.keys() - steps == OF_NO_TRANSFER


def test_who_opened_sealed_bids_is_in_the_chain(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    listing = kit.published(registrar, reviewer, superuser, way="sealed")
    sale = kit.sealed_sale(listing)
    Bidders(superuser, sale).bid(0, "400")
    kit.pass_time(superuser, hours=5)
    for officer, place in ((OPERATOR, 1), (kit.SECOND, 2)):
        sealed.give_shares(officer, COUNTY, sale.sale_id, kit.shares_of(sale, place))
    told = whole(OPERATOR, listing.number)
    assert {who for kind, who in told if kind == "sealed_share"} == {OPERATOR.name, kit.SECOND.name}


def test_the_act_by_which_a_contract_came_into_the_register_is_in_the_chain(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, auditor: Actor
) -> None:
    """Its leaf is the register's own; a leaf that is gone is counted, and comes first."""
    market(registrar, reviewer, superuser)
    contract = contracted(registrar, superuser, [common(superuser)])
    booked(registrar, reviewer, opened(registrar, database, contract))
    for reader in (OPERATOR, auditor):
        assert ("act", reviewer.name) in whole(reader, contract.number)
    with past_triggers(superuser):
        superuser.execute("DELETE FROM log.entry WHERE kind = 'exchange.contract'")
    with unit_of_work(auditor) as uow:
        first = trace_queries.trace(uow.session, contract.number, 1)[0]
    assert (first.kind, first.at, first.lost) == ("exchange.contract", None, 1)


def test_a_project_and_the_household_s_own_word_are_in_the_chain_of_its_contract(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor
) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    operator = asker()
    qualified(operator, Decimal(8))
    project = project_opened(operator)
    with unit_of_work(operator) as uow:
        parcels = project_queries.parcels(uow.session, COUNTY, project)
    for household, code in {one.household_id: one.household_code for one in parcels}.items():
        projects.say(operator, COUNTY, project, household, says("consents", code))
    project_runs.ask_run(operator, COUNTY, project)
    while project_runs.work(worker):
        pass
    with unit_of_work(operator) as uow:
        contract = next(iter(project_queries.contracts(uow.session, COUNTY, project).values()))
    kinds = [kind for kind, _ in whole(operator, contract.number)]
    assert (kinds.count("project"), kinds.count("project_word")) == (1, 1), "its own word and not the neighbour's"
