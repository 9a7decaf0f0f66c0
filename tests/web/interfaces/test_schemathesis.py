"""The whole interface, asked by schemathesis over HTTP: what its description promises holds, and nothing makes it fall over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from werkzeug.serving import make_server

from landreg.core.actor import Actor
from landreg.exchange.interfaces.operations import OPERATIONS
from tests.exchange_kit import OPERATOR, farmer_of, listing_row, market, own_right, parcels_of, put_event, put_listing
from tests.interface_kit import program, registered
from tests.kept_kit import Connection

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


@pytest.fixture
def token(app: Any, superuser: Connection, registrar: Actor, reviewer: Actor) -> str:
    market(registrar, reviewer, superuser)
    farmer, right = farmer_of(superuser), own_right(registrar)
    row = put_listing(farmer, listing_row(farmer, right), parcels_of(registrar, right)[:1])
    put_event(OPERATOR, row, "published")
    return program(app, registered(superuser)).token


def _asked(served: str, token: str, most: int) -> None:
    """Every operation, `most` times: sound calls and unsound ones, each held against the description."""
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

            @settings(
                max_examples=most, deadline=None, derandomize=most == SHORT, database=None,
                phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode))
            def call(case: Any) -> None:
                case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, timeout=20)

            call()
    assert tried == {(one.path, one.method) for one in OPERATIONS}


def test_the_description_holds_for_a_few_calls_of_every_operation(served: str, token: str) -> None:
    _asked(served, token, SHORT)


@pytest.mark.drill
def test_the_description_holds_for_many_calls_of_every_operation(served: str, token: str) -> None:
    _asked(served, token, LONG)
