"""Faults in the attribute tables: each is found under its own code, naming its subject."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gis.zones import ZONES
from landreg.land.survey import Report, check
from tests.packages import SAMPLE, Unpacked

ID = "610900197510160018"  # of the first household's head
FAULTS: list[tuple[str, Callable[[Planting], str]]] = []


class Planting:
    """A package in which faults are planted, each on a contract that no other fault touches."""

    def __init__(self, package: Unpacked) -> None:
        self.package = package
        self.contracts = [
            row[0]
            for row in package.ask("SELECT CBHTBM FROM CBHT WHERE CBHTBM NOT IN (SELECT CBHTBM FROM LZHT) ORDER BY 1")
        ]
        self.transfers = [row[0] for row in package.ask("SELECT LZHTBM FROM LZHT WHERE LZDKS = 1 ORDER BY 1")]
        self.units = [row[0] for row in package.ask("SELECT CBFBM FROM CBF WHERE CBFLX = '3' ORDER BY 1")]

    def contract(self) -> str:
        return self.contracts.pop(7 % len(self.contracts))

    def household(self) -> str:
        return self.contract()[:18]

    def transfer(self) -> str:
        return self.transfers.pop()

    def parcel(self) -> str:
        """A parcel of a contract of its own."""
        found: str = self.package.ask("SELECT DKBM FROM CBDKXX WHERE CBHTBM = ? LIMIT 1", self.contract())[0][0]
        return found

    def set(self, table: str, key: str, code: str, **values: object) -> str:
        """Change a row; the subject of the finding is its code."""
        for name, value in values.items():
            self.package.sql(f"UPDATE {table} SET {name} = ? WHERE {key} = ?", value, code)
        return code

    def first_member(self, household: str, **values: object) -> str:
        row = self.package.ask("SELECT min(rowid) FROM CBF_JTCY WHERE CBFBM = ?", household)[0][0]
        for name, value in values.items():
            self.package.sql(f"UPDATE CBF_JTCY SET {name} = ? WHERE rowid = ?", value, row)
        return household


def fault(code: str) -> Callable[[Callable[[Planting], str]], Callable[[Planting], str]]:
    """Name the code under which a planted fault is to be found."""

    def keep(plant: Callable[[Planting], str]) -> Callable[[Planting], str]:
        FAULTS.append((code, plant))
        return plant

    return keep


@fault("COD-1")
def a_household_code_of_17_signs(p: Planting) -> str:
    code = p.household()
    return p.set("CBF", "CBFBM", code, CBFBM=code[:17])[:17]


@fault("COD-31")
def a_contract_code_without_its_letter(p: Planting) -> str:
    code = p.contract()
    p.set("CBHT", "CBHTBM", code, CBHTBM=code[:18] + "1")
    return code[:18] + "1"


@fault("COD-31")
def a_transfer_code_with_letters(p: Planting) -> str:
    code = p.transfer()
    p.set("LZHT", "LZHTBM", code, LZHTBM=code[:16] + "AB")
    return code[:16] + "AB"


@fault("COD-2")
def a_household_under_another_issuer(p: Planting) -> str:
    code = p.contract()
    return p.set("CBHT", "CBHTBM", code, FBFBM="61090210420301") and code[:18]


@fault("COD-3")
def a_household_that_stands_twice(p: Planting) -> str:
    code = p.household()
    p.package.sql("INSERT INTO CBF SELECT * FROM CBF WHERE CBFBM = ?", code)
    return code


@fault("COD-3")
def a_contract_that_stands_twice(p: Planting) -> str:
    code = p.contract()
    p.package.sql("INSERT INTO CBHT SELECT * FROM CBHT WHERE CBHTBM = ?", code)
    return code


@fault("COD-3")
def a_transfer_that_stands_twice(p: Planting) -> str:
    code = p.transfer()
    p.package.sql("INSERT INTO LZHT SELECT * FROM LZHT WHERE LZHTBM = ?", code)
    return code


@fault("COD-3")
def a_register_entry_that_stands_twice(p: Planting) -> str:
    code = p.contract()
    p.package.sql("INSERT INTO CBJYQZDJB SELECT * FROM CBJYQZDJB WHERE CBJYQZBM = ?", code)
    return code


@fault("COD-4")
def an_unknown_way_of_contracting(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), CBFS="777")


@fault("COD-4")
def an_unknown_relation(p: Planting) -> str:
    return p.first_member(p.household(), YHZGX="A7")


@fault("COD-4")
def a_yes_or_no_of_zero(p: Planting) -> str:
    return p.first_member(p.household(), SFGYR="0")


@fault("COD-4")
def an_unknown_kind_of_contractor(p: Planting) -> str:
    return p.set("CBF", "CBFBM", p.household(), CBFLX="8")


@fault("COD-6")
def a_contract_without_a_beginning(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), CBQXQ="")


@fault("COD-6")
def a_member_without_a_name(p: Planting) -> str:
    return p.first_member(p.household(), CYXM="")


@fault("COD-6")
def a_contracted_parcel_without_an_area(p: Planting) -> str:
    return p.set("CBDKXX", "DKBM", p.parcel(), HTMJ=None)


@fault("COD-8")
def a_household_of_another_county(p: Planting) -> str:
    code = p.household()
    p.set("CBF", "CBFBM", code, CBFBM="610929" + code[6:])
    return "610929" + code[6:]


@fault("COD-9")
def an_issuer_of_a_village_that_is_not(p: Planting) -> str:
    p.package.sql(
        "INSERT INTO FBF SELECT '61090210499901', FBFMC, FBFFZRXM, FZRZJLX, FZRZJHM, LXDH, FBFDZ, YZBM, FBFDCY, "
        "FBFDCRQ, FBFDCJS FROM FBF LIMIT 1"
    )
    return "61090210499901"


@fault("REL-30")
def an_issuer_without_parcels(p: Planting) -> str:
    return "61090210499901"


@fault("REL-31")
def an_issuer_without_its_group_s_area(p: Planting) -> str:
    return "61090210499901"


@fault("COD-10")
def a_member_s_id_with_a_wrong_check_digit(p: Planting) -> str:
    return p.first_member(p.household(), CYZJHM=ID[:17] + "0")


@fault("COD-10")
def an_issuer_s_representative_with_a_wrong_id(p: Planting) -> str:
    return p.set("FBF", "FBFBM", "61090210420302", FZRZJHM=ID[:17] + "1")


@fault("COD-19")
def an_id_of_fifteen_digits(p: Planting) -> str:
    return p.set("CBF", "CBFBM", p.household(), CBFZJHM="610900751016001")


@fault("COD-20")
def an_id_of_the_thirtieth_of_february(p: Planting) -> str:
    return p.first_member(p.household(), CYZJHM="610900197502300017")


@fault("COD-11")
def a_unit_with_a_wrong_credit_code(p: Planting) -> str:
    return p.set("CBF", "CBFBM", p.units[0], CBFZJLX="3", CBFZJHM="N2610902MF00000001")


@fault("COD-12")
def a_member_of_another_sex_than_the_id(p: Planting) -> str:
    return p.first_member(p.household(), CYXB="2")


@fault("COD-15")
def a_signature_on_a_day_that_is_not(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), QDSJ="2025-13-41")


@fault("COD-16")
def a_register_entry_of_the_future(p: Planting) -> str:
    return p.set("CBJYQZDJB", "CBJYQZBM", p.contract(), DJSJ="2099-01-01")


@fault("COD-17")
def an_area_in_words(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), HTZMJ="三亩")


@fault("COD-17")
def an_area_below_nothing(p: Planting) -> str:
    return p.set("CBDKXX", "DKBM", p.parcel(), HTMJ=-5.0)


@fault("ARE-3")
def mu_that_are_not_those_of_the_m2(p: Planting) -> str:
    return p.set("CBDKXX", "DKBM", p.parcel(), HTMJM=99.99)


@fault("ARE-3")
def mu_of_a_transfer_one_hundredth_off(p: Planting) -> str:
    code = p.transfer()
    p.package.sql("UPDATE LZHT SET LZMJM = LZMJM + 0.01 WHERE LZHTBM = ?", code)
    return code


@fault("ARE-4")
def a_total_that_is_not_its_parcels(p: Planting) -> str:
    code = p.contract()
    p.package.sql("UPDATE CBHT SET HTZMJ = HTZMJ + 10 WHERE CBHTBM = ?", code)
    return code


@fault("ARE-5")
def a_total_of_mu_that_is_not_its_parcels(p: Planting) -> str:
    code = p.contract()
    p.package.sql("UPDATE CBHT SET HTZMJM = HTZMJM + 1 WHERE CBHTBM = ?", code)
    return code


@fault("ARE-6")
def a_contract_that_counts_its_parcels_wrong(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), CBDKZS=99)


@fault("ARE-7")
def a_contract_area_apart_from_the_surveyed(p: Planting) -> str:
    code = p.parcel()
    p.package.sql("UPDATE CBDKXX SET HTMJ = ROUND(HTMJ * 1.3, 2) WHERE DKBM = ?", code)
    return code


@fault("ARE-20")
def a_contract_area_far_from_the_surveyed(p: Planting) -> str:
    code = p.parcel()
    p.package.sql("UPDATE CBDKXX SET HTMJ = HTMJ * 2 WHERE DKBM = ?", code)
    return code


@fault("TER-12")
def a_contract_whose_term_is_over(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), CBQXZ="20241231")


@fault("ARE-8")
def a_former_total_that_is_not_its_parcels(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), YHTZMJ=1.0)


@fault("ARE-9")
def a_transfer_larger_than_its_contract(p: Planting) -> str:
    return p.set("LZHT", "LZHTBM", p.transfer(), LZMJ=99999.0)


@fault("ARE-10")
def a_transfer_larger_than_its_parcels(p: Planting) -> str:
    code = p.transfer()
    p.package.sql("UPDATE LZHT SET LZMJ = LZMJ + 1 WHERE LZHTBM = ?", code)
    return code


@fault("ARE-11")
def a_transfer_that_counts_its_parcels_wrong(p: Planting) -> str:
    return p.set("LZHT", "LZHTBM", p.transfer(), LZDKS=7)


@fault("REL-1")
def a_contracted_parcel_without_a_shape(p: Planting) -> str:
    code = p.parcel()
    p.set("CBDKXX", "DKBM", code, DKBM=code[:14] + "99998")
    return code[:14] + "99998"


@fault("REL-2")
def a_parcel_without_a_contract(p: Planting) -> str:
    code = p.parcel()
    p.package.sql("DELETE FROM CBDKXX WHERE DKBM = ?", code)
    return code


@fault("REL-3")
def a_contract_that_only_parcels_name(p: Planting) -> str:
    code = p.contract()
    p.package.sql("DELETE FROM CBHT WHERE CBHTBM = ?", code)
    return code


@fault("REL-16")
def a_register_entry_without_a_contract(p: Planting) -> str:
    code = p.contract()
    p.package.sql("DELETE FROM CBHT WHERE CBHTBM = ?", code)
    return code


@fault("REL-4")
def a_contract_without_parcels(p: Planting) -> str:
    code = p.contract()
    p.package.sql("DELETE FROM CBDKXX WHERE CBHTBM = ?", code)
    return code


@fault("REL-5")
def a_household_that_only_others_name(p: Planting) -> str:
    code = p.household()
    p.package.sql("DELETE FROM CBF WHERE CBFBM = ?", code)
    return code


@fault("REL-6")
def an_issuer_that_only_others_name(p: Planting) -> str:
    p.package.sql("DELETE FROM FBF WHERE FBFBM = '61090210420701'")
    return "61090210420701"


@fault("REL-7")
def a_household_with_neither_contract_nor_homestead(p: Planting) -> str:
    p.package.sql(
        "INSERT INTO CBF SELECT '610902104202010999', CBFLX, '无地', CBFZJLX, '61090019691002001X', CBFDZ, YZBM, LXDH, 1,"
        " CBFDCRQ, CBFDCY, GSJS, GSJSR, GSSHRQ, GSSHR FROM CBF LIMIT 1"
    )
    return "610902104202010999"


@fault("REL-8")
def a_household_without_members(p: Planting) -> str:
    code = p.household()
    p.package.sql("DELETE FROM CBF_JTCY WHERE CBFBM = ?", code)
    return code


@fault("REL-9")
def a_household_that_counts_its_members_wrong(p: Planting) -> str:
    return p.set("CBF", "CBFBM", p.household(), CBFCYSL=17)


@fault("REL-10")
def a_person_in_two_households(p: Planting) -> str:
    one, other = p.household(), p.household()
    number = p.package.ask("SELECT CYZJHM FROM CBF_JTCY WHERE CBFBM = ? AND YHZGX = '02'", one)[0][0]
    return p.first_member(other, CYZJHM=number)


@fault("REL-11")
def a_person_twice_in_a_household(p: Planting) -> str:
    code = p.household()
    p.package.sql("INSERT INTO CBF_JTCY SELECT * FROM CBF_JTCY WHERE CBFBM = ? AND YHZGX = '02'", code)
    return code


@fault("REL-12")
def a_representative_of_two_households(p: Planting) -> str:
    one, other = sorted((p.household(), p.household()))
    number = p.package.ask("SELECT CBFZJHM FROM CBF WHERE CBFBM = ?", one)[0][0]
    return p.set("CBF", "CBFBM", other, CBFZJHM=number)


@fault("REL-13")
def a_household_without_a_head(p: Planting) -> str:
    code = p.household()
    p.package.sql("UPDATE CBF_JTCY SET YHZGX = '20' WHERE CBFBM = ?", code)
    return code


@fault("REL-14")
def a_representative_who_is_no_member(p: Planting) -> str:
    return p.set("CBF", "CBFBM", p.household(), CBFZJHM="61090019550505007X")


@fault("REL-15")
def a_parcel_under_two_contracts(p: Planting) -> str:
    code, other = p.parcel(), p.contract()
    p.package.sql(
        "INSERT INTO CBDKXX SELECT DKBM, FBFBM, ?, CBJYQQDFS, HTMJ, ?, LZHTBM, ?, YHTMJ, HTMJM, YHTMJM, SFQQQG "
        "FROM CBDKXX WHERE DKBM = ?",
        other[:18],
        other,
        other,
        code,
    )
    return code


@fault("REL-17")
def a_contract_without_a_register_entry(p: Planting) -> str:
    code = p.contract()
    p.package.sql("DELETE FROM CBJYQZDJB WHERE CBJYQZBM = ?", code)
    return code


@fault("REL-18")
def a_register_entry_of_another_way_than_its_contract(p: Planting) -> str:
    return p.set("CBJYQZDJB", "CBJYQZBM", p.contract(), CBFS="123")


@fault("REL-19")
def a_certificate_without_a_register_entry(p: Planting) -> str:
    p.package.sql("CREATE TABLE CBJYQZ (CBJYQZBM TEXT, FZJG TEXT, FZRQ TEXT, QZSFLY TEXT)")
    p.package.sql("INSERT INTO CBJYQZ VALUES ('610902104202018888J', '汉滨区人民政府', '2016-01-01', '1')")
    return "610902104202018888J"


@fault("REL-23")
def a_transfer_without_a_contract(p: Planting) -> str:
    code = p.transfer()
    return p.set("LZHT", "LZHTBM", code, CBHTBM="610902104202018887J")


@fault("REL-24")
def an_unknown_transferee(p: Planting) -> str:
    p.set("LZHT", "LZHTBM", p.transfer(), SRFBM="610902104202019777")
    return "610902104202019777"


@fault("REL-25")
def a_transfer_that_only_a_parcel_names(p: Planting) -> str:
    p.set("CBDKXX", "DKBM", p.parcel(), LZHTBM="610902104202019776")
    return "610902104202019776"


@fault("REL-26")
def a_transfer_that_no_parcel_names(p: Planting) -> str:
    code = p.transfer()
    p.package.sql("UPDATE CBDKXX SET LZHTBM = '' WHERE LZHTBM = ?", code)
    return code


@fault("REL-27")
def a_parcel_in_another_contract_s_transfer(p: Planting) -> str:
    return p.set("CBDKXX", "DKBM", p.parcel(), LZHTBM=p.transfer())


@fault("REL-32")
def a_transfer_to_oneself(p: Planting) -> str:
    code = p.transfer()
    p.package.sql("UPDATE LZHT SET SRFBM = CBFBM WHERE LZHTBM = ?", code)
    return code


@fault("TER-1")
def a_contract_that_ends_before_it_begins(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), CBQXQ="2030-01-01", CBQXZ="2020-12-31")


@fault("TER-1")
def a_transfer_that_ends_before_it_begins(p: Planting) -> str:
    return p.set("LZHT", "LZHTBM", p.transfer(), LZQXKSRQ="2026-12-31", LZQXJSRQ="2026-01-01")


@fault("TER-2")
def a_contract_of_thirty_one_years(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), CBQXQ="1998-01-01", CBQXZ="2028-12-31")


@fault("TER-3")
def a_contract_of_five_years(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), CBQXQ="2025-10-01", CBQXZ="2030-09-30")


@fault("TER-4")
def a_contract_signed_after_its_end(p: Planting) -> str:
    return p.set("CBHT", "CBHTBM", p.contract(), CBQXQ="1990-01-01", CBQXZ="2019-12-31", QDSJ="2025-01-01")


@fault("TER-5")
def a_transfer_past_its_contract(p: Planting) -> str:
    return p.set("LZHT", "LZHTBM", p.transfer(), LZQXJSRQ="2088-12-31")


@fault("TER-5")
def a_transfer_before_its_contract(p: Planting) -> str:
    return p.set("LZHT", "LZHTBM", p.transfer(), LZQXKSRQ="1990-01-01")


@fault("TER-6")
def a_register_entry_of_another_term(p: Planting) -> str:
    return p.set("CBJYQZDJB", "CBJYQZBM", p.contract(), CBQXZ="2040-01-01")


@fault("TER-7")
def a_term_in_words_that_the_days_do_not_say(p: Planting) -> str:
    return p.set("CBJYQZDJB", "CBJYQZBM", p.contract(), CBQX="50年")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, dict[str, str]]:
    """One package with every fault of this file, and the subject of each."""
    package = Unpacked(tmp_path_factory.mktemp("tables"))
    planting = Planting(package)
    subjects = {plant.__name__: plant(planting) for _, plant in FAULTS}
    return check(package.folder), subjects


@pytest.mark.parametrize(("code", "plant"), FAULTS, ids=[f"{code}-{plant.__name__}" for code, plant in FAULTS])
def test_a_fault_is_found_by_its_code_naming_its_subject(
    code: str, plant: Callable[[Planting], str], planted: tuple[Report, dict[str, str]]
) -> None:
    report, subjects = planted
    found = [finding for finding in report.findings if finding.subject == subjects[plant.__name__]]
    assert code in [finding.code for finding in found]
    sentence = report.law.say(next(f for f in found if f.code == code), "zh")
    assert not {"{", "—"} & set(sentence)


def test_the_sound_sample_has_no_fault_that_refuses() -> None:
    report = check(SAMPLE)
    assert [f for f in report.findings if report.law.level(f) == "refuse"] == []
    assert not report.refused
    assert report.county == "610902"
    assert report.zone == ZONES[4524]
    assert (report.counts["DK"], report.counts["JZD"]) == (3743, 23092)


def test_identity_numbers_stand_masked_in_findings(planted: tuple[Report, dict[str, str]]) -> None:
    report, _ = planted
    shown = [
        str(row["values"]) + row["zh"] + row["en"] for row in report.as_json() if row["code"] in ("COD-10", "REL-10")
    ]
    assert shown
    assert not any("197510160010" in text for text in shown)
