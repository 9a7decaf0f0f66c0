"""An act of the register as two officers walk it in their browsers: from its subject's page to the history that tells it.

A walk begins at a page of a certified village. Who walks reads what a clerk reads: the papers that the page says are missing
are those that are handed in, and the link by the act's Chinese name is the way to its form.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from playwright.sync_api import Locator, Page, expect

from landreg import keys
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.core.db import unit_of_work
from landreg.core.files import Store
from landreg.law.book import act_type, term, terms
from landreg.log.store import seal
from landreg.registry import documents
from landreg.registry.casework import cases, notices
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from tests.conftest import Connection
from tests.kept_kit import kept
from tests.papers_kit import pdf
from tests.registry_kit import kind_of, pass_days, put_proofs, to_rights
from tests.villages import COUNTY, VILLAGE

HOUSEHOLDS = 3
CHANGED = "section[aria-labelledby=difference]"
STATE = "main .state-line:not(.is-warn)"
MOST_TABS = 90
PAPERS = {term("document", kind): kind for kind in terms("document")}
"""By its Chinese name: a kind of paper."""


@dataclass(frozen=True)
class Told:
    """The newest entry of a history page: its act, and its lines."""

    act: str
    lines: str


@dataclass(frozen=True)
class Walk:
    """The registrar's browser and the reviewer's, over one village."""

    registrar: Actor
    reviewer: Actor
    superuser: Connection
    settings: Settings
    desk: Page
    judge: Page

    def form(self, subject: str, kind: str) -> Page:
        """The form of an act, by the link on its subject's page."""
        self.desk.goto(subject)
        offered = self.desk.locator("section[aria-labelledby=offered]")
        follow(offered.get_by_role("link", name=term("act", kind), exact=True))
        expect(self.desk.locator("h1")).to_have_text(term("act", kind))
        return self.desk

    def send(self) -> UUID:
        """Open the case of the form: its id. What the form says against it is the failure."""
        follow(self.desk.get_by_role("button", name="建立业务"))
        assert "/cases/" in self.desk.url, self.desk.locator("#findings").inner_text()
        return UUID(self.desk.url.rsplit("/", 1)[1])

    def lacking(self) -> list[str]:
        """The papers that the case's page says are not in yet."""
        listed = (
            self.desk.locator("dt", has_text="须交材料").locator("xpath=following-sibling::dd//li").all_inner_texts()
        )
        return [paper.removesuffix("未收").strip() for paper in listed if paper.endswith("未收")]

    def hand_in(self, case: UUID) -> None:
        """Put into the folder what the page asks for."""
        with unit_of_work(self.registrar) as uow:
            for name in self.lacking():
                documents.enter(
                    uow, county=COUNTY, village=VILLAGE, sha256="00" * 32, size=1, kind=PAPERS[name], name=name, cases=[case]
                )  # fmt: skip

    def registered(self, kind: str, case: UUID) -> str:
        """Accepted, passed by another officer, through its notice, and by the button of its page into the register.

        Returns what that officer reads of what it changes, and which papers are in.
        """
        if kind_of(self.registrar, case) == "office_correction":
            follow(self.desk.get_by_role("button", name="出具更正登记通知书"))
            expect(self.desk.get_by_role("link", name="更正登记通知书")).to_be_visible()
            put_proofs(self.registrar, case)
            pass_days(self.superuser, 60)
            self.desk.reload()
        self.hand_in(case)
        cases.accept(self.registrar, COUNTY, [case])
        cases.review(self.reviewer, COUNTY, [case])
        if act_type(kind_of(self.registrar, case)).notice:
            notices.publish(self.registrar, COUNTY, [case], "公告")
            pass_days(self.superuser, 40)
        self.judge.goto(f"/cases/{COUNTY}/{case}")
        read = self.judge.locator(CHANGED).inner_text()
        assert "未收" not in read
        follow(self.judge.get_by_role("button", name="登簿"))
        expect(self.judge.locator(STATE).last).to_contain_text("已登簿")
        return read

    def correct(self, subject: str, fact: str, value: str, by: str, why: str) -> str:
        """A fact that was wrong from the first day, put right: what the reviewing officer reads of it."""
        page = self.form(subject, "correction")
        page.fill(f"#field-{fact}", value)
        page.select_option("#field-by", by)
        page.fill("#field-why", why)
        return self.registered("correction", self.send())

    def certify(self, case: UUID) -> Page:
        """Print the certificates of a registered case, by the button of its page."""
        seal(WORKER, self.settings)
        self.desk.goto(f"/cases/{COUNTY}/{case}")
        follow(self.desk.get_by_role("button", name="发证"))
        return self.desk

    def certificates(self, right: UUID) -> list[str]:
        """The state of each certificate of a right, oldest first, as its page tells it."""
        self.judge.goto(f"/rights/{COUNTY}/{right}")
        return self.judge.locator("section[aria-labelledby=certificates] .state").all_inner_texts()

    def told(self, subject: str) -> Told:
        """The newest entry of a subject's history."""
        self.judge.goto(f"{subject}/history")
        newest = self.judge.locator("main section.panel").first
        return Told(newest.locator("h2").inner_text(), newest.locator("tbody").inner_text())


