"""A survey's contracts by other means: from the package's page of villages into the register."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from landreg.audit.logged import register as of_register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Conflict
from landreg.core.files import Store
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry import booking
from landreg.registry.casework import apart, cases, opening
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.papers.signing import make_demo_signer
from tests.registry_kit import one, put_papers
from tests.villages import COUNTY, VILLAGE, Staged, stage_village
from tests.web.conftest import Browser

Certified = Callable[..., str]
OWN = {"signed_on": "2019-03-01", "starts_on": "2019-03-01", "last_day": "2068-12-31"}
COUNTED = "SELECT count(*) FROM {} WHERE upper_inf(recorded)"


def village(superuser: Any, households: int = 1, *, alone: bool = True, way: str = "122", kind: str = "1") -> Staged:
    """A village whose first contract is by other means; alone: it has nothing else."""
    made = stage_village(superuser, households)
    superuser.execute(
        "UPDATE land.staged_contract SET way = %s, signed_on = %s, starts_on = %s, ends_on = %s WHERE code = %s",
        [way, *OWN.values(), made.contracts[0]],
    )
    superuser.execute("UPDATE land.staged_household SET kind = %s WHERE code = %s", [kind, made.households[0]])
    if alone:
        superuser.execute("DELETE FROM land.staged_homestead")
    return made


def rows(actor: Actor, table: str) -> int:
    found: int = one(actor, COUNTED.format(table))
    return found


def typed(made: Staged, **more: str) -> dict[str, str]:
    own = {"means": "auction", "basis": made.contracts[0], **OWN}
    return own | {"operator": "household", "household": made.households[0]} | more


@pytest.fixture
def certified(officers: tuple[Actor, Actor], worker: Actor, database: Settings, tmp_path: Path) -> Certified:
    """Takes a case of other means, once its papers are in, through every step to its certificate; the number of that."""
    registrar, reviewer = officers
    press = Press(make_demo_signer(tmp_path), Store(database.store), "http://localhost")

    def through(case: UUID, *more: str) -> str:
        put_papers(registrar, case, "other_means", more)
        assert cases.accept(registrar, COUNTY, [case]).done == 1
        assert cases.review(reviewer, COUNTY, [case]).done == 1
        assert booking.register(reviewer, COUNTY, [case]).done == 1
        seal(worker, database)
        (issued,) = certificates.issue(registrar, COUNTY, [case], press).issued
        return issued.number

    return through


def test_a_village_of_nothing_but_contracts_by_other_means_gets_its_right_and_certificate(
    superuser: Any,
    deng: Browser,
    officers: tuple[Actor, Actor],
    worker: Actor,
    database: Settings,
    certified: Certified,
) -> None:
    registrar, _ = officers
    made = village(superuser)
    villages, form = f"/batches/open/{COUNTY}/{made.package_id}", f"/batches/apart/{COUNTY}/{made.package_id}"
    of_one = f"{form}/{made.contracts[0]}"
    assert of_one in deng.get(villages).text
    page = deng.get(of_one).text
    assert "录入地块和承包方" in page
    assert "建立业务" not in page
    refused = deng.post(of_one, typed(made))
    assert refused.status_code in (400, 422)
    assert deng.post(form, {"village": VILLAGE}).status_code == 303
    tables = ("land.parcel", "party.collective", "party.household", 'registry."right"')
    assert [rows(registrar, table) for table in tables] == [2, 1, 1, 0]
    page = deng.get(of_one).text
    for said in (
        made.contracts[0],
        "2019-03-01",
        "2068-12-31",
        made.households[0],
        'value="auction" selected',
        made.parcels[1],
    ):
        assert said in page
    answer = deng.post(of_one, typed(made))
    assert answer.status_code == 303
    case = one(registrar, """SELECT case_id FROM registry."case" WHERE act_kind = 'other_means'""")
    assert answer.headers["location"].endswith(f"/cases/{COUNTY}/{case}")
    number = one(registrar, """SELECT number FROM registry."case" WHERE act_kind = 'other_means'""")
    assert number in deng.get(villages).text
    assert "不动产权第" in certified(case)
    right = one(
        registrar,
        """SELECT r.kind || ' ' || r.code || ' ' || c.mode || ' ' || r.nature || ' ' || k.state
           FROM registry."right" AS r JOIN registry.contract AS c USING (county, contract_id), registry."case" AS k""",
    )
    assert right == f"land_operation {made.households[0]}Q 122 auction certified"
    assert one(registrar, "SELECT request ->> 'by' FROM registry.\"case\"") == "member"
    assert f"/rights/{COUNTY}/" in deng.get(villages).text.split('id="apart"')[1].split("</section>")[0]
    seal(worker, database)
    assert recheck_register(worker, database, of_register()).findings == ()


def test_beside_household_contracts_only_what_the_contract_rests_on_is_entered(
    superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    registrar, _ = officers
    made = village(superuser, 3, alone=False)
    apart.enter(registrar, COUNTY, made.package_id, VILLAGE)
    assert one(registrar, "SELECT array_agg(code ORDER BY code) FROM land.parcel") == sorted(made.parcels[:2])
    assert one(registrar, "SELECT array_agg(code) FROM party.household") == [made.households[0]]
    with pytest.raises(Conflict):
        apart.enter(registrar, COUNTY, made.package_id, VILLAGE)
    # The rest comes with its own first registrations, as before.
    opening.open_batch(registrar, COUNTY, made.package_id, VILLAGE)


def test_of_a_village_without_such_a_contract_nothing_is_entered(superuser: Any, officers: tuple[Actor, Actor]) -> None:
    registrar, _ = officers
    made = stage_village(superuser, 1)
    with pytest.raises(Conflict):
        apart.enter(registrar, COUNTY, made.package_id, VILLAGE)
    assert rows(registrar, "land.parcel") == 0


@pytest.mark.parametrize("way", ["120", "129"])
def test_what_the_survey_leaves_open_the_clerk_chooses(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor], way: str
) -> None:
    registrar, _ = officers
    made = village(superuser, way=way)
    apart.enter(registrar, COUNTY, made.package_id, VILLAGE)
    form = f"/batches/apart/{COUNTY}/{made.package_id}/{made.contracts[0]}"
    page = deng.get(form).text
    assert "成果包没有写明是哪一种" in page
    assert 'value="auction" selected' not in page
    assert deng.post(form, typed(made, means="")).status_code == 400
    refused = deng.post(form, typed(made, means="lottery"))
    assert refused.status_code == 422
    assert "LO-9" in refused.text
    assert deng.post(form, typed(made, means="consultation")).status_code == 303


def test_an_organisation_is_named_by_its_code_and_is_from_outside(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor], certified: Certified
) -> None:
    registrar, _ = officers
    made = village(superuser, kind="3")
    apart.enter(registrar, COUNTY, made.package_id, VILLAGE)
    assert rows(registrar, "party.household") == 0
    form = f"/batches/apart/{COUNTY}/{made.package_id}/{made.contracts[0]}"
    assert 'value="organization" selected' in deng.get(form).text
    who = {"operator": "organization", "organization": "样本林场", "uscc": "91610902MA00000000"}
    assert "LO-12" in deng.post(form, typed(made, **who)).text
    assert deng.post(form, typed(made, **who | {"uscc": "91610902MA0000009A"})).status_code == 303
    case = one(registrar, """SELECT case_id FROM registry."case" WHERE act_kind = 'other_means'""")
    assert one(registrar, "SELECT request ->> 'by' FROM registry.\"case\"") == "outsider"
    assert "不动产权第" in certified(case, "approval", "qualification_proof")


def test_a_contract_of_a_household_is_not_applied_for_here(
    superuser: Any, deng: Browser, shen: Browser, officers: tuple[Actor, Actor]
) -> None:
    made = village(superuser, 2, alone=False)
    form = f"/batches/apart/{COUNTY}/{made.package_id}/"
    assert deng.get(form + made.contracts[1]).status_code == 404
    assert deng.post(form + made.contracts[1], typed(made)).status_code == 404
    assert shen.get(form + made.contracts[0]).status_code == 403
