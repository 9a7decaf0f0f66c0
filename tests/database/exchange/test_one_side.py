"""CON-29, PRI-5: whoever stands for a party by a written power is none of the other side, at the counter and past the program."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.bidding import correction_queries, deals, offers, windows
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.windows import Came
from landreg.exchange.contracts import project_queries, projects, signer_queries, signing
from landreg.exchange.contracts import queries as contracts
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.logged import stage_word
from landreg.exchange.contracts.model import Contract, ContractEvent, ProjectWord
from landreg.exchange.contracts.projects import Planned, Priced
from tests import bidding_kit as kit
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    TAKER,
    VALUES,
    card_of,
    drawn,
    parcels_of,
    right_id,
    says,
    seen,
    signature,
    terms,
    today,
)
from tests.exchange_kit import NEIGHBOUR
from tests.registry_kit import HOUSEHOLD, Connection, codes, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id, past_triggers

STRANGER = ("样本受托人", citizen_id(977))
ANOTHER = citizen_id(979)
"""A card of nobody whom the register has."""


@pytest.fixture
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


def stands(contract: Contract, side: str, name: str, card: str = "", head: bool = False) -> Contract:
    """Somebody signs for a side by a power of attorney, or as who heads it."""
    given = replace(signature(contract, side), name=name, card=card, attorney=True, head=head)
    return signing.sign(OPERATOR, COUNTY, contract.contract_id, given, PAPER)


def refused(contract: Contract, side: str, name: str, card: str = "", head: bool = False) -> str:
    with pytest.raises(Refused) as error:
        stands(contract, side, name, card, head)
    (finding,) = error.value.findings
    return f"{finding.code} {finding.field} {finding.values['fault']}"


def mandatary(name: str, card: str) -> str:
    """The id of somebody whose card was shown at the counter, when they signed for a household in another contract."""
    other = stands(drawn(OTHER), "contractor", name, card)
    (step,) = seen(other).events
    return str(step.facts["mandatary_id"])


def past(contract: Contract, side: str, **facts: Any) -> None:
    """The same signature by a caller that asks no rule."""
    said = {"way": "in_person", "witness": "见证人甲", "text_sha256": contract.text_sha256, "attorney": True, **facts}
    with unit_of_work(OPERATOR) as uow:
        happened(uow, contract, f"signed_{side}", today(), facts=said, paper=PAPER)


def test_nobody_of_a_household_signs_by_a_power_for_who_takes_its_land(village: None) -> None:
    """By the card under whatever name, and by the name where no card is shown; who is of neither signs, whatever their name."""
    for taker in (TAKER, OTHER):
        contract = drawn(kind="lease" if taker == TAKER else "subcontract", taker=taker)
        name, card = card_of(HOUSEHOLD, 2)
        for who in ((name, card), (name, ""), ("样本别名", card)):
            assert refused(contract, "taker", *who) == "CON-29 name counter_both", (taker, who)
        other = STRANGER if taker == TAKER else (name, ANOTHER)
        assert stands(contract, "taker", *other).state == "part_signed"
    assert refused(contract, "contractor", *card_of(OTHER, 2)) == "CON-29 name counter_both"


def test_whom_a_business_named_stands_for_no_household_whose_land_it_takes(
    village: None, superuser: Connection
) -> None:
    """Its contact, and who signed for it under the contract that this one follows, not under any; a member of a household signs for
    the household, also where the business names it.
    """
    earlier, beside, contract = drawn(OTHER), drawn(), drawn()
    stands(earlier, "taker", "样本理事")
    assert stands(beside, "contractor", "样本理事").state == "part_signed"
    name, _card = card_of(HOUSEHOLD)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.taker SET contact = %s WHERE code = %s", [f"样本联络 {name} 13800000000", TAKER]
        )
        superuser.execute(
            "UPDATE exchange.contract SET relation = 'renewal', previous_id = %s WHERE contract_id = %s",
            [earlier.contract_id, contract.contract_id],
        )
    for who in ("样本理事", "样本联络", seen(contract).contract.taker_name):
        assert refused(contract, "contractor", who) == "CON-29 name counter_both", who
    signing.sign(OPERATOR, COUNTY, contract.contract_id, signature(contract, "contractor"), PAPER)
    assert seen(contract).contract.state == "part_signed"


def test_who_heads_a_business_signs_for_it_over_the_land_of_their_own_household(village: None) -> None:
    """By the card and the paper that names them; for the household signs another member, never the same one."""
    contract, (name, card) = drawn(), card_of(HOUSEHOLD)
    for who in ((name, card), (name, "", True)):
        assert refused(contract, "taker", *who) == "CON-29 name counter_both", who
    taken = drawn(kind="subcontract", taker=OTHER)
    assert refused(taken, "taker", name, card, True) == "CON-29 name counter_both"
    stands(contract, "taker", name, card, head=True)
    with pytest.raises(Refused) as error:
        signing.sign(OPERATOR, COUNTY, contract.contract_id, signature(contract, "contractor"), PAPER)
    assert [one.values["fault"] for one in error.value.findings] == ["counter_other"]
    second, its = card_of(HOUSEHOLD, 2)
    own = replace(signature(contract, "contractor"), name=second, card=its)
    assert signing.sign(OPERATOR, COUNTY, contract.contract_id, own, PAPER).state == "signed"


def test_past_the_program_only_a_head_signs_over_the_land_of_their_own_household(village: None) -> None:
    name, card = card_of(HOUSEHOLD)
    known, contract, taken = mandatary(name, card), drawn(), drawn(kind="subcontract", taker=OTHER)
    said = {"name": name, "mandatary_id": known}
    for row, facts in ((contract, said), (taken, said | {"head": True})):
        with pytest.raises(Refused) as error:
            past(row, "taker", **facts)
        assert codes(error) == {"CON-29"}, facts
    past(contract, "taker", **said, head=True)
    with pytest.raises(Refused) as again:
        past(contract, "contractor", **said)
    assert codes(again) == {"CON-29"}


def test_past_the_program_who_only_bears_the_name_signs_by_another_card(village: None) -> None:
    name, _card = card_of(HOUSEHOLD, 2)
    past(drawn(kind="subcontract", taker=OTHER), "taker", name=name, mandatary_id=mandatary(name, ANOTHER))


def test_past_the_program_who_signed_by_a_power_counts_for_what_follows(village: None, superuser: Connection) -> None:
    earlier, beside, contract = drawn(OTHER), drawn(), drawn()
    stands(earlier, "taker", "样本理事")
    past(beside, "contractor", name="样本理事")
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET relation = 'renewal', previous_id = %s WHERE contract_id = %s",
            [earlier.contract_id, contract.contract_id],
        )
    with pytest.raises(Refused) as error:
        past(contract, "contractor", name="样本理事")
    assert codes(error) == {"CON-29"}


def test_past_the_program_nobody_signs_for_the_other_side_either(village: None) -> None:
    """Whose card was shown is known by it whatever name is said; an agent who signed for one side is none of the other's."""
    name, card = card_of(HOUSEHOLD, 2)
    known, contract = mandatary(name, card), drawn(kind="subcontract", taker=OTHER)
    for facts in ({"name": name, "mandatary_id": known}, {"name": "样本别名", "mandatary_id": known}):
        with pytest.raises(Refused) as error:
            past(contract, "taker", **facts)
        assert codes(error) == {"CON-29"}, facts
    past(contract, "taker", name=STRANGER[0])
    business = drawn()
    with pytest.raises(Refused) as own:
        past(business, "contractor", name=business.taker_name)
    assert codes(own) == {"CON-29"}


