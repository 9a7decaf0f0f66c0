"""CON-29: at the counter a household's own member of age signs and speaks for it, or whom its power of attorney names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import ProgrammingError

from landreg.access.sealing import digest, seal
from landreg.audit import logged
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.bidding import takers
from landreg.exchange.bidding.takers import Opening
from landreg.exchange.contracts import drawing, project_queries, projects, signer_queries, signing
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.logged import stage_word
from landreg.exchange.contracts.model import Contract, ProjectWord
from landreg.exchange.contracts.projects import Planned, Priced, Said
from landreg.exchange.contracts.signing import Signature
from landreg.exchange.counter.present import Present, known
from landreg.exchange.model import Taker
from landreg.log.recheck import recheck
from landreg.log.store import seal as seal_log
from landreg.registry.guarded import Attached
from tests.bidding_kit import household
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    TAKER,
    VALUES,
    card_of,
    draft,
    drawn,
    parcels_of,
    right_id,
    says,
    seen,
    signature,
    signed,
    terms,
    today,
)
from tests.registry_kit import HOUSEHOLD, Connection, codes, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id, past_triggers

COUNTER = ("exchange.contract_event", "exchange.project_word", "exchange.priority_claim")


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


def under_age(superuser: Connection) -> tuple[str, str]:
    """The household's second member made a child: name and number of its card."""
    name, _card = card_of(HOUSEHOLD, 2)
    body = f"610900{today().year - 10}0101{2:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    number = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
    with past_triggers(superuser) as past:
        past.execute(
            "UPDATE identity.person SET id_digest = %s, id_sealed = %s WHERE name_digest = %s",
            (digest(f"1:{number}"), seal(number), digest(name)),
        )
    return name, number


def test_for_a_household_signs_its_own_member_of_age_and_nobody_by_another_s_card(superuser: Connection) -> None:
    contract = drawn()
    own = signature(contract, "contractor")
    name, card = card_of(HOUSEHOLD, 2)
    foreign_name, foreign = card_of(OTHER)
    for changed in (
        {"card": ""}, {"name": "样本他人"}, {"name": name}, {"card": card}, {"name": foreign_name, "card": foreign},
        {"witness": own.name}, {"attorney": True, "card": ""},
    ):  # fmt: skip
        with pytest.raises(Refused) as error:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, replace(own, **changed))
        assert codes(error) == {"CON-29"}, changed
    child = dict(zip(("name", "card"), under_age(superuser), strict=True))
    with pytest.raises(Refused) as minor:
        signing.sign(OPERATOR, COUNTY, contract.contract_id, replace(own, **child))
    assert codes(minor) == {"CON-29"}
    signing.sign(OPERATOR, COUNTY, contract.contract_id, own)
    (step,) = seen(contract).events
    assert set(step.facts) == {"way", "name", "text_sha256", "witness", "member_id"}
    assert own.card not in str(step.facts)


def test_whom_the_written_power_of_attorney_names_signs_and_the_paper_is_kept() -> None:
    contract = drawn()
    by = replace(signature(contract, "contractor"), name="样本受托人", card="", attorney=True)
    signing.sign(OPERATOR, COUNTY, contract.contract_id, by, PAPER)
    found = seen(contract)
    (step,) = found.events
    assert step.facts["attorney"] is True
    assert step.document_id is not None
    assert found.papers[step.document_id].sha256 == PAPER.sha256
    taker = signature(contract, "taker")
    for changed in ({"name": "样本受托人"}, {"witness": "样本受托人"}, {"name": "见证人甲", "witness": "见证人乙"}):
        with pytest.raises(Refused) as error:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, replace(taker, **changed))
        assert codes(error) == {"CON-29"}, changed
    signed(contract, "taker")


def test_a_household_that_takes_land_in_signs_by_its_own_member_too() -> None:
    contract = drawn(kind="subcontract", taker=OTHER)
    theirs = signature(contract, "taker")
    assert (theirs.name, theirs.card) == card_of(OTHER)
    name, card = card_of(HOUSEHOLD, 2)
    with pytest.raises(Refused) as error:
        signing.sign(OPERATOR, COUNTY, contract.contract_id, replace(theirs, name=name, card=card))
    assert codes(error) == {"CON-29"}
    assert seen(signed(contract)).contract.state == "signed"


