"""The guard against tying land to settling: the corpus, disguises, places of the words, speed, the command.

tests/data/guard.tsv was written by hand while words and shapes were found; guard_heldout.tsv was written to be measured, in
batches, each before the words were looked at again; so was guard_rounds.tsv, in four rounds of the hardest sentences that came to
mind: docs/guard.md has what was found on first sight, and what was mended then. guard_ways.toml holds plain ways of saying it.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from landreg.cli import main
from landreg.law.book import all_articles, national_law
from landreg.law.guard import find, find_of_deal, guard, guard_deal, named

DAY = date(2026, 11, 27)
DATA = Path(__file__).parents[2] / "data"
Sentence = tuple[str, str, str]


def _corpus(name: str) -> list[Sentence]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [(label, family, text) for label, family, text in (line.split("\t") for line in lines)]


PARTS = {
    "tuned": _corpus("guard.tsv"),
    "held out": _corpus("guard_heldout.tsv"),
    "rounds": _corpus("guard_rounds.tsv"),
}
LEAST = {"tuned": 0.98, "held out": 0.98, "rounds": 0.92}
TYING = [text for part in PARTS.values() for label, _, text in part if label == "refuse" and find(text, DAY)]
WAYS = tomllib.loads((DATA / "guard_ways.toml").read_text("utf-8"))
TRADITIONAL = OpenCC("s2t")
NOISE = " \u3000\t\u200b\u200d\ufeff\u00ad。，、；：！？…·—-_.,*|/\\()（）【】“”0123456789①★🌾\u0301"


def test_the_corpus_is_large_and_a_sentence_stands_in_one_part_only() -> None:
    texts = [text for part in PARTS.values() for _, _, text in part]
    assert len(texts) == len(set(texts)) >= 300
    assert len(PARTS["held out"]) >= 100
    assert {label for part in PARTS.values() for label, _, _ in part} == {"refuse", "pass"}


@pytest.mark.parametrize("part", PARTS)
def test_a_tie_is_found_and_no_harmless_sentence_is_refused(
    part: str, record_property: Callable[[str, object], None]
) -> None:
    refused: dict[tuple[str, str], list[bool]] = {}
    for label, family, text in PARTS[part]:
        refused.setdefault((label, family), []).append(find(text, DAY) is not None)
    for (label, family), found in sorted(refused.items()):
        record_property("guard", f"{part:<9} {label:<7} {family:<11} {sum(found):>4} of {len(found):>4} refused")
    right = sum(sum(found) for (label, _), found in refused.items() if label == "refuse")
    ties = sum(len(found) for (label, _), found in refused.items() if label == "refuse")
    wrong = [text for label, _, text in PARTS[part] if label == "pass" and find(text, DAY)]
    precision = right / (right + len(wrong))
    record_property("guard", f"{part:<9} recall {right / ties:.4f}, precision {precision:.4f}, of {len(PARTS[part])}")
    assert wrong == []
    assert right / ties >= LEAST[part]


@pytest.mark.drill
@pytest.mark.parametrize("kind", ["refuse", "pass"])
def test_every_plain_way_of_saying_it_is_told_right_for_every_verb_with_every_word(kind: str) -> None:
    said = [
        way.format(give=give, settle=settle) for way, give, settle in product(WAYS[kind], WAYS["give"], WAYS["settle"])
    ]
    assert [text for text in said if (find(text, DAY) is not None) != (kind == "refuse")] == []


@pytest.mark.parametrize("kind", ["refuse", "pass"])
def test_every_plain_way_of_saying_it_is_told_right_for_every_verb_and_word(kind: str) -> None:
    settling = WAYS["settle"]
    said = [
        way.format(give=give, settle=settling[(of_way + of_give) % len(settling)])
        for (of_way, way), (of_give, give) in product(enumerate(WAYS[kind]), enumerate(WAYS["give"]))
    ]
    assert [text for text in said if (find(text, DAY) is not None) != (kind == "refuse")] == []


def test_no_article_of_the_law_is_a_tie() -> None:
    assert [code for code, article in all_articles().items() if article.text and find(article.text, DAY)] == []


@given(st.sampled_from(TYING), st.data())
@settings(deadline=None, max_examples=100)
def test_nothing_put_between_the_signs_turns_a_refusal_into_a_pass(text: str, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.text(NOISE, max_size=2), min_size=len(text), max_size=len(text)))
    disguised = "".join(sign + gap for sign, gap in zip(text, gaps, strict=True))
    assert find(disguised, DAY) is not None, disguised


@given(st.sampled_from(TYING), st.data())
@settings(deadline=None, max_examples=100)
def test_traditional_signs_do_not_turn_a_refusal_into_a_pass(text: str, data: st.DataObject) -> None:
    which = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    disguised = "".join(TRADITIONAL.convert(sign) if turn else sign for sign, turn in zip(text, which, strict=True))
    assert find(disguised, DAY) is not None, disguised


@given(st.text(st.sampled_from("落户口退出承包地不得以才能条件自愿要把交给城镇，。 ab"), max_size=60))
@settings(deadline=None, max_examples=100)
def test_whatever_the_text_the_words_found_stand_where_they_are_said_to_stand(text: str) -> None:
    tie = find(text, DAY)
    for word in tie.words if tie else ():
        assert "".join(sign for sign in text[word.start : word.end] if sign not in "，。 ab") == word.text


def test_a_finding_names_the_words_and_where_they_stand_in_the_text_as_given() -> None:
    text = "村裡說：把【承包地】交了，才给办 luo-hu。"
    finding = guard(text, DAY, field="reason")
    assert finding is not None
    assert (finding.code, finding.field) == ("GUARD-1", "reason")
    said = {
        word: text[start:end]
        for word, (start, end) in zip(finding.values["words"], finding.values["places"], strict=True)
    }
    assert {"承包地": "承包地", "交了": "交了", "落户": "luo-hu"}.items() <= said.items()


def test_the_refusal_is_said_in_both_languages_and_stands_on_verified_articles() -> None:
    law = national_law("610902", DAY)
    finding = guard("先退地，再落户", DAY)
    assert finding is not None
    assert "退地" in law.say(finding)
    assert "退地" in law.say(finding, "en")
    assert law.level(finding) == "refuse"
    assert {article.code for article in law.articles("GUARD-1") if article.verified} == {
        "RLCL-27",
        "LAL-62",
        "LALR-36",
        "RRPL-55",
    }


def test_the_prohibition_itself_passes_and_what_is_hung_on_it_does_not() -> None:
    prohibition = "不得以退出土地承包经营权作为农户进城落户的条件"
    assert guard(prohibition, DAY) is None
    assert guard(f"{prohibition}，但本镇落户的先交承包地", DAY) is not None


@pytest.mark.parametrize("denied", ["这不违法", "这不是假话", "并不违反规定", "没有不实"])
def test_a_word_that_quashes_a_tie_quashes_nothing_where_it_is_denied_itself(denied: str) -> None:
    assert find(f"要想落户就退地，{denied}", DAY) is not None
    assert find("说要想落户就得退地，这是假话", DAY) is None


@pytest.mark.parametrize(
    ("text", "word", "said"),
    [
        ("先TD，再落户", "退地", "TD"),
        ("想LH，先把土也退了", "落户", "LH"),
        ("落了户，村里的土 也就收回", "地", "土 也"),
        ("想迁HK，先退Z J D", "宅基地", "Z J D"),
    ],
)
def test_initials_and_parts_of_signs_are_read_and_named_where_they_stand(text: str, word: str, said: str) -> None:
    tie = find(text, DAY)
    assert tie is not None
    assert word in "".join(found.text for found in tie.words)
    assert said in text[tie.words[0].start : tie.words[-1].end]


@pytest.mark.parametrize(
    "text", ["落户企业 LTD 须交租金", "水土也要保护，申请落户", "提交居民身份证、退出承包地申请书"]
)
def test_letters_and_signs_that_stand_for_themselves_are_not_read_for_others(text: str) -> None:
    assert find(text, DAY) is None


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("为了进城落户", True), ("换城里户口", True), ("派出所说这样才能落户", True), ("不这样户口办不下来", True),
        ("答应给我们全家迁户口", True), ("进城落户奖补资金", True),
        ("孩子在县城读书，家里没人种", False), ("户口已在县城多年，地荒了", False), ("给儿子在县城买房凑首付", False),
        ("孩子在县城上学，要去陪读，退三年", False), ("合作社自有资金", False), ("", False),
    ],
)  # fmt: skip
def test_in_what_is_said_of_an_exit_the_land_goes_without_saying(text: str, tied: bool) -> None:
    finding = guard(text, DAY, of_exit=True)
    assert (finding is not None) == tied
    assert guard(text, DAY) is None
    for word, (start, end) in (
        zip(*(finding.values[name] for name in ("words", "places")), strict=True) if finding else ()
    ):
        assert text[start:end] == word


DEALS = _corpus("guard_deals.tsv")


def test_a_term_that_waits_for_a_register_is_found_and_no_honest_word_is_refused() -> None:
    found = {text: find_of_deal(text, DAY) is not None for _, _, text in DEALS}
    ties = [text for label, _, text in DEALS if label == "refuse"]
    assert [text for label, _, text in DEALS if label == "pass" and found[text]] == []
    assert sum(found[text] for text in ties) / len(ties) >= 0.97
    assert len(found) == len(DEALS)


def test_harmless_words_of_exits_are_harmless_in_a_transfer_too() -> None:
    harmless = [text for part in PARTS.values() for label, _, text in part if label == "pass"]
    assert len([text for text in harmless if find_of_deal(text, DAY)]) <= len(harmless) / 100
    assert [code for code, article in all_articles().items() if article.text and find_of_deal(article.text, DAY)] == []


def test_what_names_land_and_settling_is_found_in_a_transfer_nearly_as_in_an_exit() -> None:
    missed = [text for text in TYING if find_of_deal(text, DAY) is None]
    assert len(missed) <= len(TYING) / 50


@pytest.mark.parametrize("text", [text for label, _, text in DEALS if label == "refuse"][:12])
def test_a_term_s_words_stand_where_they_are_said_to_stand_and_the_refusal_says_what_to_write(text: str) -> None:
    law, finding = national_law("610902", DAY), guard_deal(f"好地。{text}", DAY, "said")
    assert finding is not None
    if "said" in finding.values:
        (start, end), said = finding.values["places"][0], finding.values["said"]
        assert re.sub(r"[^\u4e00-\u9fff]", "", f"好地。{text}"[start:end]) == said
        assert "改写成日期或者金额" in law.say(finding)
        assert "name a day or a sum" in law.say(finding, "en")


@pytest.mark.parametrize("text", ["落\u200b户 城里后，再签", "落戶城裡後再簽", "luohu以后付钱"])
def test_disguise_does_not_hide_a_term(text: str) -> None:
    assert guard_deal(text, DAY) is not None
    assert guard_deal(text, date(2016, 9, 26)) is None


@pytest.mark.parametrize("sentence", ["户口", "迁一个", "租金户口不", "给家户口要", "钱等", "上上城里"])
def test_the_terms_on_a_page_are_read_in_milliseconds(sentence: str) -> None:
    page = sentence * (4_000 // len(sentence.encode()))
    guard_deal(page, DAY)
    begun = time.process_time()
    guard_deal(page, DAY)
    assert time.process_time() - begun < 0.12


def test_before_the_opinion_of_2016_nothing_is_tied() -> None:
    assert find("先退地，再落户", date(2016, 9, 26)) is None
    assert find("先退地，再落户", date(2016, 9, 27)) is not None


SENTENCES = ["天气很好。", "落户不变退地不影响户口要不要", "退地", "落户不", "地交", "不得以", "abc", "tui "]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_page_is_read_in_milliseconds(sentence: str) -> None:
    page = sentence * (4_000 // len(sentence.encode()))
    find(page, DAY)
    begun = time.process_time()
    find(page, DAY)
    assert time.process_time() - begun < 0.06


@pytest.mark.drill
@pytest.mark.parametrize("sentence", SENTENCES)
def test_time_is_linear_in_the_length_of_the_text(sentence: str) -> None:
    def seconds(size: int) -> float:
        begun = time.process_time()
        find(sentence * (size // len(sentence.encode())), DAY)
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(1_000_000) < 16 * seconds(125_000) + 0.5


def test_the_command_answers_a_line_for_each_line_and_ends_with_1_when_any_is_refused() -> None:
    lines = "把地交了\r才给办户口\n\n不得以退地作为落户的条件\n退\u200b地换户口\n"
    done = CliRunner().invoke(main, ["law", "guard", "-"], input=lines)
    answers = [line.split("\t") for line in done.stdout.split("\n")[:-1]]
    assert [answer[0] for answer in answers] == ["refuse", "pass", "pass", "refuse"]
    assert answers[0][1].startswith("GUARD-1 ")
    assert "才给" in answers[0][1]
    assert done.exit_code == 1
    assert CliRunner().invoke(main, ["law", "guard", "-"], input="同意。\n").exit_code == 0


def test_the_command_reads_the_words_of_a_deal() -> None:
    lines = "落户城里后再签\n先付款后进地\n"
    assert CliRunner().invoke(main, ["law", "guard", "-"], input=lines).exit_code == 0
    done = CliRunner().invoke(main, ["law", "guard", "--of-deal", "-"], input=lines)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["refuse", "pass"]


def test_the_command_reads_bytes_that_are_no_text_and_a_file_without_a_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "texts").write_bytes(b"\xff\xfe\x00\n" + "先退地，再落户".encode())
    done = CliRunner().invoke(main, ["law", "guard", str(tmp_path / "texts")])
    assert done.stdout.split("\n")[0] == "pass\t"
    assert done.stdout.split("\n")[1].startswith("refuse\tGUARD-1 ")
    assert CliRunner().invoke(main, ["law", "guard", str(tmp_path / "none")]).exit_code == 2


@pytest.mark.parametrize(
    "said", ["儿子户口办到县城了，地租价钱好商量", "合作社给安排学位", "娃上学的事好说", "luo-hu 的事另说"]
)
def test_words_that_name_settling_are_read_once_more_though_no_tie_was_found(said: str) -> None:
    finding = named(said)
    assert finding is not None
    assert (finding.code, national_law("610902", DAY).level(finding)) == ("GUARD-2", "warn")
    assert finding.values["words"]


@pytest.mark.parametrize("said", ["", "水田，靠路，种过两季油菜", "人老了种不动，租给合作社", "农户每年三月一日前收租"])
def test_words_of_land_alone_ask_for_no_second_reading(said: str) -> None:
    assert named(said) is None
