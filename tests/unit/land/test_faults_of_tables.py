"""One fault in the tables of a small sound package: which codes come, on which subjects, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.small import Small, citizen_id
from tests.unit.land.kit import (
    C1,
    C2,
    G1,
    G2,
    H1,
    H2,
    H3,
    P1,
    P2,
    P3,
    P6,
    T1,
    Z1,
    Z2,
    Z3,
    Change,
    Found,
    add,
    both,
    drop,
    every,
    found,
    law,
    put,
    report_on,
)  # fmt: skip

OTHER = "61090200199901"
NOBODY = "610902001003019999"


def _twice(kind: str, code: str) -> Change:
    return add(kind, code)


def _renamed_issuer(code: str) -> Change:
    """The second issuer under another code, as its group's area has it too."""
    return both(put("FBF", G2, FBFBM=code), put("ZJQY", G2, ZJQYDM=code))


def _wrong_check(number: str) -> str:
    return number[:17] + ("0" if number[17] != "0" else "1")


CODES: list[tuple[str, Change, Found]] = [
    ("a parcel's code of 18 signs in a contract", put("CBDKXX", P1, DKBM=P1[:18]),
     {("COD-1", P1[:18]), ("REL-1", P1[:18]), ("REL-2", P1)}),
    ("a household's code of 17 signs", put("CBF", H3, CBFBM=H3[:17]),
     {("COD-1", H3[:17]), ("REL-5", H3), ("REL-7", H3[:17]), ("REL-8", H3[:17]), ("REL-20", Z3)}),
    ("a household with a unit's paper", put("CBF", H3, CBFZJLX="3", CBFZJHM="123456789"), {("COD-25", H3)}),
    ("a person with a unit's paper", put("CBF", H3, CBFLX="2", CBFZJLX="3", CBFZJHM="123456789"),
     {("COD-25", H3), ("REL-44", f"{H3}J")}),
    ("a household contract of a person", put("CBF", H2, CBFLX="2"), {("REL-44", C2)}),
    ("a unit with its representative's", put("CBF", H3, CBFLX="3"), {("REL-38", H3)}),
    ("a contract's code without its letter", put("CBHT", C2, CBHTBM=H2),
     {("COD-1", H2), ("REL-3", C2), ("REL-4", H2), ("REL-16", C2), ("REL-17", H2)}),
    ("an issuer's code of 13 signs", put("FBF", G2, FBFBM=G2[:13]), {("COD-1", G2[:13]), ("REL-6", G2), ("REL-31", G2)}),
    ("letters in a household's code", put("CBDKXX", P3, CBFBM=H2[:17] + "X"),
     {("COD-31", P3), ("COD-2", P3), ("REL-5", H2[:17] + "X"), ("REL-18", P3)}),
    ("a transfer's code of 15 signs", both(put("LZHT", T1, LZHTBM=T1[:15]), put("CBDKXX", P2, LZHTBM=T1[:15])),
     {("COD-1", T1[:15]), ("COD-1", P2)}),
    ("a parcel in a contract that begins with another issuer", put("CBDKXX", P3, FBFBM=G2),
     {("COD-2", P3), ("COD-2", H2), ("REL-18", P3)}),
    ("a contract whose household is another issuer's", put("CBHT", C2, FBFBM=G2),
     {("COD-2", H2), ("REL-18", P3), ("REL-18", C2)}),
    ("a homestead in another village than its household", put("ZJD", Z1, ZDDM="610902001004JC00001"),
     {("COD-2", "610902001004JC00001")}),
    ("a real-estate unit that does not begin with its land", put("ZJD", Z1, BDCDYH=Z2[:18] + "9F00010001"), {("COD-2", Z1)}),
    ("a household twice", _twice("CBF", H1), {("COD-3", H1)}),
    ("a contract twice", _twice("CBHT", C2), {("COD-3", C2)}),
    ("a parcel twice in one contract", both(_twice("CBDKXX", P3), put("CBHT", C2, HTZMJ="1200.00", HTZMJM="1.80", CBDKZS=2,
                                                                    YHTZMJ="1180.00", YHTZMJM="1.77")), {("COD-3", P3)}),
    ("a register entry twice", _twice("CBJYQZDJB", C2), {("COD-3", C2)}),
    ("a transfer twice", _twice("LZHT", T1), {("COD-3", T1)}),
    ("a real-estate unit twice", both(put("ZJD", Z2, BDCDYH=Z1 + "F00010001")), {("COD-2", Z2), ("COD-3", Z1 + "F00010001")}),
    ("a kind of contracting that is not", put("CBHT", C2, CBFS="999"), {("COD-4", C2), ("REL-18", P3), ("REL-18", C2)}),
    ("a kind of paper that is not", put("CBF", H2, CBFZJLX="8"), {("COD-4", H2)}),
    ("yes or no as nought", put("CBF_JTCY", "家人2", SFGYR="0"), {("COD-4", H2)}),
    ("a relation that is not", put("CBF_JTCY", "家人2", YHZGX="A1"), {("COD-4", H2)}),
    ("a use of land that is not", put("LZHT", T1, LZHTDYT="9"), {("COD-4", T1)}),
    ("a contract without its end", put("CBHT", C2, CBQXZ=""), {("COD-6", C2)}),
    ("a contract without its total", put("CBHT", C2, HTZMJ=None), {("COD-6", C2)}),
    ("a member without a number", put("CBF_JTCY", "家人2", CYZJHM=""), {("COD-6", H2)}),
    ("a household without a name", put("CBF", H2, CBFMC=""), {("COD-6", H2)}),
    ("a homestead without a holder", put("ZJD", Z1, QLRMC=""), {("COD-6", Z1)}),
    ("a contract without its code", put("CBHT", C2, CBHTBM=""), {("COD-6", H2), ("REL-3", C2), ("REL-16", C2)}),
    ("an address with a NUL", put("CBF", H2, CBFDZ="村\0东"), {("COD-23", H2)}),
    ("an address with a control character", put("CBF", H2, CBFDZ="村\x02"), {("COD-23", H2)}),
    ("an address with a zero-width space", put("CBF", H2, CBFDZ="村\u200b东"), {("COD-23", H2)}),
    ("an address that reads from right to left", put("CBF", H2, CBFDZ="\u202e村东"), {("COD-23", H2)}),
    ("an address with a byte order mark in its midst", put("CBF", H2, CBFDZ="村\ufeff东"), {("COD-23", H2)}),
    ("an address of more than twice its length", put("CBF", H2, CBFDZ="村" * 201), {("COD-24", H2)}),
    ("addresses that are blank", every("CBF", CBFDZ=""), {("COD-7", H1)}),
    ("a household of another county", put("CBF", H2, CBFBM="610921" + H2[6:]),
     {("COD-8", "610921" + H2[6:]), ("REL-5", H2), ("REL-6", "610921" + G1[6:]), ("REL-7", "610921" + H2[6:]),
      ("REL-8", "610921" + H2[6:]), ("REL-20", Z2), ("REL-24", H2)}),
    ("a township that is none today", _renamed_issuer("61090299900301"),
     {("COD-32", "61090299900301"), ("REL-6", G2), ("REL-30", "61090299900301")}),
    ("a village that is none today", _renamed_issuer(OTHER), {("COD-9", OTHER), ("REL-6", G2), ("REL-30", OTHER)}),
    ("a wrong check digit of a member", put("CBF_JTCY", "家人2", CYZJHM=_wrong_check(citizen_id(104))), {("COD-10", H2)}),
    ("a wrong check digit of an issuer's representative", put("FBF", G1, FZRZJHM=_wrong_check(citizen_id(901))),
     {("COD-10", G1)}),
    ("a wrong check digit of a contractor", put("CBF", H2, CBFZJHM=_wrong_check(citizen_id(5))),
     {("COD-10", H2), ("REL-14", H2)}),
    ("a credit code with a wrong check sign", put("FBF", G1, FZRZJLX="3", FZRZJHM="N1610902MF00000010"), {("COD-11", G1)}),
    ("a unit's code with a wrong check sign under no kind of paper", put("CBF", H3, CBFLX="3", CBFZJLX="9",
                                                                         CBFZJHM="N1610902MF00000010"),
     {("COD-11", H3), ("REL-38", H3)}),
    ("a credit code that is too long", put("FBF", G1, FZRZJLX="3", FZRZJHM="N1610902MF000000101"), {("COD-11", G1)}),
    ("a member's sex against the ID", put("CBF_JTCY", "家人2", CYXB="1"), {("COD-12", H2), ("REL-40", H2)}),
    ("a day that is none", put("CBHT", C2, QDSJ="19980230"), {("COD-15", C2)}),
    ("a day that is no day at all", put("LZHT", T1, HTQDRQ="去年"), {("COD-15", T1)}),
    ("a survey that is to come", put("CBF", H2, CBFDCRQ="20301231"), {("COD-16", H2)}),
    ("an area in words", put("CBHT", C2, HTZMJM="九分"), {("COD-17", C2)}),
    ("an area below nothing", put("CBDKXX", P3, YHTMJ="-590"), {("ARE-3", P3), ("COD-17", P3)}),
    ("an area of nothing", put("LZHT", T1, LZMJ="0", LZMJM="0"), {("COD-17", T1)}),
    ("a member count in words", put("CBF", H2, CBFCYSL="两人"), {("COD-17", H2)}),
    ("half a member", put("CBF", H2, CBFCYSL=2.5), {("COD-17", H2), ("REL-9", H2)}),
    ("three storeys below the ground", put("ZJD", Z1, CS=-3), {("COD-17", Z1)}),
    ("a nature of a right that no homestead has", put("ZJD", Z1, QLXZ="买卖"), {("COD-52", Z1)}),
    ("an approved homestead without the area of its approval", put("ZJD", Z1, PZMJ="0"), {("ARE-21", Z1)}),
    ("an approved homestead whose approval says no area", put("ZJD", Z1, PZMJ=""), {("ARE-21", Z1)}),
    ("a homestead of another nature without an approval", put("ZJD", Z1, PZMJ="", QLXZ="划拨"), set()),
    ("a house that is to come", put("ZJD", Z1, JGRQ="2031-06-30"), {("COD-53", Z1)}),
    ("a house of a year to come", put("ZJD", Z1, JGRQ="2031"), {("COD-53", Z1)}),
    ("a house older than any that stands", put("ZJD", Z1, JGRQ="1850-06-30"), {("COD-54", Z1)}),
    ("a house of a year before any that stands", put("ZJD", Z1, JGRQ="1850"), {("COD-54", Z1)}),
    ("an old house", put("ZJD", Z1, JGRQ="1900"), set()),
    ("a third of a storey", put("ZJD", Z1, CS=0.3), {("COD-17", Z1)}),
    ("more storeys than can be counted", put("ZJD", Z1, CS=99_999_999_999), {("COD-17", Z1)}),
    ("a former area beyond any county", put("CBDKXX", P1, YHTMJ="1000000000000.00", YHTMJM=""),
     {("COD-17", P1), ("ARE-8", C1)}),
    ("a real-estate unit of 27 signs", put("ZJD", Z1, BDCDYH=Z1 + "F0001000"), {("COD-18", Z1)}),
    ("a real-estate unit of an unknown fixture", put("ZJD", Z1, BDCDYH=Z1 + "B00010001"), {("COD-18", Z1)}),
    ("an ID of 15 signs", put("CBF_JTCY", "家人2", CYZJHM="610900700101001"), {("COD-19", H2)}),
    ("an ID with a letter in its midst", put("CBF_JTCY", "家人2", CYZJHM="6109001970A1010019"), {("COD-19", H2)}),
    ("a wrong check digit where the kind of paper is not said", put("CBF_JTCY", "家人2", CYZJLX="", CYZJHM=_wrong_check(
        citizen_id(104))), {("COD-7", H2), ("COD-10", H2)}),
    ("an ID of the thirtieth of February", put("CBF_JTCY", "家人2", CYZJHM="610900197002300019"), {("COD-20", H2)}),
    ("an ID of somebody not yet born", put("CBF_JTCY", "家人2", CYZJHM=citizen_id(104, "20300101")), {("COD-20", H2)}),
    ("building land among the homesteads", put("ZJD", Z1, ZDDM=Z1.replace("JC", "JB"), BDCDYH=""),
     {("COD-28", Z1.replace("JC", "JB")), ("COD-21", Z1.replace("JC", "JB"))}),
    ("a land code that is none", put("ZJD", Z1, ZDDM=Z1[:18], BDCDYH=""), {("COD-28", Z1[:18]), ("COD-1", Z1[:18])}),
]  # fmt: skip

