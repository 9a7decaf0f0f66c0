"""What a public notice announces before its table: of each act, and of a roster of renewals, a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from landreg.law.book import act_type, all_articles, term
from landreg.registry.papers.typesetting import m2


def of_acts(content: Mapping[str, Any]) -> tuple[str, ...]:
    """What is announced, an act a line: whose right, who takes it over, and on which articles."""
    kinds = dict.fromkeys(row.get("act", "first_registration") for row in content["rows"])
    return tuple(
        f"{term('act', kind)}：{'；'.join(_announced(row) for row in content['rows'] if row.get('act') == kind)}。"
        f"依据{'、'.join(f'《{one.law}》{one.number}' for one in map(all_articles().__getitem__, act_type(kind).articles))}。"
        for kind in kinds
        if kind not in ("first_registration", "renewal")
    )


def _announced(row: Mapping[str, Any]) -> str:
    if lost := row.get("lost"):
        called = "、".join(lost["numbers"]) or "不动产权证书"
        return f"{row['holder']}（{row['code']}）声明：{called}遗失（{lost['said']}），公告期满后补发新证，原证书作废"
    taker = f"，由{row['to']}继承" if row.get("to") else ""
    lines = row.get("corrected", ())
    wrong = "，".join(f"{fact}由“{was}”更正为“{right}”" if was else f"{fact}：{right}" for fact, was, right in lines)
    return f"{row['holder']}（{row['code']}）{taker}{'，' + wrong if wrong else ''}{_ending(row)}"


def _ending(row: Mapping[str, Any]) -> str:
    """Why a right ends, on which of its land, and what it keeps; '' where nothing ends, or an older notice does not say it."""
    if not row.get("reason"):
        return ""
    why = f"，原因：{term('end_reason', row['reason'])}"
    if "remaining" not in row:
        return f"{why}，注销全部权利"
    many, area = row["remaining"]
    land = f"{len(row['parcels'])} 块"
    if "drawn_of" in row:
        land = f"地块 {row['parcels'][0][0]}（{m2(Decimal(row['drawn_of']))} m²）中画定的部分"
    ending = m2(Decimal(row["area_m2"]))
    return f"{why}，只注销下列{land}，共 {ending} m²；其余 {many} 块、{m2(Decimal(area))} m² 的权利不变"


def of_roster(content: Mapping[str, Any]) -> tuple[str, ...]:
    """What a roster of renewals tells before its table; nothing for another notice."""
    if "roster" not in content:
        return ()
    terms = dict.fromkeys(tuple(row["term"]) for row in content["rows"] if row.get("term"))
    aside = [holder for holder, _code in content["aside"]]
    told = [
        f"延包名册 {content['roster']}：承包地块和面积不变，承包期延长为 {first} 至 {last}。" for first, last in terms
    ]
    if aside:
        told.append(f"另有 {len(aside)} 户单独办理延包，原权利不受影响：{'、'.join(aside)}。")
    return tuple(told)
