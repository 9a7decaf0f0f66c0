"""TR, LST: the land of a listing. It is the offerer's own by the register, whole or a sound part, free, and stays farmed."""

from __future__ import annotations

from collections.abc import Iterable

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.exchange.listings.rules.facts import FREEZING, Offered, OnLand
from landreg.exchange.listings.rules.words import WORD_RULES, Spoken, tr_2_words_keep_it_farmed
from landreg.law.book import Law, examine

MOVING = ("assignment", "exchange")
"""Kinds by which the contract right itself goes to another household."""
RENEWED = ("lease", "subcontract", "share")
"""Kinds whose taker comes first, on equal terms, when their term is over. LOT-10."""


def lst_10_kind_is_listed(facts: Offered, law: Law) -> Finding | None:
    """LST-10: what is only recorded, or goes by an act of the register, is not listed. RLCL-40, RLCL-47."""
    transfer = facts.transfer
    sound = transfer is not None and transfer.market == "listed" and transfer.source == facts.source
    if transfer is not None and sound and facts.right_kind is not None:
        sound = facts.right_kind in transfer.rights
    return None if sound else Finding("LST-10", "kind", {}, subject=facts.number or None)


def lst_20_land_of_one_s_own(facts: Offered, law: Law) -> Finding | None:
    """LST-20: at least one parcel is chosen, and all are the offerer's by the register. RLCL-17, LOT-8."""
    foreign = sorted({*facts.codes} - {*facts.ground})
    wrong_kind = [
        code
        for code in facts.codes
        if code in facts.ground and facts.transfer is not None and facts.ground[code].kind not in facts.transfer.land
    ]
    if facts.codes and not foreign and not wrong_kind:
        return None
    return Finding("LST-20", "parcel", {"parcels": foreign or wrong_kind}, subject=facts.number or None)


def lst_33_wild_land(facts: Offered, law: Law) -> Finding | None:
    """LST-33: by tender, auction or consultation go hills, gullies, mounds and beaches, not fields and gardens. RLCL-48."""
    return _of_another_class("LST-33", "four_wastes", facts)


def lst_34_built_land(facts: Offered, law: Law) -> Finding | None:
    """LST-34: as construction land goes what is planned and registered for industry or commerce, not farmland. LAL-63."""
    return _of_another_class("LST-34", "construction", facts)


def _of_another_class(code: str, kind: str, facts: Offered) -> Finding | None:
    """Parcels of permanent basic farmland, or of a class that the kind does not take."""
    transfer, ground = facts.transfer, [facts.ground[one] for one in facts.codes if one in facts.ground]
    if transfer is None or facts.kind != kind:
        return None
    wrong = [one.code for one in ground if one.basic or not transfer.takes_class(one.land_class)]
    return Finding(code, "parcel", {"parcels": wrong}, subject=facts.number or None) if wrong else None


def lst_13_part_within_the_parcel(facts: Offered, law: Law) -> Finding | None:
    """LST-13: a part lies inside its parcel, and no area passes what is registered. RLCL-40."""
    for one in facts.chosen:
        ground = facts.ground.get(one.code)
        if one.fault or (ground is not None and not 0 < one.area_m2 <= ground.area_m2):
            values = {"parcel": one.code, "fault": one.fault or "not_sound"}
            return Finding("LST-13", "part" if one.partly else "parcel", values, subject=facts.number or None)
    return None


def tr_2_use_and_ownership_kept(facts: Offered, law: Law) -> Finding | None:
    """TR-2: farmland is not offered for building on, permanent basic farmland not for trees or ponds. RLCL-38, CC-334."""
    if facts.transfer is None or not facts.transfer.farmed:
        return None
    return tr_2_words_keep_it_farmed(_spoken(facts), law)


def con_110_words_promise_what_a_contract_may_say(facts: Offered, law: Law) -> Finding | None:
    """CON-110 to CON-112, CON-116, CON-117: a listing's words promise what its contract may say. RLCL-38, RLCL-40, RLCL-42,
    RLCL-47.
    """
    if facts.transfer is None:
        return None
    return next(iter(examine(WORD_RULES[1:], _spoken(facts), law)), None)


def _spoken(facts: Offered) -> Spoken:
    basic = tuple(code for code in facts.codes if code in facts.ground and facts.ground[code].basic)
    return Spoken(facts.number, facts.kind, {"said": facts.words}, basic)


def tr_12_nothing_frozen(facts: Offered, law: Law) -> Finding | None:
    """TR-12: land that is seized, disputed or being given back is not on the market. RERR-22, RLCL-27."""
    said = (
        (one.kind if one.what == "restriction" else "exit", one.named or one.number)
        for one in facts.on_chosen("restriction", "exit")
    )
    return _told("TR-12", facts, ((kind, party) for kind, party in said if kind in FREEZING))


