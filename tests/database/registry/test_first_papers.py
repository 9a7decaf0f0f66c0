"""What a first registration asks of papers: told of a case and of its batch, and put into all folders of a batch by one file."""

from __future__ import annotations

from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotAllowed, NotFound
from landreg.registry import booking, queries
from landreg.registry.casework import batch_papers, cases, opening
from landreg.registry.facts import first_papers
from tests.kept_kit import Connection
from tests.registry_kit import codes, in_state, one, put_paper, refuse, to_notice
from tests.villages import COUNTY, VILLAGE, Staged, stage_village


@pytest.fixture
def staged(superuser: Connection) -> Staged:
    return stage_village(superuser, 2)


@pytest.fixture
def batch(staged: Staged, registrar: Actor) -> UUID:
    return opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)


def of(actor: Actor, subject: str) -> UUID:
    return UUID(str(one(actor, 'SELECT case_id FROM registry."case" WHERE subject_code = :code', code=subject)))


def lacking(actor: Actor, case_id: UUID) -> list[str]:
    with unit_of_work(actor) as uow:
        case = queries.case(uow.session, COUNTY, case_id)
        assert case is not None
        found = first_papers.lacking(uow.session, [case]).get(case_id)
    return [] if found is None else list(found.values["papers"])


def in_batch(actor: Actor, batch: UUID) -> dict[str, int]:
    with unit_of_work(actor) as uow:
        return dict(first_papers.lacking_in_batch(uow.session, COUNTY, batch))


def put(actor: Actor, batch: UUID, kind: str) -> int:
    return batch_papers.put_into_batch(
        actor, COUNTY, batch, kind=kind, name="x.pdf", sha256="00" * 32, size=1, number="12-3"
    )


def test_each_kind_of_right_asks_for_its_own_paper(batch: UUID, staged: Staged, registrar: Actor) -> None:
    contract, homestead = of(registrar, staged.contracts[0]), of(registrar, staged.homesteads[0])
    assert lacking(registrar, contract) == ["application", "identity", "contract"]
    assert lacking(registrar, homestead) == ["application", "identity", "approval"]
    assert in_batch(registrar, batch) == {"application": 4, "identity": 4, "contract": 2, "approval": 2}
    put_paper(registrar, contract, "contract")
    put_paper(registrar, homestead, "origin_proof")
    assert lacking(registrar, contract) == lacking(registrar, homestead) == ["application", "identity"]


def test_one_paper_stands_for_the_members_of_whose_right_it_is(batch: UUID, staged: Staged, registrar: Actor) -> None:
    assert put(registrar, batch, "contract") == 2
    assert put(registrar, batch, "origin_proof") == 2
    assert in_batch(registrar, batch) == {"application": 4, "identity": 4}
    assert put(registrar, batch, "application") == 4
    assert in_batch(registrar, batch) == {"identity": 4}
    assert lacking(registrar, of(registrar, staged.homesteads[1])) == ["identity"]


def test_a_list_of_the_archive_stands_for_all_of_them(
    batch: UUID, staged: Staged, registrar: Actor, reviewer: Actor
) -> None:
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    assert put(reviewer, batch, "archive_list") == 4
    assert in_batch(registrar, batch) == {}
    assert not any(lacking(registrar, case) for case in ids)


def test_what_is_over_takes_no_paper_and_lacks_none(
    batch: UUID, staged: Staged, registrar: Actor, reviewer: Actor
) -> None:
    refused = of(registrar, staged.contracts[0])
    cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    refuse(reviewer, COUNTY, [refused], "权属有争议")
    assert put(registrar, batch, "contract") == 1
    assert lacking(registrar, refused) == []
    cases.withdraw(registrar, COUNTY, [of(registrar, staged.contracts[1])], "撤回")
    with pytest.raises(Conflict) as stopped:
        put(registrar, batch, "contract")
    assert codes(stopped) == {"REG-38"}


def test_who_may_put_it_in(batch: UUID, registrar: Actor, surveyor: Actor) -> None:
    with pytest.raises(NotAllowed):
        put(surveyor, batch, "contract")
    with pytest.raises(NotFound):
        put(registrar, UUID(int=0), "contract")


def test_what_was_registered_without_its_papers_goes_on_saying_so(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """Nothing that was never filed is declared complete once it can be filed no more."""
    ids = to_notice(registrar, reviewer, superuser, staged)
    batch = UUID(str(one(registrar, "SELECT batch_id FROM registry.batch")))
    assert booking.register(reviewer, COUNTY, ids).done == 4
    assert lacking(registrar, ids[0]) != []
    assert in_batch(registrar, batch) == {}
    with unit_of_work(registrar) as uow:
        without = dict(first_papers.lacking_in_batch(uow.session, COUNTY, batch, registered=True))
    assert without == {"application": 4, "identity": 4, "contract": 2, "approval": 2}
