"""Certificates: only what is sealed is certified, each proves itself, and the public learns no identity from it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import shapely

from landreg import keys
from landreg.access.identity import Identity
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import NOBODY, Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound, Refused
from landreg.core.files import Store
from landreg.log.recheck import recheck
from landreg.log.store import seal, signer_of
from landreg.registry import booking, public_queries, steps
from landreg.registry.issued import certificates, certified
from landreg.registry.issued.certificates import Issued, Press
from landreg.registry.leaves import logged
from landreg.registry.papers.framing import ground_shown
from tests.kept_kit import kept
from tests.registry_kit import Connection, codes, in_state, one, state_of, to_notice, to_rights
from tests.villages import COUNTY, citizen_id, past_triggers, stage_village

VERIFIER = CHECKOUT / "landreg" / "log" / "verify.py"


@pytest.fixture
def press(database: Settings) -> Press:
    return Press(keys.certificate_signer(database), Store(database.store), "http://127.0.0.1:8000")


@pytest.fixture
def registered(registrar: Actor, reviewer: Actor, superuser: Connection) -> list[UUID]:
    """Two cases: a contract-management right and a homestead of one household."""
    return to_rights(registrar, reviewer, superuser, 1)


@pytest.fixture
def sealed(registered: list[UUID], superuser: Connection, worker: Actor, database: Settings) -> list[UUID]:
    kept(superuser, "sealed", lambda: seal(worker, database))
    return registered


def verified(pdf: Path, key: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the verifier says, run alone: no package, no environment."""
    key_file = folder / "log.pub"
    key_file.write_text(key + "\n")
    line = [sys.executable, "-I", str(VERIFIER), str(pdf), "--key", str(key_file)]
    return subprocess.run(line, capture_output=True, text=True, check=False, env={"PATH": os.defpath})


def checked(asked: str) -> Any:
    """What the public is told."""
    with unit_of_work(NOBODY) as uow:
        return public_queries.check_certificate(uow.session, asked)


def test_nothing_is_certified_before_its_act_is_sealed(registered: list[UUID], registrar: Actor, press: Press) -> None:
    with pytest.raises(Refused) as refused:
        certificates.issue(registrar, COUNTY, registered, press)
    assert codes(refused) == {"REG-13"}
    assert one(registrar, "SELECT count(*) FROM identity.opening") == 0
    assert one(registrar, "SELECT count(*) FROM registry.certificate") == 0
    assert state_of(registrar, registered[0]) == "registered"


def test_nothing_is_certified_before_it_is_registered(
    registrar: Actor, reviewer: Actor, superuser: Connection, press: Press
) -> None:
    ids = to_notice(registrar, reviewer, superuser, stage_village(superuser, 1))
    with pytest.raises(Conflict) as conflict:
        certificates.issue(registrar, COUNTY, ids, press)
    assert codes(conflict) == {"REG-8"}


def test_another_county_s_cases_are_not_found(sealed: list[UUID], registrar: Actor, press: Press) -> None:
    stranger = Actor(registrar.account_id, "外县", registrar.desk, registrar.roles, "610921")
    with pytest.raises(NotFound):
        certificates.issue(stranger, COUNTY, sealed, press)


def test_a_sealed_act_becomes_a_certificate_that_proves_itself_and_is_issued_once(
    sealed: list[UUID], registrar: Actor, press: Press, database: Settings, tmp_path: Path
) -> None:
    told: list[int] = []
    issued = certificates.issue(registrar, COUNTY, sealed, press, told.append).issued
    assert told == [1, 2]
    assert [state_of(registrar, case) for case in sealed] == ["certified", "certified"]
    assert one(registrar, "SELECT bool_and(sample) FROM registry.certificate")
    key = signer_of(database).verifier
    for certificate in issued:
        pdf = tmp_path / "certificate.pdf"
        pdf.write_bytes(press.store.read(certificate.sha256))
        said = verified(pdf, key, tmp_path)
        act = one(
            registrar,
            """SELECT a.number FROM registry.act AS a JOIN registry.certificate AS c ON c.act_id = a.act_id
               WHERE c.number = :number""",
            number=certificate.number,
        )
        assert (said.returncode, act in said.stdout) == (0, True), said.stderr
        name, _, rest = key.partition("+")
        stranger = f"{name}+{rest[:8]}+" + "A" * 44
        assert verified(pdf, stranger, tmp_path).returncode != 0
    with pytest.raises(Conflict) as conflict:
        certificates.issue(registrar, COUNTY, sealed, press)
    assert codes(conflict) == {"REG-8"}
    assert one(registrar, "SELECT count(*) FROM registry.certificate") == 2