AREAS: list[tuple[str, Change, Found]] = [
    ("mu a hundredth off in a contract", put("CBDKXX", P3, HTMJM="0.91"), {("ARE-3", P3)}),
    ("mu a hundredth off in a transfer", put("LZHT", T1, LZMJM="0.89"), {("ARE-3", T1)}),
    ("mu of a former total", put("CBHT", C2, YHTZMJM="0.88"), {("ARE-3", C2)}),
    ("mu cut off instead of rounded half up", both(put("CBDKXX", P3, YHTMJ="590.00", YHTMJM="0.88")), {("ARE-3", P3)}),
    ("a total that is not that of the parcels", put("CBHT", C1, HTZMJ="1200.06"), {("ARE-4", C1)}),
    ("a total a hundredth off", put("CBHT", C1, HTZMJ="1200.01"), {("ARE-18", C1)}),
    ("a total as far off as is tolerated", put("CBHT", C1, HTZMJ="1199.95"), {("ARE-18", C1)}),
    ("a total of three decimals that is that of the parcels", put("CBHT", C1, HTZMJ="1200.004"), set()),
    ("a total in mu that is neither sum nor conversion", put("CBHT", C1, HTZMJM="1.81"), {("ARE-5", C1)}),
    ("a number of parcels that is not", put("CBHT", C1, CBDKZS=3), {("ARE-6", C1)}),
    ("a contract's area far from the surveyed one",
     both(put("CBDKXX", P3, HTMJ="700.00", HTMJM="1.05"), put("CBHT", C2, HTZMJ="700.00", HTZMJM="1.05")), {("ARE-7", P3)}),
    ("a former total that is not that of the parcels", put("CBHT", C2, YHTZMJ="500.00", YHTZMJM="0.75"), {("ARE-8", C2)}),
    ("more transferred than contracted", put("LZHT", T1, LZMJ="1300.00", LZMJM="1.95"), {("ARE-9", T1), ("ARE-10", T1)}),
    ("transfers at once that are more than the contract",
     add("LZHT", T1, LZHTBM=T1[:-1] + "9", LZMJ="700.00", LZMJM="1.05", LZQXKSRQ="20260601", LZQX="7个月"),
     {("ARE-15", C1), ("REL-26", T1[:-1] + "9")}),
    ("transfers one after the other that are more than the contract",
     both(add("LZHT", T1, LZHTBM=T1[:-1] + "9", LZMJ="700.00", LZMJM="1.05", LZQXKSRQ="20261201", LZQX="1个月"),
          put("LZHT", T1, LZQXJSRQ="20261130", LZQX="11个月")), {("REL-26", T1[:-1] + "9")}),
    ("more transferred than its parcels have", put("LZHT", T1, LZMJ="700.00", LZMJM="1.05"), {("ARE-10", T1)}),
    ("a number of transferred parcels that is not", put("LZHT", T1, LZDKS=2), {("ARE-11", T1)}),
    ("a homestead larger than its approval", put("ZJD", Z1, PZMJ="150.00"), {("ARE-13", Z1)}),
    ("a house larger than its homestead", put("ZJD", Z1, JZZDMJ="181.00"), {("ARE-14", Z1)}),
    ("a building fifty times its ground", put("ZJD", Z1, JZMJ="5000.00"), {("ARE-16", Z1)}),
    ("a building of no storey", put("ZJD", Z1, CS=0), {("ARE-16", Z1)}),
    ("a building that hangs over", put("ZJD", Z1, JZMJ="239.00"), set()),
    ("a building without storeys that is six times its ground", put("ZJD", Z1, CS=None, JZMJ="600.00"), set()),
    ("a building without storeys that is ten times its ground", put("ZJD", Z1, CS=None, JZMJ="1000.00"), {("ARE-16", Z1)}),
    ("a building smaller than its ground", put("ZJD", Z1, JZMJ="60.00"), {("ARE-17", Z1)}),
    ("a farm house of twenty storeys", put("ZJD", Z1, CS=20, JZMJ="2000.00"), {("ARE-19", Z1)}),
    ("a homestead without a building", put("ZJD", Z1, CS=0, JZMJ="0", JZZDMJ="0", JGRQ=""), set()),
]  # fmt: skip

