"""How much land a taker may have counts on every road to it: contracts off the market, what follows them, a village's project."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.units import mu_of
from landreg.exchange.bidding import reviews, taker_queries, takers
from landreg.exchange.contracts import drawing, life, project_queries, project_runs, projects, signing, taking
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.projects import Planned, Priced
from landreg.exchange.contracts.signing import Signature
from landreg.exchange.contracts.verifying import HEAD, FileService
from landreg.exchange.model import Taker
from landreg.law.queries import load_law
from landreg.log.note import Signer
from landreg.registry.figures import Figure, set_figure
from tests.bidding_kit import FULL, OPINION, REVIEWED, SECOND
from tests.contract_kit import OPERATOR, OTHER, PAPER, TAKER, VALUES, drawn, parcels_of, right_id, signed, terms, today
from tests.registry_kit import HOUSEHOLD, Connection, codes, to_rights
from tests.villages import COUNTY, VILLAGE
from tests.web.test_brought import bound

NAME = "样本种植专业合作社"


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    """Two households with two parcels of 0.6 mu each, in a county that reviews a business from one mu on."""
    to_rights(registrar, reviewer, superuser, 2)
    set_figure(registrar, COUNTY, Figure("QUAL-1.threshold_mu", "", "1", today(), "汉政发〔2026〕1号"))


def taker() -> Taker:
    with unit_of_work(OPERATOR) as uow:
        return takers.by_code(uow, COUNTY, VILLAGE, TAKER, NAME)


def passed(mu: str) -> None:
    """The cooperative's review for so much, asked for at the counter."""
    papers = FULL
    asked = reviews.ask(SECOND, taker(), reviews.Asking(Decimal(mu), "种植玉米", "", papers))
    reviews.decide(OPERATOR, COUNTY, asked.qualification_id, "passed", "", REVIEWED, OPINION)


def held() -> Decimal:
    with unit_of_work(OPERATOR) as uow:
        return mu_of(taker_queries.area_held(uow.session, COUNTY, taker().taker_id))


def whole(code: str = HOUSEHOLD) -> Contract:
    """A contract over both parcels of a household."""
    return drawn(code, parcels_of(OPERATOR, right_id(code)))


def test_a_business_is_reviewed_and_pays_its_reserve_before_a_contract_off_the_market(superuser: Connection) -> None:
    """QUAL-1 when it is drawn, QUAL-5 when both have signed; what it has follows from the contract until its end."""
    with pytest.raises(Refused) as unreviewed:
        whole()
    assert codes(unreviewed) == {"QUAL-1"}
    passed("1.2")
    contract = signed(whole(), "contractor")
    with pytest.raises(Refused) as unpaid:
        signed(contract, "taker")
    assert codes(unpaid) == {"QUAL-5"}
    reviews.record_reserve(OPERATOR, COUNTY, taker().taker_id, "paid", Decimal("240"), "FX-1", today())
    assert held() == 0
    signed(contract, "taker")
    assert held() == Decimal("1.20")
    with pytest.raises(Refused) as more:
        drawn(OTHER)
    assert codes(more) == {"QUAL-1"}
    life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", today()), PAPER)
    assert held() == 0
    assert drawn(OTHER).state == "drawn"


def test_a_business_is_told_what_of_the_reserve_is_lacking_for_what_waits_to_be_signed() -> None:
    def lacking(*drafts: Contract) -> Decimal:
        with unit_of_work(OPERATOR) as uow:
            law = load_law(uow.session, COUNTY, today())
            return taking.reserve_lacking(uow, taker(), drafts, law)

    assert lacking(drawn()) == 0, "below the county's area none is due"
    passed("1.2")
    draft = whole()
    assert lacking(draft) == Decimal("240.00")
    assert lacking() == 0
    reviews.record_reserve(OPERATOR, COUNTY, taker().taker_id, "paid", Decimal("100"), "FX-2", today())
    assert lacking(draft) == Decimal("140.00")
    signed(draft, "contractor")
    with pytest.raises(Refused) as unpaid:
        signed(draft, "taker")
    assert "资格审查" in load_said(unpaid.value.findings[0])
    reviews.record_reserve(OPERATOR, COUNTY, taker().taker_id, "paid", Decimal("140"), "FX-3", today())
    assert lacking(draft) == 0
    signed(draft, "taker")
    assert lacking() == 0


