"""Papers as a reader gets them: PDF/A-3b by structure, the text of each page, page breaks, the attached proof."""

import io
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from landreg.core.pdftext import pdf_text
from landreg.registry.papers.certificate_printing import print_certificate, unprintable
from landreg.registry.papers.drawing import ParcelMap
from landreg.registry.papers.printing import (
    print_error_letter,
    print_notice,
    print_objection_answer,
    print_receipt,
    print_refusal,
)
from tests.unit.papers import builders

PROOF = b'{"format": "landreg-proof/1", "origin": "landreg.test"}'

PAPERS: dict[str, Callable[[bool], bytes]] = {
    "contract": lambda sample: print_certificate(builders.contract_certificate(), proof=PROOF, sample=sample),
    "homestead": lambda sample: print_certificate(builders.homestead_certificate(), proof=PROOF, sample=sample),
    "operation": lambda sample: print_certificate(builders.operation_certificate(), proof=PROOF, sample=sample),
    "notice": lambda sample: print_notice(builders.notice(), sample=sample),
    "receipt": lambda sample: print_receipt(builders.receipt(), sample=sample),
    "refusal": lambda sample: print_refusal(builders.refusal(), sample=sample),
    "error_letter": lambda sample: print_error_letter(builders.error_letter(), sample=sample),
    "objection_answer": lambda sample: print_objection_answer(builders.objection_answer(), sample=sample),
}


@cache
def printed(name: str, sample: bool) -> bytes:
    """One of them, printed once for all that read it."""
    return PAPERS[name](sample)


def pages_of(pdf: bytes, *options: str) -> list[str]:
    run = subprocess.run(
        ["pdftotext", *(options or ("-layout",)), "-", "-"], input=pdf, capture_output=True, check=True
    )
    return run.stdout.decode("utf-8").split("\f")[:-1]


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s+", "", "".join(pages_of(pdf, "-raw")))


