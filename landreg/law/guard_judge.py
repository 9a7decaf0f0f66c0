"""Whether two parts of a passage, one of land and one of town, are tied. Pure.

Side by side they are a tie unless something parts them. What parts them is counted: each word that denies one of the two, or the
tie itself, turns the sentence round ("不得以退地为条件"), and two such words turn it back ("不退地的不得落户"); so an odd count
is harmless. Harmless too are questions, words that set the two apart, and a household's own wish beside a settling long done. The
weight of both parts and of what links them must reach the threshold (guard.toml, "points").
"""

from __future__ import annotations

from dataclasses import dataclass

from landreg.law.guard_frame import Part, Passage, lexicon
from landreg.law.guard_pair import Pair
from landreg.law.guard_turns import BAN, THREAT, turns_of

_WINDOW = 40  # signs between two parts, beyond which nothing ties them
_FAR = 14  # words after a pair within which it may turn out to be a question
_LET = frozenset({"named", "passed"})  # what is said of land that is let
_REASON = 5  # words from "为了" to what it is for: "为了孩子转到县城的学校"
_TAIL = 3  # words after a harmless pair that are its own: "……作为落户的条件"
_LACKING = frozenset({"denied first", "turned first", "lacking"})  # "没退地": what a threat makes a condition


@dataclass(frozen=True)
class Tied:
    """A tie: by what link (guard.toml), from which word to which."""

    link: str
    start: int
    end: int


def tied(text: Passage, found: list[Part], threshold: int, *, of_deal: bool = False) -> Tied | None:
    """The first tie between neighbouring parts that weighs so much; also over one between, where a "but" begins anew.

    of_deal: land is let, so that to name it beside a settling, by no link, says nothing.
    """
    spent = 0
    for at, second in enumerate(found):
        for back in range(at - 1, max(at - 4, -1), -1):
            first = found[back]
            if first.land == second.land:
                continue
            begun = back == at - 1 or "but" in text.said(found[at - 1].end, second.start)
            run = first.start >= spent and _run(found[back:at])
            if text.signs(first.end, second.start) > _WINDOW or not (begun or run):
                break
            pair = Pair(
                text,
                first,
                second,
                start=found[back - 1].end if back else 0,
                end=found[at + 1].start if at + 1 < len(found) else len(text.words),
                spent=spent,
            )
            turns = turns_of(pair, linked=bool(_link(pair, [])[1]))
            link, weight = _link(pair, turns)
            harmless = _harmless(pair, turns, weight) or (of_deal and not turns and _told(pair, link))
            if not harmless and _weighs(pair, turns, link, weight) >= threshold:
                return Tied(link, first.start, second.end)
            if harmless:
                spent = second.end + _TAIL
                if "but" not in text.said(first.end, second.start):
                    break
    return None


def _told(pair: Pair, link: str) -> bool:
    """Whether it says no more than why land is let: let or tilled no more beside a settling or a school, or named by a purpose."""
    said = "".join(pair.text.words[pair.land.start : pair.land.end + 1])
    untilled = (pair.land.act == "kept" and "种" in said) or "长租" in said or "出租" in said
    if link == "beside":
        return untilled or pair.land.act in _LET
    purposed = "purpose" in pair.text.said(max(pair.spent, pair.town.start - _REASON), pair.town.start)
    school = pair.town.points < lexicon().points["settle"]
    return pair.first is pair.town and ((untilled and school) or (purposed and pair.land.act == "named"))


def _run(found: list[Part]) -> bool:
    """Whether the parts from the first on speak of the same: "退地、交宅基地的给落户"."""
    return len(found) <= 2 and all(part.land == found[0].land for part in found)