def tr_21_restriction_is_told(facts: Offered, law: Law) -> Finding | None:
    """TR-21: a mortgage, an objection or an advance notice goes on, and whom it protects is told: a note. CC-406."""
    found = [one for one in facts.on_chosen("restriction") if one.kind not in FREEZING]
    return _told("TR-21", facts, ((one.kind, one.named) for one in found))


def _told(code: str, facts: Offered, limits: Iterable[tuple[str, str]]) -> Finding | None:
    """What restricts the land, each kind and party once, on however many parcels it lies."""
    each = list(dict.fromkeys(limits))
    if not each:
        return None
    values = {"restrictions": [kind for kind, _ in each], "parties": [party for _, party in each]}
    return Finding(code, "parcel", values, subject=facts.number or None)


def tr_17_operation_right_goes_with_the_land(facts: Offered, law: Law) -> Finding | None:
    """TR-17: what is leased already is assigned or exchanged only with its registered operation right: a note. RLCL-44."""
    found = _operated(facts) if facts.kind in MOVING else []
    return Finding("TR-17", "parcel", {"rights": found}, subject=facts.number or None) if found else None


def lst_11_not_operated_by_another(facts: Offered, law: Law) -> Finding | None:
    """LST-11: what another operates by a registered right is not leased once more for the same days. CC-341, RLCL-37."""
    found = [] if facts.kind in MOVING else _operated(facts)
    return Finding("LST-11", "parcel", {"rights": found}, subject=facts.number or None) if found else None


def lst_12_no_case_takes_the_land(facts: Offered, law: Law) -> Finding | None:
    """LST-12: while a case is open that moves or ends the right, its land is not listed. RERR-21."""
    found = [one for one in facts.on_chosen("case") if one.kind in TAKING]
    if not found:
        return None
    return Finding("LST-12", "parcel", {"kind": found[0].kind, "case": found[0].number}, subject=facts.number or None)


def lst_7_listed_once(facts: Offered, law: Law) -> Finding | None:
    """LST-7: a parcel is in one open listing, deal or contract for the same days, also one that waits for its signatures; a right
    that is leased may move. RLCL-38.
    """
    meeting = [one for one in facts.on_chosen("contract") if facts.kind not in MOVING or one.kind in MOVING]
    under = [one for one in meeting if one.in_days(facts.from_on, facts.until_on)]
    under += [one for one in facts.on_chosen("listing") if one.parcel_code in facts.taken]
    named = {one.parcel_code: f"{one.parcel_code} ({one.number}, {_last(one)})" for one in under}
    taken = sorted(({code: code for code in facts.taken} | named).values())
    return Finding("LST-7", "parcel", {"parcels": taken}, subject=facts.number or None) if taken else None


def lst_35_who_has_it_is_asked_first(facts: Offered, law: Law) -> Finding | None:
    """LST-35: land that is let until then is offered for the days after: whoever has it comes first on equal terms, and is asked in
    writing before a contract with another (CON-10). LOT-10.
    """
    if facts.kind not in RENEWED:
        return None
    let = {
        one.number: _last(one)
        for one in facts.on_chosen("contract")
        if one.kind in RENEWED and one.until_on is not None and law.on < one.until_on <= facts.from_on
    }
    named = [f"{number} ({last})" for number, last in sorted(let.items())]
    return Finding("LST-35", "parcel", {"numbers": named}, subject=facts.number or None) if named else None


def _last(one: OnLand) -> str:
    """The last day of a contract or a listed term."""
    return "" if one.until_on is None else (one.until_on - DAY).isoformat()


def _operated(facts: Offered) -> list[str]:
    return sorted({one.number for one in facts.on_chosen("operation") if one.in_days(facts.from_on, facts.until_on)})


TAKING = (
    "assignment", "cancellation", "exchange", "division", "household_merge", "homestead_inheritance",
    "parcel_split", "parcel_merge", "boundary_correction", "part_loss", "seizure",
)  # fmt: skip
"""Kinds of act that take a right or its parcels from who has them, or from what they are."""
STANDING_RULES = (
    tr_12_nothing_frozen,
    lst_11_not_operated_by_another,
    lst_12_no_case_takes_the_land,
    lst_7_listed_once,
)
"""What stands on the land, whatever is asked for it."""
LAND_RULES = (
    lst_10_kind_is_listed,
    lst_20_land_of_one_s_own,
    lst_33_wild_land,
    lst_34_built_land,
    lst_13_part_within_the_parcel,
    tr_2_use_and_ownership_kept,
    con_110_words_promise_what_a_contract_may_say,
    tr_21_restriction_is_told,
    tr_17_operation_right_goes_with_the_land,
    lst_35_who_has_it_is_asked_first,
    *STANDING_RULES,
)
