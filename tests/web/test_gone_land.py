"""The pages of expropriated land say that it was."""

from __future__ import annotations

from landreg.core.actor import Actor
from landreg.registry.rules.requests import Cancellation
from tests.exchange_kit import parcels_of
from tests.registry_kit import Connection, applied, booked, one, right_of, to_rights
from tests.web.conftest import Browser


def test_the_pages_of_a_parcel_and_its_rights_say_that_it_was_expropriated(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    to_rights(*officers, superuser, 2)
    right = right_of(officers[0])
    code = parcels_of(officers[0], right)[0]
    case = applied(officers[0], "cancellation", Cancellation("expropriation"), right)
    booked(*officers, superuser, case, "cancellation")
    number = one(officers[0], 'SELECT number FROM registry."case" WHERE case_id = :case', case=case)
    for path in (f"/parcels/{code}", f"/rights/of-parcel/{code}"):
        page = deng.get(path).text
        assert "依法征收" in page
        assert number in page
        assert "不再是集体的土地" in page
        assert "所有权属于农民集体" not in page
    assert number in deng.get(f"/parcels/{code}.json").text
