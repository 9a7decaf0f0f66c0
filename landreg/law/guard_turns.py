"""What turns a sentence round: the words that deny giving up, the benefit, or the tie of the two. Pure.

Each word that denies turns the sentence ("不得以退地为条件"), and a second one turns it back ("不退地的不得落户").
"""

from __future__ import annotations

from collections.abc import Iterator

from landreg.law.guard_pair import Pair

_REACH = 12  # signs that a ban before the second part reaches
BAN = frozenset({"ban", "object"})
THREAT = frozenset({"threat", "taking"})
_ASSERTING = frozenset({"must", "gain", "condition"})  # what ends a ban's reach


def turns_of(pair: Pair, linked: bool) -> list[str]:
    """The words that turn the sentence round, each by what it does; those said by the tie itself left out."""
    turns = [*_turns_of_first(pair)]
    turns += _turns_of_town(pair, turns) if pair.first.land else _turns_of_land(pair, turns)
    if "else" in pair.between | pair.before and (pair.first.land or "threat" in pair.between):
        turns.append("else")
    if "cut" in pair.after and len(turns) % 2:
        turns.append("cut")
    if ("wrong" in pair.before | pair.between | pair.inside | pair.far or "object" in pair.far) and not {
        "banned",
        "banned second",
        "turned second",
    } & set(turns):
        turns.append("wrong")
    blamed = pair.land.act == "held" or pair.second.turned == "still"
    again = "denied" in turns and "reproach" not in pair.before  # "不退地还想落户，没这种好事"
    if "reproach" in pair.whole and not (blamed or again) and (turns or linked):
        turns.append("reproach")
    if "depends" in pair.whole and not {"banned", "banned second"} & set(turns):
        return []  # "能不能落户，就看地退不退"
    if any("choice" in said for said in pair.linking.values()):
        return [turn for turn in turns if turn in ("banned", "banned second", "wrong")]
    return [] if _bare_condition(pair, turns) else turns


def _turns_of_first(pair: Pair) -> Iterator[str]:
    """What denies the first, or both from before it."""
    first, beside = pair.first, pair.beside(pair.first, 3)
    threatened = "reproach" in pair.whole or (first.land and _denied(pair))
    if BAN & pair.before:
        yield "banned"
    if "not" in beside and "still" not in beside:
        yield "denied first"
    if ("still" in beside and first.land) or first.turned == "still":
        if threatened:
            yield "denied first"
    elif first.turned or first.act == "held":
        yield "turned first"
    if first.land and _lacking(pair):
        yield "lacking"


def _lacking(pair: Pair) -> bool:
    """Whether what is said after the land word says that it is not given up yet: "地没交清""证明未提交""退地之前"."""
    first = pair.first
    if first.act in ("held", "kept") or "gain" in pair.between:
        return False
    if "not" in pair.text.said(first.end, min(pair.second.start, first.end + 4)):
        return first.act == "named" or (not first.turned and "not" not in pair.beside(first, 3) and _denied(pair))
    if "papers" in pair.between and "not" in pair.between:
        return True
    return "until" in pair.between and not first.turned and "not" not in pair.beside(first, 3) and _denied(pair)


def _denied(pair: Pair) -> bool:
    """Whether the benefit, said last, is refused."""
    beside = pair.beside(pair.second, 3)
    close = pair.text.said(pair.second.end, min(pair.end, pair.second.end + 2))
    if (THREAT | {"object"}) & pair.between or ("not" in beside and "still" not in beside) or _threatened(pair):
        return True
    return bool({"not", "ban"} & close) and not ({"give", "bare"} & close or BAN & pair.before)


def _threatened(pair: Pair) -> bool:
    """Whether a threat follows the benefit, other than one for those who do not give up ("不交的排到最后")."""
    end = min(pair.end, pair.second.end + 6)
    threat = next((place for place in range(pair.second.end, end) if pair.text.fields[place] & THREAT), None)
    return threat is not None and "not" not in pair.text.said(pair.second.end, threat)


def _banned(pair: Pair) -> bool:
    """Whether a ban between the two reaches the second, no demand standing in between."""
    ban = pair.text.last(BAN, pair.but, pair.second.start)
    if ban is None or pair.text.signs(ban + 1, pair.second.start) > _REACH:
        return False
    demanded = pair.text.said(ban + 2, pair.second.start) | (
        pair.inside if ban < pair.second.start - 2 else frozenset()
    )
    return not demanded & _ASSERTING


def _turns_of_town(pair: Pair, turns: list[str]) -> Iterator[str]:
    """What denies the benefit, where land was said first."""
    if "hinder" in pair.before | pair.between and {"denied first", "turned first"} & set(turns):
        yield "hindered"
    if pair.second.turned:
        yield "turned second"
    if _denied(pair) or (_banned(pair) and "banned" not in turns):
        yield "denied"


def _turns_of_land(pair: Pair, turns: list[str]) -> Iterator[str]:
    """What denies giving up, where the benefit was said first."""
    second, beside = pair.second, pair.beside(pair.second, 3)
    coordinate = second.turned == "nor" and ("banned" in turns or BAN & pair.between)
    turned = bool(second.turned) and second.turned != "still" and not coordinate
    if turned:
        yield "turned second"
    if second.act == "held":
        return  # "还占着地": however it is denied, it is a demand
    banned = _banned(pair) and "banned" not in turns
    denied = "not" in beside and "still" not in beside and "must" not in pair.inside
    if "hinder" in pair.before | pair.between and (turned or denied):
        yield "hindered"
    if banned:
        yield "banned second"
    if denied:
        yield "denied second"
    if "nor" in beside and not (turns or turned or banned or denied):
        yield "denied second"
    if "threat" in pair.between:
        yield "threatened"
    if THREAT & pair.after and (denied or turned):
        yield "threatened"


def _bare_condition(pair: Pair, turns: list[str]) -> bool:
    """Whether the one denial is a condition ("不退地，户口的事就放着", "落户后不退地的……"), and nothing says "all the same"."""
    if pair.land.act == "kept" or "also" in pair.between:
        return False
    if pair.first.land:
        return turns in (["denied first"], ["turned first"]) and "fact" not in pair.whole
    said = pair.after
    conditional = "those" in pair.text.said(pair.second.end, pair.second.end + 1) and not (BAN | {"also"}) & said
    return conditional and turns in (["denied second"], ["turned second"])
