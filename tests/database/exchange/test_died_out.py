"""A household in which nobody lives: no contract of it is renewed, drawn or signed, and none of its land listed (HH-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.exchange.contracts import making, signing
from landreg.exchange.listings import listing_queries
from landreg.exchange.listings.service import review
from landreg.registry.casework import applications, cases
from landreg.registry.facts import since
from landreg.registry.renewal import roster_cases
from landreg.registry.rules.household_requests import (
    HomesteadInheritance,
    LandOperation,
    LandOperationChange,
    Operator,
)
from landreg.registry.rules.requests import Cancellation, HouseholdChange, Leaving, Reissue, RestrictionAsked
from tests.contract_kit import OPERATOR, PAPER, drawn, signature, signed
from tests.exchange_kit import farmer_of, listing_row, put_listing
from tests.household_kit import SECOND, asked_for, members, parcels
from tests.registry_kit import Connection, applied, booked, codes, one, put_paper, put_papers, right_of, to_rights
from tests.villages import COUNTY, citizen_id


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


def dies_out(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    """All members of the first household die; a townsman inherits the house."""
    heir = applications.person_of(registrar, "城里人", citizen_id(970))
    asked = HomesteadInheritance(heir, "城里人", "（2026）公证1号", deceased=tuple(members(registrar)))
    case = asked_for(registrar, "homestead_inheritance", asked, right=right_of(registrar, kind="homestead"))
    booked(registrar, reviewer, superuser, case, "homestead_inheritance")


def refused_for(call: Any, *args: Any) -> set[str]:
    with pytest.raises(Refused) as refused:
        call(*args)
    return codes(refused)


def test_no_new_thirty_years_for_a_household_of_the_dead(
    registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By rule, and by the database where the rule is not asked."""
    to_rights(registrar, reviewer, superuser, 1, ends_on="2019-12-31")
    dies_out(registrar, reviewer, superuser)
    assert refused_for(roster_cases.apply_singly, registrar, COUNTY, right_of(registrar), None) == {"HH-15", "REN-11"}
    monkeypatch.setattr(since, "_died_out", lambda *_: {})
    case = roster_cases.apply_singly(registrar, COUNTY, right_of(registrar), None)
    put_papers(registrar, case, "renewal_single")
    assert refused_for(booked, registrar, reviewer, superuser, case, "renewal_single") == {"HH-15"}


