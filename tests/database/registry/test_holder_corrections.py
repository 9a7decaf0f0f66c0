"""Name, number and address of a person who holds a right and is no household, corrected: since the first day, told, certified."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg import keys
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.codes import masked_name
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Refused
from landreg.log.store import seal
from landreg.registry import past
from landreg.registry.casework import applications
from landreg.registry.documents import Store
from landreg.registry.effects import Standing
from landreg.registry.facts import standing
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.rules.household_requests import HomesteadInheritance
from landreg.registry.rules.parcel_requests import Corrected, Correction
from tests.database.registry.test_household_acts import rechecked
from tests.household_kit import asked_for, members
from tests.registry_kit import Connection, applied, booked, codes, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, citizen_id

PAPERS = ("application", "identity")
"""What is asked for beside the proof of the error, where the holder applies."""
HEIR, NUMBER = "城里人", citizen_id(970)
NOW = "upper_inf(recorded) AND upper_inf(valid)"


@pytest.fixture
def inherited(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    """The homestead right that a townsman inherited; some days later."""
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    return inherits(registrar, reviewer, superuser, HEIR, NUMBER)


def inherits(registrar: Actor, reviewer: Actor, superuser: Connection, name: str, number: str) -> UUID:
    heir, right = applications.person_of(registrar, name, number), right_of(registrar, kind="homestead")
    asked = HomesteadInheritance(heir, name, "（2026）公证1号", "某市某街1号", tuple(members(registrar)))
    case = asked_for(registrar, "homestead_inheritance", asked, right=right)
    booked(registrar, reviewer, superuser, case, "homestead_inheritance")
    pass_days(superuser, 5)
    return right


def holder(actor: Actor, right: UUID) -> Standing:
    with unit_of_work(actor) as uow:
        held_by = standing.rights(uow.session, COUNTY, [right])[right].right.row["household_id"]
        found = standing.person(uow.session, COUNTY, held_by)
    assert found is not None
    return found


def of_holder(by: str = "holder", **facts: str) -> Correction:
    return Correction("holder", by, "身份证", tuple(Corrected(*fact) for fact in facts.items()))


def named(actor: Actor, right: UUID, name: str, number: str) -> dict[str, str]:
    """The facts of a correction to this name and number."""
    return {"name": name, "person_id": str(applications.holder_named(actor, holder(actor, right), name, number))}


@pytest.mark.parametrize("by", ["holder", "office"])
def test_a_wrong_name_and_address_are_right_since_the_first_day_on_the_page_the_history_and_the_certificate(
    inherited: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor,
    tmp_path: Path, by: str,
) -> None:  # fmt: skip
    began = holder(registrar, inherited).since
    asked = of_holder(by, **named(registrar, inherited, "城里仁", NUMBER), address="某市某街2号")
    case = asked_for(registrar, "correction", asked, right=inherited, more=PAPERS)
    booked(registrar, reviewer, superuser, case, "correction")
    now = holder(registrar, inherited)
    assert (now.row["name"], now.row["address"], now.since) == ("城里仁", "某市某街2号", began)
    with unit_of_work(registrar) as uow:
        told = past.right_history(uow.session, COUNTY, inherited)[0]
    assert {(line.field, line.before, line.after, line.since) for line in told.lines} == {
        ("person_id", HEIR, "城里仁", None), ("address", "某市某街1号", "某市某街2号", None)
    }  # fmt: skip
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    (issued,) = certificates.issue(registrar, COUNTY, [case], press).issued
    assert one(registrar, "SELECT holder FROM registry.check_certificate(:n)", n=issued.number) == masked_name("城里仁")
    assert applications.person_of(registrar, "城里仁", NUMBER) == now.row["person_id"], (
        "found by the number from now on"
    )
    assert rechecked(database, worker) == []


def test_a_wrong_number_is_corrected_and_read_behind_its_mask_alone(
    inherited: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = citizen_id(971)
    asked = of_holder(**named(registrar, inherited, HEIR, right))
    case = asked_for(registrar, "correction", asked, right=inherited, more=PAPERS)
    booked(registrar, reviewer, superuser, case, "correction")
    assert holder(registrar, inherited).row["person_id"] == applications.person_of(registrar, HEIR, right)
    with unit_of_work(registrar) as uow:
        (line,) = past.right_history(uow.session, COUNTY, inherited)[0].lines
    assert line.field == "id_number"
    assert right[6:14] not in f"{line.before}{line.after}"
    assert rechecked(database, worker) == []


def test_another_person_is_not_entered_by_a_correction(inherited: UUID, registrar: Actor) -> None:
    with pytest.raises(BadInput) as error:
        named(registrar, inherited, "别人", citizen_id(971))
    assert codes(error) == {"COR-16"}
    stranger = str(applications.person_of(registrar, "别人", citizen_id(971)))
    asked: list[tuple[dict[str, Any], str]] = [
        ({"name": "别人", "person_id": stranger}, "COR-16"),
        ({"person_id": stranger}, "COR-16"),
        ({"name": "城里仁"}, "COR-16"),
        ({"person_id": str(uuid4())}, "COR-16"),
        (named(registrar, inherited, HEIR, citizen_id(4)), "COR-16"),  # of a member of the second household
        ({"name": ""}, "PAR-14"),
        ({"postcode": "725000"}, "PAR-14"),
        ({"address": "某市某街1号"}, "PAR-8"),
    ]
    for facts, code in asked:
        with pytest.raises(Refused) as refused:
            applied(registrar, "correction", of_holder(**facts), inherited)
        assert code in codes(refused), facts
    household = right_of(registrar)
    with pytest.raises(Refused) as refused:
        applied(registrar, "correction", of_holder(name="别人"), household)
    assert codes(refused) == {"REG-21", "PAR-14"}


def test_who_is_a_member_too_is_corrected_in_the_household_but_for_the_address(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    right = inherits(registrar, reviewer, superuser, "成员2之1", citizen_id(4))
    with pytest.raises(Refused) as refused:
        applied(registrar, "correction", of_holder(**named(registrar, right, "成员2之一", citizen_id(4))), right)
    assert "COR-17" in codes(refused)
    case = asked_for(registrar, "correction", of_holder(address="某市某街2号"), right=right, more=PAPERS)
    booked(registrar, reviewer, superuser, case, "correction")
    assert holder(registrar, right).row["address"] == "某市某街2号"
