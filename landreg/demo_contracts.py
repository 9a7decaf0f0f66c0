"""The demonstration's contracts: deals that households made by themselves are drawn, signed, filed and paid month by month; at the
end one goes to the register, one is in arrears, one before arbitration, and a village is asked for its land in one project.

Resumable: how far it is, is read from the contracts that it made.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from landreg import demo_passed_on, demo_signers
from landreg.access.service import SYSTEM
from landreg.core.actor import WORKER
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import DAY, beijing_day, years_after
from landreg.demo_market import Market
from landreg.exchange.contracts import (
    certifying,
    deal_queries,
    disputes,
    drawing,
    land_queries,
    life,
    project_queries,
    project_runs,
    projects,
    queries,
    registering,
    signing,
)
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.drafts import Draft, Taken, Terms
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.projects import Planned, Priced, Said
from landreg.registry import documents
from landreg.registry.booking import register
from landreg.registry.casework import cases

MONTHS = (2, 4, 6, 9, 11, 14, 17, 20, 23)
COOPERATIVES = (("93610902MA0000001B", "样本粮油种植专业合作社"), ("93610902MA0000002E", "样本茶叶专业合作社"))
SAID = {
    "taker_home": "样本镇产业路一号", "paid_to": "甲方一卡通账户", "land_paid_to": "by_law", "crops_paid_to": "who_grew",
    "late_per_10000": "5", "grade": "三等", "dispute_way": "arbitration", "renewal_notice_days": "60",
}  # fmt: skip
USES, ENDS = ("grain", "oil", "vegetables"), ("removed", "left_paid")


def begin_month(market: Market, number: int) -> None:
    """What a month begins with: a contract of the next household, and the first rent of it."""
    for serial in range(_made(), sum(month <= number for month in MONTHS)):
        if not _rows(_FREE, county=market.office.county):
            return
        # What a rule refuses, another act having come between, stays where it is.
        with suppress(LandregError):
            paid(market, _signed(market, serial))


def finish(market: Market) -> None:
    """How contracts stand when the year has ended; nothing where it was done before."""
    if _rows("SELECT count(*) AS n FROM exchange.project")[0].n or not _rows(_FREE, county=market.office.county):
        return
    county, operator = market.office.county, market.operator
    paper = demo_signers.scan(market.office.store)
    of_deals(market)
    for step, serial in enumerate(range(_made(), _made() + 3)):
        if not _rows(_FREE, county=county):
            return
        with suppress(LandregError):
            contract = _signed(market, serial, years=6)
            match step:
                case 0:
                    paid(market, contract)
                    certifying.certify(operator, county, contract.contract_id)
                    _registered(market, contract)
                case 1:
                    life.ask_to_remedy(
                        operator, county, contract.contract_id, "use", "一部分地改种了苗木，请恢复约定的种植。", paper
                    )
                case 2:
                    asked = Brought("arbitration", "对面积有争议。")
                    disputes.dispute(operator, county, contract.contract_id, asked, paper)
    if _rows(_FREE, county=county):
        with suppress(LandregError):
            _project(market)
    # The households of the project have their contracts, or were asked for them: others pass on, and exchange.
    free = _rows(_FREE, county=county)[-6:]
    if len(free) > 1:
        with suppress(LandregError):
            demo_passed_on.pass_on(market, free, {**SAID, "use": "grain", "fixtures_end": "removed"}, paper)


def of_deals(market: Market, waiting: int = 4) -> None:
    """Deals of the market become contracts, signed, filed and paid up to today, but for the newest, which wait at the desk."""
    county, operator, paper = market.office.county, market.operator, demo_signers.scan(market.office.store)
    with unit_of_work(operator) as uow:
        today = beijing_day(uow.now)
        deals = [row.Deal.deal_id for row in deal_queries.deals_waiting(uow.session)]
    values = {**SAID, "use": "grain", "fixtures_end": "removed"}
    for deal_id in deals[: max(len(deals) - waiting, 0)]:
        # What asks for more than the parties of the sample say, or was overtaken by an act, waits at the desk too.
        with suppress(LandregError):
            made = drawing.draw_from_deal(operator, county, deal_id, values)
            demo_signers.sign_both(market, made)
            signing.file(operator, county, made.contract_id, today, "", paper)
            paid(market, made)


def _signed(market: Market, serial: int, years: int = 0) -> Contract:
    """A contract of the next household that nothing stands against, signed by both sides, and mostly filed."""
    county, operator = market.office.county, market.operator
    household = _rows(_FREE, county=county)[0]
    with unit_of_work(operator) as uow:
        today = beijing_day(uow.now)
        (right, *_more) = land_queries.rights_of(uow.session, county, household.code)
        land = land_queries.land(uow.session, county, right.right_id)
    code, name = COOPERATIVES[serial % 2]
    first = today - timedelta(days=20)
    until = min(years_after(first, years or 1 + serial % 4), right.term.upper)
    terms = Terms(
        "lease", first, until, "yuan_mu_year", Decimal(400 + 35 * (serial % 7)), "", Decimal(serial % 3),
        ("year", "half")[serial % 2], serial % 3 != 2,
    )  # fmt: skip
    values = {**SAID, "use": USES[serial % 3], "fixtures_end": ENDS[serial % 2]}
    taken = tuple(Taken(parcel) for parcel in sorted(land.parcels if land else ())[:2])
    draft = Draft(right.right_id, taken, terms, values)
    made = demo_signers.sign_both(market, drawing.draw_recorded(operator, county, draft, code, name))
    if serial % 4 != 3:
        signing.file(operator, county, made.contract_id, today, "", demo_signers.scan(market.office.store))
    return made


def paid(market: Market, contract: Contract) -> None:
    """What is due of a contract, by a receipt of the bank."""
    county, operator = market.office.county, market.operator
    with unit_of_work(operator) as uow:
        today = beijing_day(uow.now)
        found = queries.whole(uow.session, contract)
    due = sum((one.left for one in found.settled if one.due.due_on <= today), Decimal(0))
    if due:
        receipt = f"HZ{today:%Y%m%d}{contract.number[-4:]}"
        life.pay(operator, county, contract.contract_id, due, today, receipt, demo_signers.scan(market.office.store))


def _registered(market: Market, contract: Contract) -> None:
    """The land-operation right of a contract, through the register's own case."""
    office, paper = market.office, demo_signers.scan(market.office.store)
    signing.ask_registration(market.operator, office.county, contract.contract_id, paper)
    case = registering.open_case_of(
        office.registrar, office.store, office.county, contract.contract_id, office.store.read(paper.sha256)
    )
    with unit_of_work(office.registrar) as uow:
        documents.enter(
            uow, county=office.county, village=contract.village, sha256=paper.sha256, size=paper.size, kind="identity",
            name=paper.name, cases=[case],
        )  # fmt: skip
    cases.accept(office.registrar, office.county, [case])
    cases.review(office.reviewer, office.county, [case])
    register(office.reviewer, office.county, [case])


