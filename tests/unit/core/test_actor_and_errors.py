"""Who acts, and errors as findings."""

from __future__ import annotations

from uuid import UUID

from landreg.core import errors
from landreg.core.actor import NOBODY, WORKER, Actor, Desk, Role
from landreg.core.errors import Finding


def test_an_actor_has_a_role_of_theirs_and_no_other() -> None:
    actor = Actor(UUID(int=9), "登记员", Desk.REGISTRY, frozenset({Role.REGISTRAR}), "610902")
    assert actor.has(Role.REVIEWER, Role.REGISTRAR)
    assert not actor.has(Role.REVIEWER)
    assert not actor.has()


def test_nobody_has_no_jurisdiction_and_the_worker_the_prefecture() -> None:
    assert (NOBODY.jurisdiction, NOBODY.desk) == ("", Desk.PUBLIC)
    assert (WORKER.jurisdiction, WORKER.desk) == ("6109", Desk.WORKER)


def test_an_error_carries_all_its_findings_and_its_status() -> None:
    found = [Finding("CT-1"), Finding("CT-2", "parcels", {"parcels": ["a"]})]
    assert errors.Refused(found).findings == tuple(found)
    assert errors.Refused(found[0]).findings == (found[0],)
    assert str(errors.Refused(found)) == "CT-1, CT-2"
    assert errors.NotFound().findings == ()
    statuses = {kind.__name__: kind.status for kind in errors.LandregError.__subclasses__()}
    assert statuses | {"BadInput": 400, "NotAllowed": 403, "NotFound": 404, "Conflict": 409, "Refused": 422} == statuses


def test_findings_that_say_the_same_are_equal_and_can_be_put_in_a_set() -> None:
    assert {Finding("CT-2", values={"a": [1]}), Finding("CT-2", values={"a": [1]})} == {
        Finding("CT-2", values={"a": [1]})
    }
