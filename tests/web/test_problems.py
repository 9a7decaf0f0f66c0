"""What is answered when something is wrong: to people, to programs, in both languages."""

from __future__ import annotations

import errno
import re
import threading
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import request

from landreg.access.policy import allow
from landreg.app import create_app
from landreg.core import db
from landreg.core.actor import WORKER, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.web.problems import PROBLEM

JSON = {"Accept": "application/json"}


@pytest.fixture
def app(database: Any) -> Any:
    """An application of the test's own: it gets an address more."""
    app = create_app(database)
    app.testing = True
    return app


def _route(app: Any, view: Any, methods: tuple[str, ...] = ("GET",)) -> None:
    app.add_url_rule("/tried", "tried", allow(Role.PUBLIC)(view), methods=methods)


def test_a_program_gets_problem_json_with_both_languages_and_the_articles(app: Any) -> None:
    def refuse() -> None:
        raise Refused([Finding("FORM-3", "area", {"given": "一亩"}), Finding("ACC-5", "login", {"given": "X"})])

    _route(app, refuse)
    answer = app.test_client().get("/tried", headers=JSON)
    assert (answer.status_code, answer.content_type) == (422, PROBLEM)
    body = answer.json
    assert body["type"] == "/problems/FORM-3"
    assert body["status"] == 422
    assert [finding["code"] for finding in body["findings"]] == ["FORM-3", "ACC-5"]
    first = body["findings"][0]
    assert (first["zh"], first["en"]) == (
        "“一亩”不是有效数字，请只写数字，例如 500 或者 500.50，不写单位，不写成 1e5。",
        "“一亩” is not a number. Write digits alone, such as 500 or 500.50, without a unit and not as 1e5.",
    )
    assert (first["field"], first["values"], first["level"]) == ("area", {"given": "一亩"}, "refuse")
    assert app.test_client().get(body["type"]).status_code == 200


def test_a_person_gets_a_page_with_a_number_to_quote(app: Any) -> None:
    page = app.test_client().get("/nowhere")
    assert page.status_code == 404
    assert "没有找到" in page.text
    assert page.headers["X-Request-Number"] in page.text


def test_english_is_by_choice_and_then_by_browser(app: Any) -> None:
    client = app.test_client()
    assert "Not found" in client.get("/nowhere", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert "没有找到" in client.get("/nowhere", headers={"Accept-Language": "de"}).text
    client.set_cookie("language", "zh")
    assert "没有找到" in client.get("/nowhere", headers={"Accept-Language": "en"}).text


def test_a_fault_of_ours_gives_a_number_and_no_detail(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    def break_down() -> None:
        raise RuntimeError("secret of the house")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    _route(app, break_down)
    answer = app.test_client().get("/tried")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["X-Request-Number"] in answer.text
    assert answer.headers["X-Request-Number"] in caplog.text


def test_a_full_disk_is_said_plainly(app: Any) -> None:
    def fill() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    _route(app, fill)
    answer = app.test_client().get("/tried", headers=JSON)
    assert (answer.status_code, answer.json["findings"][0]["code"]) == (507, "SYS-3")


def test_a_stopped_database_is_503_and_the_page_still_has_its_frame(app: Any, database: Any) -> None:
    nowhere = "postgresql+psycopg://landreg_registry@/landreg?host=/nonexistent&port=1"
    db.configure({Desk.REGISTRY: nowhere})
    try:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["token"] = "of a session"
        answer = client.get("/account/password")
    finally:
        db.configure(database.urls)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "SYS-1" in answer.text
    assert "/nonexistent" not in answer.text


def test_what_is_too_large_is_413_with_the_limit(app: Any) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    _route(app, lambda: str(len(request.files)), ("POST",))
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    kind = "multipart/form-data; boundary=x"
    answer = app.test_client().post("/tried", data=b"x" * 2_000_000, content_type=kind, headers=JSON)
    assert answer.status_code == 413
    finding = answer.json["findings"][0]
    assert (finding["code"], finding["values"]) == ("FORM-11", {"most": 1})


def test_a_request_that_lost_a_deadlock_is_repeated_once(app: Any, database: Any, superuser: Any) -> None:
    superuser.execute("CREATE TABLE IF NOT EXISTS public.tried (id int PRIMARY KEY, n int)")
    superuser.execute("TRUNCATE public.tried; INSERT INTO public.tried VALUES (1, 0), (2, 0)")
    superuser.execute("GRANT SELECT, UPDATE ON public.tried TO landreg_worker")
    started, calls = threading.Barrier(2), []
    add = sa.text("UPDATE public.tried SET n = n + 1 WHERE id = :id")

    def both() -> str:
        first, second = (1, 2) if request.args["order"] == "up" else (2, 1)
        calls.append(first)
        with unit_of_work(WORKER) as uow:
            uow.session.execute(add, {"id": first})
            if len(calls) <= 2:
                started.wait(10)
            uow.session.execute(add, {"id": second})
        return "done"

    _route(app, both)
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda order=order: answers.append(app.test_client().get(f"/tried?order={order}")))
        for order in ("up", "down")
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [answer.status_code for answer in answers] == [200, 200]
        assert len(calls) == 3
        assert superuser.execute("SELECT sum(n) FROM public.tried").fetchone() == (4,)
    finally:
        superuser.execute("DROP TABLE public.tried")


def test_every_answer_carries_the_headers_that_keep_other_sites_out(client: Any) -> None:
    for address in ("/", "/nowhere", "/login"):
        headers = client.get(address).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_pages_need_no_script_style_or_picture_from_elsewhere(client: Any) -> None:
    page = client.get("/login").text
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]+"', page) == []
    assert re.search(r"<script(?![^>]*\bsrc=)", page) is None