def test_the_public_learns_that_a_certificate_is_valid_and_nobody_s_identity(
    sealed: list[UUID], registrar: Actor, press: Press, as_desk: Any
) -> None:
    (issued, _) = certificates.issue(registrar, COUNTY, sealed, press).issued
    token = one(registrar, "SELECT token FROM registry.certificate WHERE number = :number", number=issued.number)
    found = checked(token)
    assert found == checked(issued.number)
    assert (found.state, found.holder, found.parcels, str(found.mu)) == ("valid", "户*1", 2, "1.20")
    told = " ".join(map(str, found))
    assert not re.search(r"610900|户主|成员", told)
    assert checked("no-such-token") is None
    public: Connection = as_desk(Desk.PUBLIC)
    for table in ("registry.certificate", 'registry."right"', "party.household", "land.parcel"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            public.execute(f"SELECT 1 FROM {table}")


@pytest.mark.parametrize(("name", "shown"), [("白", "*"), ("白成", "白*"), ("白大成", "白*成"), ("欧阳大成", "欧**成")])
def test_the_public_sees_a_holder_masked_as_lists_do(
    registrar: Actor, reviewer: Actor, superuser: Connection, name: str, shown: str
) -> None:
    staged = stage_village(superuser, 1)
    superuser.execute("UPDATE land.staged_household SET name = %s", [name])
    ids = to_notice(registrar, reviewer, superuser, staged)
    booking.register(reviewer, COUNTY, ids[:1])
    superuser.execute(
        """INSERT INTO registry.certificate SELECT county, gen_random_uuid(), village, 'N', 'S', 'T', kind, right_id, %s,
               act_id, system.clock(), %s, '', true FROM registry."right" """,
        [ids[0], registrar.account_id],
    )
    assert checked("T").holder == shown


def test_a_homestead_is_certified_to_all_of_the_household_and_the_contract_to_who_shares_it(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """土地管理法 第六十二条 (LAL-62), 农村土地承包法 第二十四条 (RLCL-24)."""
    staged = stage_village(superuser, 1)
    superuser.execute("UPDATE land.staged_member SET holds_right = (position = 1)")
    ids = to_notice(registrar, reviewer, superuser, staged)
    booking.register(reviewer, COUNTY, ids)
    with unit_of_work(registrar) as uow:
        ((_, persons),) = certified.members_of(uow.session, COUNTY, ids).items()
        people = {person: Identity(f"某{n}", "1", citizen_id(n)) for n, person in enumerate(persons)}
        found = {one.facts["kind"]: one for one in certified.certified(uow.session, COUNTY, ids, people)}
        (only_contract,) = [one.case_id for kind, one in found.items() if kind == "contract_management"]
        opened = certified.members_of(uow.session, COUNTY, [only_contract])
    assert [one.name for one in found["contract_management"].members] == ["某0"]
    assert [one.name for one in found["homestead"].members] == ["某0", "某1"]
    assert len(people) == 2
    assert [len(one) for one in opened.values()] == [1], "nobody is opened whom the paper does not name"


def test_the_map_of_a_homestead_names_its_neighbours_whether_their_rights_are_registered_or_not(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    ids = to_notice(registrar, reviewer, superuser, stage_village(superuser, 3))
    homesteads = [
        case
        for case in ids
        if one(registrar, 'SELECT right_kind FROM registry."case" WHERE case_id = :case', case=case) == "homestead"
    ]
    booking.register(reviewer, COUNTY, homesteads[:2])
    with unit_of_work(registrar) as uow:
        members = certified.members_of(uow.session, COUNTY, homesteads[:2])
        people = {person: Identity("某人", "1", citizen_id(1)) for persons in members.values() for person in persons}
        found = {one.case_id: one for one in certified.certified(uow.session, COUNTY, homesteads[:2], people)}
    maps = [found[case].parcels[0].map for case in homesteads[:2]]
    around = [{near.name for near in one.neighbours} - {""} for one in maps if one is not None]
    assert around[1] == {"户主1", "户主3"}
    assert "户主2" in around[0]
    assert one(registrar, "SELECT count(*) FROM land.parcel WHERE kind = 'homestead' AND name <> ''") == 0
    # A neighbour is cut at the map's frame and nowhere within it: each line there is a boundary that was surveyed.
    surveyed = {
        (round(x, 2), round(y, 2))
        for shape in one(registrar, "SELECT array_agg(ST_AsBinary(geom)) FROM land.parcel")
        for x, y in shapely.get_coordinates(shapely.from_wkb(bytes(shape)))
    }
    drawn = maps[0]
    assert drawn is not None
    ((west, south, east, north),) = ground_shown([drawn], homestead=True)
    corners = {(round(x, 2), round(y, 2)) for near in drawn.neighbours for ring in near.rings for x, y in ring}
    at_the_frame = {(x, y) for x, y in corners if min(x - west, y - south, east - x, north - y) < 0.02}
    assert at_the_frame
    assert corners - at_the_frame <= surveyed


@pytest.mark.parametrize("state", ["replaced", "cancelled"])
def test_a_certificate_that_ended_says_so(
    sealed: list[UUID], registrar: Actor, press: Press, superuser: Connection, state: str
) -> None:
    issued = certificates.issue(registrar, COUNTY, sealed, press).issued
    superuser.execute(
        """INSERT INTO registry.certificate_end SELECT county, certificate_id, village, %s, act_id, now()
           FROM registry.certificate WHERE number = %s""",
        [state, issued[0].number],
    )
    assert [checked(certificate.number).state for certificate in issued] == [state, "valid"]


def test_names_are_opened_for_a_certificate_in_the_log_and_numbers_are_not_printed(
    sealed: list[UUID], registrar: Actor, press: Press, tmp_path: Path
) -> None:
    (issued, _) = certificates.issue(registrar, COUNTY, sealed, press).issued
    opened = one(registrar, "SELECT account_id::text || ' ' || cardinality(person_ids) FROM identity.opening")
    assert opened == f"{registrar.account_id} 2"
    assert one(registrar, "SELECT count(*) FROM log.entry WHERE kind = 'identity.opened'") == 1
    pdf = tmp_path / "certificate.pdf"
    pdf.write_bytes(press.store.read(issued.sha256))
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    plain = "".join(text.split())
    assert "成员1之1" in plain
    assert not any(citizen_id(serial) in plain for serial in (2, 3))


def test_an_interrupted_printing_leaves_no_certificate_and_the_next_one_issues_them_all(
    sealed: list[UUID], registrar: Actor, press: Press
) -> None:
    def interrupt(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        certificates.issue(registrar, COUNTY, sealed, press, interrupt)
    assert one(registrar, "SELECT count(*) FROM registry.certificate") == 0
    assert {state_of(registrar, case) for case in sealed} == {"registered"}
    assert len(certificates.issue(registrar, COUNTY, sealed, press).issued) == 2


def test_a_certificate_of_which_a_row_was_changed_is_named(
    sealed: list[UUID], registrar: Actor, press: Press, worker: Actor, database: Settings, superuser: Connection
) -> None:
    issued = certificates.issue(registrar, COUNTY, sealed, press).issued
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES, logged.TABLES).findings == ()
    for change in ("pdf_sha256 = 'x'", "token = 'x'", "right_id = gen_random_uuid()", "sample = NOT sample"):
        superuser.execute("CREATE TEMPORARY TABLE kept ON COMMIT PRESERVE ROWS AS TABLE registry.certificate")
        superuser.execute(f"UPDATE registry.certificate SET {change} WHERE number = %s", [issued[0].number])
        found = recheck(worker, database, logged.SOURCES, logged.TABLES).findings
        assert [(finding.code, finding.subject) for finding in found] == [("LOG-17", issued[0].number)], change
        superuser.execute(
            "DELETE FROM registry.certificate; INSERT INTO registry.certificate TABLE kept; DROP TABLE kept"
        )


def test_a_file_that_was_changed_in_the_store_is_not_handed_out(
    sealed: list[UUID], registrar: Actor, press: Press
) -> None:
    issued: list[Issued] = certificates.issue(registrar, COUNTY, sealed, press).issued
    path = press.store.path(issued[0].sha256)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(NotFound) as missing:
        press.store.read(issued[0].sha256)
    assert codes(missing) == {"DOC-2"}
    path.unlink()
    with pytest.raises(NotFound) as missing:
        press.store.read(issued[0].sha256)
    assert codes(missing) == {"DOC-1"}
    assert hashlib.sha256(press.store.read(issued[1].sha256)).hexdigest() == issued[1].sha256


def test_the_cases_of_a_village_get_numbers_in_a_row(
    registrar: Actor, reviewer: Actor, superuser: Connection, press: Press, worker: Actor, database: Settings
) -> None:
    ids = to_rights(registrar, reviewer, superuser, 2)
    seal(worker, database)
    issued = certificates.issue(registrar, COUNTY, ids, press).issued
    serials = [int(re.findall(r"\d{7}", certificate.number)[-1]) for certificate in issued]
    assert serials == list(range(serials[0], serials[0] + 4))
    assert len({certificate.number for certificate in issued}) == 4
    batch = one(registrar, "SELECT batch_id FROM registry.batch")
    assert in_state(registrar, batch, "certified") == ids


def test_a_certificate_with_a_sign_that_no_font_has_is_left_and_the_others_are_issued(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings, press: Press
) -> None:
    """CERT-3: the finding names the case and the sign; with that case alone the step is refused."""
    cases = to_rights(registrar, reviewer, superuser, 2)
    seal(worker, database)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE land.parcel SET name = '大坪' || chr(57344) WHERE code = (SELECT min(code) FROM land.parcel)"
        )
    pressed = certificates.issue(registrar, COUNTY, cases, press)
    assert len(pressed.issued) == 3
    ((number, (finding,)),) = pressed.refused.items()
    assert (finding.code, finding.values["signs"]) == ("CERT-3", ["\ue000 (U+E000)"])
    (left,) = (case for case in cases if state_of(registrar, case) == "registered")
    assert number == one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :id', id=left)
    with pytest.raises(Refused) as refused:
        steps.take(registrar, COUNTY, [left], steps.STEPS["certify"], press=lambda: press)
    assert codes(refused) == {"CERT-3"}


def test_a_contract_s_certificate_bears_a_member_as_representative_or_is_not_issued(
    sealed: list[UUID], registrar: Actor, superuser: Connection, press: Press, tmp_path: Path
) -> None:
    """CERT-6: a household whose head left it has no certificate of its contract; its homestead, which has none, has one."""
    with past_triggers(superuser):
        superuser.execute("UPDATE party.member SET relation = '10' WHERE relation = '02'")
    pressed = certificates.issue(registrar, COUNTY, sealed, press)
    ((number, (finding,)),) = pressed.refused.items()
    assert (finding.code, finding.field) == ("CERT-6", "certificate")
    (left,) = (case for case in sealed if state_of(registrar, case) == "registered")
    assert number == one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :id', id=left)
    assert len(pressed.issued) == 1
    with past_triggers(superuser):
        superuser.execute("UPDATE party.member SET relation = '02' WHERE position = 1")
    pressed = certificates.issue(registrar, COUNTY, [left], press)
    pdf = tmp_path / "c.pdf"
    pdf.write_bytes(press.store.read(pressed.issued[0].sha256))
    said = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"承包方代表\s+成员 1 之 1\s", said)


def test_a_contract_s_certificate_names_its_representative_with_a_masked_number(
    sealed: list[UUID], registrar: Actor, superuser: Connection, press: Press, tmp_path: Path
) -> None:
    with past_triggers(superuser):
        superuser.execute("UPDATE party.household SET name = '成员1之2'")
    issued = next(
        item for item in certificates.issue(registrar, COUNTY, sealed, press).issued if "经营权" in item.number
    )
    pdf = tmp_path / "certificate.pdf"
    pdf.write_bytes(press.store.read(issued.sha256))
    said = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    number = one(
        registrar,
        """SELECT p.id_masked FROM party.member AS m JOIN identity.person AS p USING (person_id)
           ORDER BY m.position DESC LIMIT 1""",
    )
    assert number in said
    assert "610900" not in said.replace(number, "")


def test_every_holder_of_a_homestead_is_on_its_certificate_once_whoever_is_listed_first(
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
    press: Press,
    tmp_path: Path,
) -> None:
    cases = to_rights(registrar, reviewer, superuser, 1)
    with past_triggers(superuser):
        superuser.execute("UPDATE party.household SET name = '成员1之2'")
    seal(worker, database)
    homestead = next(
        item for item in certificates.issue(registrar, COUNTY, cases, press).issued if "不动产权" in item.number
    )
    pdf = tmp_path / "certificate.pdf"
    pdf.write_bytes(press.store.read(homestead.sha256))
    said = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    plain = re.sub(r"\s", "", said)
    assert (plain.count("成员1之1"), plain.count("成员1之2")) == (1, 1), said
    assert "1.宗地面积在批准面积以内确认。" in plain, said