def test_for_an_organisation_signs_whom_its_own_paper_names() -> None:
    """Neither under its own name nor without the paper; past the program neither. A village's contracts keep the paper each."""
    contract = drawn()
    sound = signature(contract, "taker")
    for changed, paper in (
        ({"name": seen(contract).contract.taker_name}, PAPER),
        ({"attorney": False}, PAPER),
        ({}, None),
    ):
        with pytest.raises(Refused) as error:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, replace(sound, **changed), paper)
        assert codes(error) == {"CON-29"}, changed
    facts = {"way": "in_person", "name": sound.name, "witness": "见证人甲", "text_sha256": contract.text_sha256}
    with pytest.raises(Refused) as past, unit_of_work(OPERATOR) as uow:
        happened(uow, contract, "signed_taker", today(), facts=facts)
    assert codes(past) == {"CON-29"}
    assert seen(signed(contract)).contract.state == "signed"


def drawn_to(taker: Taker) -> Contract:
    """A contract over the first household's land to a taker."""
    with unit_of_work(OPERATOR) as uow:
        return drawing.draw(uow, draft(right_id(), parcels_of(OPERATOR, right_id())[:1]), taker)


def person(number: str) -> Taker:
    """A person from elsewhere as a taker, opened at the counter."""
    return takers.open_at_counter(OPERATOR, Opening("person", "样本受让人", number, "", "shourang"))[0]


def test_a_person_who_takes_land_is_known_by_the_card_and_not_by_the_name_alone() -> None:
    """By another's card, by none, or under another name they do not sign; past the program neither."""
    contract = drawn_to(person(citizen_id(901)))
    own = Signature("taker", "in_person", "样本受让人", True, "见证人甲", card=citizen_id(901))
    wrong = {"counter_stranger": {"card": citizen_id(902)}, "counter_named": {"name": "样本二"}}
    for fault, changed in (*wrong.items(), ("counter_stranger", {"card": ""})):
        with pytest.raises(Refused) as error:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, replace(own, **changed))
        assert [(one.code, one.values["fault"]) for one in error.value.findings] == [("CON-29", fault)]
    sound = {"way": "in_person", "name": "样本受让人", "witness": "见证人甲", "text_sha256": contract.text_sha256}
    for said in ({}, {"person_id": str(uuid4())}):
        with pytest.raises(Refused) as past, unit_of_work(OPERATOR) as uow:
            happened(uow, contract, "signed_taker", today(), facts={**sound, **said})
        assert codes(past) == {"CON-29"}
    signing.sign(OPERATOR, COUNTY, contract.contract_id, own)
    (step,) = seen(contract).events
    assert step.facts["person_id"] == str(contract.taker_id)
    assert own.card not in str(step.facts)


def test_the_database_takes_no_signature_of_another_than_the_party() -> None:
    """A caller that asks no rule; nor one whose power of attorney is only said."""
    contract = drawn()
    with unit_of_work(OPERATOR) as uow:
        party = signer_queries.party_of(uow.session, COUNTY, contract.contract_id, "contractor")
        name, card = card_of(HOUSEHOLD)
        found = known(uow.session, COUNTY, [party.party_id], Present(name, "", card))
        name, card = card_of(OTHER)
        assert known(uow.session, COUNTY, [party.party_id], Present(name, "", card)) is None
    assert found is not None
    own = found.member_id
    assert own is not None
    sound = {"way": "in_person", "name": "样本一", "witness": "见证人甲", "text_sha256": contract.text_sha256}

    def write(kind: str, facts: dict[str, Any], paper: Attached | None = None) -> None:
        with unit_of_work(OPERATOR) as uow:
            happened(uow, contract, kind, today(), facts={**sound, **facts}, paper=paper)

    for wrong in ({}, {"member_id": str(uuid4())}, {"attorney": True}, {"member_id": str(own), "witness": "样本 一"}):
        with pytest.raises(Refused) as error:
            write("signed_contractor", wrong)
        assert codes(error) == {"CON-29"}, wrong
    for way in ("agent", "own", "service", None):
        with pytest.raises(ProgrammingError, match="row-level security"):
            write("signed_contractor", {"way": way, "member_id": str(own)})
    with pytest.raises(ProgrammingError, match="row-level security"):
        write("signed_taker", {"way": "mandate", "word_id": str(uuid4())})
    write("signed_contractor", {"member_id": str(own)})
    for clash in ({}, {"name": "见证人甲", "witness": "见证人乙"}, {"name": "社长", "witness": "样本一"}):
        with pytest.raises(Refused) as error:
            write("signed_taker", {"attorney": True, **clash}, PAPER)
        assert codes(error) == {"CON-29"}, clash
    write("signed_taker", {"name": "社长", "attorney": True}, PAPER)


