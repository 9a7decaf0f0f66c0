"""HH, HS, TR: each rule of acts on households refuses one thing, and lets through what is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from landreg.law.book import act_type, examine, national_law
from landreg.registry.facts.proposals import papers_of
from landreg.registry.rules import ACT_RULES
from landreg.registry.rules.act_facts import OnRight, Restricted
from landreg.registry.rules.household_facts import Gone, HouseholdActFacts, MemberFacts, OtherHousehold
from landreg.registry.rules.household_requests import (
    Branch,
    Division,
    Exchange,
    HomesteadInheritance,
    HouseholdMerge,
    Placed,
    RepresentativeChange,
)
from landreg.registry.rules.requests import Request, plain, read

LAW = national_law("610902", date(2026, 7, 1))
HEAD, WIFE, SON, STRANGER = (UUID(int=n) for n in range(1, 5))
THEIRS = UUID(int=9)
TERM, LATER = (date(1998, 1, 1), date(2028, 1, 1)), (date(2028, 1, 1), date(2058, 1, 1))
OVER = (date(1996, 1, 1), date(2026, 1, 1))
DAY = date(2026, 6, 1)
OTHER = OtherHousehold("H2", "C", {THEIRS: MemberFacts("李*")}, ("P8", "P9"), (), TERM)
MORTGAGE = Restricted(UUID(int=20), "mortgage", "样本农村信用社", 1)
SON_LEAVES = Branch("H3", SON, "张三", (Placed(SON, "02"),), ("P1",))
DIVISION = Division((SON_LEAVES,), "division", DAY)
MERGE = HouseholdMerge(UUID(int=50), (Placed(THEIRS, "30"),), DAY)
DEATH = RepresentativeChange(WIFE, "王五", "death", (HEAD,), (Placed(WIFE, "02"), Placed(SON, "20")))
HEAD_LEAVES = Division((Branch("H3", HEAD, "张三", (Placed(HEAD, "02"),), ("P1",)),), "divorce", DAY, WIFE, "王五")
COUPLE = Branch("H3", HEAD, "张三", (Placed(HEAD, "02"), Placed(WIFE, "12")), ("P1",))
COUPLE_LEAVES = Division((COUPLE,), "divorce", DAY, SON, "张五", (Placed(SON, "02"),))
HEIR = HomesteadInheritance(STRANGER, "赵六", "公证书", deceased=(HEAD, WIFE, SON))
EXCHANGE = Exchange(UUID(int=60), ("P1",), ("P9",), DAY)
KINDS = {
    Division: "division",
    HouseholdMerge: "household_merge",
    RepresentativeChange: "representative_change",
    HomesteadInheritance: "homestead_inheritance",
    Exchange: "exchange",
}


def facts(asked: Request, **changed: Any) -> HouseholdActFacts:
    sound = HouseholdActFacts(
        act_kind=KINDS[type(asked)],  # type: ignore[index]
        code="H1",
        household="H1",
        asked=asked,
        right_kind="contract_management",
        parcels=("P1", "P2"),
        collective="C",
        term=TERM,
        people={
            HEAD: MemberFacts("张*", True, "02"),
            WIFE: MemberFacts("王*", True, "10"),
            SON: MemberFacts("张*", True, "20"),
        },
        head=HEAD,
        homesteads=("Z1",),
        other=OTHER,
    )
    return replace(sound, **changed)


def branch(**changed: Any) -> Division:
    return replace(DIVISION, branches=(replace(SON_LEAVES, **changed),))


SOUND: list[tuple[Request, dict[str, Any]]] = [
    (DIVISION, {}),
    (branch(parcels=(), homestead=True), {}),
    (replace(HEAD_LEAVES, staying=(Placed(WIFE, "02"), Placed(SON, "20"))), {}),
    (MERGE, {}),
    (MERGE, {"term": None}),
    (DEATH, {"restrictions": (MORTGAGE,)}),
    (
        replace(
            DEATH, reason="agreement", deceased=(), members=(Placed(WIFE, "02"), Placed(HEAD, "11"), Placed(SON, "20"))
        ),
        {},
    ),
    (HEIR, {}),
    (replace(HEIR, deceased=()), {"people": {}}),
    (EXCHANGE, {}),
    (replace(DIVISION, signed_on=date(2026, 7, 1)), {}),
    (replace(DIVISION, signed_on=TERM[0]), {}),
    (replace(DIVISION, signed_on=date(2003, 3, 1)), {"term": None}),
    (DIVISION, {"term": LATER}),
]
REFUSED: list[tuple[str, Request, dict[str, Any]]] = [
    ("REG-31", replace(DIVISION, signed_on=date(2026, 7, 2)), {}),
    ("REG-31", replace(DIVISION, signed_on=date(1990, 1, 1)), {}),
    ("REG-31", replace(MERGE, signed_on=date(2026, 7, 2)), {}),
    ("REG-31", replace(EXCHANGE, signed_on=date(2026, 7, 2)), {}),
    (
        "HH-1",
        DIVISION,
        {"people": {HEAD: MemberFacts("张*"), WIFE: MemberFacts("王*"), SON: MemberFacts("张*", False)}},
    ),
    ("HH-2", replace(DIVISION, branches=(SON_LEAVES, replace(SON_LEAVES, code="H4", parcels=("P2",)))), {}),
    ("HH-2", replace(MERGE, members=()), {}),
    ("HH-2", replace(DEATH, members=(Placed(STRANGER, "20"),)), {}),
    ("HH-3", branch(representative=HEAD), {}),
    ("HH-3", DIVISION, {"head": SON}),
    ("HH-3", DIVISION, {"head": None}),
    ("HH-3", replace(DEATH, representative=HEAD, name="张三", members=()), {}),
    ("HH-4", branch(parcels=("P9",)), {}),
    ("HH-5", branch(parcels=()), {}),
    ("HH-5", replace(DIVISION, branches=()), {}),
    ("HH-6", branch(name="李四"), {"misnamed": ("李*",)}),
    ("HH-6", replace(HEIR, name="钱七"), {"misnamed": ("钱*",)}),
    ("HS-8", replace(HEIR, deceased=(HEAD, SON)), {}),
    ("HH-7", branch(members=(Placed(SON, "99"),)), {}),
    ("HH-7", replace(DEATH, members=()), {}),
    ("HH-7", replace(DEATH, members=(Placed(WIFE, "02"),)), {}),
    ("HH-7", replace(HEAD_LEAVES, staying=(Placed(WIFE, "02"),)), {}),
    ("HH-7", HEAD_LEAVES, {}),
    ("HH-7", replace(MERGE, members=(Placed(THEIRS, "02"),)), {}),
    ("HH-8", replace(DEATH, deceased=(HEAD, SON)), {"people": {HEAD: MemberFacts("张*"), SON: MemberFacts("张*")}}),
    ("HH-9", MERGE, {"other": replace(OTHER, collective="D")}),
    ("HH-10", replace(DIVISION, reason="quarrel"), {}),
    ("HH-10", replace(DEATH, deceased=()), {}),
    ("HH-11", DIVISION, {"shared": ("J1",)}),
    ("HH-14", MERGE, {"other": replace(OTHER, homesteads=("Z2",))}),
    ("TR-20", MERGE, {"restrictions": (replace(MORTGAGE, no_transfer=True),)}),
    ("TR-20", EXCHANGE, {"restrictions": (replace(MORTGAGE, no_transfer=True),)}),
    ("TR-13", MERGE, {"other": replace(OTHER, term=LATER)}),
    ("TR-4", EXCHANGE, {"other": replace(OTHER, collective="D")}),
    ("TR-4", EXCHANGE, {"code": "H1J", "other": replace(OTHER, code="H1")}),
    ("TR-14", EXCHANGE, {"other": replace(OTHER, term=LATER)}),
    ("CT-12", EXCHANGE, {"term": OVER, "other": replace(OTHER, term=OVER)}),
    ("TR-31", replace(EXCHANGE, take=()), {}),
    ("TR-31", replace(EXCHANGE, give=()), {}),
    ("TR-15", replace(EXCHANGE, take=("P0",)), {}),
    ("TR-15", replace(EXCHANGE, give=("P9",)), {}),
    ("TR-15", replace(EXCHANGE, give=("P0",)), {"gone": {"P0": Gone(DAY, ("P5", "P6"))}}),
]
NOTED: list[tuple[str, Request, dict[str, Any]]] = [
    ("HH-13", DIVISION, {"restrictions": (MORTGAGE,)}),
    ("HS-4", HEIR, {"heir_member": False}),
    ("TR-16", EXCHANGE, {"filed": False}),
    ("TR-21", EXCHANGE, {"restrictions": (MORTGAGE,)}),
    ("TR-21", MERGE, {"restrictions": (MORTGAGE,)}),
    ("TR-17", EXCHANGE, {"operated": {"P9": "L01"}}),
    ("LO-16", MERGE, {"merging": ("L01",)}),
    ("LO-16", EXCHANGE, {"merging": ("L01",)}),
    ("HH-16", replace(DIVISION, reason="divorce"), {}),
    ("HH-16", COUPLE_LEAVES, {}),
]


ON_LAND = replace(MORTGAGE, on=OnRight("contract_management", "J1", "张*"))
ON_HOUSE = replace(MORTGAGE, party="银行", on=OnRight("homestead", "F1", "张*"))


@pytest.mark.parametrize(
    ("asked", "parties"),
    [
        (DIVISION, ["样本农村信用社"]),
        (branch(parcels=(), homestead=True), ["银行"]),
        (branch(homestead=True), ["样本农村信用社", "银行"]),
    ],
)
def test_a_division_tells_of_the_mortgages_of_what_is_taken_and_of_no_others(
    asked: Division, parties: list[str]
) -> None:
    given = facts(asked, restrictions=(ON_LAND, ON_HOUSE))
    named = [one.values["parties"] for one in examine(ACT_RULES["division"], given, LAW) if one.code == "HH-13"]
    assert named == [parties]


def found(asked: Request, changed: dict[str, Any]) -> list[tuple[str, str]]:
    findings = examine(ACT_RULES[KINDS[type(asked)]], facts(asked, **changed), LAW)  # type: ignore[index]
    for finding in findings:
        assert LAW.say(finding, "en")
        assert LAW.say(finding, "zh")
    return [(finding.code, LAW.level(finding)) for finding in findings]


@pytest.mark.parametrize(("asked", "changed"), SOUND)
def test_what_is_right_is_let_through(asked: Request, changed: dict[str, Any]) -> None:
    assert found(asked, changed) == []


@pytest.mark.parametrize(("code", "asked", "changed"), REFUSED)
def test_what_is_wrong_is_refused_by_its_rule(code: str, asked: Request, changed: dict[str, Any]) -> None:
    """Some faults break two rules at once; the one that is meant is among them."""
    assert (code, "refuse") in found(asked, changed)


@pytest.mark.parametrize(("code", "asked", "changed"), NOTED)
def test_what_the_reviewer_should_know_is_noted_and_stops_nothing(
    code: str, asked: Request, changed: dict[str, Any]
) -> None:
    assert found(asked, changed) == [(code, "warn")]


@pytest.mark.parametrize("asked", [DIVISION, MERGE, DEATH, HEIR, EXCHANGE])
def test_a_request_is_read_as_it_was_kept(asked: Request) -> None:
    assert read(KINDS[type(asked)], plain(asked)) == asked  # type: ignore[index]


@pytest.mark.parametrize("term", [None, LATER])
def test_a_contract_older_than_the_law_is_told_where_no_term_has_begun(term: Any) -> None:
    old = facts(replace(DIVISION, signed_on=date(2003, 2, 28)), term=term)
    (told,) = examine(ACT_RULES["division"], old, LAW)
    assert (told.code, told.field, LAW.level(told)) == ("REG-32", "signed_on", "warn")
    assert "2003-03-01" in LAW.say(told, "zh")


def test_whose_relation_does_not_fit_is_named() -> None:
    (finding,) = (
        f
        for f in examine(ACT_RULES["representative_change"], facts(replace(DEATH, members=(Placed(SON, "20"),))), LAW)
        if f.code == "HH-7"
    )
    assert finding.values == {"relations": 1, "members": ["王*"]}
    assert "王*" in LAW.say(finding)


@pytest.mark.parametrize(
    ("leaver", "relation", "partner"),
    [(WIFE, "10", "20"), (STRANGER, "38", "20"), (STRANGER, "45", "41"), (STRANGER, "52", "51")],
)
def test_a_divorce_of_any_couple_of_the_household_is_told_of_no_more(leaver: UUID, relation: str, partner: str) -> None:
    """HH-16: of the head, a child, a grandchild or a parent; who moves and who stays."""
    people = {
        HEAD: MemberFacts("张*", True, "02"),
        SON: MemberFacts("张*", True, partner),
        leaver: MemberFacts("李*", True, relation),
    }
    goes = replace(SON_LEAVES, representative=leaver, members=(Placed(leaver, "02"),))
    asked = replace(DIVISION, branches=(goes,), reason="divorce")
    assert examine(ACT_RULES["division"], facts(asked, people=people), LAW) == ()


@pytest.mark.parametrize(
    ("relation", "sex", "found"), [("20", "2", ["HH-18"]), ("20", "1", []), ("20", "", []), ("99", "2", [])]
)
def test_a_relation_of_the_other_sex_is_a_note_where_it_is_said_anew(relation: str, sex: str, found: list[str]) -> None:
    """HH-18: in a change of representative, a division and a merge."""
    people = facts(DEATH).people
    child = {**people, SON: replace(people[SON], sex=sex)}
    stands = replace(DEATH, members=(Placed(WIFE, "02"), Placed(SON, relation)))
    leaves = branch(members=(Placed(SON, "02"), Placed(WIFE, relation)))
    couple = {**people, WIFE: replace(people[WIFE], sex=sex)}
    other = replace(OTHER, members={THEIRS: MemberFacts("李*", sex=sex)})
    joins = replace(MERGE, members=(Placed(THEIRS, relation),))
    for asked, changed in ((stands, {"people": child}), (leaves, {"people": couple}), (joins, {"other": other})):
        told = [
            one for one in examine(ACT_RULES[KINDS[type(asked)]], facts(asked, **changed), LAW) if one.code == "HH-18"
        ]
        assert [one.code for one in told] == found
        assert [LAW.level(one) for one in told] == ["warn"] * len(found)


SECOND = MemberFacts("吴*", True, "38")


@pytest.mark.parametrize(
    ("asked", "changed", "found"),
    [
        (replace(DEATH, members=(Placed(WIFE, "02"), Placed(SON, "10"))), {}, []),
        (replace(DEATH, deceased=(), reason="agreement", members=(Placed(WIFE, "02"), Placed(SON, "10"), Placed(HEAD, "11"))),
         {}, ["HH-20"]),
        (branch(members=(Placed(SON, "02"), Placed(WIFE, "10"), Placed(STRANGER, "12"))), {}, ["HH-20"]),
        (branch(members=(Placed(SON, "02"), Placed(STRANGER, "12"))), {}, []),
        (replace(DIVISION, representative=WIFE, name="王五", staying=(Placed(WIFE, "02"), Placed(HEAD, "11"),
                                                                     Placed(STRANGER, "11"))), {}, ["HH-20"]),
        (replace(MERGE, members=(Placed(THEIRS, "10"),)), {}, ["HH-20"]),
        (replace(MERGE, members=(Placed(THEIRS, "38"),)), {}, []),
    ],
)  # fmt: skip
def test_who_stands_for_a_household_has_one_spouse(asked: Request, changed: dict[str, Any], found: list[str]) -> None:
    """HH-20: after a change of representative, a division and a merge."""
    people = {**facts(DEATH).people, STRANGER: SECOND}
    told = examine(ACT_RULES[KINDS[type(asked)]], facts(asked, people=people, **changed), LAW)  # type: ignore[index]
    assert [(one.code, LAW.level(one)) for one in told if one.code == "HH-20"] == [(code, "refuse") for code in found]


def test_a_household_that_has_two_spouses_in_the_register_already_does_what_makes_none() -> None:
    people = {**facts(DEATH).people, STRANGER: replace(SECOND, relation="10")}
    assert "HH-20" not in {one.code for one in examine(ACT_RULES["division"], facts(DIVISION, people=people), LAW)}


@pytest.mark.parametrize(
    ("relation", "sex", "wrong"),
    [
        ("56", "2", ["岳母"]),
        ("54", "2", []),
        ("54", "1", ["婆婆"]),
        ("56", "1", []),
        ("56", "", []),
        ("11", "1", ["夫"]),
    ],
)
def test_a_relation_that_does_not_go_with_the_head_s_sex_is_a_note(relation: str, sex: str, wrong: list[str]) -> None:
    """HH-21: of the widow who stands for the household her husband's mother is the 婆婆."""
    people = {**facts(DEATH).people, STRANGER: SECOND}
    people = {one: replace(told, sex=sex if one in (WIFE, SON) else "") for one, told in people.items()}
    for asked in (
        replace(DEATH, members=(Placed(WIFE, "02"), Placed(SON, "20"), Placed(STRANGER, relation))),
        branch(members=(Placed(SON, "02"), Placed(STRANGER, relation))),
        replace(COUPLE_LEAVES, staying=(Placed(SON, "02"), Placed(STRANGER, relation))),
        replace(MERGE, members=(Placed(THEIRS, relation),)),
    ):
        told = examine(ACT_RULES[KINDS[type(asked)]], facts(asked, people=people, head=WIFE), LAW)  # type: ignore[index]
        said = [(one.values["relations"], LAW.level(one)) for one in told if one.code == "HH-21"]
        assert said == ([(wrong, "warn")] if wrong else []), asked