RELATIONS: list[tuple[str, Change, Found]] = [
    ("a contracted parcel without a shape", put("CBDKXX", P3, DKBM=G1 + "00099"), {("REL-1", G1 + "00099"), ("REL-2", P3)}),
    ("a parcel to be contracted and in no contract", put("DK", P6, DKLB="10"), {("REL-2", P6)}),
    ("a contract that is not there", drop("CBHT", C2), {("REL-3", C2), ("REL-16", C2)}),
    ("a contract without parcels", both(drop("CBDKXX", P3), put("DK", P3, DKLB="22")), {("REL-4", C2)}),
    ("a household that is not there", drop("CBF", H3), {("REL-5", H3), ("REL-20", Z3)}),
    ("an issuer that is not there", drop("FBF", G2), {("REL-6", G2), ("REL-31", G2)}),
    ("a household with nothing",
     both(add("CBF", H1, CBFBM=G1 + "0009", CBFMC="无地", CBFZJHM=citizen_id(41), CBFCYSL=1),
          add("CBF_JTCY", "户主1", CBFBM=G1 + "0009", CYXM="无地", CYZJHM=citizen_id(41))), {("REL-7", G1 + "0009")}),
    ("a household without members", lambda s: s.tables.update(
        CBF_JTCY=[row for row in s.tables["CBF_JTCY"] if row["CBFBM"] != H2]), {("REL-8", H2)}),
    ("a number of members that is not", put("CBF", H2, CBFCYSL=3), {("REL-9", H2)}),
    ("a member in two households",
     both(add("CBF_JTCY", "家人1", CBFBM=H2), put("CBF", H2, CBFCYSL=3)), {("REL-10", H1), ("REL-10", H2), ("REL-39", H2)}),
    ("a member twice in a household", both(add("CBF_JTCY", "家人1"), put("CBF", H1, CBFCYSL=3)),
     {("REL-11", H1), ("REL-39", H1)}),
    ("a representative of two households",
     both(put("CBF", H2, CBFZJHM=citizen_id(3))), {("REL-12", H2), ("REL-14", H2)}),
    ("a household without a head", put("CBF_JTCY", "户主2", YHZGX="20"), {("REL-13", H2)}),
    ("a household with two heads", put("CBF_JTCY", "家人2", YHZGX="02"), {("REL-13", H2)}),
    ("a representative from elsewhere", put("CBF", H2, CBFZJHM=citizen_id(61)), {("REL-14", H2)}),
    ("a parcel under two contracts",
     both(add("CBDKXX", P3, CBFBM=H1, CBHTBM=C1, CBJYQZBM=C1),
          put("CBHT", C1, HTZMJ="1800.00", HTZMJM="2.70", CBDKZS=3, YHTZMJ="1770.00", YHTZMJM="2.66")), {("REL-15", P3)}),
    ("a register entry without a contract", add("CBJYQZDJB", C1, CBJYQZBM=H1[:14] + "0009J", CBFBM=H1, CBJYQZLSH="9"),
     {("COD-2", H1[:14] + "0009J"), ("REL-16", H1[:14] + "0009J")}),
    ("a contract without a register entry", drop("CBJYQZDJB", C2), {("REL-17", C2), ("REL-19", C2)}),
    ("a way of contracting that differs", put("CBJYQZDJB", C2, CBFS="120"), {("REL-18", C2)}),
    ("a certificate without a register entry", lambda s: s.tables.update(
        CBJYQZ=[{"CBJYQZBM": H1[:14] + "0009J", "FZJG": "区政府", "FZRQ": "20160101", "QZSFLY": "1"}]),
     {("REL-19", H1[:14] + "0009J")}),
    ("a homestead of no household", put("ZJD", Z2, CBFBM=H2[:14] + "0099"), {("REL-20", Z2)}),
    ("a homestead whose household is blank", put("ZJD", Z2, CBFBM=""), {("COD-6", Z2), ("REL-20", Z2)}),
    ("two homesteads of one household", put("ZJD", Z2, CBFBM=H1, QLRMC="户主1"), {("REL-21", H1)}),
    ("a homestead's holder from elsewhere", put("ZJD", Z2, QLRMC="外人"), {("REL-22", Z2)}),
    ("a transfer without a contract", put("LZHT", T1, CBHTBM=H1[:14] + "0009J"),
     {("COD-2", T1), ("REL-23", T1), ("REL-27", P2)}),
    ("a transferee from elsewhere", put("LZHT", T1, SRFBM=NOBODY), {("REL-24", NOBODY)}),
    ("transfers that parcels name and no table", both(put("CBDKXX", P3, LZHTBM=T1), lambda s: s.tables.pop("LZHT")),
     {("PKG-23", P2)}),
    ("a transfer that only a parcel names", put("CBDKXX", P3, LZHTBM=G1 + "0099"), {("REL-25", G1 + "0099")}),
    ("a transfer that no parcel names", put("CBDKXX", P2, LZHTBM=""), {("REL-26", T1)}),
    ("a transfer of another contract's parcel", put("CBDKXX", P3, LZHTBM=T1), {("REL-27", P3), ("ARE-11", T1)}),
    ("an issuer without parcels", both(add("FBF", G2, FBFBM=G2[:12] + "03", FBFMC="3组"),
                                       add("ZJQY", G2, BSM=3, ZJQYDM=G2[:12] + "03", shape=[[
                                           (180, -50), (180, 100), (270, 100), (270, -50), (180, -50)]])),
     {("REL-30", G2[:12] + "03")}),
    ("a group without an issuer", add("ZJQY", G2, BSM=3, ZJQYDM=G2[:12] + "03", shape=[[
        (180, -50), (180, 100), (270, 100), (270, -50), (180, -50)]]), {("REL-31", G2[:12] + "03")}),
    ("a transfer to oneself", put("LZHT", T1, SRFBM=H1), {("REL-32", T1)}),
    ("reserve land in a contract", put("DK", P3, DKLB="22"), {("REL-33", P3)}),
    ("a household of which nobody shares", both(put("CBF_JTCY", "户主2", SFGYR="2"), put("CBF_JTCY", "家人2", SFGYR="2")),
     {("REL-37", H2)}),
    ("one member who does not share", put("CBF_JTCY", "家人2", SFGYR="2"), set()),
    ("a member born in 1850", put("CBF_JTCY", "家人2", CYZJHM="610900185001010013", CYXB="1", YHZGX="51"),
     {("COD-39", H2)}),
    ("a postcode of five digits", put("CBF", H2, YZBM="72500"), {("COD-40", H2)}),
    ("a postcode with a letter", put("FBF", G2, YZBM="72500O"), {("COD-40", G2)}),
]  # fmt: skip


