"""Who stands at the counter by a power of attorney: the number of their card is sealed, and opened by the register's road alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from landreg.access.identity import (
    CITIZEN_ID,
    NewPerson,
    bearing,
    bearing_number,
    enter_alone,
    enter_renamed,
    find,
    reveal,
)
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound, Refused
from landreg.exchange.bidding import deals, offers, windows
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.windows import Came
from landreg.exchange.contracts import projects, signing
from tests import bidding_kit as kit
from tests.contract_kit import OPERATOR, OTHER, PAPER, drawn, says, seen, signature
from tests.database.exchange.test_contract_signers import asked
from tests.exchange_kit import NEIGHBOUR
from tests.registry_kit import HOUSEHOLD, Connection, codes, to_rights
from tests.villages import COUNTY, citizen_id

CARD = citizen_id(977)


@pytest.fixture
def village(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)


def by_attorney(card: str = CARD) -> UUID:
    """Who signed a contract for its contractor by a power of attorney."""
    contract = drawn()
    given = replace(signature(contract, "contractor"), name="样本受托人", card=card, attorney=True)
    signing.sign(OPERATOR, COUNTY, contract.contract_id, given, PAPER)
    (step,) = seen(contract).events
    assert CARD not in str(step.facts)
    return UUID(step.facts["mandatary_id"])


def persons(superuser: Connection) -> Any:
    return superuser.execute("SELECT count(*) FROM identity.person").fetchone()


def test_the_number_is_kept_sealed_and_an_officer_of_the_register_opens_it_with_a_reason(
    village: None, registrar: Actor, auditor: Actor, worker: Actor, database: Settings, superuser: Connection
) -> None:
    before = persons(superuser)
    person = by_attorney()
    row = superuser.execute(
        "SELECT to_jsonb(p)::text FROM identity.person AS p WHERE person_id = %s", [person]
    ).fetchone()
    assert row is not None
    assert CARD not in row[0]
    assert persons(superuser) == (before[0] + 1,)
    leaves = superuser.execute("SELECT kind FROM log.entry WHERE key = %s", [str(person)]).fetchall()
    assert leaves == [("person.entered",)]
    for officer in (registrar, auditor):
        opened = reveal(officer, [person], "核对受托人身份", "合同")[person]
        assert (opened.name, opened.id_number) == ("样本受托人", CARD)
    with pytest.raises(NotFound):
        reveal(replace(registrar, jurisdiction="610921"), [person], "别的县", "合同")
    for question in ("SELECT id_digest FROM identity.person", "SELECT exchange.mandataries('{}')"):
        with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work(OPERATOR) as uow:
            uow.session.execute(text(question))
    assert kit.strays(worker, database) == []


def test_the_same_number_is_the_same_person_and_none_is_kept_where_no_card_was_shown(
    village: None, superuser: Connection
) -> None:
    (project, home), contract = asked(), drawn(OTHER)
    before = persons(superuser)
    for side, card, name in (("taker", "", "样本代理人"), ("contractor", CARD, "样本受托人")):
        given = replace(signature(contract, side), name=name, card=card, attorney=True)
        signing.sign(OPERATOR, COUNTY, contract.contract_id, given, PAPER)
    first, second = (one.facts for one in seen(contract).events if one.kind.startswith("signed_"))
    assert "mandatary_id" not in first
    own = replace(says("consents", HOUSEHOLD), name="样本受托人", card=CARD, attorney=PAPER)
    assert str(projects.say(OPERATOR, COUNTY, project, home, own).mandatary_id) == second["mandatary_id"]
    assert persons(superuser) == (before[0] + 1,)
    member = says("consents", HOUSEHOLD)
    assert projects.say(OPERATOR, COUNTY, project, home, member).mandatary_id is None


def test_a_number_that_is_known_under_another_name_is_refused(village: None, superuser: Connection) -> None:
    """CON-29."""
    by_attorney()
    before, other = persons(superuser), drawn(OTHER)
    given = replace(signature(other, "contractor"), name="样本另一人", card=CARD, attorney=True)
    with pytest.raises(Refused) as named:
        signing.sign(OPERATOR, COUNTY, other.contract_id, given, PAPER)
    assert codes(named) == {"CON-29"}
    assert persons(superuser) == before


def test_who_is_known_at_the_exchange_s_counter_alone_is_no_person_of_the_register(
    village: None, registrar: Actor, worker: Actor, database: Settings
) -> None:
    """CON-29: the register enters the number by the name that it checked itself, and the counter asks for that one from then on."""
    typed = by_attorney()
    with unit_of_work(registrar) as uow:
        assert (find(uow, id_number=CARD), bearing_number(uow.session, CARD)) == (None, frozenset())
        assert enter_renamed(uow, NewPerson("样本受托人", CITIZEN_ID, CARD)) is None
        checked = enter_alone(uow, NewPerson("样本本人", CITIZEN_ID, CARD))
        assert find(uow, id_number=CARD) == checked != typed
        assert bearing(uow.session, [(checked, "样本受托人"), (checked, "样本本人")]) == {checked}
        assert bearing_number(uow.session, CARD) == {checked}
    other = drawn(OTHER)
    given = replace(signature(other, "contractor"), name="样本受托人", card=CARD, attorney=True)
    with pytest.raises(Refused) as named:
        signing.sign(OPERATOR, COUNTY, other.contract_id, given, PAPER)
    assert codes(named) == {"CON-29"}
    signing.sign(OPERATOR, COUNTY, other.contract_id, replace(given, name="样本本人"), PAPER)
    assert seen(other).events[0].facts["mandatary_id"] == str(checked)
    assert kit.strays(worker, database) == []


def test_who_claims_a_priority_for_a_household_is_kept_too(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    for who, word in ((actor, Word("offer", listing.price)), (owner, Word("accept"))):
        offers.say(who, COUNTY, listing.listing_id, taker.taker_id, word)
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    came = Came("样本受托人", CARD, True, "见证人甲", NEIGHBOUR)
    row = windows.claim_at_counter(OPERATOR, COUNTY, window.priority_id, came, PAPER)
    assert row.mandatary_id is not None
    assert reveal(registrar, [row.mandatary_id], "核对受托人身份", "公示")[row.mandatary_id].id_number == CARD
    assert kit.strays(worker, database) == []
