"""What `docker-compose.yml` hands to each process: the logins of the desks that it serves, each by file, and no other."""

from __future__ import annotations

import re

from landreg.app import SERVED
from landreg.config import CHECKOUT
from landreg.core.actor import Desk

COMPOSE = (CHECKOUT / "docker-compose.yml").read_text("utf-8")
WORKS_AS = {Desk.WORKER, Desk.REGISTRY, Desk.EXCHANGE}
"""The worker's own desk, and those in whose name it goes on with what somebody there asked for."""


def _service(name: str) -> str:
    """The lines of one service."""
    return re.split(rf"(?m)^  {name}:\n", COMPOSE)[1].partition("\n\n")[0]


def _logins(service: str) -> set[str]:
    """The desks whose database address a service gets, the file of each being among its secrets."""
    asked = set(re.findall(r"LANDREG_([A-Z]+)_URL_FILE: /run/secrets/([a-z]+)_url", service))
    files = set(re.findall(r"(\w+)_url\b", re.findall(r"(?m)^    secrets: \[(.*)\]", service)[0]))
    assert {(name.lower(), file) for name, file in asked} == {(file, file) for file in files}
    return files


def test_a_process_of_the_deployment_has_the_logins_of_the_desks_that_it_serves_and_no_other() -> None:
    assert _logins(_service("web")) == {desk.value for desk in SERVED[Desk.REGISTRY]}
    assert _logins(_service("window")) == {desk.value for desk in SERVED[Desk.SETTLEMENT]}


def test_the_worker_of_the_deployment_may_act_for_the_desks_that_ask_it() -> None:
    assert _logins(_service("worker")) == {desk.value for desk in WORKS_AS}


def test_the_database_of_the_deployment_is_made_with_every_login() -> None:
    assert _logins(_service("migrate")) == {desk.value for desk in Desk} | {"superuser"}


def test_every_secret_of_the_deployment_comes_as_a_file_that_is_named() -> None:
    asked = {name for line in re.findall(r"(?m)^    secrets: \[(.*)\]", COMPOSE) for name in line.split(", ")}
    given = set(re.findall(r"(?m)^  (\w+): \{file: deploy/secrets/", COMPOSE))
    assert asked == given
    assert (
        re.findall(
            r"(?m)^\s+[A-Z_]*(?:PASSWORD|SECRET|KEY|_URL)[A-Z_]*: (?!/run/secrets/|\$\{LANDREG_\w+:[-?]).*", COMPOSE
        )
        == []
    )
