"""What becomes of the land after an exit, in the sentences that its papers print."""

from __future__ import annotations

from landreg.exit.model import Exit
from landreg.law.book import Law
from landreg.registry.papers.typesetting import chinese_date


def afterwards(row: Exit) -> list[str]:
    """What becomes of the land, in sentences: of what goes for good, and of what comes back."""
    if row.returns_on is None:
        return [] if row.taker_id else _to_the_collective(row)
    told = [
        f"临时退出到{chinese_date(row.returns_on)}为止：这一天权利自动恢复，不用申请，不收费；在这之前由本集体决定怎样使用。"
    ]
    if row.cut_parcel:
        told.append(
            "划出的部分登记为单独的地块，恢复时仍用它自己的编码；要和同一地块的其余部分合成一块，可以申请地块合并。"
        )
    return told


def _to_the_collective(row: Exit) -> list[str]:
    told = ["退回的土地归本集体，今后怎样使用由成员大会决定。"]
    reused = "腾出的宅基地由本集体复垦或者再利用；复垦得来的建设用地指标记在本集体名下，怎样使用同样由成员大会决定。"
    return told if row.contracted and len(row.right_ids) == 1 else [*told, reused]


def bought_back(row: Exit, law: Law) -> list[str]:
    """What the county's figure lets a household ask for after an exit for good to the collective; nothing where it has none."""
    years = law.days("EXIT-5.buy_back_years")
    if not years or row.returns_on is not None or row.taker_id is not None:
        return []
    return [
        f"登簿之日起 {years} 年内，退回的土地、宅基地还没有交给别人使用的，退出户可以请求按原补偿额买回，由成员大会决定。"
    ]
