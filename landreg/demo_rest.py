"""Acts of the sample's year that complete it: names, certificates taken in, disputes, part of a right assigned."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from landreg.access.identity import reveal
from landreg.access.service import SYSTEM
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.registry.casework import applications
from landreg.registry.facts import standing
from landreg.registry.rules.requests import (
    Assignment,
    CertificateExchange,
    HouseholdChange,
    Joining,
    Leaving,
    NameChange,
    Request,
    RestrictionAsked,
)

ASKED = ("name_change", "certificate_exchange", "dispute_entry", "part_assignment")
KINDS = (*ASKED, "dispute_release")
SURNAMES, GIVEN = "赵钱孙李周吴郑王", "新平安和乐成宁远"
ACTS = {"part_assignment": "assignment"}
"""The act of a kind of the plan, where it has another name."""


def asked_on(registrar: Actor, county: str, kind: str, found: Mapping[Any, Any]) -> Request:
    """What the household of a right asks for. Raises NotFound where it has too few parcels, or no certificate."""
    right_id = found["right_id"]
    with unit_of_work(SYSTEM) as uow:
        members = standing.households(uow.session, county, [found["code"]])[found["code"]].members
        bundle = standing.rights(uow.session, county, [right_id])[right_id]
        certificates = standing.certificates_in_force(uow.session, county, [right_id])
    match kind:
        case "name_change":
            last = members[-1].row
            known = reveal(registrar, [last["person_id"]], "核对成员姓名和身份号码", found["code"])[last["person_id"]]
            name = known.name[:1] + ("文" if known.name[1:2] != "文" else "安") + known.name[2:]
            return NameChange(
                last["member_id"], applications.renamed(registrar, name, known.id_number), name, "miswritten"
            )
        case "certificate_exchange" if certificates:
            return CertificateExchange("damaged", certificates[0].number)
        case "dispute_entry":
            return RestrictionAsked("dispute", "样本邻户", f"镇政府争议受理样本{found['code'][-4:]}号")
        case "part_assignment" if len(bundle.parcels) > 1:
            code = bundle.codes[bundle.parcels[-1].row["parcel_id"]]
            return Assignment(found["taker"], f"{found['taker_code']}J", found["today"] - timedelta(days=5), (code,))
    raise NotFound


def household_change(registrar: Actor, county: str, found: Mapping[Any, Any], chance: random.Random) -> HouseholdChange:
    """A member of the household dies, or a child is born into it."""
    with unit_of_work(SYSTEM) as uow:
        members = standing.households(uow.session, county, [found["code"]])[found["code"]].members
    if chance.random() < 0.4 and len(members) > 2:
        return HouseholdChange(leaves=(Leaving(members[-1].row["member_id"], "death"),))
    name = chance.choice(SURNAMES) + chance.choice(GIVEN)
    person = applications.person_of(registrar, name, _citizen_id(chance))
    return HouseholdChange((Joining(person, chance.choice(("20", "30")), True, "birth"),))


def _citizen_id(chance: random.Random) -> str:
    """A synthetic number: prefix 610900 was never issued. Source of the check digit: GB 11643."""
    born = date(2023, 1, 1) + timedelta(days=chance.randrange(500))
    body = f"610900{born:%Y%m%d}{chance.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
