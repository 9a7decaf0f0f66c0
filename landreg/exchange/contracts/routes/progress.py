"""How far a run over a project's households is, for its page and the bar on it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from landreg.core.db import UnitOfWork
from landreg.exchange.contracts import project_queries
from landreg.exchange.contracts.model import ProjectRun


@dataclass(frozen=True)
class Progress:
    """How far a run is: of a hundred, and in words."""

    percent: int
    text: str


def progress(uow: UnitOfWork, run: ProjectRun) -> Progress:
    """Counted from what is there: a worker that was killed lost no household, though it wrote no figure."""
    total, refused = len(run.household_ids), [one for one in run.refused if one["household"]]
    left = len(refused)
    there = project_queries.reached(uow.session, run, run.household_ids)
    tried = min(total, max(run.position, there + left))
    counted = run.step == "draw" and (left or there < tried)
    said = project_queries.words(uow.session, run.county, run.project_id) if counted else {}
    asked = [said.get(UUID(one["household"])) for one in refused] if run.step == "draw" else []
    silent, gone = asked.count(None), sum(word is not None and word.kind == "withdraws" for word in asked)
    # Who withdrew when its contract was drawn has none any more, and is out.
    out = sum(said[one].kind == "withdraws" for one in run.household_ids if one in said)
    far = {"n": tried, "all": total, "done": there, "silent": silent, "out": out, "no": left - silent - gone}
    words = {
        "draw": _(
            "已办 %(n)s / %(all)s 户，拟成 %(done)s 份，还没有表示意愿的 %(silent)s 户，不参加的 %(out)s 户，不能拟的 %(no)s 户。",
            **far,
        ),
        "sign": _("已办 %(n)s / %(all)s 份，签成 %(done)s 份，不能签的 %(no)s 份。", **far),
    }
    return Progress(tried * 100 // max(total, 1), words[run.step])