def load_said(finding: Finding) -> str:
    with unit_of_work(OPERATOR) as uow:
        return load_law(uow.session, COUNTY, today()).say(finding)


def test_it_counts_too_where_the_farmer_s_own_signature_makes_the_contract(registrar: Actor) -> None:
    """QUAL-5, of a reserve that the farmer's desk does not see."""
    passed("1.2")
    contract = signed(whole(), "taker")
    farmer, signer = bound(registrar, HOUSEHOLD, "lin.nong"), Signer("sample/signatures", b"1" * 32)
    text = f"{HEAD}\n{contract.number}\ncontractor\n{contract.text_sha256}\n样本一\nref-1\n"
    given = Signature("contractor", "service", answer=signer.sign_text(text).encode(), text_sha256=contract.text_sha256)

    def signs() -> str:
        service = FileService(signer.verifier)
        return signing.sign(farmer, COUNTY, contract.contract_id, given, service=lambda _key: service).state

    with pytest.raises(Refused) as unpaid:
        signs()
    assert codes(unpaid) == {"QUAL-5"}
    reviews.record_reserve(OPERATOR, COUNTY, taker().taker_id, "paid", Decimal("240"), "FX-1", today())
    assert signs() == "signed"


def test_two_contracts_that_were_drawn_beside_each_other_count_together_when_the_second_is_signed() -> None:
    """QUAL-1, though each alone stays below the county's area."""
    first, second = drawn(), drawn(OTHER)
    signed(first)
    with pytest.raises(Refused) as both:
        signed(second)
    assert codes(both) == {"QUAL-1", "QUAL-5"}


def test_a_renewal_and_a_change_for_the_same_taker_count_once_and_a_re_transfer_counts_for_its_taker() -> None:
    contract = signed(drawn())
    cheaper = terms(from_on=today(), price=Decimal("500.00"))
    change = drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", cheaper, VALUES)
    signed(change)
    on = {"from_on": contract.until_on, "until_on": contract.until_on + timedelta(days=60)}
    signed(drawing.draw_following(OPERATOR, COUNTY, change.contract_id, "renewal", terms(**on), VALUES))
    assert held() == Decimal("0.60")
    lease = signed(drawn(OTHER, taker=OTHER_TAKER))
    with pytest.raises(Refused) as onward:
        drawing.draw_following(
            OPERATOR,
            COUNTY,
            lease.contract_id,
            "retransfer",
            terms(from_on=today()),
            VALUES,
            taker_code=TAKER,
            consent=PAPER,
        )
    assert codes(onward) == {"QUAL-1"}


OTHER_TAKER = "93610902MA0000002E"


def test_a_village_s_project_is_counted_as_a_whole_when_it_is_opened_and_when_its_contracts_are_asked_for(
    registrar: Actor,
) -> None:
    """QUAL-1, QUAL-4."""
    with pytest.raises(Refused) as unreviewed:
        project()
    assert codes(unreviewed) == {"QUAL-1"}
    passed("2.4")
    opened = project()
    set_figure(registrar, COUNTY, Figure("QUAL-4.most_mu", "organisation", "2.3", today(), "汉政发〔2026〕2号"))
    with pytest.raises(Refused) as limited:
        project_runs.ask_run(OPERATOR, COUNTY, opened)
    assert codes(limited) == {"QUAL-4"}


def project() -> UUID:
    with unit_of_work(OPERATOR) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
    parcels = tuple(Priced(code, Decimal(500)) for code in sorted(land))
    planned = Planned("样本村整村流转", TAKER, terms(price=Decimal("500.00")), parcels, VALUES, taker_name=NAME)
    return projects.open_project(OPERATOR, COUNTY, VILLAGE, planned).project_id


def test_a_household_that_takes_land_is_at_home_where_the_register_has_it_and_a_cooperative_must_say_where() -> None:
    unsaid = {name: text for name, text in VALUES.items() if name != "taker_home"}
    contract = drawn(values=unsaid, taker=OTHER)
    assert contract.clauses["taker_home"] == contract.clauses["contractor_home"] != ""
    with pytest.raises(Refused) as silent:
        drawn(OTHER, values=unsaid)
    assert codes(silent) == {"TR-7", "FORM-1"} or codes(silent) == {"TR-7"}
