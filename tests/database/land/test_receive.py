"""Receiving a survey package: staged whole or not at all, known again, compared with the one before."""

from __future__ import annotations

import hashlib
import io
import math
import tempfile
import zipfile
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from landreg.access.sealing import digest, open_sealed, use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.files import Store
from landreg.land import deliveries, divisions, service, staging_beside, tiles, uploads
from landreg.land.model import Division, Package, Upload
from landreg.land.packing import Delivery
from landreg.land.received import check_waiting
from landreg.land.received_before import Earlier, Known
from landreg.land.uploads import take_in
from landreg.registry.casebook import Document
from landreg.registry.casework import opening
from tests.database.catalog import Connection
from tests.kept_kit import kept
from tests.packages import FAULTY, SAMPLE, Unpacked
from tests.registry_kit import to_rights
from tests.small import Small
from tests.villages import past_triggers

STAGED = {
    "issuer": 15, "household": 512, "member": 1864, "contract": 498, "contract_parcel": 3310, "register": 498,
    "transfer": 167, "parcel": 3743, "homestead": 498, "boundary_point": 3743, "boundary_line": 3743,
}  # fmt: skip
NOTHING = dict.fromkeys(STAGED, 0)


@pytest.fixture(autouse=True)
def _identity_key(database: Settings) -> None:
    use_key(database.keys["identity"])


def _counts(superuser: Connection) -> dict[str, int]:
    return {name: _one(superuser, f"SELECT count(*) FROM land.staged_{name}")[0] for name in STAGED}


def _one(superuser: Connection, question: str) -> tuple[object, ...]:
    row = superuser.execute(question).fetchone()
    assert row is not None
    return row


def _sample(surveyor: Actor, superuser: Connection) -> bool:
    """The sample, received: whether it was refused."""
    return kept(superuser, ("sample", surveyor), lambda: service.receive(surveyor, SAMPLE).report.refused)


def test_a_sound_package_is_staged_with_every_row_of_every_table(surveyor: Actor, superuser: Connection) -> None:
    assert not _sample(surveyor, superuser)
    assert _counts(superuser) == STAGED
    row = _one(
        superuser,
        """SELECT village, name, surveyed_area_m2, plane_area_m2, mu, ST_SRID(geom), ST_NPoints(geom),
                  abs(ST_Area(geom) - plane_area_m2::float) < 0.006, abs(ellipsoidal_area_m2 - plane_area_m2) < 2,
                  basic_farmland, neighbour_east, soil_grade, land_class, land_use
           FROM land.staged_parcel WHERE code = '6109021042020100002'""",
    )
    assert [str(value) for value in row] == [
        "610902104202", "AN380", "8446.74", "8446.74", "12.67", "4524", "33", "True", "True", "True", "郭思源", "06", "013",
        "1",
    ]  # fmt: skip


def test_the_map_s_copy_of_a_parcel_lies_where_the_database_would_put_it(
    surveyor: Actor, superuser: Connection
) -> None:
    _sample(surveyor, superuser)
    worst = _one(
        superuser,
        "SELECT max(ST_HausdorffDistance(geom_3857, ST_Transform(geom, 3857))) FROM land.staged_parcel",
    )
    assert isinstance(worst[0], float)
    assert worst[0] < 0.001


def test_boundary_points_and_lines_stand_with_each_parcel_that_they_name(
    surveyor: Actor, superuser: Connection
) -> None:
    _sample(surveyor, superuser)
    row = _one(
        superuser,
        """SELECT p.numbers[1], cardinality(p.east), ST_NumGeometries(l.lines), cardinality(l.neighbours),
                  bool_and(ST_DWithin(ST_SetSRID(ST_Point(e, n), 4524), ST_Boundary(s.geom), 0.002))
           FROM land.staged_boundary_point AS p JOIN land.staged_parcel AS s ON s.code = p.parcel_code
           JOIN land.staged_boundary_line AS l ON l.parcel_code = p.parcel_code, unnest(p.east, p.north) AS at (e, n)
           WHERE p.parcel_code = '6109021042060300112' GROUP BY p.numbers, p.east, l.lines, l.neighbours""",
    )
    assert row[0] == "J1"
    assert row[1] == 12
    assert row[2] == row[3]
    assert row[4] is True


