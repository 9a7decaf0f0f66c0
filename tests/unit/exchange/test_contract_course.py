"""Where a contract is in its life, on which grounds it ends, whose signature counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.periods import years_after
from landreg.exchange.contracts.rules import closing, signatures, unpaid
from landreg.exchange.contracts.rules import course as rules
from landreg.exchange.contracts.rules.course import Course, Ending, Happened, Renewal, stage
from landreg.exchange.contracts.rules.signatures import Signing
from landreg.exchange.contracts.verifying import HEAD, FileService
from landreg.law.book import national_law
from landreg.log.note import Signer

TODAY = date(2026, 7, 1)
LAW = national_law("610902", TODAY)
SIGNED = (Happened("signed_contractor", TODAY), Happened("signed_taker", TODAY), Happened("signed", TODAY))


def contract(*events: Happened, **changed: Any) -> Course:
    said: dict[str, Any] = {"today": TODAY, "from_on": date(2024, 1, 1), "until_on": date(2030, 1, 1)}
    return Course("610902104202010001", events=events, **{**said, **changed})


@pytest.mark.parametrize(
    ("said", "of_price"),
    [
        ("欠租不付", True), ("钱一直没给，限期给清", True), ("逾期不交", True), ("第二年的租款还没打来", True),
        ("违反条款，擅自转租", False), ("被罚款仍不改", False), ("在地里堆石料", False), ("不按第三款养护水渠", False),
        ("逾期未恢复原状", False), ("拿去抵押贷款", False), ("台账不给看也不改", False), ("不交还占用的道路", False),
    ],
)  # fmt: skip
def test_words_of_a_price_that_was_not_paid_ask_for_its_own_notice(said: str, of_price: bool) -> None:
    """CON-99."""
    found = unpaid.con_99_arrears_are_demanded_as_such(unpaid.Blamed("1", "other", said), LAW)
    assert (found is not None) == of_price


def test_a_contract_goes_from_drawn_to_ended() -> None:
    assert stage(contract()) == "drawn"
    assert stage(contract(SIGNED[0])) == "part_signed"
    assert stage(contract(*SIGNED)) == "running"
    assert stage(contract(*SIGNED, from_on=TODAY + timedelta(days=1))) == "signed"
    assert stage(contract(*SIGNED, until_on=TODAY)) == "over"
    assert stage(contract(*SIGNED, Happened("disputed", TODAY))) == "disputed"
    assert stage(contract(*SIGNED, Happened("disputed", TODAY), Happened("settled", TODAY))) == "running"
    assert stage(contract(*SIGNED, Happened("ended", TODAY))) == "ended"
    assert stage(contract(*SIGNED, Happened("ended", TODAY + timedelta(days=9)))) == "ending"
    assert stage(contract(Happened("withdrawn", TODAY))) == "withdrawn"


def test_a_step_at_another_stage_is_refused_with_where_the_contract_is() -> None:
    """CON-5: the step."""
    found = rules.con_5_at_this_step((contract(), ("running",)), LAW)
    assert found is not None
    assert "待签字" in LAW.say(found)
    assert rules.con_5_at_this_step((contract(), ("drawn",)), LAW) is None


def in_person(**changed: Any) -> Signing:
    said: dict[str, Any] = {
        "side": "contractor", "way": "in_person", "text_sha256": "a", "expected": "a", "name": "样本一", "identity_checked": True,
        "witness": "见证人甲",
    }  # fmt: skip
    return Signing(**{**said, **changed})


@pytest.mark.parametrize(
    "wrong",
    [
        {"text_sha256": "b"}, {"identity_checked": False}, {"witness": " "}, {"name": ""}, {"way": "stamp"}, {"side": "operator"},
        {"way": "agent"}, {"way": "agent", "consented": True, "side": "taker"}, {"way": "service"}, {"way": "mandate"},
    ],
)  # fmt: skip
def test_a_signature_that_nobody_vouches_for_is_none(wrong: dict[str, Any]) -> None:
    """CON-3: forged consent, another text, no witness."""
    assert signatures.con_3_signature_is_sound(in_person(), LAW) is None
    assert signatures.con_3_signature_is_sound(in_person(**wrong), LAW) is not None


def test_an_agent_signs_with_consent_and_a_service_where_it_has_verified() -> None:
    assert signatures.con_3_signature_is_sound(in_person(way="agent", consented=True), LAW) is None
    assert signatures.con_3_signature_is_sound(in_person(way="service", verified=True), LAW) is None
    assert signatures.con_4_service_answer_fits(in_person(way="service", verified=True), LAW) is None
    assert signatures.con_4_service_answer_fits(in_person(way="service"), LAW) is not None


def test_a_service_s_answer_counts_for_its_contract_text_and_side_alone() -> None:
    """CON-4: an answer for another, or by another key, is none."""
    signer, other = Signer("sample/signatures", b"1" * 32), Signer("sample/signatures", b"2" * 32)
    said = f"{HEAD}\n610902\ncontractor\nabc\n样本一\nref-1\n"
    service = FileService(signer.verifier)
    found = service.verified(signer.sign_text(said).encode(), "610902", "contractor", "abc")
    assert found is not None
    assert (found.name, found.reference) == ("样本一", "ref-1")
    assert service.verified(signer.sign_text(said).encode(), "610903", "contractor", "abc") is None
    assert service.verified(signer.sign_text(said).encode(), "610902", "taker", "abc") is None
    assert service.verified(signer.sign_text(said).encode(), "610902", "contractor", "abd") is None
    assert service.verified(other.sign_text(said).encode(), "610902", "contractor", "abc") is None
    assert service.verified(b"\xff\x00", "610902", "contractor", "abc") is None
    assert FileService("none").verified(signer.sign_text(said).encode(), "610902", "contractor", "abc") is None


def ending(ground: str = "damaged", **changed: Any) -> Ending:
    said: dict[str, Any] = {"course": contract(*SIGNED), "on_day": TODAY, "has_paper": True}
    return Ending(ground=ground, **{**said, **changed})


def test_the_contractor_ends_a_contract_alone_on_the_law_s_grounds_only() -> None:
    """CON-7: grounds."""
    assert rules.con_7_ended_on_the_law_s_grounds(ending(), LAW) is None
    assert rules.con_7_ended_on_the_law_s_grounds(ending(has_paper=False), LAW) is not None
    assert rules.con_7_ended_on_the_law_s_grounds(ending("higher_price"), LAW) is not None
    assert rules.con_7_ended_on_the_law_s_grounds(ending(on_day=TODAY + timedelta(days=1)), LAW) is not None
    assert rules.con_7_ended_on_the_law_s_grounds(ending(on_day=date(2024, 1, 1)), LAW) is None
    assert rules.con_7_ended_on_the_law_s_grounds(ending(on_day=date(2023, 12, 31)), LAW) is not None


def test_land_is_idle_for_two_years_running_before_that_ends_a_contract() -> None:
    assert rules.con_7_ended_on_the_law_s_grounds(ending("abandoned", since=date(2024, 7, 1)), LAW) is None
    assert rules.con_7_ended_on_the_law_s_grounds(ending("abandoned", since=date(2024, 7, 2)), LAW) is not None
    assert rules.con_7_ended_on_the_law_s_grounds(ending("abandoned", since=date(2020, 7, 2)), LAW) is not None
    assert rules.con_7_ended_on_the_law_s_grounds(ending("abandoned"), LAW) is not None


def test_the_refusal_says_until_when_a_ground_waits() -> None:
    """CON-7, CON-37: the last day of a notice, the day on which land has been idle long enough; nothing of a ground without one."""
    asked = Happened("remedy_asked", TODAY - timedelta(days=9), {"what": "use", "days": 30})
    last = TODAY + timedelta(days=21)
    early = rules.con_7_ended_on_the_law_s_grounds(ending("serious_breach", course=contract(*SIGNED, asked)), LAW)
    assert early is not None
    assert early.values == {"until": last}
    assert f"这次催告的改正期到 {last} 为止" in LAW.say(early)
    assert "[" not in LAW.say(early)
    idle = rules.con_7_ended_on_the_law_s_grounds(ending("abandoned", since=date(2024, 7, 2)), LAW)
    assert idle is not None
    assert "撂荒到 2026-07-02 满法定年限" in LAW.say(idle)
    let = closing.con_37_ended_by_who_kept_it(ending("breach", course=contract(*SIGNED, asked)), LAW)
    assert let is not None
    assert f"改正期到 {last} 为止" in LAW.say(let)
    bare = rules.con_7_ended_on_the_law_s_grounds(ending("higher_price"), LAW)
    assert bare is not None
    assert LAW.say(bare).endswith("事由那时已经发生。")


def test_another_serious_breach_ends_a_contract_after_a_notice_whose_days_ran_out() -> None:
    asked = Happened("remedy_asked", TODAY - timedelta(days=31), {"what": "arrears", "days": 30})
    late: dict[str, Any] = {"arrears": Decimal(5), "late_since": asked.on_day - timedelta(days=1)}
    breach = ending("serious_breach", course=contract(*SIGNED, asked, **late))
    assert rules.con_7_ended_on_the_law_s_grounds(breach, LAW) is None
    assert rules.con_7_ended_on_the_law_s_grounds(replace(breach, on_day=TODAY - timedelta(days=1)), LAW) is not None
    for wrong in (
        contract(*SIGNED, **late),
        contract(*SIGNED, replace(asked, on_day=TODAY - timedelta(days=30)), **late),
        contract(*SIGNED, asked),
        contract(*SIGNED, asked, **{**late, "late_since": asked.on_day}),
        contract(*SIGNED, asked, Happened("remedied", TODAY), **late),
    ):
        assert rules.con_7_ended_on_the_law_s_grounds(replace(breach, course=wrong), LAW) is not None


def test_both_agree_in_writing_to_end_within_the_term() -> None:
    """CON-8: by agreement."""
    assert rules.con_8_both_agree_to_end(ending(), LAW) is None
    assert rules.con_8_both_agree_to_end(ending(has_paper=False), LAW) is not None
    assert rules.con_8_both_agree_to_end(ending(on_day=date(2030, 1, 2)), LAW) is not None


def test_an_agreed_end_is_on_no_day_before_it_was_agreed_on_and_told_within_the_county_s_days() -> None:
    """CON-8: nobody wipes out what was late by an end that lies back."""
    days = timedelta(days=LAW.days("CON-8.told_days"))
    course = contract(Happened("signed", LAW.on - 2 * days))
    for made_on, on_day, field in (
        (LAW.on - days, LAW.on - days, ""),
        (LAW.on, LAW.on - timedelta(days=1), "on_day"),
        (None, LAW.on - timedelta(days=1), "on_day"),
        (LAW.on - days - timedelta(days=1), LAW.on, "made_on"),
        (LAW.on + timedelta(days=1), LAW.on + timedelta(days=1), "made_on"),
    ):
        told = rules.con_8_both_agree_to_end(ending(on_day=on_day, made_on=made_on, course=course), LAW)
        assert (told.field if told else "") == field, (made_on, on_day)


def test_what_has_not_begun_ends_since_it_was_made_and_a_dissolution_on_no_day_to_come() -> None:
    """CON-8."""
    made = Happened("signed", LAW.on - timedelta(days=3))
    ahead = replace(ending().course, from_on=LAW.on + timedelta(days=30), events=(made,))
    for day, sound in ((LAW.on, True), (made.on_day, True), (made.on_day - timedelta(days=1), False)):
        agreed = replace(ending(on_day=day, made_on=made.on_day), course=ahead)
        told = rules.con_8_both_agree_to_end(agreed, LAW)
        assert (told is None) == sound
    gone = replace(ending(), how="dissolved", on_day=LAW.on)
    assert rules.con_8_both_agree_to_end(gone, LAW) is None
    told = rules.con_8_both_agree_to_end(replace(gone, on_day=LAW.on + timedelta(days=1)), LAW)
    assert told is not None
    assert told.values["last"] == LAW.on


@pytest.mark.parametrize("how", ["dissolved", "land_lost"])
def test_what_is_gone_is_shown_by_a_paper_since_the_contract_and_ends_it_on_no_day_before_that(how: str) -> None:
    """CON-8: nobody wipes out what fell due by a proof, or an end, that lies back."""
    days = timedelta(days=LAW.days("CON-8.told_days"))
    day = timedelta(days=1)
    course = contract(Happened("signed", LAW.on - 3 * days))
    for made_on, on_day, field in (
        (LAW.on, LAW.on, ""),
        (LAW.on - 5 * day, LAW.on - 5 * day, ""),
        (LAW.on - 3 * days, LAW.on - days, ""),
        (LAW.on - 3 * days, LAW.on - days - day, "on_day"),
        (LAW.on - 5 * day, LAW.on - 6 * day, "on_day"),
        (None, LAW.on - day, "on_day"),
        (LAW.on, LAW.on + day, "on_day"),
        (LAW.on - 3 * days - day, LAW.on, "" if how == "land_lost" else "made_on"),
        (LAW.on - 3 * days - day, LAW.on - days - day, "on_day" if how == "land_lost" else "made_on"),
        (LAW.on + day, LAW.on, "made_on"),
    ):
        told = rules.con_8_both_agree_to_end(ending(how=how, on_day=on_day, made_on=made_on, course=course), LAW)
        assert (told.field if told else "") == field, (made_on, on_day)
        assert told is None or "{" not in LAW.say(told) + LAW.say(told, "en")


def test_land_lost_before_the_contract_was_signed_ends_it_on_no_day_before_that() -> None:
    """CON-8: of a term that is said to have begun before, too."""
    signed, day = LAW.on - timedelta(days=2), timedelta(days=1)
    lost = ending(how="land_lost", made_on=signed - 9 * day, course=contract(Happened("signed", signed)))
    assert rules.con_8_both_agree_to_end(replace(lost, on_day=signed), LAW) is None
    told = rules.con_8_both_agree_to_end(replace(lost, on_day=signed - day), LAW)
    assert told is not None
    assert told.values["first"] == signed


def test_an_open_dispute_stops_every_end() -> None:
    """CON-9: in dispute."""
    assert rules.con_9_no_open_dispute(contract(*SIGNED, Happened("disputed", TODAY)), LAW) is not None
    assert rules.con_9_no_open_dispute(contract(*SIGNED), LAW) is None


def test_whoever_has_the_land_comes_first_when_the_term_is_over() -> None:
    """CON-10: renewal."""
    old = contract(*SIGNED)
    assert rules.con_10_taker_before_others(Renewal(old, old.until_on, True, False), LAW) is None
    assert rules.con_10_taker_before_others(Renewal(old, old.until_on, False, False), LAW) is not None
    assert rules.con_10_taker_before_others(Renewal(old, old.until_on, False, True), LAW) is None
    assert (
        rules.con_10_taker_before_others(Renewal(old, old.until_on - timedelta(days=1), True, False), LAW) is not None
    )


def test_a_certificate_is_for_what_is_signed_and_settled() -> None:
    """CON-14: signed, and paid what is due."""
    assert rules.con_14_signed_and_settled((contract(*SIGNED), True), LAW) is None
    assert rules.con_14_signed_and_settled((contract(*SIGNED), False), LAW) is not None
    assert rules.con_14_signed_and_settled((contract(*SIGNED, arrears=Decimal(1)), True), LAW) is not None
    assert rules.con_14_signed_and_settled((contract(), True), LAW) is not None


def test_for_a_collective_signs_its_representative_alone() -> None:
    """CON-18."""
    own = in_person(of_collective=True, representative="样本一")
    assert signatures.con_18_collective_signs_by_its_representative(own, LAW) is None
    assert signatures.con_18_collective_signs_by_its_representative(in_person(name="样本二"), LAW) is None
    for wrong in ({"name": "样本二"}, {"way": "agent", "consented": True}, {"way": "mandate", "consented": True}):
        assert signatures.con_18_collective_signs_by_its_representative(replace(own, **wrong), LAW) is not None
    taker = in_person(side="taker", name="样本二", of_collective=True, representative="样本一")
    assert signatures.con_18_collective_signs_by_its_representative(taker, LAW) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"on_day": TODAY + timedelta(days=1)}, {"on_day": TODAY - timedelta(days=32)}, {"fixtures": "left_paid"},
        {"paid_yuan": Decimal(1)}, {"fixtures": "left_paid", "paid_yuan": Decimal("0.001")},
        {"fixtures": "left_paid", "paid_yuan": Decimal("NaN")}, {"fixtures": "left_paid", "paid_yuan": Decimal("1E+12")},
    ],
)  # fmt: skip
def test_land_is_given_back_after_the_end_and_a_sum_is_paid_for_what_stays(wrong: dict[str, Any]) -> None:
    """CON-24: refused."""
    ended = TODAY - timedelta(days=30)
    for sound in ({}, {"on_day": ended - timedelta(days=1)}, {"fixtures": "left_paid", "paid_yuan": Decimal("800.00")}):
        back = closing.Returned(**{"on_day": TODAY, **sound})
        assert closing.con_24_returned_after_the_end((back, closing.Ground(ended)), LAW) is None
    asked = closing.Returned(**{"on_day": TODAY, **wrong})
    assert closing.con_24_returned_after_the_end((asked, closing.Ground(ended)), LAW) is not None


def test_a_claim_after_the_end_goes_to_arbitration_for_two_years_and_to_court_for_three() -> None:
    """CON-26: from the last due day where that is later; for the return of land there is no limitation."""
    end = years_after(TODAY, -2)
    late = closing.Raised("1", "arbitration", "rent", end)
    found = closing.con_26_dispute_within_limitation(late, LAW)
    assert found is not None
    assert found.values == {"last": TODAY - timedelta(days=1)}
    for sound in (
        replace(late, ended_on=None), replace(late, forum="court"), replace(late, forum="village"), replace(late, about="land"),
        replace(late, last_due=end + timedelta(days=1)), replace(late, accepted=True),
    ):  # fmt: skip
        assert closing.con_26_dispute_within_limitation(sound, LAW) is None
    assert (
        closing.con_26_dispute_within_limitation(replace(late, forum="court", ended_on=years_after(TODAY, -3)), LAW)
        is not None
    )


def test_what_was_awarded_for_what_stays_is_what_is_paid_for_it() -> None:
    """CON-24."""
    back = closing.Returned(TODAY, "left_paid", Decimal("800.00"))
    assert closing.con_24_returned_after_the_end((back, closing.Ground(TODAY, Decimal("800.00"))), LAW) is None
    for paid in (replace(back, paid_yuan=Decimal("799.99")), closing.Returned(TODAY)):
        assert closing.con_24_returned_after_the_end((paid, closing.Ground(TODAY, Decimal("800.00"))), LAW) is not None


def test_what_is_paid_for_by_the_contract_stays_for_nothing_only_by_what_both_agreed_on() -> None:
    """CON-24: with the days, or what is wrong, in words."""
    ground, back = closing.Ground(TODAY, agreed="left_paid"), closing.Returned(TODAY, "left_free")
    wrong = closing.con_24_returned_after_the_end((back, ground), LAW)
    assert wrong is not None
    assert (wrong.field, "写明双方怎样商定" in LAW.say(wrong)) == ("said", True)
    agreed = replace(back, said="双方商定不补偿", agreed_on=TODAY)
    for day in (None, TODAY + timedelta(days=1), TODAY - timedelta(days=10)):
        undated = closing.con_24_returned_after_the_end(
            (replace(agreed, agreed_on=day), replace(ground, made_on=TODAY - timedelta(days=9))), LAW
        )
        assert undated is not None
        assert undated.field == "agreed_on"
    for sound, of in ((agreed, ground), (back, replace(ground, agreed="left_free"))):
        assert closing.con_24_returned_after_the_end((sound, of), LAW) is None
    early = closing.con_24_returned_after_the_end((replace(back, on_day=TODAY + timedelta(days=1)), ground), LAW)
    assert early is not None
    assert TODAY.isoformat() in LAW.say(early)


def test_an_early_end_names_the_field_that_is_wrong_and_a_household_does_not_dissolve() -> None:
    """CON-7, CON-8."""
    wrongs = {
        "paper": {"has_paper": False},
        "on_day": {"on_day": TODAY + timedelta(days=1)},
        "ground": {"ground": "higher_price"},
    }
    for field, changed in wrongs.items():
        found = rules.con_7_ended_on_the_law_s_grounds(replace(ending(), **changed), LAW)
        assert found is not None
        assert found.field == field
    assert rules.con_8_both_agree_to_end(replace(ending(), how="dissolved"), LAW) is None
    household = rules.con_8_both_agree_to_end(replace(ending(), how="dissolved", of_organisation=False), LAW)
    assert household is not None
    assert household.field == "how"