def test_the_agent_who_signed_for_one_side_stands_for_the_other_in_no_way(village: None, superuser: Connection) -> None:
    contract = stands(drawn(), "contractor", *STRANGER)
    with past_triggers(superuser):
        superuser.execute(
            """UPDATE exchange.contract_event SET by_name = '样本代办', facts = (facts - 'attorney' - 'mandatary_id')
                   || '{"way": "agent", "name": "样本户"}' WHERE contract_id = %s""",
            [contract.contract_id],
        )
    assert refused(contract, "taker", "样本代办") == "CON-29 name counter_both"
    with pytest.raises(Refused) as error:
        past(contract, "taker", name="样本代办")
    assert codes(error) == {"CON-29"}


def asked() -> tuple[UUID, UUID]:
    """A project of a household that takes another's land, and the other."""
    priced = tuple(Priced(code, terms().price) for code in parcels_of(OPERATOR, right_id()))
    planned = Planned("流转", TAKER, terms(), priced, VALUES, taker_name="样本种植专业合作社")
    made = projects.open_project(OPERATOR, COUNTY, VILLAGE, planned)
    with unit_of_work(OPERATOR) as uow:
        (home,) = project_queries.households(uow.session, COUNTY, made.project_id)
    return made.project_id, home


def test_nobody_of_the_taker_speaks_for_a_household_on_a_project(village: None) -> None:
    project, home = asked()
    theirs = "样本种植专业合作社"
    word = replace(says("consents", HOUSEHOLD), name=theirs, card="", attorney=PAPER)
    with pytest.raises(Refused) as error:
        projects.say(OPERATOR, COUNTY, project, home, word)
    assert [one.values["fault"] for one in error.value.findings] == ["counter_both"]
    said = projects.say(OPERATOR, COUNTY, project, home, replace(word, name=STRANGER[0], card=STRANGER[1]))
    kept = {key: value for key, value in vars(said).items() if not key.startswith("_")}

    def write(row: ProjectWord) -> None:
        with unit_of_work(OPERATOR) as uow:
            uow.session.add(row)
            uow.session.flush()
            stage_word(uow, row, [])

    with pytest.raises(Refused) as beside:
        write(ProjectWord(**kept | {"word_id": uuid4(), "name": theirs, "mandatary_id": None}))
    assert codes(beside) == {"CON-29"}


