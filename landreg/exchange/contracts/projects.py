"""A village's land to one taker in one project: each household asked by itself, its parcels at their own prices, free to leave
one out or to withdraw. The contracts are made in one run (`project_runs`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from landreg.access import consents
from landreg.access.rules import Step
from landreg.core.actor import Actor, Desk
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.core.units import CENT, mu_of, total_mu
from landreg.exchange.bidding import takers
from landreg.exchange.bidding.rules.qualified import ENTER_RULES
from landreg.exchange.bidding.sales import taking_in
from landreg.exchange.contracts import deal_queries, logged, project_queries
from landreg.exchange.contracts.asked_land import of_project, standing
from landreg.exchange.contracts.drafts import Terms
from landreg.exchange.contracts.entering import entered, happened, held, open_for
from landreg.exchange.contracts.judging import clauses_lacking
from landreg.exchange.contracts.model import Project, ProjectParcel, ProjectWord
from landreg.exchange.contracts.offering import offered
from landreg.exchange.contracts.rules.clauses import Text, clauses_of, con_41_figures_within_bounds
from landreg.exchange.contracts.rules.course import UNSIGNED
from landreg.exchange.contracts.rules.free import SOLD_RULES, con_100_term_is_not_over
from landreg.exchange.contracts.rules.sharing import BY_MU, of_land, tr_7_valued_by_the_mu
from landreg.exchange.contracts.rules.terms import (
    Contracted,
    con_15_price_of_its_kind,
    con_16_taker_is_another,
    con_21_one_right_a_household,
    con_28_penalty_within_bounds,
)
from landreg.exchange.counter.present import Party, Present, stands_for
from landreg.exchange.listings.heard import strayed
from landreg.exchange.listings.rules.words import Spoken
from landreg.exchange.model import Taker
from landreg.law.book import Law, examine
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached, ties_nothing, words_of_transfer_tie_nothing
from landreg.registry.home.brought import seeing

MOST_PARCELS = 5000
KINDS = ("lease", "subcontract", "share")


@dataclass(frozen=True)
class Priced:
    """A parcel that a project asks for, and its price of a mu and year."""

    code: str
    price: Decimal


@dataclass(frozen=True)
class Planned:
    """A project as it is opened. household_codes with their parcels follow from the parcels."""

    title: str
    taker_code: str
    terms: Terms
    parcels: tuple[Priced, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    taker_name: str = ""


@dataclass(frozen=True)
class Said:
    """A household's word. left_out: parcels that it keeps. consent: to its agent, where the agent says it. card: the number of the
    identity card of the member who speaks at the counter; attorney: the household's power of attorney of who is none of it. read:
    the digest of the text that was shown (`offering`), on a phone.
    """

    kind: str
    left_out: tuple[str, ...] = ()
    name: str = ""
    identity_checked: bool = False
    witness: str = ""
    said: str = ""
    consent: UUID | None = None
    card: str = ""
    attorney: Attached | None = None
    read: str = ""


def open_project(actor: Actor, county: str, village: str, planned: Planned) -> Project:
    """Open a project over parcels of a village. Raises Refused (CON-1 for a parcel under no contract right, TR-7, CON-15, CON-21,
    CON-28; TR-1, CON-2, CON-31, CON-32, CON-33, TR-12 for land that could not be had; QUAL-1, QUAL-4 for the whole of it),
    BadInput (FORM-8) for more parcels than a project takes.
    """
    with unit_of_work(actor) as uow:
        named = takers.hold_code(uow, county, planned.taker_code)
        law = load_law(uow.session, county, beijing_day(uow.now))
        texts = {f"clause_{name}": text for name, text in planned.values.items()}
        words_of_transfer_tie_nothing(law.on, title=planned.title, said=planned.said, **texts)
        if not planned.title.strip():
            raise BadInput(Finding("FORM-1", "title"))
        if planned.terms.kind not in KINDS:
            raise BadInput(Finding("FORM-5", "kind", {"given": planned.terms.kind[:40]}))
        if len(planned.parcels) > MOST_PARCELS:
            raise BadInput(Finding("FORM-8", "parcel", {"most": MOST_PARCELS}))
        asked = {one.code: one for one in planned.parcels}
        land = project_queries.contracted(uow.session, county, village, sorted(asked))
        findings, days = _judged(planned, asked, land, law), (planned.terms.from_on, planned.terms.until_on)
        spoken = Spoken("", planned.terms.kind, {"said": planned.said, **planned.values})
        findings += strayed(uow.session, county, spoken, law, sorted(asked))
        if land and days[0] < days[1]:
            findings += standing(uow.session, county, land, days).against(planned.terms.kind, land, law)
        if findings:
            raise Refused(findings)
        taker = takers.of_code(uow, county, named, village, planned.taker_name)
        whole = total_mu(land[code].area_m2 for code in asked)
        if told := examine(ENTER_RULES, taking_in(uow, taker, whole), law):
            raise Refused(told)
        return _opened(uow, village, planned, taker, [(one, land[code]) for code, one in sorted(asked.items())])


def _judged(planned: Planned, asked: Mapping[str, Priced], land: Mapping[str, Any], law: Law) -> list[Finding]:
    """What can be told of every contract of the project before a household is asked: land, prices, term, clauses."""
    terms, wrong = planned.terms, sorted(set(asked) - set(land))
    findings = [Finding("CON-1", "parcels", {"parcels": wrong})] if wrong or not asked else []
    if over := con_100_term_is_not_over(("", terms.until_on), law):
        findings.append(over)
    held = [(land[code].household_code, land[code].right_id) for code in sorted(asked) if code in land]
    if several := con_21_one_right_a_household(held, law):
        findings.append(several)
    prices = {one.price for one in asked.values()}
    facts = [
        Contracted(
            terms.kind, terms.from_on, terms.until_on, None, (), terms.unit, price, terms.grain, terms.escalator_percent,
            taker_name=planned.taker_name or planned.taker_code, paid_every=terms.paid_every,
        )
        for price in prices
    ]  # fmt: skip
    for rule in (con_15_price_of_its_kind, con_16_taker_is_another):
        findings += [finding for one in facts if (finding := rule(one, law))][:1]
    findings += _clauses_told(planned, [mu_of(land[code].area_m2) for code in asked if code in land], law)
    said = {"said": planned.said, **planned.values}
    findings += examine(SOLD_RULES, ("", terms.kind, said), law)[:1]
    if dear := con_28_penalty_within_bounds(("", planned.values.get("late_per_10000", "")), law):
        findings.append(dear)
    return findings


def _clauses_told(planned: Planned, mu: Sequence[Decimal], law: Law) -> list[Finding]:
    """What the clauses lack or have wrong, of whoever gives least and of all together. What register and project fill in for each
    household is taken as said.
    """
    terms, found = planned.terms, []
    known = {name: "—" for one in clauses_of(terms.kind, terms.unit, law.on) for name in (*one.given, "grade")}
    for of in sorted({min(mu, default=Decimal(1)), sum(mu, Decimal(0)) or Decimal(1)}):
        values = {**known, **of_land(planned.values, of)}
        text = Text(terms.kind, terms.unit, values, planned.said, terms.months)
        told = [*clauses_lacking(text, law), *con_41_figures_within_bounds(text, law)]
        found += [replace(one, field=BY_MU.get(one.field or "", one.field)) for one in told if one not in found]
    return list({(one.code, one.field): one for one in found}.values())


def _opened(
    uow: UnitOfWork, village: str, planned: Planned, taker: Taker, land: Sequence[tuple[Priced, Any]]
) -> Project:  # fmt: skip
    terms, county = planned.terms, taker.county
    serial = project_queries.next_number(uow.session, county, village)
    row = Project(
        county=county, village=village, project_id=uuid4(), number=f"{village}-X{serial:04d}",
        title=planned.title.strip()[:200], kind=terms.kind, taker_id=taker.taker_id, taker_name=taker.name,
        from_on=terms.from_on, until_on=terms.until_on, unit=terms.unit, grain=terms.grain,
        escalator_percent=terms.escalator_percent.quantize(CENT), paid_every=terms.paid_every, paid_before=terms.paid_before,
        clauses=dict(planned.values), said=planned.said.strip(), opened_by=uow.actor.account_id,
        opened_by_name=uow.actor.name, opened_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    rows = [
        ProjectParcel(
            county=county, village=village, project_id=row.project_id, parcel_code=asked.code, household_id=known.household_id,
            household_code=known.household_code, household_name=known.household_name, right_id=known.right_id,
            area_m2=known.area_m2, price=asked.price.quantize(CENT),
        )
        for asked, known in land
    ]  # fmt: skip
    uow.session.add_all(rows)
    uow.session.flush()
    logged.stage_project(uow, row, rows)
    return row


def say(actor: Actor, county: str, project_id: UUID, household_id: UUID, given: Said) -> ProjectWord:
    """A household's own word: at the desk, on its own phone, or by its agent. Until both have signed it can be said anew: a draft
    of its contract is dropped by it, also one that its word before has signed. Raises NotFound, Refused (CON-3, CON-29, ACC-25;
    CON-97 where nothing takes part; TR-7 of shares over one sum; CON-108 where its text was not read; CON-100; CON-2, CON-31,
    CON-32, CON-33, TR-1, TR-12 of a parcel that something else has), Conflict (CON-5) once its contract is made.
    """
    if given.kind not in ("consents", "withdraws"):
        raise BadInput(Finding("FORM-5", "kind", {"given": given.kind[:40]}))
    way = "agent" if given.consent else "own" if actor.desk is Desk.CITIZEN else "in_person"
    if given.consent is not None:
        consent = consents.one_held(actor, county, given.consent)
        actor = seeing(actor, consent)
    if actor.desk is Desk.CITIZEN and actor.household != household_id:
        raise NotFound
    with unit_of_work(actor) as uow:
        uow.lock_name(project_queries.household_lock(project_id, household_id))
        found = project_queries.one(uow.session, county, project_id)
        parcels = project_queries.parcels_of(uow.session, county, project_id, household_id)
        if found is None or not parcels:
            raise NotFound
        ties_nothing(beijing_day(uow.now), given.attorney, "attorney", witness=given.witness)
        words_of_transfer_tie_nothing(beijing_day(uow.now), said=given.said)
        code = parcels[0].household_code
        if set(given.left_out) - {one.parcel_code for one in parcels}:
            raise BadInput(Finding("FORM-5", "left_out", {"given": "、".join(given.left_out)[:200]}))
        name = given.name.strip() or (parcels[0].household_name if way != "in_person" else "")
        sound = way != "in_person" or (bool(name) and given.identity_checked and bool(given.witness.strip()))
        if given.kind == "consents" and not sound:
            raise Refused(Finding("CON-3", "witness", subject=code))
        if given.kind == "consents":
            kept = [one for one in parcels if one.parcel_code not in given.left_out]
            _takes_part(uow, found, kept, code)
            if way != "in_person":
                given = _read(found, kept, given, beijing_day(uow.now))
        spoke = _spoken(uow, found, parcels[0], given, name) if way == "in_person" else {}
        word_id = uuid4()
        _drop_draft(uow, county, project_id, household_id, word_id)
        return _word(uow, found, parcels[0], given, way, name, spoke, word_id)


def _read(found: Project, kept: Sequence[ProjectParcel], given: Said, on: date) -> Said:
    """A yes as it is kept: with the text that was read. Raises Refused (CON-108) where it is not that of the contract to come."""
    if given.read != (digest := offered(found, kept, on).digest):
        raise Refused(Finding("CON-108", "read", subject=found.number))
    return replace(given, said=f"已读合同条款，授权按此签订；条款摘要（SHA-256）{digest}")


def _takes_part(uow: UnitOfWork, found: Project, kept: Sequence[ProjectParcel], code: str) -> None:
    """What a household says yes with is some land, and free for the project's days, some of which are left. Raises Refused."""
    if not kept:
        raise Refused(Finding("CON-97", "keep", subject=code))
    land, law = {one.parcel_code: one for one in kept}, load_law(uow.session, found.county, beijing_day(uow.now))
    by_sum = tr_7_valued_by_the_mu((found.number, found.kind, found.clauses))
    if over := con_100_term_is_not_over((found.number, found.until_on), law) or by_sum:
        raise Refused(over)
    if against := of_project(uow, found, land).against(found.kind, land, law):
        raise Refused(against)