def test_at_a_desk_no_way_round_the_counter_is_open(superuser: Connection) -> None:
    """From the catalogue: the desks that may write a step or a word, and what holds the exchange's, beside every other policy."""
    asked = """SELECT t.relname, p.polname, pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy AS p
        JOIN pg_class AS t ON t.oid = p.polrelid WHERE NOT p.polpermissive AND p.polcmd = 'a'
          AND p.polroles = ARRAY['landreg_exchange'::regrole::oid] AND t.oid = ANY (%s::regclass[])"""
    walls = {row[0]: (row[1], row[2]) for row in superuser.execute(asked, [list(COUNTER)]).fetchall()}
    assert {name: wall[0] for name, wall in walls.items()} == {
        "contract_event": "signed_as_at_a_desk", "project_word": "spoken_at_a_desk", "priority_claim": "taken_at_the_counter",
    }  # fmt: skip
    assert all(word in walls["contract_event"][1] for word in ("in_person", "service", "reference", "mandate"))
    for table in COUNTER:
        row = superuser.execute("SELECT relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table]).fetchone()
        may = superuser.execute(
            "SELECT has_table_privilege('landreg_exchange', %s, 'UPDATE, DELETE, TRUNCATE, TRIGGER')", [table]
        ).fetchone()
        assert (row, may) == ((True,), (False,)), table
    asked = """SELECT DISTINCT f.proname FROM pg_trigger AS g JOIN pg_proc AS f ON f.oid = g.tgfoid
        WHERE g.tgrelid = ANY (%s::regclass[]) AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')"""
    held = {row[0] for row in superuser.execute(asked, [list(COUNTER)]).fetchall()}
    assert {"party_signs", "mandate_is_given", "household_speaks", "claimed_by_whom"} <= held


def asked() -> tuple[UUID, UUID]:
    """A project over the first household's parcels, and that household."""
    parcels = tuple(Priced(code, terms().price) for code in parcels_of(OPERATOR, right_id()))
    made = projects.open_project(
        OPERATOR, COUNTY, VILLAGE, Planned("流转", TAKER, terms(), parcels, VALUES, taker_name="样本社")
    )
    with unit_of_work(OPERATOR) as uow:
        (home,) = project_queries.households(uow.session, COUNTY, made.project_id)
    return made.project_id, home


def test_a_household_s_word_on_a_project_is_its_own_member_s(
    worker: Actor, database: Settings, superuser: Connection
) -> None:
    """Yes as well as no; by a power of attorney with its paper, of which the log tells."""
    project, home = asked()
    own = says("consents", HOUSEHOLD)
    name, card = card_of(OTHER)
    for wrong in (
        replace(own, card=""), replace(own, name=name, card=card), replace(own, witness=own.name), Said("withdraws"),
        replace(says("withdraws", HOUSEHOLD), name="样本他人"),
    ):  # fmt: skip
        with pytest.raises(Refused) as error:
            projects.say(OPERATOR, COUNTY, project, home, wrong)
        assert codes(error) == {"CON-29"}, wrong
    assert projects.say(OPERATOR, COUNTY, project, home, own).member_id is not None
    word = projects.say(OPERATOR, COUNTY, project, home, replace(own, name="样本受托人", card="", attorney=PAPER))
    assert (word.member_id, word.document_id is None) == (None, False)
    seal_log(worker, database)
    told = logged.register()
    assert recheck(worker, database, told.sources, told.tables, told.closings).findings == ()
    superuser.execute("UPDATE exchange.contract_paper SET sha256 = %s", ("33" * 32,))
    assert recheck(worker, database, told.sources, told.tables, told.closings).findings


def test_the_database_takes_no_word_of_another_than_the_household() -> None:
    project, home = asked()

    def write(changed: dict[str, Any]) -> None:
        with unit_of_work(OPERATOR) as uow:
            said = {
                "county": COUNTY, "village": VILLAGE, "project_id": project, "word_id": uuid4(), "household_id": home,
                "household_code": HOUSEHOLD, "kind": "consents", "left_out": [], "way": "in_person", "name": "样本一",
                "identity_checked": True, "witness": "见证人甲", "agent_act_id": None, "member_id": None, "document_id": None,
                "said": "", "by_id": OPERATOR.account_id, "by_name": "", "at": uow.now, **changed,
            }  # fmt: skip
            row = ProjectWord(**said)
            uow.session.add(row)
            uow.session.flush()
            stage_word(uow, row, [])

    for changed in ({}, {"member_id": uuid4()}, {"name": "甲", "witness": " 甲"}):
        with pytest.raises(Refused) as error:
            write(changed)
        assert codes(error) == {"CON-29"}, changed
    for way in ("own", "agent"):
        with pytest.raises(ProgrammingError, match="row-level security"):
            write({"way": way, "agent_act_id": uuid4() if way == "agent" else None})


def test_nobody_of_either_party_witnesses_a_signature_or_a_word() -> None:
    """CON-29: neither a member of a household, by the register, nor the taker, nor who has signed for it under another contract."""
    contract, other = drawn(), signed(drawn(OTHER))
    who = seen(other).of("signed_taker")
    assert who is not None
    for side, witness in (
        ("taker", card_of(HOUSEHOLD, 2)[0]),
        ("contractor", card_of(HOUSEHOLD, 2)[0]),
        ("contractor", contract.taker_name),
        ("contractor", who.facts["name"]),
    ):
        given = replace(signature(contract, side), witness=witness)
        with pytest.raises(Refused) as refused:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, given, PAPER)
        (finding,) = refused.value.findings
        assert (finding.code, finding.field, finding.values["fault"]) == ("CON-29", "witness", "counter_theirs"), (
            witness
        )
    given = replace(signature(contract, "contractor"), witness=card_of(OTHER, 2)[0])
    signing.sign(OPERATOR, COUNTY, contract.contract_id, given, PAPER)
    priced = (Priced(parcels_of(OPERATOR, right_id())[1], terms().price),)
    planned = Planned("流转", TAKER, terms(), priced, VALUES, taker_name="样本种植专业合作社")
    project = projects.open_project(OPERATOR, COUNTY, VILLAGE, planned)
    home = contract.household_id
    assert home is not None
    for witness in (card_of(HOUSEHOLD, 2)[0], "样本种植专业合作社"):
        word = replace(says("consents", HOUSEHOLD), witness=witness)
        with pytest.raises(Refused) as refused:
            projects.say(OPERATOR, COUNTY, project.project_id, home, word)
        assert codes(refused) == {"CON-29"}