def _link(pair: Pair, turns: list[str]) -> tuple[str, int]:
    """What links the two, and its weight; `beside` where nothing does."""
    book, said = lexicon().data["links"], pair.linking
    anywhere = frozenset().union(*said.values())
    for field, link in book["plain"].items():
        if field in anywhere:
            return link, 2
    if "purpose" in pair.text.said(max(pair.spent, pair.town.start - 2), pair.town.start):
        return "condition", 2
    if len(turns) == 2 and turns[0] in _LACKING and turns[1] in ("denied", "reproach"):
        return "pressure", 2
    if pair.land.act == "named":
        return "beside", 0
    for field, (link, *places) in book["slight"].items():
        if any(field in said[place] for place in places):
            return link, 1
    if not turns and pair.first.land and (pair.first.turned or "not" in pair.beside(pair.first, 3)):
        return "pressure", 1
    parties = "party" in said["before"] & said["between"] and pair.town.points > lexicon().points["named"]
    return ("price", 1) if parties else ("beside", 0)


def _weighs(pair: Pair, turns: list[str], link: str, weight: int) -> int:
    """The points of the two and of their link, less those for a household's own wish."""
    points = pair.land.points + pair.town.points + weight
    wished = not turns and pair.land.act in ("given", "bare", "passed", "named") and _wished(pair)
    if wished and (not weight or _papers_only(pair, weight) or (link == "inducement" and "compensated" in pair.far)):
        return points - weight + lexicon().points["wished"]
    return points


def _papers_only(pair: Pair, weight: int) -> bool:
    """Whether the only link is a word for the papers of an act."""
    slight = lexicon().data["links"]["slight"]
    others = [field for field, (_, *places) in slight.items() if any(field in pair.linking[place] for place in places)]
    return weight == 1 and others == ["papers"]


def _wished(pair: Pair) -> bool:
    """Whether giving up is a household's own wish or has its own cause, beside a settling that is done and no more than told."""
    text, first, second = pair.text, pair.first, pair.second
    agreed = "agree" in pair.beside(pair.land, 4) and "party" not in pair.whole
    caused = second.land and "because" in pair.between | pair.inside | pair.after
    if not ("free" in pair.whole or agreed or caused):
        return False
    if pair.town.points < lexicon().points["settle"]:
        return True
    if first.land:
        return "fact" in pair.between or "person" in text.said(second.end, second.end + 3)
    told = {"person", "then", "done"} & text.said(first.end, first.end + 4)
    done = any("了" in word for word in text.words[first.start : first.end])  # "落了户"
    return bool(told) or done or "fact" in pair.before | pair.between | text.said(first.start, first.end)


def _harmless(pair: Pair, turns: list[str], weight: int) -> bool:
    if len(turns) % 2 or _asked(pair) or _apart(pair, weight):
        return True
    return pair.land.act == "named" and bool(turns) and weight < 2


def _asked(pair: Pair) -> bool:
    """Whether it is a question, and no reproach, offer or demand in a question's shape."""
    end = pair.text.said(pair.second.start, pair.second.end + _FAR)
    asked = "question" in pair.whole | pair.far or "asked" in end
    demanded = {"reproach", "depends", "offer"} & pair.whole or {"gain", "then"} <= pair.between
    still = pair.second.turned == "still" or "still" in pair.beside(pair.first, 3)
    return asked and not demanded and not still


def _apart(pair: Pair, weight: int) -> bool:
    """Whether the sentence sets the two apart: "无关""各办各的", whatever the household does, or such a rule called wrong."""
    whole, said = pair.whole, pair.linking
    linked = {"condition", "first", "must", "demand"} & whole
    near = pair.before | pair.between | pair.after | pair.inside | pair.text.said(pair.first.start, pair.first.end)
    if not {"depends", "doubt"} & whole and (
        "apart" in near
        or ("no_matter" in whole and "must" not in pair.between | pair.inside)
        or {"whether", "also"} <= whole
        or ("unhook" in whole and not linked)
    ):
        return True
    if "claim" in whole | pair.far and ("wrong" in pair.before | pair.between | pair.far or THREAT & pair.before):
        return True
    if (
        not (weight and not _papers_only(pair, weight))
        and "police" in whole | pair.far
        and "farm_desk" in whole | pair.far
        and "then" not in pair.between
    ):
        return True
    if weight < 2:
        return "apart" in pair.far
    plain = frozenset(lexicon().data["links"]["plain"])
    return bool(BAN & pair.after and plain & said["after"]) and not plain & (
        said["before"] | said["between"] | said["inside"]
    )
