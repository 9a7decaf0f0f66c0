"""The life of a small register, a service call at a time: every desk acts, and every table that the log holds has rows.

`life` yields each call by its name; who runs it may call it at once (`lived`), or let it fail first (`tests/fault`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from landreg import keys
from landreg.access import bindings, consents, province, sealing, service
from landreg.access.bindings import Joining
from landreg.access.identity import reveal
from landreg.access.rules import Step
from landreg.access.service import SYSTEM, NewAccount
from landreg.audit import complaints, evidence, samples, watch
from landreg.audit import service as audit
from landreg.audit.complaints import Said
from landreg.audit.service import NewFinding
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.asof import AsOf
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.law.book import act_type
from landreg.law.queries import load_law
from landreg.log.erasure import erase
from landreg.log.store import seal
from landreg.registry import booking, figures, steps
from landreg.registry.casework import (
    applications,
    batch_papers,
    cases,
    notices,
    objectors,
    opening,
    telling,
    weighing,
)
from landreg.registry.casework.weighing import Answer
from landreg.registry.figures import Figure
from landreg.registry.issued import certificates, excerpts
from landreg.registry.issued.certificates import Press
from landreg.registry.papers import office
from landreg.registry.rules.requests import Assignment, Cancellation, HouseholdChange, Release, RestrictionAsked
from tests.registry_kit import (
    HOUSEHOLD,
    Connection,
    in_state,
    kind_of,
    one,
    pass_days,
    put_papers,
    put_proofs,
    right_of,
)
from tests.villages import COUNTY, VILLAGE, note_use, stage_village

Call = tuple[str, Callable[[], Any]]
Life = Generator[Call, Any, Any]
DOOR = Actor(UUID(int=0), "", Desk.REGISTRY)
PASSWORD = "Correct-Horse-Battery-9"
PLACE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Stage:
    """Who acts, and where."""

    registrar: Actor
    reviewer: Actor
    auditor: Actor
    worker: Actor
    superuser: Connection
    settings: Settings

    @property
    def both(self) -> Actor:
        """An officer of both duties, who may review no case of their own."""
        roles = frozenset({Role.REGISTRAR, Role.REVIEWER})
        return Actor(self.registrar.account_id, self.registrar.name, Desk.REGISTRY, roles, COUNTY)

    @property
    def store(self) -> Store:
        """Where files are kept."""
        return Store(self.settings.store)

    @property
    def press(self) -> Press:
        """What prints and signs certificates."""
        return Press(keys.certificate_signer(self.settings), self.store, PLACE)


def lived(stage: Stage, but: frozenset[str] = frozenset()) -> list[str]:
    """Live it without a fault, without the calls of some names; the names of the others."""
    names, course, result = [], life(stage), None
    while True:
        try:
            name, call = course.send(result)
        except StopIteration:
            return names
        result = None
        if name not in but:
            names.append(name)
            result = call()


def life(on: Stage) -> Life:
    """All of it, in an order that the register allows; sealed at the end."""
    yield from _rights(on)
    yield from _offices(on)
    yield from _farmers(on)
    yield from _changes(on)
    yield from _audit(on)
    yield "seal", lambda: seal(on.worker, on.settings)


def _rights(on: Stage) -> Life:
    county, superuser = COUNTY, on.superuser
    staged = stage_village(superuser, 4)
    note_use(superuser, staged.package_id, staged.parcels[0])
    batch = yield "open_batch", lambda: opening.open_batch(on.registrar, county, staged.package_id, VILLAGE)
    ids = in_state(on.registrar, batch, "draft")
    noted = 'SELECT case_id FROM registry."case" WHERE subject_code = :code'
    yield (
        "weigh",
        lambda: weighing.weigh(
            on.registrar,
            county,
            one(on.registrar, noted, code=staged.contracts[0]),
            Answer.WRONG,
            "现场为耕地",
            {staged.parcels[0]: "1"},
        ),
    )
    superuser.execute("UPDATE land.package_finding SET code = 'COD-43', subject = %s", [staged.parcels[-1]])
    yield (
        "weigh together",
        lambda: weighing.weigh_together(
            on.registrar,
            county,
            batch,
            "COD-43",
            [one(on.registrar, noted, code=staged.contracts[-1])],
            Answer.WRONG,
            "四至见承包合同",
        ),
    )
    superuser.execute("UPDATE land.package_finding SET code = 'COD-36', subject = %s", [staged.parcels[0]])
    yield "accept one", lambda: cases.accept(on.registrar, county, ids[-2:-1])
    review = steps.STEPS["review"]
    yield (
        "review without papers",
        lambda: steps.take(on.reviewer, county, ids[-2:-1], review, said="已核对档案原件"),
    )
    yield (
        "put_into_batch",
        lambda: batch_papers.put_into_batch(
            on.registrar, county, batch, kind="archive_list", name="目录.pdf", sha256="00" * 32, size=1, number="12-3"
        ),
    )
    yield "accept", lambda: cases.accept(on.registrar, county, [*ids[:-2], ids[-1]])
    yield "return", lambda: cases.return_for_completion(on.registrar, county, ids[-1:], "补齐材料")
    yield "withdraw", lambda: cases.withdraw(on.registrar, county, ids[-1:], "申请人撤回")
    yield "refuse", lambda: cases.refuse(on.reviewer, county, ids[-2:-1], "权属有争议", "disputed")
    yield "attempt", lambda: _refused(lambda: steps.take(on.both, county, ids[:1], review))
    going = ids[:-2]
    yield "review", lambda: cases.review(on.reviewer, county, going)
    yield "publish", lambda: notices.publish(on.registrar, county, going, "首次登记公告")
    contact = sealing.seal("0915-3212345")
    objection = yield "object", lambda: notices.object_to(on.registrar, county, going[0], "邻户", "界线有误", contact)
    yield "contact", lambda: objectors.contact(on.reviewer, county, going[0], objection, "约时间到现场查看")
    yield "settle", lambda: notices.settle(on.reviewer, county, objection, "dismissed", "已核实")
    pass_days(superuser, 40)
    yield "register", lambda: booking.register(on.reviewer, county, going)
    yield "seal", lambda: seal(on.worker, on.settings)
    yield "issue", lambda: certificates.issue(on.registrar, county, going[:2], on.press)


def _offices(on: Stage) -> Life:
    today = today_of(on)
    figure = Figure("HS-2.terrain", "", "plain", today, "汉政发〔2026〕1号")
    yield "set_figure", lambda: figures.set_figure(on.registrar, COUNTY, figure)
    new = NewAccount("deng.ji", "登记员", frozenset({Role.REGISTRAR}), COUNTY)
    account = yield "open_account", lambda: service.open_account(SYSTEM, new, PASSWORD)
    surveyor = frozenset({Role.SURVEYOR})
    yield "change_roles", lambda: service.change_roles(SYSTEM, account, surveyor, COUNTY)
    yield "lock", lambda: service.lock(SYSTEM, account)
    yield "unlock", lambda: service.unlock(SYSTEM, account)
    yield "reset_password", lambda: service.reset_password(SYSTEM, account)
    own = Actor(account, "登记员", Desk.REGISTRY, surveyor, COUNTY)
    for subject in ("p-1", "p-2"):
        yield "bind", lambda subject=subject: province.bind(own, "https://id.example", subject)  # type: ignore[misc]
        if subject == "p-1":
            yield "unbind", lambda: province.unbind(own, "https://id.example")
    right = right_of(on.registrar)
    asked, desk = office_of(on)
    yield (
        "excerpt",
        lambda: excerpts.issue(on.registrar, COUNTY, right, asked, "申请人", "自用", desk, on.store),
    )


def _farmers(on: Stage) -> Life:
    persons = one(
        on.registrar,
        """SELECT array_agg(m.person_id ORDER BY m.position) FROM party.member AS m
           JOIN party.household AS h USING (county, household_id) WHERE h.code = :code""",
        code=HOUSEHOLD,
    )
    household = one(on.registrar, "SELECT household_id FROM party.household WHERE code = :code", code=HOUSEHOLD)
    told = yield "make_code", lambda: bindings.make_code(on.registrar, HOUSEHOLD, persons[0], by_letter=False)
    joining = Joining(HOUSEHOLD, told.code, "lin.nong", "成员1之1", PASSWORD)
    account = yield "join", lambda: bindings.join(DOOR, joining, "127.0.0.1")
    farmer = Actor(account, "林农", Desk.CITIZEN, frozenset({Role.FARMER}), VILLAGE, household)
    new = NewAccount("dai.ban", "代办员", frozenset({Role.AGENT}), VILLAGE)
    agent_id = yield "open_account", lambda: service.open_account(SYSTEM, new, PASSWORD)
    agent = Actor(agent_id, "代办员", Desk.CITIZEN, frozenset({Role.AGENT}), VILLAGE)
    today = today_of(on)
    for _ in range(2):
        consent = yield "consent", lambda: consents.give(farmer, agent_id, Step.VIEW, today, today + timedelta(days=1))
    yield "act_for", lambda: consents.act_for(agent, COUNTY, consent, Step.VIEW, "看土地")
    yield "revoke", lambda: consents.revoke(farmer, COUNTY, consent)
    yield "reveal", lambda: reveal(on.registrar, persons[:1], "核对身份", "x")
    binding = one(on.registrar, "SELECT binding_id FROM access.binding LIMIT 1")
    yield "end_binding", lambda: bindings.end(on.registrar, COUNTY, binding)


def _changes(on: Stage) -> Life:
    right = right_of(on.registrar)
    yield from _act(on, "household_change", HouseholdChange(address="样本村二组"))
    court = RestrictionAsked("seizure", "汉滨区人民法院", "（2027）执1号")
    yield from _act(on, "seizure", court, right)
    restriction = one(on.registrar, "SELECT restriction_id FROM registry.restriction WHERE upper_inf(recorded)")
    yield from _act(on, "seizure_release", Release(restriction, "（2027）执1号之一"), right)
    taker = one(on.registrar, "SELECT household_id FROM party.household WHERE code = :c", c=f"{VILLAGE}010002")
    yield from _act(on, "assignment", Assignment(taker, f"{VILLAGE}010002J", date(2026, 1, 5)), right)
    other = right_of(on.registrar, kind="homestead")
    yield from _act(on, "cancellation", Cancellation("ruling"), other)


def _act(on: Stage, kind: str, asked: Any, right: UUID | None = None) -> Life:
    """An act of change on a right, or on the first household."""
    if right is None:
        return act(on, kind, lambda: applications.apply_on_household(on.registrar, HOUSEHOLD, kind, asked))
    return act(on, kind, lambda: applications.apply_on_right(on.registrar, COUNTY, right, kind, asked))


def act(on: Stage, kind: str, apply: Callable[[], UUID], more: Sequence[str] = ()) -> Life:
    """An act of change, from the application to the register; its case. more: papers beside those of every case of its kind."""
    registrar = on.registrar
    case = yield f"apply {kind}", apply
    yield f"papers {kind}", lambda: put_papers(registrar, case, kind, more)
    if kind_of(registrar, case) == "office_correction":
        yield f"tell {kind}", lambda: telling.tell(registrar, COUNTY, case)
        put_proofs(registrar, case)
        pass_days(on.superuser, 60)
    yield f"accept {kind}", lambda: cases.accept(registrar, COUNTY, [case])
    yield f"review {kind}", lambda: cases.review(on.reviewer, COUNTY, [case])
    if act_type(kind_of(registrar, case)).notice:
        yield f"publish {kind}", lambda: notices.publish(registrar, COUNTY, [case], "公告")
        pass_days(on.superuser, 40)
    yield f"register {kind}", lambda: booking.register(on.reviewer, COUNTY, [case])
    return case


def _audit(on: Stage) -> Life:
    auditor = on.auditor
    sample = yield "prepare_sample", lambda: samples.prepare(auditor, "case", "random", 2)
    yield "seal", lambda: seal(on.worker, on.settings)
    yield "draw_sample", lambda: samples.draw_sample(auditor, sample)
    number = one(auditor, "SELECT number FROM registry.\"case\" WHERE state = 'registered' ORDER BY number LIMIT 1")
    new = NewFinding("case", number, "公示期不足", "少于规定日数", sample=sample)
    finding = yield "write_finding", lambda: audit.write_finding(auditor, new)
    yield "answer_finding", lambda: audit.answer_finding(on.registrar, finding, "已补公示")
    yield "close_finding", lambda: audit.close_finding(auditor, finding, "属实")
    yield "reopen_finding", lambda: audit.reopen_finding(auditor, finding, "再查")
    said = Said(UUID(int=7), COUNTY, "township", "某镇", "不交地就不给办事", None, "13800000000")
    complaint = yield "hand_in", lambda: complaints.hand_in(said, b"s" * 32)
    yield "answer_complaint", lambda: complaints.go_on(auditor, complaint.number, "answer", "已经派人去问")
    yield "open_contact", lambda: complaints.contact(auditor, complaint.number)
    yield "evidence", lambda: evidence.bundle(auditor, on.settings, number).content.close()
    yield "look", lambda: watch.look(auditor, today_of(on))
    key = one(on.worker, "SELECT key FROM log.entry WHERE kind = 'identity.opened' LIMIT 1")
    yield "erase", lambda: erase(on.worker, "identity.opened", key, (), "汉网信〔2027〕1号")


def _refused(step: Callable[[], Any]) -> None:
    """A step that is refused by a rule, which keeps that it was tried."""
    try:
        step()
    except Refused:
        return


def today_of(on: Stage) -> date:
    """By the register's clock."""
    with unit_of_work(on.registrar) as uow:
        return beijing_day(uow.session.execute(sa.text("SELECT system.clock()")).scalar_one())


def office_of(on: Stage) -> tuple[AsOf, office.Desk]:
    """The register as it is now, and the office that prints its papers."""
    today = today_of(on)
    with unit_of_work(on.registrar) as uow:
        return AsOf.now(uow.now), office.Desk(load_law(uow.session, COUNTY, today), PLACE, sample=False)