def fonts_of(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [o for o in document.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_is_built_as_pdf_a_3b(name: str) -> None:
    with pikepdf.open(io.BytesIO(printed(name, False))) as document:
        metadata = document.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
        assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert "/DestOutputProfile" in document.Root.OutputIntents[0]
        assert not document.is_encrypted
        found = fonts_of(document)
        assert found
        for font in found:
            assert re.fullmatch(r"/[A-Z]{6}\+NotoSerifCJKsc-(Regular|Bold)(-.*)?", str(font.FontName)), font.FontName
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys())


@pytest.mark.parametrize("name", ["contract", "homestead"])
def test_the_proof_is_attached_as_data_of_the_document(name: str) -> None:
    with pikepdf.open(io.BytesIO(printed(name, False))) as document:
        assert document.attachments["landreg-proof.json"].get_file().read_bytes() == PROOF
        assert document.Root.AF[0].AFRelationship == "/Data"
        assert document.Root.AF[0].EF.F.Subtype == "/application/json"


@pytest.mark.parametrize("name", PAPERS)
def test_each_page_says_which_of_how_many_it_is(name: str) -> None:
    pages = pages_of(printed(name, False))
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in re.sub(r"\s+", "", page)


@pytest.mark.parametrize("name", PAPERS)
def test_only_samples_say_that_they_are_samples(name: str) -> None:
    assert all("SAMPLE" in page for page in pages_of(printed(name, True), "-raw"))
    assert "SAMPLE" not in text_of(printed(name, False))


@pytest.mark.parametrize("name", PAPERS)
def test_the_same_paper_is_printed_to_the_same_bytes(name: str) -> None:
    assert PAPERS[name](False) == PAPERS[name](False) == printed(name, False)


def test_papers_printed_at_one_time_are_the_papers_printed_one_by_one() -> None:
    with ThreadPoolExecutor(4) as desks:
        printed = list(desks.map(lambda _: PAPERS["contract"](False), range(8)))
    assert set(printed) == {PAPERS["contract"](False)}


def test_the_contract_certificate_shows_number_household_and_total() -> None:
    text = text_of(printed("contract", False))
    data = builders.contract_certificate()
    for words in ("陕(2026)汉滨区农村土地承包经营权第000001号", "NO.J6109020000001", data.code, data.issuer, data.term,
                  f"{data.total_mu:.2f}", "7块", "家庭承包", *(m.name for m in data.members),
                  *(p.code for p in data.parcels)):  # fmt: skip
        assert words in text, words


def test_a_member_s_name_of_one_long_word_is_broken_where_its_cell_ends() -> None:
    data = builders.contract_certificate()
    name = "Alexandrinamaximilianakonstantinopolitanaelisabetha"[:50]
    members = (replace(data.members[0], name=name), *data.members[1:])
    text = "".join(pages_of(print_certificate(replace(data, members=members), proof=PROOF), "-raw"))
    assert name not in text
    assert name in re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize("name", ["contract", "homestead"])
def test_a_certificate_names_its_numbers_as_the_screens_do(name: str) -> None:
    text = text_of(printed(name, False))
    assert "登记编号：" in text
    assert "印制号：NO." in text
    assert "登记业务号" not in text
    assert "编号：NO." not in text


def test_forty_five_parcels_repeat_the_table_head_and_cut_no_row() -> None:
    data = builders.contract_certificate(45, 17, seed=3)
    pages = pages_of(print_certificate(data))
    tables = [page for page in pages if "是否基" in page]
    assert len(tables) >= 2
    for parcel in data.parcels:
        holding = [page for page in tables if parcel.code in page]
        assert holding, parcel.code
        assert any(re.search(re.escape(parcel.name) + r"(?!\d)", page.replace(" ", "")) for page in holding), (
            parcel.name
        )


def test_a_row_with_a_long_neighbour_or_note_grows_and_loses_no_word() -> None:
    given = builders.contract_certificate(7)
    long = "五里镇周营村第三村民小组集体机动地及引水渠管护道路"
    rows = (replace(given.parcels[0], north=long, note="与原合同面积不一致，按实测面积确权登记"), *given.parcels[1:])
    pages = [re.sub(r"\s+", "", page) for page in pages_of(print_certificate(replace(given, parcels=rows)), "-raw")]
    table, maps = pages[1], "".join(pages[2:])
    assert "确权登记" in table.split(given.parcels[1].code)[0]
    assert table.count("五里镇周营") == 2  # the issuer, and the neighbour's first line
    assert all(parcel.code in table and parcel.name in table for parcel in rows)
    assert "道路" in maps


def test_a_name_that_a_caption_has_no_room_for_goes_on_with_a_sign_and_stands_whole_in_the_table() -> None:
    given = builders.contract_certificate(4)
    long = "老屋后头大坪坝子靠水渠边上那一块长条子地"
    rows = tuple(replace(one, name=long) for one in given.parcels)
    pages = [re.sub(r"\s+", "", page) for page in pages_of(print_certificate(replace(given, parcels=rows)), "-raw")]
    assert pages[1].count(long) >= 4  # and once more of a side that its map has no room for
    assert long not in pages[-1]
    assert pages[-1].count("老屋后头大坪") == pages[-1].count("…") == 4


def test_the_homestead_certificate_notes_the_excess_apart_from_the_confirmed_area() -> None:
    text = text_of(printed("homestead", False))
    assert "宗地面积200.00m²" in text
    assert "39.72m²" in text
    assert "超过规定面积（200.00m²）的部分为39.72m²" in text
    assert "未计入本证确认的宗地面积" in text
    approved = text_of(
        print_certificate(builders.homestead_certificate(confirmed_by="approved", area_m2=Decimal("133.00")))
    )
    assert "超过批准面积（133.00m²）的部分为39.72m²" in approved
    assert "610902104202JC00018F00010001" in text
    within = text_of(print_certificate(builders.homestead_certificate(excess_m2=None)))
    assert "未计入" not in within
    # The plan draws all that is occupied, and says so beside what is confirmed of it.
    assert "实际占用239.72m²，其中确认宗地面积200.00m²" in text
    assert text.count("实际占用239.72m²") == 2
    assert "实际占用" not in within


def test_a_notice_names_every_household_the_last_day_and_the_checkpoint() -> None:
    data = builders.notice(60, 7)
    text = text_of(print_notice(data))
    assert "2026年12月14日" in text
    assert "60户" in text
    assert "420块" in text
    assert data.checkpoint.split("\n")[2] in text
    assert all(parcel.code in text for household in data.households for parcel in household.parcels)


def test_a_sign_that_the_font_has_not_is_printed_as_missing_and_told_of_a_certificate() -> None:
    """Private signs of old population registers, and of the latest extensions of CJK: 〓 stands for them, as printers do."""
    data = builders.notice(2, 1)
    named = tuple(replace(h, representative="王\ue000\U00031350") for h in data.households)
    assert "王〓〓" in text_of(print_notice(replace(data, households=named)))
    odd = replace(builders.homestead_certificate(), holder="王\ue000", location="赵家\U00031350村")
    assert unprintable(odd) == {"\ue000", "\U00031350"}
    assert unprintable(builders.homestead_certificate()) == set()


def test_a_notice_counts_households_and_not_their_rights() -> None:
    data = builders.notice(3, 1)
    twice = replace(data, households=(*data.households, *data.households[:2]))
    text = text_of(print_notice(twice)).replace(" ", "")
    assert f"{data.village}3户、5个不动产单元" in text
    assert "合计3户5块" in text.replace("　", "")


def test_a_homestead_among_contracted_land_has_no_mu_of_its_own_and_the_sum_says_whose_it_is() -> None:
    data = builders.notice(2, 1)
    first, second = data.households
    plot = replace(
        second, parcels=tuple(replace(one, area_mu=None, area_m2=Decimal("133.00")) for one in second.parcels)
    )
    text = text_of(print_notice(replace(data, households=(first, plot)))).replace(" ", "")
    assert "0.00亩" not in text
    assert "1块133.00m²" in text.replace("\u3000", "")
    assert "承包地0." in text


def test_a_long_title_of_a_notice_stays_on_one_line() -> None:
    title = "民主村村民委员会土地承包经营权、宅基地使用权首次登记公告"
    pdf = print_notice(replace(builders.notice(1, 1), title=title))
    assert title in pdf_text(io.BytesIO(pdf)).replace(" ", "").splitlines()[:4]


def test_a_homestead_notice_has_no_column_of_mu() -> None:
    data = builders.notice(3, 1)
    plots = tuple(replace(h, parcels=tuple(replace(p, area_mu=None) for p in h.parcels)) for h in data.households)
    assert "亩" not in text_of(print_notice(replace(data, households=plots, title="宅基地使用权首次登记公告")))


def test_a_county_without_a_telephone_names_none_on_its_papers() -> None:
    of_all = {
        "notice": (print_notice, builders.notice, "objection_phone"),
        "receipt": (print_receipt, builders.receipt, "phone"),
        "refusal": (print_refusal, builders.refusal, "phone"),
        "error_letter": (print_error_letter, builders.error_letter, "phone"),
        "objection_answer": (print_objection_answer, builders.objection_answer, "phone"),
    }
    for name, (print_one, made, field) in of_all.items():
        for given, told in (("0915-1234567", True), ("", False)):
            said = re.sub(r"\s", "", pdf_text(io.BytesIO(print_one(made(**{field: given})))))  # type: ignore[operator]
            assert ("0915-1234567" in said) == told, name
            assert any(words in said for words in ("联系电话", "咨询电话", "拨打")) == told, name
            assert "未设置" not in said


def test_a_refusal_gives_all_grounds_with_article_cure_and_remedy() -> None:
    text = text_of(printed("refusal", False))
    for words in ("TR-1", "TR-12", "农村土地承包法第三十八条", "补正办法", "行政复议", "行政诉讼"):
        assert words in text


@pytest.mark.parametrize(
    "changed",
    [
        {
            "issuer": "汉滨区五里镇周营村" * 6,
            "representative": "欧阳司徒上官慕容" * 3,
            "authority": "安康市汉滨区人民政府" * 3,
        },
        {"members": ()},
        {"parcels": ()},
        {"notes": ("界线经双方指认。" * 60,) * 12},
        {"changes": builders.contract_certificate().changes * 40},
        {"notes": ("#set page[*_$`\\@<>//",), "issuer": "#panic()"},
    ],
    ids=["long names", "no members", "no parcels", "long notes", "many changes", "typst signs"],
)
def test_unusual_contents_still_print(changed: dict[str, Any]) -> None:
    text = text_of(print_certificate(replace(builders.contract_certificate(2), **changed)))
    assert "附记" in text
    if "issuer" in changed:
        assert str(changed["issuer"]) in text


@pytest.mark.parametrize(("width", "height"), [(2000.0, 1.2), (0.8, 900.0), (9000.0, 7000.0), (0.3, 0.3)])
def test_very_thin_long_huge_or_tiny_parcels_are_drawn_to_scale(width: float, height: float) -> None:
    x, y = builders.ORIGIN
    shown = ParcelMap((((x, y), (x, y + height), (x + width, y + height), (x + width, y), (x, y)),), builders.ZONE)
    row = builders.parcel(1, shown)
    pdf = print_certificate(replace(builders.contract_certificate(1), parcels=(row,)))
    assert "1:" in text_of(pdf)


def longest_blank(pdf: bytes, folder: Path) -> list[float]:
    """For each page, the tallest stretch without any ink, as a share of the page."""
    (folder / "paper.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-gray", "-r", "24", folder / "paper.pdf", folder / "page"], check=True)
    found = []
    for page in sorted(folder.glob("page*.pgm")):
        _, size, _, pixels = page.read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())
        run = longest = 0
        for row in range(height):
            run = run + 1 if min(pixels[row * width : (row + 1) * width]) > 235 else 0
            longest = max(longest, run)
        found.append(longest / height)
    return found


