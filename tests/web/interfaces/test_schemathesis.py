"""The whole interface, asked by schemathesis over HTTP: what its description promises holds, and nothing makes it fall over."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from werkzeug.serving import make_server

from landreg.core.actor import Actor
from landreg.exchange.interfaces.operations import OPERATIONS
from tests.contract_kit import drawn, signed
from tests.exchange_kit import OPERATOR, farmer_of, listing_row, market, own_right, parcels_of, put_event, put_listing
from tests.interface_kit import program, registered
from tests.kept_kit import Connection
from tests.villages import COUNTY

SHORT, LONG = 3, 400


@pytest.fixture
def served(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True)
class Asker:
    """A program's token, and what it may find: by the first part of an address, what stands in the rest of it."""

    token: str
    there: Mapping[str, Mapping[str, str]]


@pytest.fixture
def asker(app: Any, superuser: Connection, registrar: Actor, reviewer: Actor) -> Asker:
    market(registrar, reviewer, superuser)
    farmer, right = farmer_of(superuser), own_right(registrar)
    codes = parcels_of(registrar, right)
    row = put_listing(farmer, listing_row(farmer, right), codes[:1])
    put_event(OPERATOR, row, "published")
    contract = signed(drawn(codes=codes[1:2] or codes[:1]))
    office = program(app, registered(superuser))
    hook = office.ask("POST", "/webhooks", {"url": "http://127.0.0.1:9/", "kinds": ["deal.made"]}).get_json()["webhook"]
    there = {
        "parcels": {"county": COUNTY, "code": codes[0]}, "listings": {"county": COUNTY, "number": row.number},
        "contracts": {"county": COUNTY, "number": contract.number}, "webhooks": {"webhook": hook},
    }  # fmt: skip
    return Asker(office.token, there)


def _asked(served: str, asker: Asker, most: int) -> None:
    """Every operation, `most` times: sound calls and unsound ones, each held against the description; sound calls also of
    something that is there, which a rule may refuse then.
    """
    schema = schemathesis.openapi.from_url(f"{served}/api/v1/openapi.json")
    schema.config.base_url = f"{served}/api/v1"
    # A rule may refuse what fits its schema, as an address inside an office's own network.
    schema.config.checks.positive_data_acceptance.expected_statuses = ["2xx", "404", "422"]
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.add((operation.path, operation.method.upper()))
        # What takes nothing cannot be asked unsoundly.
        takes = any((operation.path_parameters, operation.query, operation.headers, operation.body))
        for mode in tuple(schemathesis.GenerationMode) if takes else (schemathesis.GenerationMode.POSITIVE,):
            _asked_in(operation, mode, asker, most)
    assert tried == {(one.path, one.method) for one in OPERATIONS}


def _asked_in(operation: Any, mode: Any, asker: Asker, most: int) -> None:
    headers = {"Authorization": f"Bearer {asker.token}"}
    real = asker.there.get(operation.path.split("/")[1], {})

    @settings(
        max_examples=most, deadline=None, derandomize=most == SHORT, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        case.call_and_validate(headers=headers, timeout=20)
        if mode is schemathesis.GenerationMode.POSITIVE and case.path_parameters:
            case.path_parameters = {name: real[name] for name in case.path_parameters}
            case.call_and_validate(headers=headers, timeout=20, excluded_checks=[positive_data_acceptance])

    call()


def test_the_description_holds_for_a_few_calls_of_every_operation(served: str, asker: Asker) -> None:
    _asked(served, asker, SHORT)


@pytest.mark.drill
@pytest.mark.timeout(3600)
def test_the_description_holds_for_many_calls_of_every_operation(served: str, asker: Asker) -> None:
    _asked(served, asker, LONG)