def test_whatever_else_a_package_holds_is_staged_as_it_came(
    surveyor: Actor, superuser: Connection, tmp_path: Path
) -> None:
    package = Unpacked(tmp_path)
    package.sql("CREATE TABLE CBJYQZ (CBJYQZBM TEXT, FZJG TEXT, FZRQ TEXT, QZSFLY TEXT)")
    package.sql("INSERT INTO CBJYQZ VALUES ('610902104202010001J', '\\\"区\\n政府', '2016-01-01', '1')")
    service.receive(surveyor, package.folder)
    assert superuser.execute(
        "SELECT layer, count(*), count(geom), min(village), min(code) FROM land.staged_extra GROUP BY layer ORDER BY layer"
    ).fetchall() == [
        ("CBJYQZ", 1, 0, "610902104202", "610902104202010001J"),
        ("ZJQY", 15, 15, "610902104202", "61090210420201"),
    ]
    facts = _one(superuser, "SELECT facts ->> 'FZJG', facts ->> 'FZRQ' FROM land.staged_extra WHERE layer = 'CBJYQZ'")
    assert facts == ('\\"区\\n政府', "2016-01-01")


def test_a_nul_in_a_layer_that_no_rule_reads_is_staged_as_a_sign(
    surveyor: Actor, superuser: Connection, tmp_path: Path
) -> None:
    small = Small().with_extra_layers("KZD")
    small.layers["KZD"][0]["KZDMC"] = "点\x00一"
    assert service.receive(surveyor, small.write(tmp_path)).report.findings == ()
    assert _one(superuser, "SELECT facts ->> 'KZDMC' FROM land.staged_extra WHERE layer = 'KZD'") == ("点␀一",)


def test_identity_numbers_are_staged_sealed_with_the_digest_that_tells_persons_apart(
    surveyor: Actor, superuser: Connection
) -> None:
    _sample(surveyor, superuser)
    sealed, digested = _one(
        superuser,
        "SELECT id_sealed, id_digest FROM land.staged_household WHERE code = '610902104202010001'",
    )
    assert isinstance(sealed, bytes)
    assert open_sealed(sealed) == "610900197510160018"
    assert digested == digest("1:610900197510160018")


def test_rows_that_another_process_makes_are_the_same(
    surveyor: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging_beside, "LARGE", 0)
    assert not service.receive(surveyor, SAMPLE).report.refused
    assert _counts(superuser) == STAGED