def test_nobody_whose_land_it_is_or_who_would_take_it_claims_for_a_household(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """PRI-5."""
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    for who, word in ((actor, Word("offer", listing.price)), (owner, Word("accept"))):
        offers.say(who, COUNTY, listing.listing_id, taker.taker_id, word)
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    name, card = card_of(HOUSEHOLD, 2)
    for came in (Came(name, card, True, "见证人甲", NEIGHBOUR), Came(taker.name, "", True, "见证人甲", NEIGHBOUR)):
        with pytest.raises(Refused) as error:
            windows.claim_at_counter(OPERATOR, COUNTY, window.priority_id, came, PAPER)
        assert [(one.code, one.values["fault"]) for one in error.value.findings] == [("PRI-5", "counter_both")], came
    row = windows.claim_at_counter(
        OPERATOR, COUNTY, window.priority_id, Came(*STRANGER, True, "见证人甲", NEIGHBOUR), PAPER
    )
    with unit_of_work(kit.farmer(superuser, NEIGHBOUR)) as uow:
        (own,) = correction_queries.claims_of(uow.session, row.household_id)
        assert (own.came, own.member_id) == (STRANGER[0], None)
    again = """INSERT INTO exchange.priority_claim SELECT (jsonb_populate_record(c, jsonb_build_object(
        'claim_id', gen_random_uuid(), 'came', %s::text, 'mandatary_id', NULL))).* FROM exchange.priority_claim AS c"""
    with pytest.raises(Exception, match="nobody who stands for household"):
        superuser.execute(again, [taker.name])


def test_whoever_is_asked_reads_what_was_signed_in_its_name_by_a_power(village: None, superuser: Connection) -> None:
    contract = stands(drawn(kind="subcontract", taker=OTHER), "taker", *STRANGER)
    signing.sign(OPERATOR, COUNTY, contract.contract_id, signature(contract, "contractor"), PAPER)
    for code, side in ((HOUSEHOLD, "signed_contractor"), (OTHER, "signed_taker")):
        with unit_of_work(kit.farmer(superuser, code)) as uow:
            own, since = contracts.own(uow.session), seen(contract).events[0].at
            found: list[ContractEvent] = [step for _, step in signer_queries.signed_by_power(uow.session, own, since)]
        assert [one.kind for one in found if one.kind == side] == ([side] if side == "signed_taker" else [])