def _project(market: Market) -> None:
    """A village's land to one cooperative: most households consent, one leaves out a parcel, one withdraws."""
    county, operator = market.office.county, market.operator
    found = _rows(_FREE, county=county)
    village = found[0].village
    free = {row.code for row in found if row.village == village}
    with unit_of_work(operator) as uow:
        today = beijing_day(uow.now)
        land = project_queries.contracted(uow.session, county, village, [])
    households = sorted({row.household_code for row in land.values() if row.household_code in free})[:8]
    chosen = {code: row for code, row in land.items() if row.household_code in households}
    last = min(row.term_last for row in found if row.code in households)
    terms = Terms("lease", today + DAY, min(years_after(today, 3), last), "yuan_mu_year", Decimal(480))
    parcels = tuple(Priced(code, Decimal(480 + 20 * (place % 3))) for place, code in enumerate(sorted(chosen)))
    values = {**SAID, "use": "grain", "fixtures_end": "removed"}
    code, name = COOPERATIVES[0]
    made = projects.open_project(
        operator, county, village, Planned("样本村粮油基地整村流转", code, terms, parcels, values, taker_name=name)
    )
    by_code = {row.household_code: row.household_id for row in chosen.values()}
    for place, household in enumerate(households[:-1]):
        own = sorted(parcel for parcel, row in chosen.items() if row.household_code == household)
        left_out = tuple(own[:1]) if place == 1 and len(own) > 1 else ()
        kind, (who, card) = "withdraws" if place == 2 else "consents", demo_signers.card_of(market, by_code[household])
        word = Said(kind, left_out, who, identity_checked=True, witness=demo_signers.WITNESS, card=card)
        projects.say(operator, county, made.project_id, by_code[household], word)
    project_runs.ask_run(operator, county, made.project_id)
    project_runs.work(WORKER)


def _made() -> int:
    return int(_rows("SELECT count(*) AS n FROM exchange.contract WHERE project_id IS NULL AND deal_id IS NULL")[0].n)


def _rows(statement: str, **values: Any) -> list[Any]:
    with unit_of_work(SYSTEM) as uow:
        return list(uow.session.execute(text(statement), values).all())


_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_FREE = f"""SELECT h.code, h.village, upper(r.term) AS term_last FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    WHERE r.county = :county AND r.kind = 'contract_management' AND {_OPEN.format("r")} AND r.term IS NOT NULL
      AND NOT EXISTS (SELECT FROM registry.restriction AS s WHERE s.county = r.county AND s.right_id = r.right_id)
      AND NOT EXISTS (SELECT FROM registry."case" AS c WHERE c.county = r.county AND c.household_code = h.code
                      AND c.act_kind <> 'first_registration')
      AND NOT EXISTS (SELECT FROM access.binding AS b WHERE b.county = r.county AND b.household_id = h.household_id)
      AND NOT EXISTS (SELECT FROM exit.exit AS x WHERE x.county = r.county AND x.household_id = h.household_id)
      AND NOT EXISTS (SELECT FROM exchange.contract AS k WHERE k.county = r.county AND k.household_id = h.household_id)
    ORDER BY upper(r.term) DESC, h.code"""
