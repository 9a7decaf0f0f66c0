"""A registered land-operation right is mended and its lost certificate replaced as any other right's (COR, TR-1, TR-8, REG-23)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from landreg import keys
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.core.files import Store
from landreg.log.store import seal
from landreg.registry.casework import applications
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.rules.household_requests import LandOperation, Operator
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.requests import Reissue
from tests.database.registry.test_household_acts import rechecked
from tests.household_kit import asked_for, parcels
from tests.registry_kit import (
    Connection,
    booked,
    codes,
    one,
    pass_days,
    put_papers,
    right_of,
    to_rights,
)
from tests.villages import COUNTY

USCC = "93610902MA0000001B"
SAYS = 'SELECT {} FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid)'


@pytest.fixture
def operated(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> UUID:
    """A land-operation right on the first parcel of the first household, for 2022-01-01 to 2027-06-30."""
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 10)
    asked = LandOperation(
        "", Operator("organization", uuid4(), "样本合作社", USCC), "lease", "流转合同1号", date(2026, 1, 5), date(2022, 1, 1),
        date(2027, 6, 30), tuple(parcels(registrar, right_of(registrar))[:1]),
    )  # fmt: skip
    case = asked_for(registrar, "land_operation", asked, right=right_of(registrar), more=("filing",))
    booked(registrar, reviewer, superuser, case, "land_operation")
    pass_days(superuser, 1)
    found: UUID = one(registrar, "SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation'")
    return found


def correction(registrar: Actor, right: UUID, by: str = "holder", **facts: str) -> UUID:
    asked = Correction(
        "right", by, "合同原件与登记不符", tuple(Corrected(fact, value) for fact, value in facts.items())
    )
    return applications.apply_on_right(registrar, COUNTY, right, "correction", asked)


def test_what_was_typed_wrong_of_a_land_operation_right_is_corrected_on_application(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    case = correction(registrar, operated, nature="share", note="流转合同2号", term="2022-01-01/2027-05-31")
    put_papers(registrar, case, "correction", ("application", "identity"))
    booked(registrar, reviewer, superuser, case, "correction")
    assert [one(registrar, SAYS.format(fact), r=operated) for fact in ("nature", "note")] == ["share", "流转合同2号"]
    assert one(registrar, SAYS.format("upper(term)"), r=operated) == date(2027, 6, 1)
    assert rechecked(database, worker) == []


def test_the_office_corrects_one_after_its_notice(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    case = correction(registrar, operated, "office", note="流转合同2号")
    put_papers(registrar, case, "office_correction")
    booked(registrar, reviewer, superuser, case, "office_correction")
    assert one(registrar, SAYS.format("note"), r=operated) == "流转合同2号"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"term": "2022-01-01/2028-01-01"}, "TR-1"),
        ({"term": "2022-01-01/2026-12-30"}, "TR-8"),
        ({"nature": "110"}, "PAR-14"),
        ({"signed_on": "2026-01-06"}, "PAR-14"),
        ({"floors": "2"}, "PAR-14"),
    ],
)
def test_what_such_a_right_cannot_say_is_refused(
    operated: UUID, registrar: Actor, facts: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        correction(registrar, operated, **facts)
    assert code in codes(refused)


def test_its_lost_certificate_is_reissued_after_the_notice(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor, tmp_path: Path,
) -> None:  # fmt: skip
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    case_of = "SELECT c.case_id FROM registry.\"case\" AS c WHERE c.act_kind = 'land_operation'"
    seal(worker, database)
    certificates.issue(registrar, COUNTY, [one(registrar, case_of)], press)
    case = applications.apply_on_right(registrar, COUNTY, operated, "reissue", Reissue("搬家时遗失"))
    put_papers(registrar, case, "reissue")
    booked(registrar, reviewer, superuser, case, "reissue")
    seal(worker, database)
    assert len(certificates.issue(registrar, COUNTY, [case], press).issued) == 1
    assert one(registrar, "SELECT state FROM registry.certificate_end") == "replaced"
    assert rechecked(database, worker) == []
