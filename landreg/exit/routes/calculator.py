"""What an exit would be paid, for anybody to try: no login, nothing asked that names a person, nothing kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from landreg.access.limits import limiter
from landreg.access.policy import allow, door
from landreg.core.actor import NOBODY, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.core.periods import beijing_day
from landreg.exit import offering
from landreg.exit.offering import months_between
from landreg.exit.routes.lines import PIECES, PUTS, SOWN, crops, field_of, fixtures, house_kind, improvements, lines
from landreg.exit.rules import claimed
from landreg.exit.rules.claimed import MONTHS_A_YEAR, Claim, House, Land, built_when
from landreg.exit.rules.compensation import Compensation, compensate, in_words, whence
from landreg.land.queries import counties, division_names
from landreg.law.book import figure_in_words
from landreg.law.divisions import all_divisions
from landreg.law.queries import load_law
from landreg.web import pages, problems
from landreg.web.forms import read_query
from landreg.web.i18n import language, shown_term

blueprint = Blueprint("calculator", __name__)
TRIES = "60 per minute"
PREFECTURE = "6109"


@dataclass(frozen=True)
class Asked:
    """What the page asks. Lines that are left empty count for nothing."""

    county: str = field(metadata={"most": 6})
    township: str = field(default="", metadata={"most": 9})
    term_until: date | None = None
    temporary_years: int | None = None
    land_kind_1: str = ""
    land_kind_2: str = ""
    land_kind_3: str = ""
    land_mu_1: Decimal | None = None
    land_mu_2: Decimal | None = None
    land_mu_3: Decimal | None = None
    improvement_kind_1: str = ""
    improvement_kind_2: str = ""
    improvement_cost_1: Decimal | None = None
    improvement_cost_2: Decimal | None = None
    improvement_age_1: int | None = None
    improvement_age_2: int | None = None
    house_structure: str = ""
    house_m2: Decimal | None = None
    house_built: int | None = None
    homestead_m2: Decimal | None = None
    fixture_wall_m: Decimal | None = None
    fixture_yard_m2: Decimal | None = None
    fixture_shed_m2: Decimal | None = None
    fixture_well: Decimal | None = None
    fixture_tree: Decimal | None = None
    crop_kind_1: str = ""
    crop_kind_2: str = ""
    crop_mu_1: Decimal | None = None
    crop_mu_2: Decimal | None = None
    movers: int | None = None


@blueprint.get("/compensation")
@allow(Role.PUBLIC)
@limiter.limit(TRIES)
@problems.back_to(lambda: _page())
def calculator() -> Response:
    """The questions, and with answers in the address what would be paid, line by line. Raises BadInput for what cannot be read."""
    if "county" not in request.args:
        return _page()
    asked = read_query(Asked)
    with unit_of_work(door()) as uow:
        if asked.county not in counties(uow.session, PREFECTURE):
            raise BadInput(Finding("FORM-5", "county", {"given": asked.county}))
        if asked.township and asked.township not in dict(_townships(asked.county)):
            raise BadInput(Finding("FORM-5", "township", {"given": asked.township}))
        today = beijing_day(uow.now)
        law = load_law(uow.session, asked.county, today)
    claim = _claim(asked, today)
    with unit_of_work(NOBODY) as uow:
        filed = offering.filed(uow.session, asked.township, law) if asked.township else ()
    found = compensate(claim, law, filed)
    refused = [finding for finding in found.findings if law.level(finding) == "refuse"]
    if refused:
        raise BadInput([field_of(finding, asked) for finding in refused])
    return _page(found)


def _page(found: Compensation | None = None) -> Response:
    with unit_of_work(door()) as uow:
        codes = counties(uow.session, PREFECTURE)
        names = division_names(uow.session, codes)
    return pages.render(
        "exit/calculator.html",
        found=found,
        given=request.args,
        counties=[(code, names.get(code, code)) for code in codes],
        townships=_townships(request.args.get("county", "")),
        kinds={
            name: [(kind, shown_term(kind, "figure_key")) for kind in getattr(claimed, name)]
            for name in ("LAND", "IMPROVEMENTS", "HOUSES", "FIXTURES", "CROPS")
        },
        lines=(PIECES, PUTS, SOWN),
        missing=[finding for finding in found.findings if finding.code == "CMP-10"] if found else [],
        lower=next((finding for finding in found.findings if finding.code == "CMP-14"), None) if found else None,
        in_words=lambda item: in_words(item, language()),
        whence=lambda lease: whence(lease, language()),
        figure=lambda name: figure_in_words(name, language()),
        title=_("退出补偿试算"),
    )


def _townships(county: str) -> list[tuple[str, str]]:
    """The townships of a county, or of all with the county before each."""
    known = all_divisions()
    of_county = [one for one in known.values() if one.level == "township" and one.code.startswith(county)]
    return [(one.code, one.name if county else f"{known[one.code[:6]].name} · {one.name}") for one in of_county]


def _claim(asked: Asked, today: date) -> Claim:
    """What is asked, as the rules take it. Raises BadInput: FORM-1 for a line half filled in, FORM-5 for another kind."""
    faults: list[Finding] = []
    left = None if asked.term_until is None else months_between(today, asked.term_until)
    land = [Land(kind, mu, left or 0) for kind, (mu,) in lines(asked, "land", ("mu",), PIECES, claimed.LAND, faults)]
    puts, sown = improvements(asked, faults), crops(asked, faults)
    if land and left is None:
        faults.append(Finding("FORM-1", "term_until"))
    house = _house(asked, today, faults)
    if faults:
        raise BadInput(faults)
    return Claim(
        tuple(land),
        None if asked.temporary_years is None else asked.temporary_years * MONTHS_A_YEAR,
        puts,
        house,
        asked.homestead_m2 or Decimal(),
        fixtures(asked),
        sown,
        asked.movers or 0,
    )


def _house(asked: Asked, today: date, faults: list[Finding]) -> House | None:
    given = {"house_structure": asked.house_structure, "house_m2": asked.house_m2, "house_built": asked.house_built}
    if all(value in ("", None) for value in given.values()):
        return None
    empty = [name for name, value in given.items() if value in ("", None)]
    faults.extend(Finding("FORM-1", name) for name in empty)
    house_kind(asked, faults)
    faults += built_when(asked.house_built, today)
    if asked.house_m2 is None or asked.house_built is None:
        return None
    return House(asked.house_structure, asked.house_m2, today.year - asked.house_built)
