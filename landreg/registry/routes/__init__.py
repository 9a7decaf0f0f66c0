"""The register's desk: everything that belongs to a case, a batch, a right or a certificate, and the search box."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import STAFF, allow, current_actor, known_instant
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.land import parcel_queries
from landreg.land import queries as land
from landreg.registry import finding, queries
from landreg.registry.casework import apart_queries, desk, opening
from landreg.registry.casework.outdated_queries import Outdated, left_behind, outdated_cases
from landreg.registry.facts import contradicted, successors
from landreg.registry.routes import act_kinds as act_kind_routes
from landreg.registry.routes import apart as apart_routes
from landreg.registry.routes import applying as applying_routes
from landreg.registry.routes import batch_notes as batch_note_routes
from landreg.registry.routes import batches as batch_routes
from landreg.registry.routes import brought as brought_routes
from landreg.registry.routes import cases as case_routes
from landreg.registry.routes import certificates as certificate_routes
from landreg.registry.routes import endings as ending_routes
from landreg.registry.routes import excerpts as excerpt_routes
from landreg.registry.routes import first_page as first_page
from landreg.registry.routes import history as history_routes
from landreg.registry.routes import household_acts as household_act_routes
from landreg.registry.routes import households as household_routes
from landreg.registry.routes import jobs as job_routes
from landreg.registry.routes import later_shown
from landreg.registry.routes import objections as objection_routes
from landreg.registry.routes import own as own_routes
from landreg.registry.routes import paper_consents as paper_consent_routes
from landreg.registry.routes import papers as paper_routes
from landreg.registry.routes import person_corrections as parcel_act_routes
from landreg.registry.routes import queues as queue_routes
from landreg.registry.routes import renewal_single as renewal_single_routes
from landreg.registry.routes import renewal_steps as renewal_routes
from landreg.registry.routes import right_corrections as right_corrections
from landreg.registry.routes import rights as right_routes
from landreg.web import clocks, i18n, pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("registry", __name__)
PARTS = (
    queue_routes, case_routes, paper_routes, batch_routes, job_routes, right_routes, household_routes, certificate_routes,
    renewal_routes, renewal_single_routes, ending_routes, applying_routes, history_routes, excerpt_routes,
    parcel_act_routes, household_act_routes, batch_note_routes,
    brought_routes, own_routes, act_kind_routes, paper_consent_routes, objection_routes, apart_routes,
)  # fmt: skip
for part in PARTS:
    blueprint.register_blueprint(part.blueprint)
READERS = (*STAFF, Role.AUDITOR)
ROWS_SHOWN = 200


@blueprint.get("/batches/open/<county>/<uuid:package_id>")
@allow(Role.REGISTRAR)
def open_batch(county: str, package_id: UUID) -> Response:
    """The villages of a package, to open their cases together; of one, by `otherwise`, the rights that it has otherwise."""
    with unit_of_work(current_actor()) as uow:
        villages = desk.villages_of_package(uow.session, county, package_id)
        apart = apart_queries.set_apart(uow.session, county, package_id)
        later = outdated_cases(uow.session, county, package_id, [village.code for village in villages])
        behind = left_behind(uow.session, county, package_id)
        counted = contradicted.by_village(uow.session, county, package_id)
        shown = _village_shown([village.code for village in villages], counted)
        rights = contradicted.of_village(uow.session, county, package_id, shown) if shown else []
        own = {shown: len(rights)} if shown else {}
        otherwise = later_shown.otherwise_rows(uow.session, county, rights[:ROWS_SHOWN])
    if not villages and not apart:
        raise NotFound
    outdated: dict[str, list[Outdated]] = defaultdict(list)
    for case in later:
        outdated[case.village].append(case)
    return pages.render(
        "registry/open_batch.html",
        villages=villages,
        apart=apart,
        outdated=outdated,
        behind=behind,
        otherwise=otherwise,
        contradicted={code: count for code, count in (counted | own).items() if count},
        shown=shown,
        county=county,
        package_id=package_id,
    )


def _village_shown(villages: Sequence[str], counted: Mapping[str, int]) -> str:
    """Of which village the rights are named: the one that is asked for, or the only one there is; a county's would take minutes."""
    asked = request.args.get("otherwise", "")
    some = villages if len(villages) == 1 else [*counted]
    return asked if asked in counted else some[0] if len(some) == 1 else ""


@dataclass(frozen=True)
class Villages:
    """Villages to open."""

    village: tuple[str, ...] = ()