def test_who_has_signed_for_a_household_or_represents_it_is_on_its_side(superuser: Connection) -> None:
    """CON-29: on whichever side it signed, and whoever signed is none of its members."""
    earlier, other, contract = drawn(), drawn(OTHER), drawn(codes=parcels_of(OPERATOR, right_id())[1:2])
    attorney = replace(signature(earlier, "contractor"), name="样本受托人", card="", attorney=True)
    signing.sign(OPERATOR, COUNTY, earlier.contract_id, attorney, PAPER)
    given = replace(signature(contract, "contractor"), witness="样本受托人")

    def refused_by() -> str:
        with pytest.raises(Refused) as refused:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, given, PAPER)
        (finding,) = refused.value.findings
        return f"{finding.code} {finding.values['fault']}"

    assert refused_by() == "CON-29 counter_theirs"
    given = replace(given, witness=card_of(OTHER)[0])
    with past_triggers(superuser):
        superuser.execute(
            """UPDATE party.household SET representative_id = (SELECT m.person_id FROM party.member AS m
                   JOIN party.household AS h USING (county, household_id) WHERE h.code = %s AND m.position = 1)
               WHERE code = %s""",
            [OTHER, HOUSEHOLD],
        )
    assert refused_by() == "CON-29 counter_theirs"
    # Who signed for one household is a stranger to another.
    signing.sign(
        OPERATOR, COUNTY, other.contract_id, replace(signature(other, "contractor"), witness="样本受托人"), PAPER
    )


def test_who_signed_for_a_household_that_takes_land_is_on_its_side_when_it_gives_some(superuser: Connection) -> None:
    """CON-29."""
    (taker, *_rest) = household(superuser, HOUSEHOLD)
    earlier, contract = drawn(OTHER, taker=taker.code), drawn()
    attorney = replace(signature(earlier, "taker"), name="样本受托人", card="", attorney=True)
    signing.sign(OPERATOR, COUNTY, earlier.contract_id, attorney, PAPER)
    given = replace(signature(contract, "contractor"), witness="样本受托人")
    with pytest.raises(Refused) as refused:
        signing.sign(OPERATOR, COUNTY, contract.contract_id, given, PAPER)
    assert codes(refused) == {"CON-29"}
