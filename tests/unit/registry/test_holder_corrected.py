"""HS-1, COR-25 to COR-28: who held a right from the start, and what says it anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from landreg.law.book import act_type, examine, national_law
from landreg.registry.effects import Standing
from landreg.registry.effects.corrected import correct_holder
from landreg.registry.effects.parcels import Spoken, SpokenRight
from landreg.registry.facts.held_by import Subject
from landreg.registry.facts.said import announced, corrected_in_words
from landreg.registry.rules.act_facts import Restricted
from landreg.registry.rules.corrected_facts import HolderCorrected
from landreg.registry.rules.corrections import CORRECTION_RULES
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.requests import plain, read

LAW = national_law("610902", date(2026, 7, 1))
RULES = CORRECTION_RULES["correction"]
HOME, OTHER = "610902104202010001", "610902104202010002"
SIGNED, SAID = date(1998, 1, 1), date(2024, 3, 1)
ASKED = Correction("held", "holder", "合同原件", (Corrected("holder", OTHER),), name="张三丰", proved_on=SIGNED)
SOUND = HolderCorrected(said_on=SAID)


def facts(held: HolderCorrected = SOUND, asked: Correction = ASKED, **changed: Any) -> ParcelActFacts:
    told: dict[str, Any] = {"act_kind": "correction", "code": f"{HOME}J", "right_kind": "contract_management"}
    told |= {"now": {"holder": HOME}, "meant": {"holder": OTHER}}
    return ParcelActFacts(**told | {"held": held, "asked": asked} | changed)


@pytest.mark.parametrize(
    ("held", "asked", "code"),
    [
        (replace(SOUND, homesteads=("610902104202JC00002",)), ASKED, "HS-1"),
        (replace(SOUND, fits=False), ASKED, "COR-25"),
        (replace(SOUND, came_by="assignment"), ASKED, "COR-26"),
        (SOUND, replace(ASKED, proved_on=None), "COR-27"),
        (SOUND, replace(ASKED, proved_on=date(2024, 3, 2)), "COR-27"),
        (replace(SOUND, strange="J"), ASKED, "COR-28"),
    ],
)
def test_who_did_not_hold_it_from_the_start_comes_to_it_by_another_act(
    held: HolderCorrected, asked: Correction, code: str
) -> None:
    (found,) = examine(RULES, facts(held, asked), LAW)
    assert (found.code, LAW.level(found)) == (code, "refuse")
    assert examine(RULES, facts(), LAW) == ()
    assert examine(RULES, facts(asked=replace(ASKED, proved_on=SAID)), LAW) == ()


def test_a_ruling_turns_back_what_came_by_an_act_of_its_own_and_a_correction_may_be_corrected() -> None:
    assert examine(RULES, facts(replace(SOUND, came_by="exchange"), papers=frozenset(("ruling",))), LAW) == ()
    assert examine(RULES, facts(replace(SOUND, came_by="office_correction")), LAW) == ()


@pytest.mark.parametrize(
    ("kind", "code"), [("seizure", "TR-12"), ("exit", "TR-12"), ("mortgage", "TR-20"), ("objection", "TR-21")]
)
def test_whose_land_it_is_is_not_said_otherwise_over_the_head_of_whom_a_restriction_protects(
    kind: str, code: str
) -> None:
    limits = (Restricted(UUID(int=4), kind, "样本县人民法院", 1),)
    assert [one.code for one in examine(RULES, facts(restrictions=limits), LAW)] == [code]


def test_the_contract_or_the_approval_is_among_the_papers_and_the_consent_of_whom_the_register_names() -> None:
    assert read("correction", plain(ASKED)) == ASKED
    of = ("holder", "of_held", "of_held_homestead")
    assert act_type("correction").papers(*of) == (
        "error_proof",
        "application",
        "identity",
        "holder_consent",
        "approval",
    )
    assert "contract" in act_type("office_correction").papers("office", "of_held", "of_held_contract_management")


def test_the_letter_says_names_and_the_notice_masks_them() -> None:
    now = {"holder": HOME, "held": f"李四光（{HOME}）"}
    asked = replace(ASKED, facts=(*ASKED.facts, Corrected("exchanged", "K")))
    first, second = corrected_in_words(asked, now)
    assert first == ("权利人", f"李四光（{HOME}）", f"张三丰（{OTHER}）")
    assert second == ("互相登错的权利 K", f"张三丰（{OTHER}）", f"李四光（{HOME}）")
    said = str(announced(asked, now))
    assert "李四光" not in said
    assert HOME in said


def _row(number: int, household: UUID, since: date = SIGNED, until: date | None = None) -> SpokenRight:
    right = {
        "row_id": UUID(int=number),
        "right_id": UUID(int=90),
        "kind": "contract_management",
        "household_id": household,
    }
    share = {"right_row": UUID(int=number), "household_id": household}
    signed = {"row_id": UUID(int=number), "household_id": household, "mode": "110"}
    return SpokenRight(
        Spoken(Standing("right", {}, right, since), until),
        (Spoken(Standing("right_holder", {}, share, since), until),),
        (),
        Spoken(Standing("contract", {}, signed, since), until),
    )


def test_rows_that_name_the_wrong_household_name_the_right_one_on_the_same_days() -> None:
    was, named = UUID(int=1), UUID(int=2)
    ids = (UUID(int=one) for one in count(100))
    made = correct_holder([_row(12, was, until=SAID), _row(13, was, SAID)], named, SAID, ids.__next__)
    assert [one.row["row_id"].int for one in made.closes if one.table == "right"] == [12, 13]
    for table in ("right", "right_holder", "contract"):
        assert [(one.row["household_id"], one.since) for one in made.opens if one.table == table] == [
            (named, SIGNED),
            (named, SAID),
        ]


def test_what_another_household_held_before_the_one_that_is_wrong_stays_as_what_that_one_held_before() -> None:
    was, named, later = UUID(int=1), UUID(int=2), date(2025, 3, 1)
    last = _row(13, was, later)
    subject = Subject((_row(11, was, until=SAID), _row(12, named, SAID, later), last), named, (_row(14, named),))
    assert (subject.wrong, subject.turned) == ((last,), subject.exchanged)


def test_the_right_exchanged_for_it_is_asked_the_same_with_the_households_turned() -> None:
    asked = replace(ASKED, facts=(*ASKED.facts, Corrected("exchanged", "K")))
    meant = {"holder": OTHER, "exchanged": "K"}
    for wrong, code in (
        ({"homesteads": ("610902104202JC00002",)}, "HS-1"),
        ({"fits": False}, "COR-25"),
        ({"came_by": "assignment"}, "COR-26"),
        ({"said_on": date(1997, 1, 1)}, "COR-27"),
    ):
        held = replace(SOUND, turned=replace(SOUND, **wrong))
        (found,) = examine(RULES, facts(held, asked, meant=meant), LAW)
        assert (found.code, found.subject) == (code, "K")
        if code == "COR-25":
            assert found.values["code"] == HOME
    assert examine(RULES, facts(replace(SOUND, turned=SOUND), asked, meant=meant), LAW) == ()


def test_a_refusal_says_by_which_act_the_right_came_and_no_empty_day() -> None:
    (found,) = examine(RULES, facts(replace(SOUND, came_by="assignment")), LAW)
    assert "由“转移登记（转让）”取得" in LAW.say(found)
    (found,) = examine(RULES, facts(replace(SOUND, said_on=None), replace(ASKED, proved_on=None)), LAW)
    assert "（）" not in LAW.say(found)
    assert "(" not in LAW.say(found, "en")
