"""ARE: recorded areas against the geometry, mu against m², totals against their parts; whole hundredths throughout.

Source: standards.md 4. Figures of tolerance are dated parameters.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from landreg.core.errors import Finding
from landreg.land.rules.codes import MOST_COUNTED
from landreg.land.rules.facts import Ints, Mask, Notes, Survey, SurveyRule, Table, hundredths, known, plain, shown

PAIRS = (
    ("DK", "SCMJ", "SCMJM"), ("CBDKXX", "HTMJ", "HTMJM"), ("CBDKXX", "YHTMJ", "YHTMJM"), ("CBHT", "YHTZMJ", "YHTZMJM"),
    ("LZHT", "LZMJ", "LZMJM"), ("JBNTBHQ", "JBNTMJ", "JBNTMJM"),
)  # fmt: skip
"""Table, column in m², the same in mu."""
APPROVED = "批准拨用"
"""The nature of a homestead's right that rests on an approval."""
RECORDED = (("DK", "SCMJ"), ("ZJD", "ZDMJ"))


def mu_hundredths(area: Ints) -> Ints:
    """Hundredths of m² to hundredths of mu, half up: mu = m² x 0.0015."""
    return (area * 15 + 5000) // 10000


def are_1_recorded_area_is_that_of_the_shape(survey: Survey, notes: Notes) -> None:
    """ARE-1: the surveyed area is that of the shape, on the plane or on the ellipsoid."""
    at_least, share = (notes.law.number("ARE-1.tolerance", key) for key in ("m2", "share"))
    for kind, column in RECORDED:
        table = survey.table(kind)
        recorded, plane, ellipsoidal = table.amount(column), survey.plane.get(kind), survey.ellipsoidal.get(kind)
        if plane is None or ellipsoidal is None:
            continue
        allowed = np.maximum(hundredths(at_least), plane * int(share * 1_000_000) // 1_000_000)
        off = np.minimum(np.abs(recorded - plane), np.abs(recorded - ellipsoidal))
        bad = known(recorded) & (plane > 0) & (off > allowed)
        survey.blame(kind, np.flatnonzero(bad))
        notes.rows("ARE-1", table, np.flatnonzero(bad), column, lambda row, r=recorded, p=plane, e=ellipsoidal: {
            "given": shown(r[row]), "computed": shown(p[row]), "ellipsoidal": shown(e[row]),
            "difference": shown(r[row] - p[row])})  # fmt: skip


def are_2_plane_area_is_near_the_ellipsoidal(survey: Survey, notes: Notes) -> None:
    """ARE-2: far from the central meridian the plane makes areas too large; say how far, once a layer."""
    share = notes.law.number("ARE-2.share")
    for kind, plane in survey.plane.items():
        ellipsoidal = survey.ellipsoidal[kind]
        wide = np.abs(plane - ellipsoidal) * 1_000_000 > ellipsoidal * int(share * 1_000_000)
        wide &= np.abs(plane - ellipsoidal) > 1
        if wide.any():
            values = {
                "count": int(wide.sum()), "plane": shown(plane[wide].sum()), "ellipsoidal": shown(ellipsoidal[wide].sum()),
            }  # fmt: skip
            widest = int(np.argmax(np.where(wide, np.abs(plane - ellipsoidal), 0)))
            notes.add(Finding("ARE-2", None, values, kind, survey.table(kind).subject(widest)))


def are_3_mu_is_that_of_the_m2(survey: Survey, notes: Notes) -> None:
    """ARE-3: an area in mu is the area in m² x 0.0015, rounded half up; the former total of a contract may also be the sum of
    its parcels' printed mu. 2015/16 register form; standards.md 4."""
    added = hundredths(notes.law.number("ARE-5.tolerance_mu", "added"))
    for kind, m2, mu in PAIRS:
        table = survey.table(kind)
        area, said = table.amount(m2), table.amount(mu)
        bad = known(area) & known(said) & (said != mu_hundredths(area))
        if kind == "CBHT":
            total, counted, whole = _sums(survey, "CBDKXX", "CBHTBM", "CBHT", "CBHTBM", "YHTMJM")
            bad &= ~(whole & (counted > 0) & (np.abs(said - total) <= added))
        _mu_notes(notes, table, mu, bad, area, said)


def _mu_notes(notes: Notes, table: Table, column: str, bad: Mask, area: Ints, said: Ints) -> None:
    notes.rows("ARE-3", table, np.flatnonzero(bad), column, lambda row: {
        "given": shown(said[row]), "area": shown(area[row]), "computed": shown(mu_hundredths(area[row : row + 1])[0])})  # fmt: skip


def _sums(survey: Survey, parts: str, link: str, whole: str, key: str, column: str) -> tuple[Ints, Ints, Mask]:
    """Of each row of `whole`: the sum of its parts' column, how many parts it has, whether all of them have it. Where two rows
    have the same code, which COD-3 tells, nobody knows whose the parts are: they have none."""
    inner, outer = survey.table(parts), survey.table(whole)
    at = outer.index(key).find(inner.column(link))
    amounts = inner.amount(column)
    linked, sound = at >= 0, known(amounts)
    total = np.zeros(outer.rows, dtype=np.int64)
    np.add.at(total, at[linked & sound], amounts[linked & sound])
    counted = np.bincount(at[linked], minlength=outer.rows).astype(np.int64)
    lacking = np.bincount(at[linked & ~sound], minlength=outer.rows)
    counted[np.concatenate(outer.index(key).again())] = 0
    return total, counted, lacking == 0


def are_4_contract_total_is_that_of_its_parcels(survey: Survey, notes: Notes) -> None:
    """ARE-4: HTZMJ is the sum of its parcels' HTMJ. ARE-18: a difference that is tolerated is noted all the same: sums of
    figures of two decimals are exact."""
    table = survey.table("CBHT")
    said = table.amount("HTZMJ")
    total, counted, whole = _sums(survey, "CBDKXX", "CBHTBM", "CBHT", "CBHTBM", "HTMJ")
    allowed = hundredths(notes.law.number("ARE-4.tolerance_m2"))
    other = known(said) & whole & (counted > 0) & (said != total)
    far = np.abs(said - total) > allowed
    _total_notes(notes, "ARE-4", table, "HTZMJ", other & far, said, total)
    _total_notes(notes, "ARE-18", table, "HTZMJ", other & ~far, said, total)


def are_5_contract_mu_is_that_of_its_parcels(survey: Survey, notes: Notes) -> None:
    """ARE-5: HTZMJM is the sum of the printed mu of its parcels, or the total converted; a county chooses which, and how
    near. Where its parcels have no sum ARE-3 says what its m² make."""
    table = survey.table("CBHT")
    said, area = table.amount("HTZMJM"), table.amount("HTZMJ")
    total, counted, whole = _sums(survey, "CBDKXX", "CBHTBM", "CBHT", "CBHTBM", "HTMJM")
    added, converted = (hundredths(notes.law.number("ARE-5.tolerance_mu", way)) for way in ("added", "converted"))
    by_total = known(area) & (np.abs(said - mu_hundredths(area)) <= converted)
    summed = whole & (counted > 0)
    bad = known(said) & ~by_total
    _total_notes(notes, "ARE-5", table, "HTZMJM", bad & summed & (np.abs(said - total) > added), said, total)
    alone = bad & known(area) & ~summed
    alone[np.concatenate(table.index("CBHTBM").again())] = False
    _mu_notes(notes, table, "HTZMJM", alone, area, said)


def _total_notes(notes: Notes, code: str, table: Table, column: str, bad: Mask, said: Ints, total: Ints) -> None:
    notes.rows(code, table, np.flatnonzero(bad), column, lambda row: {
        "given": shown(said[row]), "computed": shown(total[row]), "difference": shown(said[row] - total[row])})  # fmt: skip


def are_6_contract_counts_its_parcels(survey: Survey, notes: Notes) -> None:
    """ARE-6: CBDKZS is the number of its parcels."""
    table = survey.table("CBHT")
    said = table.amount("CBDKZS")
    _, counted, _ = _sums(survey, "CBDKXX", "CBHTBM", "CBHT", "CBHTBM", "HTMJ")
    bad = known(said) & (counted > 0) & (said != counted * 100)
    _count_notes(notes, "ARE-6", table, "CBDKZS", bad, said, counted)


def _count_notes(notes: Notes, code: str, table: Table, column: str, bad: Mask, said: Ints, counted: Ints) -> None:
    notes.rows(code, table, np.flatnonzero(bad), column,
               lambda row: {"given": said[row].item() // 100, "counted": counted[row].item()})  # fmt: skip


def are_7_contract_area_is_near_the_surveyed(survey: Survey, notes: Notes) -> None:
    """ARE-7: HTMJ and SCMJ of a parcel may differ, rights rest on the contract's figure; apart they are noted. ARE-20: so far apart
    that the certificate would contradict its own map.
    """
    table, parcels = survey.table("CBDKXX"), survey.table("DK")
    share, least = (notes.law.number("ARE-7.tolerance", key) for key in ("share", "m2"))
    at = parcels.index("DKBM").find(table.column("DKBM"))
    surveyed = parcels.amount("SCMJ")[at] if parcels.rows else table.amount("HTMJ")
    contracted = table.amount("HTMJ")
    apart = np.abs(contracted - surveyed)
    bad = (at >= 0) & known(contracted) & known(surveyed) & (surveyed > 0) & (apart > hundredths(least))
    bad &= _beyond(apart, surveyed, share)
    far = bad & _beyond(apart, np.minimum(contracted, surveyed), notes.law.number("ARE-20.share"))
    _total_notes(notes, "ARE-7", table, "HTMJ", bad & ~far, contracted, surveyed)
    _total_notes(notes, "ARE-20", table, "HTMJ", far, contracted, surveyed)


def _beyond(apart: Ints, of: Ints, share: Decimal) -> Mask:
    """Where a difference is more than a share of a figure."""
    return np.asarray(apart * 1_000_000 > of * int(share * 1_000_000))


def are_8_former_total_is_that_of_its_parcels(survey: Survey, notes: Notes) -> None:
    """ARE-8: YHTZMJ, the old contract's total, is the sum of its parcels' YHTMJ where both are there."""
    table = survey.table("CBHT")
    said = table.amount("YHTZMJ")
    total, counted, whole = _sums(survey, "CBDKXX", "CBHTBM", "CBHT", "CBHTBM", "YHTMJ")
    allowed = hundredths(notes.law.number("ARE-4.tolerance_m2"))
    bad = known(said) & whole & (counted > 0) & (total > 0) & (np.abs(said - total) > allowed)
    _total_notes(notes, "ARE-8", table, "YHTZMJ", bad, said, total)


def are_9_transfer_is_within_its_contract(survey: Survey, notes: Notes) -> None:
    """ARE-9: what is transferred is no more than what the contract holds. 农村土地承包法 36."""
    table, contracts = survey.table("LZHT"), survey.table("CBHT")
    said = table.amount("LZMJ")
    at = contracts.index("CBHTBM").find(table.column("CBHTBM"))
    whole = contracts.amount("HTZMJ")[at] if contracts.rows else said
    allowed = hundredths(notes.law.number("ARE-4.tolerance_m2"))
    bad = (at >= 0) & known(said) & known(whole) & (said > whole + allowed)
    _total_notes(notes, "ARE-9", table, "LZMJ", bad, said, whole)


def are_10_transfer_is_within_its_parcels(survey: Survey, notes: Notes) -> None:
    """ARE-10: what is transferred is no more than the parcels that name the transfer; a part of a parcel may be."""
    table = survey.table("LZHT")
    said = table.amount("LZMJ")
    total, counted, whole = _sums(survey, "CBDKXX", "LZHTBM", "LZHT", "LZHTBM", "HTMJ")
    allowed = hundredths(notes.law.number("ARE-4.tolerance_m2"))
    bad = known(said) & whole & (counted > 0) & (said > total + allowed)
    _total_notes(notes, "ARE-10", table, "LZMJ", bad, said, total)


def are_11_transfer_counts_its_parcels(survey: Survey, notes: Notes) -> None:
    """ARE-11: LZDKS is the number of parcels that name the transfer."""
    table = survey.table("LZHT")
    said = table.amount("LZDKS")
    _, counted, _ = _sums(survey, "CBDKXX", "LZHTBM", "LZHT", "LZHTBM", "HTMJ")
    bad = known(said) & (counted > 0) & (said != counted * 100)
    _count_notes(notes, "ARE-11", table, "LZDKS", bad, said, counted)


def are_12_homestead_is_within_the_limit(survey: Survey, notes: Notes) -> None:
    """ARE-12: a homestead over the county's limit is confirmed up to it, and the excess noted. HS-2; 土地管理法 62."""
    table = survey.table("ZJD")
    limit = hundredths(notes.law.number("HS-2.limit_m2", notes.law.text("HS-2.terrain")))
    area = table.amount("ZDMJ")
    bad = known(area) & (area > limit)
    notes.rows("ARE-12", table, np.flatnonzero(bad), "ZDMJ", lambda row: {
        "given": shown(area[row]), "limit": shown(limit), "excess": shown(area[row] - limit)})  # fmt: skip


def are_13_homestead_is_as_approved(survey: Survey, notes: Notes) -> None:
    """ARE-13: a homestead larger than its approval. ARE-21: one that was approved, with no approved area. 国土资发〔2016〕191号."""
    table = survey.table("ZJD")
    area, approved = table.amount("ZDMJ"), table.amount("PZMJ")
    allowed = hundredths(notes.law.number("ARE-1.tolerance", "m2"))
    bad = known(area) & known(approved) & (approved > 0) & (area > approved + allowed)
    _total_notes(notes, "ARE-13", table, "ZDMJ", bad, area, approved)
    none = (~known(approved) | (approved == 0)) & (table.column("QLXZ") == APPROVED.encode())
    notes.rows("ARE-21", table, np.flatnonzero(none), "PZMJ", nature=APPROVED)


def are_14_house_stands_on_its_homestead(survey: Survey, notes: Notes) -> None:
    """ARE-14: the house covers no more than the homestead."""
    table = survey.table("ZJD")
    area, covered = table.amount("ZDMJ"), table.amount("JZZDMJ")
    allowed = hundredths(notes.law.number("ARE-1.tolerance", "m2"))
    bad = known(area) & known(covered) & (covered > area + allowed)
    _total_notes(notes, "ARE-14", table, "JZZDMJ", bad, covered, area)


def are_15_transfers_at_once_are_within_their_contract(survey: Survey, notes: Notes) -> None:
    """ARE-15: what transfers of one contract take on a same day is no more than it holds. Re-letting by who took the land
    counts again, so note it only. 农村土地承包法 36."""
    table, contracts = survey.table("LZHT"), survey.table("CBHT")
    if not contracts.rows:
        return
    area, first, last = table.amount("LZMJ"), table.day("LZQXKSRQ"), table.day("LZQXJSRQ")
    at = contracts.index("CBHTBM").find(table.column("CBHTBM"))
    holds, allowed = contracts.amount("HTZMJ"), hundredths(notes.law.number("ARE-4.tolerance_m2"))
    asked = (at >= 0) & known(area) & ~np.isnat(first) & ~np.isnat(last) & (first <= last)
    # A transfer that is too large by itself is ARE-9's.
    asked &= known(holds[at]) & (area <= holds[at] + allowed)
    by_contract: dict[int, list[int]] = {}
    for row in np.flatnonzero(asked).tolist():
        by_contract.setdefault(int(at[row]), []).append(row)
    for contract, rows in by_contract.items():
        # The most is reached on the first day of one of them.
        days = ((day, [row for row in rows if first[row] <= day <= last[row]]) for day in first[rows])
        day, most = max(days, key=lambda at_once: int(area[at_once[1]].sum()))
        total = int(area[most].sum())
        if total > holds[contract] + allowed:
            values = {
                "given": shown(total), "computed": shown(holds[contract]), "difference": shown(total - holds[contract]),
                "count": len(most), "day": str(day), "transfers": [plain(table.key[row]) for row in most],
            }  # fmt: skip
            notes.add(Finding("ARE-15", "HTZMJ", values, contracts.kind, plain(contracts.key[contract])))


def are_16_building_is_its_ground_times_its_storeys(survey: Survey, notes: Notes) -> None:
    """ARE-16: a building has no more than the ground that it covers, times its storeys; what hangs over is tolerated.
    ARE-17: and no less than that ground. ARE-19: a farm house has few storeys. 不动产权籍调查技术方案."""
    table = survey.table("ZJD")
    built, covered, storeys = table.amount("JZMJ"), table.amount("JZZDMJ"), table.amount("CS")
    most, over = notes.law.days("ARE-16.storeys_most"), notes.law.number("ARE-16.overhang_share")
    least = hundredths(notes.law.number("ARE-1.tolerance", "m2"))
    told = known(storeys) & (storeys >= 0) & (storeys % 100 == 0) & (storeys <= MOST_COUNTED)
    tall = told & (storeys > most * 100)
    notes.rows(
        "ARE-19", table, np.flatnonzero(tall), "CS", lambda row: {"given": storeys[row].item() // 100, "most": most}
    )
    levels = np.where(told, storeys // 100, most)
    room = covered * levels
    both = known(built) & known(covered) & (built >= 0) & (covered >= 0) & (told | ~known(storeys))
    too_large = both & (built > room + np.maximum(least, room * int(over * 1000) // 1000))
    notes.rows("ARE-16", table, np.flatnonzero(too_large), "JZMJ", lambda row: {
        "given": shown(built[row]), "covered": shown(covered[row]), "storeys": levels[row].item()})  # fmt: skip
    _total_notes(notes, "ARE-17", table, "JZMJ", both & (built > 0) & (built + least < covered), built, covered)


RULES: tuple[SurveyRule, ...] = (
    are_16_building_is_its_ground_times_its_storeys,
    are_1_recorded_area_is_that_of_the_shape, are_2_plane_area_is_near_the_ellipsoidal, are_3_mu_is_that_of_the_m2,
    are_4_contract_total_is_that_of_its_parcels, are_5_contract_mu_is_that_of_its_parcels,
    are_6_contract_counts_its_parcels, are_7_contract_area_is_near_the_surveyed,
    are_8_former_total_is_that_of_its_parcels, are_9_transfer_is_within_its_contract,
    are_10_transfer_is_within_its_parcels, are_11_transfer_counts_its_parcels, are_12_homestead_is_within_the_limit,
    are_13_homestead_is_as_approved, are_14_house_stands_on_its_homestead,
    are_15_transfers_at_once_are_within_their_contract,
)  # fmt: skip
