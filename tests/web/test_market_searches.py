"""Kept searches: told in the program, or by mail to whom said so; ended by one click, and then nothing of the address is left."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest

from landreg.config import Settings
from landreg.core.actor import WORKER, Role
from landreg.core.db import unit_of_work
from landreg.exchange.market import telling
from landreg.exchange.market.sending import senders
from landreg.exchange.routes.market_searches import back
from tests.conftest import Connection
from tests.market_kit import OTHER_TOWN, OTHER_VILLAGE, VILLAGE, event, listed
from tests.registry_kit import pass_days
from tests.web.conftest import Browser, OpenAccount

ADDRESS = "zhang@example.com"


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server of this machine that keeps what it takes; `refusing`: it takes nothing for now."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.letters: list[EmailMessage] = []
        self.refusing = False


class _Post(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: Any = self.server
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part
                box.letters.append(message_from_bytes(body, policy=policy.default))
            elif verb == b"MAIL" and box.refusing:
                self.wfile.write(b"451 later\r\n")
                continue
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 well\r\n")


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """The mail server that the settings name."""
    box = Mailbox()
    thread = threading.Thread(target=box.serve_forever, args=(0.02,))
    thread.start()
    for name, value in {
        "HOST": "127.0.0.1", "PORT": str(box.server_address[1]), "TLS": "none", "FROM": "market@example.com"
    }.items():  # fmt: skip
        monkeypatch.setenv(f"LANDREG_SMTP_{name}", value)
    yield box
    box.shutdown()
    thread.join()
    box.server_close()


@pytest.fixture(autouse=True)
def fresh(app: Any, superuser: Connection) -> None:
    """A clock that moves, and nothing remembered of another test."""
    app.extensions.pop("landreg.market", None)
    pass_days(superuser, 0)


def ask(browser: Browser, query: str = "kind=lease", address: str = ADDRESS) -> Any:
    browser.get(f"/market/saved?{query}")
    return browser.post("/market/saved", {"query": query, "address": address})


def link_in(letter: EmailMessage) -> str:
    return re.findall(r"https?://[^/\s]+(/market/saved/\S+)", letter.get_content())[-1]


def stored(superuser: Connection) -> Any:
    return superuser.execute(
        """SELECT channel, address_sealed IS NOT NULL, address_digest IS NOT NULL, confirmed_at IS NOT NULL, ended_at IS NOT NULL
           FROM exchange.saved_search"""
    ).fetchall()


def test_nothing_is_told_before_the_address_said_its_word_and_nothing_after_it_ended(
    browser: Browser, mailbox: Mailbox, superuser: Connection, database: Settings
) -> None:
    assert "确认信已经交给系统发送" in ask(browser, f"within={OTHER_TOWN}").text
    assert stored(superuser) == [("mail", True, True, False, False)]
    listed(superuser, village=OTHER_VILLAGE)
    telling.work(database)
    assert [letter["Subject"] for letter in mailbox.letters] == ["请确认土地流转市场的找地提醒"]
    link = link_in(mailbox.letters[0])
    assert "确认以后" in browser.get(link).text
    assert browser.post(f"{link}/confirm").status_code == 303
    assert "提醒已经打开" in browser.get(link).text
    fitting, other = listed(superuser, village=OTHER_VILLAGE), listed(superuser, village=VILLAGE)
    pass_days(superuser, 1)
    telling.work(database)
    telling.work(database)
    assert len(mailbox.letters) == 2
    told = mailbox.letters[1]
    assert told["To"] == ADDRESS
    assert fitting in told.get_content()
    assert other not in told.get_content()
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # A mail program's one click carries no form's token and no cookie.
    program = browser.client.application.test_client()
    ending = re.findall(r"<https?://[^/]+(/.+)>", told["List-Unsubscribe"])[0]
    assert program.post(ending, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stored(superuser) == [("mail", False, False, True, True)]
    assert "地址已经删除" in browser.get(link).text
    listed(superuser, village=OTHER_VILLAGE)
    pass_days(superuser, 1)
    telling.work(database)
    assert len(mailbox.letters) == 2
    assert superuser.execute("SELECT count(*) FROM exchange.message WHERE message_sealed IS NOT NULL").fetchone() == (
        0,
    )


def test_an_address_that_nobody_confirms_is_erased_after_seven_days(
    browser: Browser, mailbox: Mailbox, superuser: Connection, database: Settings
) -> None:
    ask(browser)
    telling.work(database)
    link = link_in(mailbox.letters[0])
    pass_days(superuser, 8)
    assert "超过七天没有确认" in browser.get(link).text
    browser.post(f"{link}/confirm")
    telling.work(database)
    assert stored(superuser) == [("mail", False, False, False, True)]


def test_a_mail_server_that_is_down_loses_no_letter_and_is_given_up_at_last(
    browser: Browser, mailbox: Mailbox, superuser: Connection, database: Settings
) -> None:
    ask(browser)
    mailbox.refusing = True
    telling.work(database)
    assert mailbox.letters == []
    mailbox.refusing = False
    pass_days(superuser, 1)
    telling.work(database)
    assert len(mailbox.letters) == 1
    ask(browser, address="li@example.com")
    mailbox.refusing = True
    for _ in range(telling.TRIES + 1):
        telling.work(database)
        pass_days(superuser, 1)
    assert superuser.execute(
        "SELECT count(*) FROM exchange.message WHERE given_up_at IS NOT NULL AND message_sealed IS NULL"
    ).fetchone() == (1,)


def test_an_address_keeps_five_searches_and_a_stranger_s_mistake_is_said(browser: Browser, mailbox: Mailbox) -> None:
    assert "请填写电子邮箱，例如 name@example.com" in ask(browser, address="13812345678").text
    assert ask(browser, address="x").status_code == 400
    assert ask(browser, "price_least=9&price_most=1").status_code == 400
    for number in range(5):
        assert ask(browser, f"unit=yuan_mu_year&price_least={number}").status_code == 200
    refused = ask(browser, "unit=yuan_mu_year&price_least=7")
    assert refused.status_code == 422
    assert "最多保存 5 条" in refused.text


def test_a_search_that_nothing_can_fit_is_not_kept(browser: Browser, mailbox: Mailbox, superuser: Connection) -> None:
    for impossible in ("kind=zzz", "unit=zzz", "way=zzz", "water=zzz"):
        assert "FORM-5" in ask(browser, impossible).text, impossible
    assert stored(superuser) == []


def test_a_kept_range_of_prices_names_its_unit_and_leads_back_to_itself(
    app: Any, browser: Browser, mailbox: Mailbox, superuser: Connection
) -> None:
    asked = "unit=yuan_once&price_least=9000000&price_most=12000000&years_most=0.58"
    page = browser.get(f"/market/saved?{asked}").text
    assert "9000000–12000000 元（一次性，全部） · –0.58 年" in page
    assert ask(browser, "price_least=9").status_code == 400
    assert ask(browser, asked).status_code == 200
    kept = superuser.execute("SELECT query FROM exchange.saved_search").fetchall()
    with app.test_request_context():
        assert [back(row[0]) for row in kept] == [f"/market?{asked}"]


def test_what_cannot_be_kept_is_said_and_nothing_is_kept(
    browser: Browser, mailbox: Mailbox, superuser: Connection
) -> None:
    for query in ("&".join(f"a{number}=1" for number in range(61)), "crop=%00", "within=62", "mu_most=x", "x" * 2001):
        assert ask(browser, query).status_code == 400, query[:20]
    assert stored(superuser) == []


def test_without_mail_settings_the_form_is_not_offered_and_the_feed_is(browser: Browser, superuser: Connection) -> None:
    page = browser.get("/market/saved?kind=lease")
    assert "没有设置邮件和短信" in page.text
    assert 'name="address"' not in page.text
    assert ask(browser).status_code == 400
    assert stored(superuser) == []


def test_a_short_message_goes_into_a_folder(
    browser: Browser, superuser: Connection, database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDREG_SMS_FOLDER", str(tmp_path))
    assert ask(browser, address="13812345678").status_code == 200
    assert telling.send(WORKER, senders()) == 1
    (file,) = tmp_path.iterdir()
    assert file.read_text("utf-8").startswith("13812345678\n")


def test_a_farmer_who_is_signed_on_reads_what_is_new_in_the_program(
    browser: Browser, another_browser: Browser, account: OpenAccount, superuser: Connection, database: Settings
) -> None:
    account("lin", Role.FARMER, jurisdiction=VILLAGE)
    account("wang", Role.FARMER, jurisdiction=VILLAGE)
    browser.log_in("lin")
    browser.get(f"/market/saved?within={OTHER_TOWN}")
    assert browser.post("/market/saved", {"query": f"within={OTHER_TOWN}"}).status_code == 303
    assert browser.post("/market/saved", {"query": f"within={OTHER_TOWN}"}).status_code == 303
    assert stored(superuser) == [("app", False, False, True, False)]
    number = listed(superuser, village=OTHER_VILLAGE)
    pass_days(superuser, 1)
    browser.log_in("lin")
    telling.work(database)
    page = browser.get("/market/saved")
    assert "新 1 宗" in page.text
    assert number in page.text
    assert "新 1 宗" not in browser.get("/market/saved").text
    another_browser.log_in("wang")
    own = re.findall(r'action="(/market/saved/own/[^"]+)"', page.text)[0]
    assert number not in another_browser.get("/market/saved").text
    assert another_browser.post(own).status_code == 404
    assert browser.post(own).status_code == 303
    assert number not in browser.get("/market/saved").text


def test_what_was_published_before_the_look_and_committed_after_it_is_told_once(
    browser: Browser, account: OpenAccount, superuser: Connection, database: Settings
) -> None:
    account("lin", Role.FARMER, jurisdiction=VILLAGE)
    browser.log_in("lin")
    browser.get(f"/market/saved?within={OTHER_TOWN}")
    browser.post("/market/saved", {"query": f"within={OTHER_TOWN}"})
    pass_days(superuser, 1)
    number = listed(superuser, village=OTHER_VILLAGE, published=False)
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as late:
        event(late, number, "published")
        assert telling.look(WORKER, "") == 0
    pass_days(superuser, 1)
    assert telling.look(WORKER, "") == 1
    pass_days(superuser, 1)
    assert telling.look(WORKER, "") == 0


def test_more_new_listings_than_one_page_are_all_found(
    browser: Browser, account: OpenAccount, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    account("lin", Role.FARMER, jurisdiction=VILLAGE)
    browser.log_in("lin")
    browser.get(f"/market/saved?within={OTHER_TOWN}")
    browser.post("/market/saved", {"query": f"within={OTHER_TOWN}"})
    for _ in range(5):
        listed(superuser, village=OTHER_VILLAGE)
    pass_days(superuser, 1)
    monkeypatch.setattr(telling, "PAGE", 2)
    assert telling.look(WORKER, "") == 5


def test_a_link_that_is_no_search_s_leads_nowhere(browser: Browser, superuser: Connection) -> None:
    event(superuser, listed(superuser), "withdrawn")
    for token in ("x", "a" * 32, "a" * 300):
        assert browser.get(f"/market/saved/{token}").status_code == 404
        browser.get("/market")
        assert browser.post(f"/market/saved/{token}").status_code in (303, 404)


def test_the_worker_without_senders_keeps_the_letters(
    browser: Browser, mailbox: Mailbox, superuser: Connection
) -> None:
    ask(browser)
    assert telling.send(WORKER, {}) == 0
    with unit_of_work(WORKER) as uow:
        assert uow.now is not None
    assert superuser.execute("SELECT tries, sent_at FROM exchange.message").fetchall() == [(1, None)]