def _relative(relation: str, birth: str, sex: str = "2") -> Change:
    """The second household's other member, whose head was born in 1970, as a relative of this age."""
    return put("CBF_JTCY", "家人2", YHZGX=relation, CYXB=sex, CYZJHM=citizen_id(104 + (sex == "1"), birth))


def _third(relation: str, birth: str, sex: str = "2") -> Change:
    """One more member of the second household."""
    return both(
        add("CBF_JTCY", "家人2", CYXM="又一人", YHZGX=relation, CYXB=sex, CYZJHM=citizen_id(206 + (sex == "1"), birth)),
        put("CBF", H2, CBFCYSL=3),
    )


FAMILIES: list[tuple[str, Change, Found]] = [
    ("two spouses of one head", _third("12", "19720101"), {("REL-39", H2)}),
    ("a spouse and a child", _third("30", "19980101"), set()),
    ("a spouse of the head's own sex", _relative("10", "19700101", "1"), {("REL-40", H2)}),
    ("a daughter older than the head", _relative("32", "19350101"), {("REL-41", H2)}),
    ("a daughter thirteen years younger", _relative("30", "19831231"), {("REL-41", H2)}),
    ("a daughter fourteen years younger", _relative("30", "19840101"), set()),
    ("an only son born in the head's year", _relative("21", "19701231", "1"), {("REL-41", H2)}),
    ("a son's wife of the head's age", _relative("38", "19700101"), set()),
    ("a stepdaughter of any age", _relative("37", "19650101"), set()),
    ("a mother younger than the head", _relative("52", "19720101"), {("REL-41", H2)}),
    ("a mother twenty years older", _relative("52", "19500101"), set()),
    ("a grandson twenty years younger", _relative("41", "19900101", "1"), {("REL-41", H2)}),
    ("a grandson thirty years younger", _relative("41", "20000101", "1"), set()),
    ("a grandmother twenty years older", _relative("62", "19500101"), {("REL-41", H2)}),
    ("a child of whom no day of birth is told", put("CBF_JTCY", "家人2", YHZGX="30", CYZJLX="9", CYZJHM="无"), set()),
    (
        "a child of a household of two heads",
        both(_relative("02", "19700101"), _third("30", "19600101")),
        {("REL-13", H2)},
    ),
]

