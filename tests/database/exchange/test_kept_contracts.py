"""What triggers keep of contracts beside their events is held against these: a superuser's blow at it is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.contracts import life
from landreg.exchange.contracts.kept_queries import kept_otherwise
from landreg.exchange.contracts.model import Contract
from tests.contract_kit import OPERATOR, PAPER, drawn, parcels_of, right_id, signed, today
from tests.exchange_kit import TERM
from tests.registry_kit import Connection, to_rights
from tests.villages import COUNTY, past_triggers


@pytest.fixture
def contract(registrar: Actor, reviewer: Actor, superuser: Connection) -> Contract:
    to_rights(registrar, reviewer, superuser, 2, **TERM)
    return signed(drawn())


def otherwise(worker: Actor) -> list[tuple[str, str, str]]:
    with unit_of_work(worker) as uow:
        return [(row.table, row.key, row.fact) for row in kept_otherwise(uow.session)]


def test_drawn_half_signed_signed_and_ended_contracts_are_kept_as_their_events_say(
    contract: Contract, worker: Actor
) -> None:
    drawn(codes=parcels_of(OPERATOR, right_id())[1:2])
    signed(drawn(codes=parcels_of(OPERATOR, right_id())[1:2]), "contractor")
    assert otherwise(worker) == []
    life.end(OPERATOR, COUNTY, contract.contract_id, life.End("agreed", today() + timedelta(days=3), "双方商定"), PAPER)
    assert otherwise(worker) == []


@pytest.mark.parametrize(
    ("blow", "named"),
    [
        ("UPDATE exchange.contract SET state = 'ended'", ("exchange.contract", "{}", "state")),
        ("UPDATE exchange.contract SET ends_on = from_on", ("exchange.contract", "{}", "ends_on")),
        ("UPDATE exchange.contract SET void = true", ("exchange.contract", "{}", "void")),
        ("DELETE FROM exchange.held_parcel", ("exchange.held_parcel", "{}/{}", "held")),
        ("UPDATE exchange.held_parcel SET held = daterange(lower(held), lower(held) + 1)",
         ("exchange.held_parcel", "{}/{}", "held")),
    ],
)  # fmt: skip
def test_a_blow_at_what_is_kept_is_named(
    contract: Contract, superuser: Connection, worker: Actor, blow: str, named: tuple[str, str, str]
) -> None:
    with past_triggers(superuser):
        superuser.execute(blow)
    code = parcels_of(OPERATOR, right_id())[0]
    assert otherwise(worker) == [(named[0], named[1].format(contract.number, code), named[2])]
