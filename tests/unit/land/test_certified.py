"""What would come to stand wrongly on a certificate: said at the check, before anything is in the register."""

from __future__ import annotations

from pathlib import Path

import pytest

from landreg.law.terms import term
from tests.small import Small
from tests.unit.land.kit import C1, C2, G1, H2, P1, P2, P6, Change, Found, both, every, found, law, put, report_on


def _member(**values: str) -> Change:
    return put("CBF_JTCY", "家人2", **values)


def _coded(letter: str, way: str) -> Change:
    """The second contract under another code and way of contracting, in every table that names it."""
    code = H2 + letter
    return both(
        put("CBHT", C2, CBHTBM=code, CBFS=way), put("CBJYQZDJB", C2, CBJYQZBM=code, CBFS=way),
        put("CBDKXX", Small().parcel(3), CBHTBM=code, CBJYQZBM=code, CBJYQQDFS=way),
    )  # fmt: skip


CASES: list[tuple[str, Change, Found]] = [
    ("a member who is dead and shares", _member(CYBZ="7"), {("REL-42", H2)}),
    ("a dead member of whom no share is said", both(_member(CYBZ="7", SFGYR="")), {("REL-42", H2)}),
    ("a dead member without a share", _member(CYBZ="7", SFGYR="2"), {("REL-43", H2)}),
    ("a head who is dead", put("CBF_JTCY", "户主2", CYBZ="7", SFGYR="2"), {("REL-42", H2)}),
    ("a representative who is dead and not the head", both(
        put("CBF", H2, CBFMC="家人2", CBFZJHM=Small().tables["CBF_JTCY"][3]["CYZJHM"]), _member(CYBZ="7", SFGYR="2"),
        put("ZJD", Small().homestead(2), QLRMC="家人2")), {("REL-42", H2)}),
    ("a student", _member(CYBZ="3"), set()),
    ("household contracting under another letter", _coded("Z", "110"), {("COD-45", H2 + "Z")}),
    ("household contracting under the letter of other ways", _coded("Q", "110"), {("COD-45", H2 + "Q")}),
    ("other ways under the letter of households", _coded("J", "121"), {("COD-45", C2)}),
    ("other ways under their letter", _coded("Q", "123"), set()),
    ("other ways under another letter", _coded("T", "129"), {("COD-46", H2 + "T")}),
    ("an exchange under another letter", _coded("T", "300"), {("COD-46", H2 + "T")}),
    ("an exchange under the letter of households", _coded("J", "300"), set()),
    ("a contracted parcel without two neighbours", put("DK", P2, DKDZ="", DKBZ=""), {("COD-47", P2)}),
    ("other land without a neighbour", put("DK", P6, DKDZ=""), set()),
    ("parcels without their eastern neighbour", every("DK", DKDZ=""), {("COD-47", Small().parcel(n)) for n in range(1, 6)}),
    ("a parcel without its owner's kind", put("DK", P2, SYQXZ=""), {("COD-7", P2)}),
    ("a county that does not fill in its owners' kind", every("DK", SYQXZ=""), set()),
    ("two issuers of one name", every("FBF", FBFMC="一组"), {("COD-48", G1)}),
    ("two certificates of one number", both(
        put("CBJYQZDJB", C1, CBJYQZLSH="J1"), put("CBJYQZDJB", C2, CBJYQZLSH="J1")), {("COD-49", C1)}),
    ("certificates without a number", every("CBJYQZDJB", CBJYQZLSH=""), {("COD-7", C1)}),
    ("a relation that ended with the first edition", _member(YHZGX="98"), {("COD-4", H2)}),
    ("a relation of one sign", _member(YHZGX="0"), {("COD-4", H2)}),
    ("a nephew", _member(YHZGX="93", CYXB="2"), set()),
    ("another relative", _member(YHZGX="97"), set()),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_gives_its_code_and_no_other(change: Change, expected: Found, tmp_path: Path) -> None:
    small = Small()
    change(small)
    assert found(report_on(small, tmp_path).findings) == expected


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (_member(CYBZ="7"), True),
        (_member(CYBZ="7", SFGYR="2"), False),
        (_coded("Z", "110"), True),
        (_coded("T", "129"), False),
        (put("DK", P2, DKDZ=""), False),
        (every("FBF", FBFMC="一组"), False),
    ],
)
def test_what_is_certain_refuses(change: Change, refused: bool, tmp_path: Path) -> None:
    small = Small()
    change(small)
    assert report_on(small, tmp_path).refused is refused


def test_the_sentence_names_the_member_and_the_sides(tmp_path: Path) -> None:
    small = Small()
    both(_member(CYBZ="7"), put("DK", P1, DKDZ="", DKNZ=""))(small)
    said = {finding.code: law().say(finding) for finding in report_on(small, tmp_path).findings}
    assert said["REL-42"].startswith("成员 家*2 的成员备注是“去世”（7），")
    assert said["COD-47"].startswith("承包地块的四至没有填全（DKDZ、DKNZ 为空）")


@pytest.mark.parametrize("relation", ["01", "29", "80", "88", "91", "97", "99"])
def test_every_relation_that_is_read_has_its_word(relation: str) -> None:
    assert term("relation", relation, "zh") != relation
    assert term("relation", relation, "en") != relation
