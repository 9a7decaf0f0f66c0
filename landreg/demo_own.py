"""A farmer and a village agent of the sample: an account bound by a code of the office, a consent, and what both brought."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from landreg.access import bindings, consents, household_queries
from landreg.access import queries as accounts
from landreg.access.bindings import Joining
from landreg.access.identity import reveal
from landreg.access.rules import Step
from landreg.access.service import SYSTEM, NewAccount, open_account
from landreg.core.actor import Actor, Desk, Role
from landreg.core.codes import masked_name
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import beijing_day
from landreg.registry.casework import desk
from landreg.registry.home import brought, brought_queries
from landreg.registry.home.brought import Wanted

FARMER, AGENT = "farmer", "agent"
AGENT_NAME = "代办员样本"
PEOPLE = ((FARMER, "农户样本", Role.FARMER), (AGENT, AGENT_NAME, Role.AGENT))
DAYS = 30
_DOOR = Actor(UUID(int=0), "", Desk.REGISTRY)


def households_apply(registrar: Actor, kept: Path) -> int:
    """Open both accounts and let both bring an application, one of them taken up; how many. Done once: 0 where they are there.

    kept: the file of the demo's passwords by login, to which both are added.
    """
    with unit_of_work(SYSTEM) as uow:
        if accounts.account_by_login(uow.session, FARMER) is not None:
            return 0
    with unit_of_work(registrar) as uow:
        found = desk.household_with_a_right(uow.session)
        household = household_queries.household_by_code(uow.session, found) if found else None
    if household is None or not household.members:
        return 0
    passwords: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    for login in (FARMER, AGENT):
        passwords[login] = "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(10)) + str(
            secrets.randbelow(10)
        )
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(passwords))
    person = household.members[0].person_id
    name = reveal(registrar, [person], "样本：带到窗口的身份证", household.code)[person].name
    told = bindings.make_code(registrar, household.code, person, by_letter=False)
    account = bindings.join(_DOOR, Joining(household.code, told.code, FARMER, name, passwords[FARMER]), "127.0.0.1")
    farmer = Actor(
        account, masked_name(name), Desk.CITIZEN, frozenset({Role.FARMER}), household.village, household.household_id
    )
    new = NewAccount(AGENT, AGENT_NAME, frozenset({Role.AGENT}), household.village)
    agent_id = open_account(SYSTEM, new, passwords[AGENT], temporary=False)
    return _bring(registrar, farmer, Actor(agent_id, AGENT_NAME, Desk.CITIZEN, new.roles, household.village))


def _bring(registrar: Actor, farmer: Actor, agent: Actor) -> int:
    with unit_of_work(farmer) as uow:
        today = beijing_day(uow.now)
        rights = brought_queries.own_rights(uow.session, farmer.household) if farmer.household else ()
    consent = consents.give(farmer, agent.account_id, Step.APPLY, today, today + timedelta(days=DAYS))
    county = rights[0].county
    brought.bring_for(agent, county, consent, Wanted("reissue", rights[0].right_id, {}, {"lost": "雨季搬家时遗失"}))
    brought.bring(farmer, Wanted("household_change", None, {}, {"address": "样本村新址"}))
    with unit_of_work(registrar) as uow:
        waiting = [row.application_id for row in uow.session.scalars(brought_queries.statement("open"))]
    # Where the year's own acts lie open on this household, the application waits, as it would.
    with suppress(LandregError):
        brought.take_up(registrar, county, waiting[:1])
    return len(waiting)
