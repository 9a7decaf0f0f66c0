"""GUARD-1 of what is said of a transfer: settling that is offered or asked for beside the price; honest words pass."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landreg.core.errors import Refused
from landreg.law.settling_offered import offers_settling
from landreg.registry.guarded import words_of_transfer_tie_nothing

DAY = date(2026, 11, 27)
DATA = Path(__file__).parents[2] / "data"
NOISE = " \u3000\t\u200b.·-_*|/()（）0123456789🌾"
OFFERED = [
    "租给我家，我帮你家娃落户",
    "地租给我家，我帮你家娃落户",
    "租给我，娃的户口我来办",
    "你租给我们，孩子上城里的学我们解决",
    "流转给我公司，每户给一个落户名额",
    "包给我家种，户口我帮你迁到县城",
    "给我们种，落户的事我们跑",
    "租给我们的，优先安排落户",
    "价格低点，我给你娃把户口落到城里",
    "每亩便宜一百，帮你家办城镇户口",
    "租金可以少些，我负责给你家娃落户",
    "签给我家十年，你家娃的户口包在我身上",
    "转给我，我让你娃进城里的学校",
    "愿意租的，我可以帮你家娃上县城户口",
    "答应租给我，就给你家办落户",
    "少收点租金，我给娃办县城的学位",
    "我家出不起高价，但能帮你娃落户",
    "您便宜点，落户的手续我跑",
    "只要租给我们合作社，就解决两个城镇户口",
    "租给我家，你帮我家娃落户",
    "价格不高，我帮你娃落户",
    "谁能让我娃进城里的学校，地就租谁",
    "让我儿子落户县城的，地白给种三年",
    "地给你种，你得给我儿子落户",
    "你们公司给娃把户口转进城，地随便种",
    "保证甲方全家落户，租金低一百",
    "帮你，落户",
    "帮 你 家 娃 落-户",
    "我幫你家娃落戶",
]
HONEST = [
    "房子可以住人，户口本上四口人",
    "房子租给我家住，我家户口还在本村",
    "迁入户口本的地址写村里",
    "院子租给我家，孩子在县城上学，周末回来住",
    "租给我家种粮，我家户口本上五口人",
    "我家娃已经在县城落户，地没人种，想租出去",
    "我家五口人，住在二组，想租来种玉米",
    "租给我家，水费我出",
    "我已在汉滨区落户多年，老家的地租给邻居",
    "租给我们合作社，帮你家收玉米",
    "地租给我家，租金先付，孩子上学等着用钱",
    "租金涨一点，孩子上学要用钱",
    "全家已落户县城，房屋空置，愿出租",
    "租给我家，我是本村户口",
    "我的户口已迁入本村，想租地种",
    "租给我家，我户口在汉滨区，不在本村",
    "承租后不得以落户为条件",
    "租给我家，跟落户没关系",
    "不帮办落户",
    "我们不负责落户",
    "签了合同不给办户口",
    "合同与落户没有关系，帮忙收割另算",
    "帮我看看户口本上的名字",
    "请带身份证和户口本来办",
    "交易员帮忙核对户口",
    "孩子已落户县城，帮忙照看老人",
    "给娃买学习用品",
    "租金给孩子上学用",
    "我家给儿子在县城办了户口，地空着",
    "我家孩子进县城的学校读书，地没人种",
    "代办员帮我办的委托",
    "户口簿复印件已交",
    "招商企业落户本村，地价会涨",
    "公司负责修路通水，保证按时付租",
    "每户奖励化肥两袋",
    "优先用本村劳动力",
    "包给我种粮，我户口迁来本村了",
    "我跑运输，孩子在县城落户",
    "合作社负责耕种，我家落户县城了",
    "合作社负责耕种，全家落户县城后不再回来",
    "优先租给本村户口的农户",
    "为孩子上县城小学陪读，地租出去",
    "让孩子上县城的中学，全家搬走，地出租",
    "为儿子落户县城买房，急转",
    "让儿子进城落户，地就不种了",
    "优先流转给进城落户的农户",
    "优先租给本村落户的人",
    "本户保证进城落户后继续履行合同",
    "甲方承诺落户城镇后合同继续有效",
    "乙方保证甲方进城落户的，合同照旧",
    "帮儿子落户县城，钱花光了，地急转",
    "给娃办城里户口花了不少钱",
    "能让孩子在城里上学是我们的心愿",
    "",
]


@pytest.mark.parametrize("text", OFFERED)
def test_who_offers_or_asks_for_settling_beside_the_price_is_refused_with_the_words_in_their_place(text: str) -> None:
    finding = offers_settling(text, DAY, "said")
    assert finding is not None
    ((start, end),), (words,) = finding.values["places"], finding.values["words"]
    assert (finding.code, finding.field) == ("GUARD-1", "said")
    assert text[start] in words + "幫"
    assert text[end - 1] in words + "戶"
    with pytest.raises(Refused):
        words_of_transfer_tie_nothing(DAY, said=text)
    assert offers_settling(text, date(2016, 9, 26)) is None


@pytest.mark.parametrize("text", HONEST)
def test_what_only_tells_of_home_register_and_school_passes(text: str) -> None:
    assert offers_settling(text, DAY) is None


def test_no_harmless_sentence_of_the_guard_s_corpus_offers_it() -> None:
    lines = [line for name in DATA.glob("guard*.tsv") for line in name.read_text("utf-8").splitlines()]
    harmless = [text for label, _, text in (line.split("\t") for line in lines) if label == "pass"]
    assert len(harmless) > 1000
    assert [text for text in harmless if offers_settling(text, DAY)] == []


@given(st.sampled_from(OFFERED), st.data())
@settings(deadline=None, max_examples=100)
def test_nothing_put_between_the_signs_hides_it(text: str, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.text(NOISE, max_size=2), min_size=len(text), max_size=len(text)))
    assert offers_settling("".join(sign + gap for sign, gap in zip(text, gaps, strict=True)), DAY) is not None


@given(st.text(st.sampled_from("落户口帮你家娃给负责县城学位不已，。本我办迁"), max_size=60))
@settings(deadline=None, max_examples=100)
def test_whatever_the_text_the_words_stand_where_they_are_said_to_stand(text: str) -> None:
    finding = offers_settling(text, DAY)
    if finding is not None:
        ((start, end),), (words,) = finding.values["places"], finding.values["words"]
        assert text[start:end].replace("，", "").replace("。", "") == words