PLAUSIBLE: list[tuple[str, Change, Found]] = [
    ("a citizen ID as an officer's", put("CBF_JTCY", "家人2", CYZJLX="2"), {("COD-41", H2)}),
    ("a citizen ID as a passport's", put("FBF", G2, FZRZJLX="5"), {("COD-41", G2)}),
    ("an officer's number as an officer's", put("CBF_JTCY", "家人2", CYZJLX="2", CYZJHM="军字第0012345号"), set()),
    ("an officer's number as a citizen ID", put("CBF_JTCY", "家人2", CYZJHM="军字第0012345号"), {("COD-19", H2)}),
    ("a telephone in letters", put("CBF", H2, LXDH="abc"), {("COD-42", H2)}),
    ("a mobile of ten digits", put("FBF", G2, LXDH="1390915000"), {("COD-42", G2)}),
    *(
        (f"the telephone {given}", put("CBF", H2, LXDH=given), set())
        for given in (
            "13909150000",
            "0915-3212345",
            "(0915)3212345",
            "09153212345",
            "3212345",
            "+8613909150000",
            "4008001234",
            "13909150000/0915-3212345",
            "13909150000、13809150000",
            "0915-3212345-801",
            "无",
        )
    ),
    ("a parcel without neighbours", put("DK", P2, DKDZ="", DKXZ="", DKNZ="", DKBZ=""), {("COD-43", P2)}),
    ("a parcel with one neighbour", put("DK", P2, DKXZ="", DKNZ="", DKBZ=""), {("COD-47", P2)}),
    ("no parcel with neighbours", every("DK", DKDZ="", DKXZ="", DKNZ="", DKBZ=""), {("COD-44", P1)}),
]