def test_the_reviewer_is_told_of_other_heirs_and_the_folder_holds_what_they_agreed() -> None:
    told = examine(ACT_RULES["homestead_inheritance"], facts(replace(HEIR, others=True)), LAW)
    assert [(one.code, LAW.level(one)) for one in told] == [("HS-9", "warn")]
    kind = act_type("homestead_inheritance")
    for others in (True, False):
        asked = papers_of(kind, "homestead", "Z1", plain(replace(HEIR, others=others)))
        assert ("heirs_agreement" in asked) is others
    assert "heirs_agreement" in kind.shown_by(["ruling"])


def generations(asked: Request, **changed: Any) -> list[Any]:
    found = examine(ACT_RULES[KINDS[type(asked)]], facts(asked, **changed), LAW)  # type: ignore[index]
    return [one.values["members"] for one in found if one.code == "HH-19" and LAW.level(one) == "warn"]


@pytest.mark.parametrize(
    ("mother", "brother", "told"),
    [("52", "73", []), ("10", "73", [["王*"]]), ("52", "20", [["张二*"]]), ("10", "20", [["王*", "张二*"]])],
)
def test_a_relation_to_the_old_representative_is_not_that_to_a_child_who_is_the_new_one(
    mother: str, brother: str, told: list[Any]
) -> None:
    """HH-19: the widow is the new representative's mother, another son the brother."""
    second = MemberFacts("张二*", True, "23")
    asked = replace(
        DEATH, representative=SON, members=(Placed(SON, "02"), Placed(WIFE, mother), Placed(STRANGER, brother))
    )
    assert generations(asked, people={**facts(DEATH).people, STRANGER: second}) == told


def test_generations_go_with_who_leaves_in_a_division_and_who_joins_in_a_merge() -> None:
    """HH-19: what tells no generation is let through, and a household joins as its representative does."""
    family = branch(members=(Placed(SON, "02"), Placed(WIFE, "12")))
    assert generations(family) == [["王*"]]
    assert generations(branch(members=(Placed(SON, "02"), Placed(WIFE, "99")))) == []
    stays = replace(COUPLE_LEAVES, staying=(Placed(SON, "02"), Placed(STRANGER, "32")))
    daughter = {**facts(DEATH).people, STRANGER: MemberFacts("张女*", True, "32")}
    assert generations(stays, people=daughter) == [["张女*"]]
    assert generations(replace(stays, staying=(Placed(SON, "02"), Placed(STRANGER, "77"))), people=daughter) == []
    theirs = {THEIRS: MemberFacts("李*", True, "02"), STRANGER: MemberFacts("李二*", True, "22")}
    for child, told in (("41", []), ("20", [["李二*"]])):
        asked = replace(MERGE, members=(Placed(THEIRS, "20"), Placed(STRANGER, child)))
        assert generations(asked, other=replace(OTHER, members=theirs)) == told