def test_the_reader_chooses_language_and_light_without_script(client: Any) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    chosen = {"csrf_token": token[1], "language": "en", "theme": "dark", "back": "/login?next=/x"}
    answer = client.post("/appearance", data=chosen)
    assert answer.location == "/login?next=/x"
    page = client.get("/login").text
    assert '<html lang="en" data-bs-theme="dark">' in page
    assert "Log in" in page


def test_only_the_functions_for_counting_are_open_to_the_public_login(as_desk: Any) -> None:
    public = as_desk(Desk.PUBLIC)
    assert public.execute("SELECT access.count_attempt('x', 60, 1)").fetchone() == (1,)
    for table in ("access.account", "access.session", "access.attempt", "identity.person", "identity.opening"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            public.execute(f"SELECT 1 FROM {table}")


def test_the_limiter_counts_in_the_database_for_all_processes(app: Any, superuser: Any) -> None:
    from landreg.access.limits import limiter

    def limited() -> str:
        return "done"

    _route(app, limiter.limit("3/minute")(limited))
    client = app.test_client()
    answers = [client.get("/tried") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "Retry-After" in answers[-1].headers
    assert superuser.execute("SELECT max(count) FROM access.attempt").fetchone() == (4,)


NAME = "林木" + "生"  # joined here, since a traceback shows lines of code


def test_a_fault_of_the_database_is_logged_by_its_state_and_never_with_the_row(
    app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def view() -> None:
        with unit_of_work(WORKER) as uow:
            uow.session.execute(sa.text("SELECT CAST(:name AS integer)"), {"name": NAME})

    app.testing = False
    _route(app, view)
    assert app.test_client().get("/tried").status_code == 500
    assert "22P02" in caplog.text
    assert "in view" in caplog.text
    assert NAME not in caplog.text


def test_what_is_told_of_a_violated_constraint_is_its_name(superuser: psycopg.Connection[Any]) -> None:
    superuser.execute("CREATE TABLE public.named (name text CONSTRAINT named_once UNIQUE)")
    superuser.execute("GRANT SELECT, INSERT ON public.named TO landreg_worker")
    twice = sa.text("INSERT INTO public.named VALUES (:name), (:name)")
    try:
        with pytest.raises(sa.exc.IntegrityError) as fault, unit_of_work(WORKER) as uow:
            uow.session.execute(twice, {"name": NAME})
    finally:
        superuser.execute("DROP TABLE public.named")
    assert NAME in str(fault.value.orig)
    assert "23505 named_once" in db.told(fault.value)
    assert NAME not in db.told(fault.value)
    assert fault.value.hide_parameters