MANY_GROUNDS = replace(builders.refusal(), grounds=builders.refusal().grounds * 6)


@pytest.mark.parametrize(
    "pdf",
    [
        lambda: print_certificate(builders.contract_certificate(1, 1)),
        lambda: print_certificate(builders.contract_certificate(14, 6)),
        lambda: print_certificate(builders.contract_certificate(45, 17)),
        lambda: print_certificate(builders.homestead_certificate()),
        lambda: print_notice(builders.notice(3, 2)),
        lambda: print_notice(builders.notice(12, 5)),
        lambda: print_notice(builders.notice(60, 7)),
        lambda: print_receipt(builders.receipt()),
        lambda: print_receipt(builders.receipt(documents=builders.receipt().documents * 6)),
        lambda: print_refusal(builders.refusal()),
        lambda: print_refusal(MANY_GROUNDS),
    ],
    ids=[
        "one parcel", "14 parcels", "45 parcels", "homestead", "short notice", "notice", "long notice",
        "receipt", "long receipt", "refusal", "long refusal",
    ],
)  # fmt: skip
def test_no_page_is_empty_for_more_than_a_third(pdf: Callable[[], bytes], tmp_path: Path) -> None:
    assert max(longest_blank(pdf(), tmp_path)) <= 1 / 3