def test_a_process_that_fails_to_make_the_rows_is_said_and_leaves_nothing(
    surveyor: Actor, superuser: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging_beside, "LARGE", 0)

    def lose(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("geometry", 0):  # the check has read it, and whoever reads it again has not
            for file in tmp_path.rglob("DK*.dbf"):
                file.write_bytes(b"no layer")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(RuntimeError, match="not_a_dbf"):
        service.receive(surveyor, SAMPLE, progress=lose)
    assert _counts(superuser) == NOTHING


def test_a_refusing_package_is_kept_with_its_findings_and_none_of_its_rows(
    surveyor: Actor, superuser: Connection
) -> None:
    received = service.receive(surveyor, FAULTY)
    assert received.report.refused
    assert _counts(superuser) == NOTHING
    kept = _one(superuser, "SELECT state, refusals, warnings FROM land.package")
    assert kept[0] == "refused"
    found = _one(superuser, "SELECT count(*), count(place) FROM land.package_finding")
    assert found[0] == len(received.report.findings)
    assert isinstance(found[1], int)
    assert found[1] > 300


def test_the_map_of_a_refused_package_shows_the_plots_around_its_findings(
    surveyor: Actor, superuser: Connection
) -> None:
    """As delivered: a ring that crosses itself too; of what lies far from any finding, nothing."""
    received = service.receive(surveyor, FAULTY)
    crossing = next(f for f in received.report.findings if f.code == "GEO-5")
    assert crossing.place is not None
    kept = _one(superuser, "SELECT count(*) FROM land.refused_plot WHERE NOT ST_IsValid(geom_3857)")
    assert kept > (0,)
    drawn = _one(superuser, "SELECT count(*) FROM land.refused_plot WHERE kind = 'contracted'")
    assert (0,) < drawn < (STAGED["parcel"],)
    (lon, lat), count = crossing.place, 2**16
    north = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * count
    assert received.package_id is not None
    with unit_of_work(surveyor) as uow:
        tile = tiles.Tile(16, int((lon + 180) / 360 * count), int(north))
        assert str(crossing.subject).encode() in tiles.package_tile(uow.session, "610902", received.package_id, tile)


def test_the_same_package_is_known_again_with_what_was_found_then(surveyor: Actor, superuser: Connection) -> None:
    first = service.receive(surveyor, FAULTY)
    again = service.receive(surveyor, FAULTY)
    assert again.already
    assert again.package_id == first.package_id
    assert again.report.as_json() == first.report.as_json()
    assert _one(superuser, "SELECT count(*) FROM land.package") == (1,)


def test_the_check_of_a_package_that_is_known_is_broken_off_once_its_hash_is_there(surveyor: Actor) -> None:
    first, content = service.receive(surveyor, SAMPLE), SAMPLE.read_bytes()
    hashed: Future[tuple[bytes, int]] = Future()
    told: list[tuple[str, int, int]] = []
    earlier = Earlier(
        surveyor, Delivery(SAMPLE.name, SAMPLE, lambda _: None, hashed, lambda: None), lambda *step: told.append(step)
    )
    earlier("read", 1, 2)
    hashed.set_result((hashlib.sha256(content).digest(), len(content)))
    with pytest.raises(Known) as known:
        earlier("read", 2, 2)
    assert told == [("read", 1, 2)]
    assert (known.value.received.package_id, known.value.received.already) == (first.package_id, True)


def test_a_refused_package_is_checked_again_once_its_law_has_changed(
    surveyor: Actor, superuser: Connection, tmp_path: Path
) -> None:
    small = Small()
    small.row("CBHT", small.contract(1)).update(HTZMJ="1200.06")
    package = small.write(tmp_path)
    first, again = service.receive(surveyor, package), service.receive(surveyor, package)
    assert first.report.refused
    assert (again.already, again.package_id) == (True, first.package_id)
    superuser.execute(
        """INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, field, facts)
           SELECT county, package_id, village, 9000, 'ARE-3', 'refuse', 'DK', 'x', 'SCMJM', '{}' FROM land.package"""
    )  # a rule that has found something then and does no longer
    now = service.receive(surveyor, package)
    assert (now.already, now.package_id == first.package_id) == (False, False)
    assert [finding.code for finding in now.report.findings] == ["ARE-4"]
    assert _one(superuser, "SELECT count(*) FROM land.package") == (2,)
    assert service.receive(surveyor, package).package_id == now.package_id


@pytest.mark.parametrize("at", ["unpack", "geometry", "topology", "staged_parcel"])
@pytest.mark.parametrize("content", [b"", None])
def test_a_folder_that_is_changed_while_it_is_checked_is_not_received(
    at: str, content: bytes | None, surveyor: Actor, superuser: Connection, tmp_path: Path
) -> None:
    """None: the same bytes written anew, which nobody can know to be the same. Left alone, it is received."""
    small = Small()
    small.form.zipped = False
    folder = small.write(tmp_path)
    file = next(folder.rglob("DK*.shp"))
    meddled: list[int] = []

    def meddle(stage: str, _done: int, _total: int) -> None:
        if stage == at and not meddled:
            meddled.append(file.write_bytes(file.read_bytes() if content is None else content))

    with pytest.raises(Refused) as refused:
        service.receive(surveyor, folder, progress=meddle, store=Store(tmp_path / "store"))
    assert [finding.code for finding in refused.value.findings] == ["PKG-37"]
    assert _one(superuser, "SELECT (SELECT count(*) FROM land.package), (SELECT count(*) FROM land.staged_parcel)") == (
        0,
        0,
    )
    if content is None:
        received = service.receive(surveyor, folder, store=Store(tmp_path / "store"))
        assert (received.report.refused, received.report.findings) == (False, ())


def test_a_folder_is_known_again_by_its_content_whatever_it_is_called(surveyor: Actor, tmp_path: Path) -> None:
    for name in ("a", "b"):
        with zipfile.ZipFile(SAMPLE) as archive:
            archive.extractall(tmp_path / name)
    first = service.receive(surveyor, tmp_path / "a")
    assert service.receive(surveyor, tmp_path / "b").package_id == first.package_id


@pytest.mark.parametrize("as_folder", [False, True])
def test_the_evidence_of_a_case_is_the_very_file_of_its_package(
    surveyor: Actor, registrar: Actor, database: Settings, tmp_path: Path, as_folder: bool
) -> None:
    """A folder is kept as a zip, the same one each time, which is received as the same package."""
    small = Small()
    small.form.zipped = not as_folder
    sent = small.write(tmp_path)
    store = Store(tmp_path / "store")
    received = service.receive(surveyor, sent, store=store)
    assert received.package_id is not None
    opening.open_batch(registrar, "610902", received.package_id, small.village)
    with unit_of_work(registrar) as uow:
        (document,) = uow.session.scalars(sa.select(Document)).all()
        cases, in_folders = uow.session.execute(
            sa.text('SELECT (SELECT count(*) FROM registry."case"), (SELECT count(*) FROM registry.case_document)')
        ).one()
    content = store.read(document.sha256)
    assert document.size == len(content) > 0
    assert document.name == (f"{sent.name}.zip" if as_folder else sent.name)
    assert cases == in_folders > 0
    assert [item.name for item in store.folder.iterdir()] == [document.sha256[:2]]
    again = service.receive(surveyor, store.path(document.sha256))
    assert (again.package_id, again.already) == (received.package_id, True)
    if as_folder:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            kept = {entry.filename: archive.read(entry) for entry in archive.infolist()}
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert kept == {str(f.relative_to(sent)): f.read_bytes() for f in sent.rglob("*") if f.is_file()}


def test_a_corrected_package_shows_what_changed_and_takes_the_place_of_the_one_before(
    surveyor: Actor, tmp_path: Path
) -> None:
    first = service.receive(surveyor, SAMPLE)
    corrected = Unpacked(tmp_path)
    corrected.sql("UPDATE CBF SET CBFDZ = '新地址', CBFMC = '林生' WHERE CBFBM = '610902104202010001'")
    corrected.sql("UPDATE CBF_JTCY SET CYXM = '林生' WHERE CBFBM = '610902104202010001' AND YHZGX = '02'")
    corrected.sql("DELETE FROM LZHT WHERE LZHTBM = '610902104202010001'")
    corrected.sql("UPDATE CBDKXX SET LZHTBM = '' WHERE LZHTBM = '610902104202010001'")
    parcels = corrected.layer("DK")
    parcels.set(parcels.row("DKBM", "6109021042020100014"), "DKMC", "新名")
    second = service.receive(surveyor, corrected.folder)
    assert not second.report.refused
    with unit_of_work(surveyor) as uow:
        rows = {row.package_id: row for row in uow.session.scalars(sa.select(Package))}
    new, old = rows[second.package_id or UNKNOWN], rows[first.package_id or UNKNOWN]
    assert (new.state, old.state) == ("staged", "superseded")
    assert new.supersedes == old.package_id
    assert new.changes["CBF"] == {"changed": ["610902104202010001"], "counts": {"changed": 1}}
    assert new.changes["CBF_JTCY"]["changed"] == ["610902104202010001"]
    assert new.changes["LZHT"] == {"removed": ["610902104202010001"], "counts": {"removed": 1}}
    assert new.changes["DK"]["changed"] == ["6109021042020100014"]
    assert new.changes["CBDKXX"]["counts"] == {"changed": 1}
    assert set(new.changes) == {"CBF", "CBF_JTCY", "LZHT", "DK", "CBDKXX", "findings"}


UNKNOWN = service.UUID(int=0)


def test_a_package_that_someone_else_has_received_meanwhile_is_not_received_twice(
    surveyor: Actor, superuser: Connection
) -> None:
    def overtake(stage: str, done: int, _total: int) -> None:
        if stage == "unpack" and done == 0:
            superuser.execute(
                """INSERT INTO land.package (county, package_id, village, sha256, name, state, received_at, received_by,
                       refusals, warnings, counts, changes)
                   VALUES ('610902', gen_random_uuid(), '610902', %s, 'x', 'staged', now(), gen_random_uuid(), 1, 0, '{}',
                       '{}')""",
                [hashlib.sha256(SAMPLE.read_bytes()).digest()],
            )

    with pytest.raises(Refused) as refused:
        service.receive(surveyor, SAMPLE, progress=overtake)
    assert [finding.code for finding in refused.value.findings] == ["PKG-90"]
    assert _counts(superuser) == NOTHING


def test_a_package_that_is_of_no_county_leaves_nothing(surveyor: Actor, superuser: Connection, tmp_path: Path) -> None:
    file = tmp_path / "photo.zip"
    file.write_bytes(b"\xff\xd8\xff\xe0 no zip")
    received = service.receive(surveyor, file)
    assert received.package_id is None
    assert [finding.code for finding in received.report.findings] == ["PKG-1"]
    assert _one(superuser, "SELECT count(*) FROM land.package") == (0,)


def test_a_package_sent_by_the_web_is_checked_and_staged_by_the_worker(
    surveyor: Actor, database: Settings, superuser: Connection
) -> None:
    with SAMPLE.open("rb") as stream:
        key = take_in(surveyor, Store(database.store), "汉滨区.zip", stream)
    assert check_waiting(database) == 1
    assert check_waiting(database) == 0
    with unit_of_work(surveyor) as uow:
        upload = uow.session.get(Upload, {"county": key.county, "upload_id": key.upload_id})
        package = uow.session.scalars(sa.select(Package)).one()
    assert upload is not None
    assert (upload.state, upload.package_id) == ("done", package.package_id)
    assert package.name == "汉滨区.zip"
    assert package.received_by == surveyor.account_id
    assert _counts(superuser) == STAGED


def test_an_upload_that_is_no_package_ends_with_its_findings(
    surveyor: Actor, database: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"no zip at all")
    with file.open("rb") as stream:
        key = take_in(surveyor, Store(database.store), "x.zip", stream)
    check_waiting(database)
    with unit_of_work(surveyor) as uow:
        upload = uow.session.get(Upload, {"county": key.county, "upload_id": key.upload_id})
    assert upload is not None
    assert upload.state == "failed"
    assert [finding["code"] for finding in upload.findings] == ["PKG-1"]


def test_a_package_of_another_county_is_refused_before_anything_is_kept(
    surveyor: Actor, database: Settings, superuser: Connection, tmp_path: Path
) -> None:
    """PKG-21, which names the places: the next upload is checked all the same."""
    superuser.execute(
        """INSERT INTO land.division (code, name, level, parent, urban_rural)
           VALUES ('610921', '汉阴县', 'county', '6109', '') ON CONFLICT DO NOTHING"""
    )
    files = (Small(county="610921").write(tmp_path / "other"), Small().write(tmp_path / "own"))
    keys = []
    for file in files:
        with file.open("rb") as stream:
            keys.append(take_in(surveyor, Store(database.store), file.name, stream))
    assert check_waiting(database) == 2
    with unit_of_work(surveyor) as uow:
        other, own = (uow.session.get(Upload, {"county": key.county, "upload_id": key.upload_id}) for key in keys)
    assert other is not None
    assert own is not None
    assert other.state == "failed"
    assert [(f["code"], f["subject"]) for f in other.findings] == [("PKG-21", "610921")]
    assert "县区为汉阴县（610921）" in other.findings[0]["zh"]
    assert own.state == "done"
    assert superuser.execute("SELECT DISTINCT county FROM land.package").fetchall() == [("610902",)]


def test_a_package_without_any_usable_coordinate_is_refused_and_the_next_one_is_checked(
    surveyor: Actor, database: Settings, tmp_path: Path
) -> None:
    nowhere = Small()
    nowhere.place = lambda _east, _north: (math.nan, math.nan)
    states = _sent_and_checked(surveyor, database, nowhere.write(tmp_path / "a"), Small().write(tmp_path / "b"))
    assert [state for state, _ in states] == ["failed", "done"]
    assert {finding["code"] for finding in states[0][1]} == {"ZON-11"}
    assert all(finding["values"]["low"] is None for finding in states[0][1])


def _sent_and_checked(surveyor: Actor, database: Settings, *files: Path) -> list[tuple[str, list[dict[str, Any]]]]:
    """State and findings of each upload after one round of the worker."""
    keys = []
    for file in files:
        with file.open("rb") as stream:
            keys.append(take_in(surveyor, Store(database.store), file.name, stream))
    assert check_waiting(database) == len(files)
    with unit_of_work(surveyor) as uow:
        rows = [uow.session.get_one(Upload, {"county": key.county, "upload_id": key.upload_id}) for key in keys]
    return [(row.state, row.findings) for row in rows]


@pytest.mark.parametrize("value", [math.nan, math.inf, "\x00", object(), "\udc80"])
def test_findings_that_cannot_be_written_down_end_their_upload_and_not_the_queue(
    surveyor: Actor, worker: Actor, database: Settings, value: object
) -> None:
    """SYS-4, bare: neither Python nor PostgreSQL takes such a value as JSON."""
    store = Store(database.store)
    for name in ("a.zip", "b.zip"):
        take_in(surveyor, store, name, io.BytesIO(name.encode()))

    def check(actor: Actor, upload: Upload, progress: object) -> NoReturn:
        raise Refused(Finding("ZON-11", None, {"file": upload.name, "low": value}))

    assert uploads.check_waiting(worker, check) == 2
    with unit_of_work(surveyor) as uow:
        found = uow.session.scalars(sa.select(Upload)).all()
    assert [(row.state, [f["code"] for f in row.findings]) for row in found] == [("failed", ["SYS-4"])] * 2


@pytest.mark.parametrize(
    "fault",
    [
        OSError("disk"),
        psycopg.errors.InsufficientPrivilege("policy"),
        IndexError("3"),
        ValueError("no WKB"),
        MemoryError(),
    ],
)
def test_a_fault_ends_its_upload_and_not_the_worker(
    surveyor: Actor, worker: Actor, database: Settings, fault: Exception
) -> None:
    """SYS-4: what the program could not do is told to the sender, and the next upload is checked."""
    store, tried = Store(database.store), []
    for name in ("a.zip", "b.zip"):
        take_in(surveyor, store, name, io.BytesIO(name.encode()))

    def check(actor: Actor, upload: Upload, progress: object) -> NoReturn:
        tried.append(upload.name)
        raise fault

    assert uploads.check_waiting(worker, check) == 2
    assert tried == ["a.zip", "b.zip"]
    with unit_of_work(surveyor) as uow:
        found = uow.session.scalars(sa.select(Upload)).all()
    assert [(row.state, row.findings[0]["code"]) for row in found] == [("failed", "SYS-4")] * 2


def test_an_upload_that_ended_its_worker_waits_for_those_that_nobody_began(
    surveyor: Actor, worker: Actor, database: Settings, superuser: Connection
) -> None:
    store, tried = Store(database.store), []
    for name in ("a.zip", "b.zip"):
        take_in(surveyor, store, name, io.BytesIO(name.encode()))
    superuser.execute("UPDATE land.upload SET state = 'checking', started_at = now() WHERE name = 'a.zip'")

    def check(actor: Actor, upload: Upload, progress: object) -> NoReturn:
        tried.append(upload.name)
        raise MemoryError

    assert uploads.check_waiting(worker, check) == 2
    assert tried == ["b.zip", "a.zip"]


def test_the_divisions_are_loaded_with_the_counties_outlines_and_old_codes(
    worker: Actor, superuser: Connection
) -> None:
    assert divisions.import_divisions(worker) == divisions.import_divisions(worker) == 2074
    with unit_of_work(worker) as uow:
        assert uow.session.get_one(Division, "610902104202").name == "周营村委会"
    assert _one(superuser, "SELECT count(*) FROM land.division WHERE boundary IS NOT NULL") == (10,)
    assert _one(superuser, "SELECT new FROM land.division_alias WHERE old = '610928'") == ("610981",)


def test_a_survey_on_registered_ground_is_staged_and_the_surveyor_is_told(
    surveyor: Actor, registrar: Actor, reviewer: Actor, superuser: Connection, tmp_path: Path
) -> None:
    """PKG-26 is in the report, among the package's findings and on the map; the package is staged all the same."""
    ids = to_rights(registrar, reviewer, superuser, 1)
    assert ids
    small = Small()
    before = service.receive(surveyor, small.write(tmp_path)).report
    assert "PKG-26" not in {finding.code for finding in before.findings}
    with past_triggers(superuser):
        superuser.execute(
            """UPDATE land.parcel AS l SET geom = ST_Translate(s.geom, 5, 0),
                geom_3857 = ST_Transform(ST_Translate(s.geom, 5, 0), 3857)
            FROM land.staged_parcel AS s WHERE s.code = %s AND l.code = (SELECT min(code) FROM land.parcel)""",
            [small.parcel(2)],
        )
    small.row("DK", small.parcel(6))["DKMC"] = "又一块"
    folder = tmp_path / "again"
    folder.mkdir()
    received = service.receive(surveyor, small.write(folder))
    told = [finding for finding in received.report.findings if finding.code == "PKG-26"]
    assert small.parcel(2) in {finding.subject for finding in told}
    assert not received.report.refused
    row = _one(superuser, "SELECT warnings, state FROM land.package ORDER BY received_at DESC, warnings DESC LIMIT 1")
    assert (row[1], int(str(row[0])) >= len(told)) == ("staged", True)
    assert _one(superuser, "SELECT count(*) FROM land.package_finding WHERE code = 'PKG-26' AND place IS NOT NULL") == (
        len(told),
    )
    # A package that is refused is not looked for there: it has corrected nothing of it, nor does the next one find it anew.
    for name, day, state in (("refused", "20990501", "refused"), ("at last", "20200501", "staged")):
        small.tables["CBHT"][0]["QDSJ"] = day
        folder = tmp_path / name
        folder.mkdir()
        sent = service.receive(surveyor, small.write(folder))
        with unit_of_work(surveyor) as uow:
            assert sent.package_id is not None
            package = deliveries.package(uow.session, "610902", sent.package_id)
            assert package is not None
            assert package.state == state
            compared = package.changes["findings"]
            assert (compared["one_sided"], "PKG-26" in compared["codes"]) == (["PKG-26"], False)
            former = UUID(compared["package"])
            for since in ("fixed", "new"):
                asked = deliveries.FindingFilter(since=since, former=former)
                found = uow.session.execute(deliveries.findings_statement("610902", sent.package_id, asked)).all()
                assert "PKG-26" not in {one[0].code for one in found}
            asked = deliveries.FindingFilter(code="PKG-26")
            found = uow.session.execute(deliveries.findings_statement("610902", sent.package_id, asked)).all()
            shown = [one[0].position for one in found]
            assert bool(shown) == (state == "staged")
            assert not deliveries.newly_found(uow.session, "610902", sent.package_id, former, shown)