@blueprint.post("/batches/open/<county>/<uuid:package_id>")
@allow(Role.REGISTRAR)
@problems.back_to(open_batch)
def opened_batch(county: str, package_id: UUID) -> Redirect:
    """Open a batch for each chosen village."""
    given, actor = read_form(Villages), current_actor()
    if not given.village:
        raise BadInput(Finding("FORM-1", "village"))
    made = [opening.open_batch(actor, county, package_id, village) for village in given.village]
    flash(_("已为 %(n)s 个村建立批次。", n=len(made)))
    one = url_for("registry.batches.one", county=county, batch_id=made[0])
    return redirect(one if len(made) == 1 else url_for("registry.batches.index"), 303)


@dataclass(frozen=True)
class ForLater:
    """The village whose cases are opened anew."""

    village: str


@blueprint.post("/batches/rebuild/<county>/<uuid:package_id>")
@allow(Role.REGISTRAR)
@problems.back_to(open_batch)
def rebuilt(county: str, package_id: UUID) -> Redirect:
    """End a village's cases that this survey has otherwise, and open them anew from it."""
    batch_id, ended, stay = opening.rebuild(current_actor(), county, package_id, read_form(ForLater).village)
    flash(_("已按新成果重建 %(n)s 件：原业务由新业务继续，不是申请人撤回，材料已转入新业务。", n=ended))
    with unit_of_work(current_actor()) as uow:
        besides = len(queries.case_ids(uow.session, county, batch_id, "draft")) - ended
    if besides:
        flash(
            _(
                "本批次另有 %(n)s 件，是新成果中还没有登记、也没有在办业务的合同和宅基地，包括以前没有办成的。",
                n=besides,
            )
        )
    for left in stay:
        flash(i18n.say(left), "warn")
    return redirect(url_for("registry.batches.one", county=county, batch_id=batch_id), 303)


@blueprint.get("/rights/of-parcel/<code>")
@allow(*READERS)
def rights_of_parcel(code: str) -> Response | Redirect:
    """The rights that hold a parcel on the day asked for; goes on to the right when there is one alone."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        shown_days = clocks.asked(known_instant() or uow.now)
        last = parcel_queries.last_row(uow.session, actor.jurisdiction, code)
        if last is None:
            raise NotFound
        rights = queries.rights_on_parcel(uow.session, last.county, last.parcel_id, shown_days.as_of)
        path = land.division_path(uow.session, last.village)
        gone = () if rights else parcel_queries.gone_by(uow.session, last.county, [code])
    if len({right.right_id for right in rights}) == 1:
        key = {"county": rights[0].county, "right_id": rights[0].right_id}
        return redirect(url_for("registry.rights.one", **key, **shown_days.query), 303)
    return pages.render(
        "registry/rights_of_parcel.html", parcel=last, rights=rights, gone=gone, path=path, clocks=shown_days
    )


@blueprint.get("/search")
@allow(*READERS)
def search() -> Response | Redirect:
    """One box: a code, a name, a case's or a certificate's number; by kind, or straight to the one thing found.

    A citizen ID that stands in the address is not looked up: addresses are kept by browsers and servers.
    """
    text = request.args.get("q", "").strip()[:64]
    return _found("" if finding.is_citizen_id(text) else text, in_address=finding.is_citizen_id(text))


@blueprint.post("/search")
@allow(*READERS)
def looked_up() -> Response | Redirect:
    """The same from the box: what may stand in an address goes there, a citizen ID is answered at once."""
    text = request.form.get("q", "").strip()[:64]
    if finding.is_citizen_id(text):
        return _found(text)
    return redirect(url_for("registry.search", q=text), 303)


def _found(text: str, *, in_address: bool = False) -> Response | Redirect:
    with unit_of_work(current_actor()) as uow:
        found = finding.search(uow, text)
        names = land.division_names(uow.session, found.villages)
        anew = successors.rebuilt(uow.session, found.cases)
    only = _only(found)
    if only is not None:
        return redirect(only, 303)
    shown = "" if finding.is_citizen_id(text) else text
    return pages.render(
        "registry/search.html",
        text=shown,
        sought=bool(text),
        found=found,
        names=names,
        in_address=in_address,
        rebuilt=anew,
    )


def _only(found: finding.Found) -> str | None:
    """The address of what was found when it is one thing; who left a household is first said to have."""
    if any(one.left for one in found.persons):
        return None
    addresses = [
        *(url_for("land.parcel", code=row.code) for row in found.parcels),
        *(url_for("registry.cases.one", county=case.county, case_id=case.case_id) for case in found.cases),
        *(url_for("registry.rights.household", code=row.code) for row in found.households),
        *(url_for("registry.rights.household", code=one.household.code) for one in found.persons),
        *(url_for("registry.rights.one", county=row.county, right_id=row.right_id) for row in found.rights),
        *(url_for("registry.certificates.one", number=row[0].number) for row in found.certificates),
        *(url_for("registry.certificates.act", number=act.number) for act in found.acts),
        *(url_for("registry.search", q=row.code) for row in found.divisions),
    ]
    return addresses[0] if len(addresses) == 1 else None