def _drop_draft(uow: UnitOfWork, county: str, project_id: UUID, household_id: UUID, word_id: UUID) -> None:
    """What was drawn on a word before comes to nothing by this one. Raises Conflict (CON-5) where both have signed."""
    made = project_queries.contract_of(uow.session, county, project_id, household_id)
    if made is None:
        return
    draft, law = held(uow, county, made.contract_id)
    open_for(draft, law, *UNSIGNED)
    happened(uow, draft.contract, "withdrawn", law.on, facts={"word_id": str(word_id)})


def _spoken(uow: UnitOfWork, found: Project, of: ProjectParcel, given: Said, name: str) -> dict[str, Any]:
    """What is kept of who speaks at the counter (`stands_for`). Raises Refused (CON-29)."""
    party = Party("household", of.household_id, of.household_name)
    one = Present(name, given.witness, given.card, given.attorney is not None)
    law = load_law(uow.session, of.county, beijing_day(uow.now))
    taker = deal_queries.taker(uow.session, found.county, found.taker_id)
    sides = [Party(taker.kind, taker.household_id or taker.taker_id, taker.name)] if taker else []
    return stands_for(uow, of.county, party, one, law, number=of.household_code, sides=sides)


def _word(
    uow: UnitOfWork, found: Project, of: ProjectParcel, given: Said, way: str, name: str, spoke: Mapping[str, Any],
    word_id: UUID,
) -> ProjectWord:  # fmt: skip
    """Write a household's word, with the act of its agent, its power of attorney and its leaf. of: a parcel of the household."""
    act, kept = None, None
    if given.consent is not None:
        act = consents.write_act(uow, found.county, given.consent, Step.SIGN, found.number)
    if given.attorney is not None and way == "in_person":
        kept = entered(uow, found.county, found.village, "power_of_attorney", given.attorney, project=found.project_id)
    row = ProjectWord(
        county=found.county, village=found.village, project_id=found.project_id, word_id=word_id, household_id=of.household_id,
        household_code=of.household_code, kind=given.kind, left_out=sorted(set(given.left_out)), way=way, name=name,
        identity_checked=given.identity_checked, witness=given.witness.strip(),
        agent_act_id=act.agent_act_id if act else None, said=given.said.strip(), member_id=spoke.get("member_id"),
        mandatary_id=spoke.get("mandatary_id"),
        document_id=kept.document_id if kept else None, by_id=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    logged.stage_word(uow, row, [kept] if kept else [])
    return row
