"""Acts that are registered one after another while something else breaks: which were acknowledged, and whether they stand."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import requests
import sqlalchemy as sa

from landreg.core.actor import Actor
from landreg.core.db import Unavailable, unit_of_work
from landreg.core.errors import LandregError
from landreg.registry.casework import applications, cases
from landreg.registry.rules.requests import HouseholdChange
from tests.registry_kit import one, put_papers
from tests.villages import COUNTY

KIND = "household_change"
Register = Callable[[UUID], bool]


class Load(threading.Thread):
    """A household's address is changed again and again, and each act registered by `register` until told to stop.

    register: whether it was acknowledged. acknowledged: the cases that were; doubtful: those whose answer was lost, which
    may stand or not. asked: how often one was asked for.
    """

    def __init__(self, registrar: Actor, reviewer: Actor, household: str, register: Register) -> None:
        super().__init__(daemon=True)
        self.actors = registrar, reviewer
        self.household = household
        self.register = register
        self.acknowledged: list[UUID] = []
        self.doubtful: set[UUID] = set()
        self.ending = threading.Event()
        self.asked = 0

    def run(self) -> None:
        """Until told to stop."""
        number, case = 0, None
        while not self.ending.is_set():
            number += 1
            try:
                case = case or self._reviewed(number)
                self.asked += 1
                if self.register(case):
                    self.acknowledged.append(case)
                    case = None
                else:
                    self.doubtful.add(case)
                    case = None if self._is_registered(case) else case
            except (Unavailable, sa.exc.DBAPIError):
                self.ending.wait(0.2)
            except LandregError:
                # The step before it had been taken, and only its answer was lost.
                case = self._open_case() or case
                if case is not None and self._is_registered(case):
                    case = None
                self.ending.wait(0.05)

    def stop(self) -> None:
        """No more acts."""
        self.ending.set()
        self.join(120)
        assert not self.is_alive()

    def _reviewed(self, number: int) -> UUID:
        registrar, reviewer = self.actors
        case = self._open_case()
        if case is None:
            asked = HouseholdChange(address=f"样本村{number}号")
            case = applications.apply_on_household(registrar, self.household, KIND, asked)
        if self._state(case) == "draft":
            if not one(registrar, "SELECT count(*) FROM registry.case_document WHERE case_id = :c", c=case):
                put_papers(registrar, case, KIND)
            cases.accept(registrar, COUNTY, [case])
        if self._state(case) == "accepted":
            cases.review(reviewer, COUNTY, [case])
        return case

    def _open_case(self) -> UUID | None:
        statement = """SELECT case_id FROM registry."case" WHERE household_code = :h AND act_kind = :k
            AND state IN ('draft', 'accepted', 'reviewed')"""
        found: UUID | None = one(self.actors[0], statement, h=self.household, k=KIND)
        return found

    def _state(self, case: UUID) -> str:
        return str(one(self.actors[0], 'SELECT state FROM registry."case" WHERE case_id = :c', c=case))

    def _is_registered(self, case: UUID) -> bool:
        return self._state(case) in ("registered", "certified")


def standing(reader: Actor, cases_: list[UUID]) -> int:
    """How many of these cases have their act, with its leaf."""
    statement = """SELECT count(*) FROM registry.act AS a JOIN log.entry AS e
        ON e.county = a.county AND e.kind = 'act' AND e.key = a.number WHERE a.case_id = ANY (:cases)"""
    with unit_of_work(reader) as uow:
        return int(uow.session.execute(sa.text(statement), {"cases": cases_}).scalar_one())


class Visitor:
    """An officer at a browser, over the loopback: signs in, and again when the server has forgotten it."""

    def __init__(self, address: str, login: str, password: str) -> None:
        self.address, self.login, self.password = address, login, password
        self.session = requests.Session()
        self.session.trust_env = False

    def take(self, case: UUID, step: str) -> bool:
        """Take a step of a case; whether the server acknowledged it. False where no answer came."""
        page = f"{self.address}/cases/{COUNTY}/{case}"
        try:
            shown = self.session.get(page, timeout=20, allow_redirects=False)
            if shown.status_code != 200:
                self.sign_in()
                shown = self.session.get(page, timeout=20)
            answer = self._post(f"{page}/steps/{step}", shown.text, {"without": "已核对档案原件"})
        except requests.RequestException:
            return False
        return answer.status_code == 303

    def sign_in(self) -> None:
        """At the door."""
        shown = self.session.get(f"{self.address}/login", timeout=20)
        self._post(f"{self.address}/login", shown.text, {"login": self.login, "password": self.password})

    def _post(self, address: str, page: str, data: dict[str, Any]) -> requests.Response:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        form = {"csrf_token": token[1] if token else "", **data}
        return self.session.post(address, data=form, timeout=20, allow_redirects=False)