def _certificate(day: str) -> Change:
    return lambda small: small.tables.update(CBJYQZ=[{"CBJYQZBM": C2, "FZJG": "区政府", "FZRQ": day, "QZSFLY": "1"}])


TERMS: list[tuple[str, Change, Found]] = [
    ("a contract reversed", put("CBHT", C2, CBQXQ="20271231", CBQXZ="19980101"),
     {("TER-1", C2), ("TER-6", C2)}),
    ("a transfer reversed", put("LZHT", T1, LZQXKSRQ="20261231", LZQXJSRQ="20260101"), {("TER-1", T1)}),
    ("a register entry reversed", put("CBJYQZDJB", C2, CBQXQ="20271231", CBQXZ="19980101"), {("TER-1", C2), ("TER-6", C2)}),
    ("thirty years and a day", both(put("CBHT", C2, CBQXZ="20280101"), put("CBJYQZDJB", C2, CBQXZ="20280101")), set()),
    ("thirty years and two days", both(put("CBHT", C2, CBQXZ="20280102"), put("CBJYQZDJB", C2, CBQXZ="20280102")),
     {("TER-2", C2)}),
    ("seventy years of arable land", both(put("CBHT", C2, CBQXZ="20671231"),
                                          put("CBJYQZDJB", C2, CBQXZ="20671231", CBQX="70年")), {("TER-2", C2)}),
    ("twenty years", both(put("CBHT", C2, CBQXZ="20171231"), put("CBJYQZDJB", C2, CBQXZ="20171231", CBQX="20年")),
     {("TER-3", C2), ("TER-12", C2)}),
    ("a contract signed after its end", put("CBHT", C2, CBQXQ="19900101", CBQXZ="20191231", QDSJ="20200101"),
     {("TER-4", C2), ("TER-6", C2), ("TER-12", C2)}),
    ("a contract signed in 1890", put("CBHT", C2, QDSJ="18900101"), {("TER-10", C2)}),
    ("a transfer signed in 1915", put("LZHT", T1, HTQDRQ="19151215"), {("TER-10", T1)}),
    ("a register entry of 1990", put("CBJYQZDJB", C2, DJSJ="19900301"), {("TER-11", C2)}),
    ("a certificate of 2001", _certificate("20010101"), {("TER-11", C2)}),
    ("a certificate of 2005", _certificate("20050101"), set()),
    ("a transfer past its contract", put("LZHT", T1, LZQXJSRQ="20281231", LZQX="3年"), {("TER-5", T1)}),
    ("a transfer before its contract", put("LZHT", T1, LZQXKSRQ="19970101", LZQX="30年"), {("TER-5", T1)}),
    ("a register's term that is not the contract's", put("CBJYQZDJB", C2, CBQXQ="19980201"), {("TER-3", C2), ("TER-6", C2)}),
    ("a term in words against its days", put("LZHT", T1, LZQX="3年"), {("TER-7", T1)}),
]  # fmt: skip