def test_no_lease_of_its_land_is_drawn_or_signed_and_none_of_it_listed(
    registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft from before stays unsigned. By rule, and by the database where the rule is not asked."""
    to_rights(registrar, reviewer, superuser, 2)
    before, farmer, right = drawn(), farmer_of(superuser), right_of(registrar)
    short = listing_row(farmer, right, until_on=date(2027, 12, 1))
    listed = put_listing(farmer, short, parcels(registrar, right)[1:])
    by_attorney = replace(signature(before, "contractor"), name="样本受托人", card=citizen_id(972), attorney=True)
    dies_out(registrar, reviewer, superuser)
    assert refused_for(drawn) == {"HH-15"}
    assert refused_for(signing.sign, OPERATOR, COUNTY, before.contract_id, by_attorney, PAPER) == {"HH-15"}
    assert refused_for(put_listing, farmer, listing_row(farmer, right), parcels(registrar, right)) == {"HH-15"}
    assert "HH-15" in {one.code for one in review(OPERATOR, COUNTY, listed.listing_id).refused}
    monkeypatch.setattr(listing_queries, "died_out", lambda *_: "")
    monkeypatch.setattr(making, "somebody_lives", lambda *_: None)
    assert refused_for(drawn) == {"HH-15"}
    assert refused_for(signing.sign, OPERATOR, COUNTY, before.contract_id, by_attorney, PAPER) == {"HH-15"}


def test_a_draft_is_signed_by_neither_side_once_a_court_seized_the_right_and_the_refusal_names_the_court(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    before = drawn()
    seizure = RestrictionAsked("seizure", "第一法院", "（2026）执1号")
    booked(registrar, reviewer, superuser, applied(registrar, "seizure", seizure, right_of(registrar)), "seizure")
    for side in signing.SIDES:
        with pytest.raises(Refused) as refused:
            signed(before, side)
        (found,) = refused.value.findings
        assert (found.code, found.values["parties"]) == ("TR-12", ["第一法院"])


def test_a_living_household_lets_as_ever(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    dies_out(registrar, reviewer, superuser)
    signed(drawn(SECOND))


def test_land_that_is_operated_goes_to_no_other_and_for_no_longer_once_its_household_has_died_out(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2)
    right = right_of(registrar)
    firm = Operator("organization", uuid4(), "样本合作社", "93610902MA0000001B")
    term = (date(2022, 1, 1), date(2027, 6, 30))
    lease = LandOperation("", firm, "lease", "流转合同1号", date(2026, 1, 5), *term, tuple(parcels(registrar, right)))
    case = asked_for(registrar, "land_operation", lease, right=right, more=("filing",))
    booked(registrar, reviewer, superuser, case, "land_operation")
    operated = superuser.execute("SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation'").fetchone()
    assert operated is not None
    dies_out(registrar, reviewer, superuser)
    other = Operator("organization", uuid4(), "样本农业公司", "91610902MA0000009A")
    for change in (
        LandOperationChange("补充协议", date(2027, 9, 30)),
        LandOperationChange("再流转合同", None, (), other),
    ):
        assert "HH-15" in refused_for(
            applications.apply_on_right, registrar, COUNTY, operated[0], "land_operation_change", change
        )
    less = LandOperationChange("补充协议", None, tuple(parcels(registrar, right)[:1]))
    assert applications.apply_on_right(registrar, COUNTY, operated[0], "land_operation_change", less)


def test_its_right_ends_as_the_issuing_party_takes_the_land_back_without_consent_of_the_dead(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """END-6: for this reason alone, and of no household in which somebody lives."""
    to_rights(registrar, reviewer, superuser, 1)
    right, taken_back = right_of(registrar), Cancellation("died_out")
    assert refused_for(applied, registrar, "cancellation", taken_back, right) == {"END-6"}
    dies_out(registrar, reviewer, superuser)
    assert refused_for(applied, registrar, "reissue", Reissue("遗失"), right) == {"HH-15"}
    given_back = Cancellation("returned", noticed_on=date(2020, 1, 1))
    assert "END-6" in refused_for(applied, registrar, "cancellation", given_back, right)
    case = applied(registrar, "cancellation", taken_back, right)
    missing = "SELECT count(*) FROM registry.document WHERE kind IN ('member_consents', 'return_notice')"
    for paper in ("return_decision", "household_proof"):
        put_paper(registrar, case, paper)
    booked(registrar, reviewer, superuser, case, "cancellation")
    assert one(registrar, missing) == 0
    assert one(registrar, 'SELECT state FROM registry."case" WHERE case_id = :case', case=case) == "registered"


def test_the_lost_certificate_of_its_homestead_is_not_issued_again_but_who_inherits_the_house_is_registered(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """HH-24: also where the last death is registered after the application, and of a living household's homestead never."""
    to_rights(registrar, reviewer, superuser, 2)
    home, lost = right_of(registrar, kind="homestead"), Reissue("搬家时遗失")
    under_way = applied(registrar, "reissue", lost, home)
    dead = tuple(Leaving(member, "death") for member in members(registrar))
    case = applied(registrar, "household_change", HouseholdChange(leaves=dead))
    put_paper(registrar, case, "death_proof")
    booked(registrar, reviewer, superuser, case, "household_change")
    assert refused_for(booked, registrar, reviewer, superuser, under_way, "reissue") == {"HH-24"}
    cases.withdraw(registrar, COUNTY, [under_way], "户内已无人")
    assert refused_for(applied, registrar, "reissue", lost, home) == {"HH-24"}
    heir = applications.person_of(registrar, "城里人", citizen_id(970))
    asked = HomesteadInheritance(heir, "城里人", "（2026）公证1号")
    booked(
        registrar,
        reviewer,
        superuser,
        asked_for(registrar, "homestead_inheritance", asked, right=home),
        "homestead_inheritance",
    )
