"""The kinds of act as pages tell them: all on one page with their law, and the papers of one beside its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response
from flask_babel import gettext as _

from landreg.access.policy import STAFF, allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.law.book import act_type, act_types, all_articles, protections, terms
from landreg.law.queries import load_law
from landreg.registry.issued import proofs
from landreg.registry.rules.household_requests import of_other_means
from landreg.web import i18n, pages

blueprint = Blueprint("act_kinds", __name__)
TRAITS = (
    "right", "end_reason", "operation_end", "change_reason", "leave_reason", "relate_reason",
    "corrected_by", "contracted_by", "correction_trait",
)  # fmt: skip


@dataclass(frozen=True)
class AskedPapers:
    """What a folder must hold: in every case, and by a reason or another trait of the application further ones, or some not."""

    always: tuple[str, ...]
    further: Mapping[str, tuple[str, ...]]
    spared: Mapping[str, tuple[str, ...]]


@blueprint.app_template_global()
def asked_papers(kind: str, right_kind: str, code: str) -> AskedPapers:
    """The papers that an act of a kind asks for on a right of a kind and code."""
    found, of_own = act_type(kind), of_other_means(right_kind, code)
    passed_over = {*terms("right"), *(["operator"] if of_own else [])}
    further = {trait: papers for trait, papers in found.also.items() if trait not in passed_over}
    return AskedPapers(found.papers("" if of_own else right_kind), further, found.spared)


@blueprint.app_template_filter()
def trait_term(trait: str) -> str:
    """In which case an act asks for further papers: a reason, a kind of right, who asks, or another holder."""
    found = next((word for kind in TRAITS if (word := i18n.shown_term(trait, kind)) != trait), None)
    return found or str(_("换经营权人"))


@blueprint.get("/acts/kinds")
@allow(*STAFF, Role.AUDITOR)
def index() -> Response:
    """Every kind of act on one page: its law, papers, notice, fee, and what it does to certificates."""
    with unit_of_work(current_actor()) as uow:
        today = beijing_day(uow.now)
        law = load_law(uow.session, current_actor().jurisdiction[:6].ljust(6, "0"), today)
    listed = [kind for kind in act_types() if kind.since <= today]
    return pages.render(
        "registry/act_kinds.html",
        kinds=listed,
        articles=all_articles(),
        figures=law.parameters,
        protections=protections(),
        proven=proofs.PROVEN,
    )