CASES = [*CODES, *AREAS, *RELATIONS, *FAMILIES, *PLAUSIBLE, *TERMS]


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_fault_gives_its_codes_on_its_subjects_and_no_others(change: Change, expected: Found, tmp_path: Path) -> None:
    small = Small()
    change(small)
    assert found(report_on(small, tmp_path).findings) == expected


@pytest.mark.parametrize("given", ["abc", "2o10年", "２０１０年底"])
def test_a_finding_quotes_a_value_as_it_was_delivered(given: str, tmp_path: Path) -> None:
    """Codes are compared in upper case and plain width; whoever looks for the value in the file finds it as it stands there."""
    small = Small()
    put("CBHT", C2, CBQXQ=given)(small)
    assert {f.values["given"] for f in report_on(small, tmp_path).findings if f.code == "COD-15"} == {given}


def test_a_column_is_named_in_words_beside_its_code(tmp_path: Path) -> None:
    small = Small()
    put("CBF", H2, CBFDCRQ="昨天")(small)
    put("LZHT", T1, CBHTBM=H1[:14] + "0009J")(small)
    said = {finding.code: law().say(finding) for finding in report_on(small, tmp_path).findings}
    assert said["COD-15"].startswith("CBFDCRQ（承包方调查日期）的值“昨天”")
    assert "CBHTBM（承包合同代码）" in said["COD-2"]
    assert "CBFBM（承包方代码）" in said["COD-2"]