@contextmanager
def leaving(page: Page) -> Iterator[None]:
    """For what is pressed and leads to another page: until that one is whole.

    Playwright waits for no page that a press leads to. A step within the page, as a map puts into its address, is none.
    """
    with page.expect_event("load"):
        yield


def follow(leads: Locator, *, finger: bool = False) -> None:
    """Click a link or a button that leads to another page, or touch it with a finger, and wait for that page."""
    with leaving(leads.page):
        if finger:
            leads.tap()
        else:
            leads.click()


def right_page(right: UUID) -> str:
    """Where a right's page is."""
    return f"/rights/{COUNTY}/{right}"


def told(walk: Walk, subject: str, act: str, *lines: str) -> bool:
    """Whether the newest entry of a subject's history is of this act and says these lines, spaces apart."""
    newest = walk.told(subject)
    said = " ".join(newest.lines.split())
    assert newest.act.startswith(act), newest
    assert all(line in said for line in lines), said
    return True


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until a control has the focus, which it then shows."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            assert wanted.evaluate("one => one.matches(':focus-visible')")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {wanted}")


def type_in(page: Page, field: str, text: str) -> None:
    """Write into a field that was reached by Tab."""
    tab_to(page, page.locator(f"#field-{field}"))
    page.keyboard.type(text)


def type_day(page: Page, field: str, day: str) -> None:
    """Write a day into the three parts of a day's field, in the order in which this browser has them."""
    year, month, date = day.split("-")
    type_in(page, field, f"{month}{date}{year}")
    assert page.locator(f"#field-{field}").input_value() == day


def pick(page: Page, field: str, value: str) -> None:
    """Choose in a list by the arrows."""
    wanted = page.locator(f"#field-{field}")
    tab_to(page, wanted)
    for _ in range(wanted.locator("option").count()):
        if wanted.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    assert wanted.input_value() == value


def press(page: Page, name: str, role: str = "button") -> None:
    """Go to a button or link by Tab, and press Enter."""
    tab_to(page, page.get_by_role(role, name=name, exact=True).first)  # type: ignore[arg-type]
    with leaving(page):
        page.keyboard.press("Enter")


def search(page: Page, words: str) -> None:
    """Look for something from any page: `/`, what is asked, Enter."""
    page.keyboard.press("/")
    page.keyboard.type(words)
    with leaving(page):
        page.keyboard.press("Enter")


def by_keyboard(walk: Walk, case: UUID, folder: Path) -> str:
    """From the case's page to the register without a mouse, by both officers: what the reviewer read."""
    page, judge = walk.desk, walk.judge
    (paper := folder / "材料.pdf").write_bytes(pdf())
    while lacking := walk.lacking():
        assert page.locator("select[name=kind]").input_value() == PAPERS[lacking[0]]
        tab_to(page, page.locator("input[name=file]"))
        page.locator("input[name=file]").set_input_files(paper)  # the dialog is the system's, not the page's
        press(page, "收入档案")
    with leaving(page):
        page.keyboard.press("Control+Enter")
    expect(page.locator(STATE).last).to_contain_text("已受理")
    number = page.locator(".sub .code").first.inner_text()
    judge.goto("/")
    search(judge, number)
    read = judge.locator(CHANGED).inner_text()
    for state in ("已审核", "已登簿"):
        with leaving(judge):
            judge.keyboard.press("Control+Enter")
        expect(judge.locator(STATE).last).to_contain_text(state)
    return read


def certified_village(officers: tuple[Actor, Actor], superuser: Connection, settings: Settings) -> None:
    """A village whose rights are registered, sealed and certified; made once a worker."""

    def make() -> None:
        registrar, reviewer = officers
        ids = to_rights(registrar, reviewer, superuser, HOUSEHOLDS)
        seal(WORKER, settings)
        # Signing has a loop of its own: not in the thread in which the browser's runs.
        with ThreadPoolExecutor(1) as aside:
            aside.submit(lambda: certificates.issue(registrar, COUNTY, ids, press_of(settings))).result()
        pass_days(superuser, 10)

    kept(superuser, ("certified", officers, HOUSEHOLDS), make)


def press_of(settings: Settings) -> Press:
    """What certificates are made with."""
    return Press(keys.certificate_signer(settings), Store(settings.store), "http://127.0.0.1:8000")
