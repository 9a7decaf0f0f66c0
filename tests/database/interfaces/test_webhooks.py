"""What happens is told to programs that asked for it: in the same transaction, signed, again until it is taken or given up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from landreg.access.policy import digest_of
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotAllowed, Refused
from landreg.exchange.interfaces import delivering, webhooks
from landreg.exchange.interfaces.keeping import once
from landreg.exchange.interfaces.rules import ATTEMPTS, WEBHOOKS_MOST, signed
from landreg.exchange.interfaces.sending import Sent, post
from landreg.log.recheck import recheck_register
from tests.exchange_kit import OPERATOR, farmer_of, listing_row, market, own_right, parcels_of, put_event, put_listing
from tests.interface_kit import Heard, listening, registered
from tests.kept_kit import Connection
from tests.registry_kit import codes, pass_days
from tests.villages import COUNTY

KINDS = ("listing.published", "listing.withdrawn", "deal.made")


@pytest.fixture
def heard() -> Iterator[Heard]:
    with listening() as server:
        yield server


@pytest.fixture
def office(superuser: Connection, registrar: Actor, reviewer: Actor) -> Actor:
    market(registrar, reviewer, superuser)
    return _actor(superuser)


def _actor(superuser: Connection, within: str = COUNTY) -> Actor:
    made = registered(superuser, "webhooks", within=within)
    return Actor(made.client_id, "区农业补贴系统", Desk.EXCHANGE, frozenset(), within)


def _set(office: Actor, url: str) -> tuple[Any, str]:
    with unit_of_work(office) as uow:
        return webhooks.set_one(uow, url, KINDS, loopback=True)


def _published(superuser: Connection, registrar: Actor) -> Any:
    farmer, right = farmer_of(superuser), own_right(registrar)
    row = put_listing(farmer, listing_row(farmer, right), parcels_of(registrar, right)[:1])
    put_event(OPERATOR, row, "published")
    return row


def _states(superuser: Connection) -> list[tuple[str, int]]:
    return superuser.execute("SELECT state, attempts FROM exchange.delivery ORDER BY made_at").fetchall()  # type: ignore[return-value]


def test_a_publication_is_told_once_and_signed(
    office: Actor, heard: Heard, superuser: Connection, registrar: Actor, database: Settings
) -> None:
    _, secret = _set(office, heard.url)
    row = _published(superuser, registrar)
    assert delivering.work(database) == 1
    assert delivering.work(database) == 0
    headers, body = heard.posts[0]
    assert heard.bodies[0]["type"] == "listing.published"
    assert heard.bodies[0]["data"]["listing"] == row.number
    expected = signed(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == expected
    assert _states(superuser) == [("done", 1)]


def test_what_is_rolled_back_is_told_to_nobody(
    office: Actor, heard: Heard, superuser: Connection, registrar: Actor, database: Settings
) -> None:
    _set(office, heard.url)
    farmer, right = farmer_of(superuser), own_right(registrar)
    row = put_listing(farmer, listing_row(farmer, right), parcels_of(registrar, right)[:1])
    with pytest.raises(Refused):
        put_event(OPERATOR, row, "dealt")
    assert _states(superuser) == []
    assert delivering.work(database) == 0


def test_a_program_of_another_county_is_told_nothing(
    office: Actor, heard: Heard, superuser: Connection, registrar: Actor
) -> None:
    _set(_actor(superuser, "610921"), heard.url)
    _published(superuser, registrar)
    assert _states(superuser) == []


def test_a_refused_delivery_comes_again_with_the_same_id_until_it_is_given_up_and_sent_anew(
    office: Actor, heard: Heard, superuser: Connection, registrar: Actor, database: Settings
) -> None:
    _set(office, heard.url)
    _published(superuser, registrar)
    heard.answers[:] = [500] * ATTEMPTS
    for _ in range(ATTEMPTS):
        assert delivering.work(database) == 1
        assert delivering.work(database) == 0
        pass_days(superuser, 1)
    assert _states(superuser) == [("dead", ATTEMPTS)]
    assert len({headers["webhook-id"] for headers, _ in heard.posts}) == 1
    administrator = Actor(OPERATOR.account_id, "管理员", Desk.REGISTRY, frozenset({Role.ADMINISTRATOR}), COUNTY)
    (delivery,) = superuser.execute("SELECT delivery_id FROM exchange.delivery").fetchone()  # type: ignore[misc]
    with pytest.raises(NotAllowed):
        webhooks.send_anew(replace(administrator, roles=frozenset({Role.REGISTRAR})), delivery)
    webhooks.send_anew(administrator, delivery)
    assert delivering.work(database) == 1
    assert _states(superuser) == [("done", ATTEMPTS + 1)]
    with pytest.raises(Conflict) as error:
        webhooks.send_anew(administrator, delivery)
    assert codes(error) == {"API-10"}


def test_who_says_gone_is_not_told_again(
    office: Actor, heard: Heard, superuser: Connection, registrar: Actor, database: Settings
) -> None:
    _set(office, heard.url)
    _published(superuser, registrar)
    heard.answers[:] = [410]
    delivering.work(database)
    assert _states(superuser) == [("dead", 1)]


def test_a_worker_that_is_killed_while_it_sends_loses_nothing(
    office: Actor, heard: Heard, superuser: Connection, registrar: Actor, database: Settings
) -> None:
    _set(office, heard.url)
    _published(superuser, registrar)
    assert len(delivering.take(WORKER)) == 1
    assert delivering.take(WORKER) == []
    pass_days(superuser, 1)
    assert delivering.work(database) == 1
    assert _states(superuser) == [("done", 2)]


def test_what_was_ended_is_told_no_more(
    office: Actor, heard: Heard, superuser: Connection, registrar: Actor, database: Settings
) -> None:
    hook, _ = _set(office, heard.url)
    _published(superuser, registrar)
    with unit_of_work(office) as uow:
        webhooks.end(uow, hook.webhook_id)
    assert delivering.work(database) == 0
    assert heard.posts == []


def test_what_an_ended_webhook_was_still_to_be_told_waits_no_more_and_old_answers_are_forgotten(
    office: Actor, heard: Heard, superuser: Connection, registrar: Actor, database: Settings
) -> None:
    hook, _ = _set(office, heard.url)
    _published(superuser, registrar)
    with unit_of_work(office) as uow:
        webhooks.end(uow, hook.webhook_id)
    assert _states(superuser) == [("dead", 0)]
    once(office, "test", "key-00001", {}, 200, lambda uow: {})
    pass_days(superuser, 29)
    delivering.work(database)
    assert once(office, "test", "key-00001", {}, 200, lambda uow: {}).again
    pass_days(superuser, 2)
    delivering.work(database)
    assert not once(office, "test", "key-00001", {}, 200, lambda uow: {}).again


def test_a_redirect_is_not_followed() -> None:
    with listening() as inner, listening(location=inner.url) as outer:
        outer.answers[:] = [307]
        sent = post(outer.url, "{}", {}, loopback=True)
        assert (sent.answered, sent.good, inner.posts) == (307, False, [])


@contextmanager
def _dripping() -> Iterator[str]:
    """A server that answers with a byte now and then, and never to the end; its address."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError):
                while not ended.is_set():
                    calling, _ = server.accept()
                    with calling, suppress(OSError):
                        calling.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                        while not ended.wait(0.05):
                            calling.sendall(b"x")

        serving = threading.Thread(target=drip, daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        ended.set()
        server.shutdown(socket.SHUT_RDWR)
    serving.join(5)


def test_who_answers_byte_by_byte_for_ever_is_given_up_and_the_step_ends_with_the_others_untried(
    office: Actor, heard: Heard, superuser: Connection, registrar: Actor, database: Settings
) -> None:
    with _dripping() as url:
        _set(office, url)
        began = time.monotonic()
        assert post(url, "{}", {}, loopback=True, longest_s=0.3) == Sent(0, "silence")
        assert time.monotonic() - began < 2
        _published(superuser, registrar)
        _set(office, heard.url)
        superuser.execute(
            """INSERT INTO exchange.delivery SELECT d.county, d.village, gen_random_uuid(), w.webhook_id, d.kind, d.body, d.made_at,
               'due', 0, d.next_at + interval '1 ms' FROM exchange.delivery AS d, exchange.webhook AS w WHERE w.url = %s""",
            [heard.url],
        )
        assert delivering.work(database, longest_s=0.3) == 1
        assert sorted(_states(superuser)) == [("due", 0), ("due", 1)]
    assert delivering.work(database) == 1
    assert len(heard.posts) == 1


@pytest.mark.parametrize(("url", "said"), [
    ("http://127.0.0.1:9/", "address"), ("https://localhost/", "address"), ("https://no-such-host.invalid/", "name"),
])  # fmt: skip
def test_outside_a_demonstration_nothing_is_sent_to_this_machine(url: str, said: str) -> None:
    assert post(url, "{}", {}, loopback=False).said == said


def test_a_program_has_so_many_webhooks_and_no_more(office: Actor) -> None:
    for number in range(WEBHOOKS_MOST):
        _set(office, f"http://127.0.0.1:9/{number}")
    with pytest.raises(Refused) as error:
        _set(office, "http://127.0.0.1:9/more")
    assert codes(error) == {"API-9"}


def test_the_operator_and_the_auditor_read_no_secret(office: Actor, heard: Heard, as_desk: Any) -> None:
    _set(office, heard.url)
    for desk in (Desk.AUDITOR, Desk.REGISTRY):
        with pytest.raises(Exception, match="permission denied"):
            as_desk(desk, COUNTY).execute("SELECT secret_sealed FROM exchange.webhook")
    assert as_desk(Desk.EXCHANGE, COUNTY).execute("SELECT * FROM exchange.webhook").fetchall() == []


def test_an_address_that_is_changed_behind_the_registers_back_is_found(
    office: Actor, heard: Heard, superuser: Connection, database: Settings
) -> None:
    _set(office, heard.url)
    superuser.execute("UPDATE exchange.webhook SET url = 'https://elsewhere.example.cn/'")
    superuser.execute("UPDATE access.client SET secret_digest = %s", [digest_of("another")])
    found = [(one.code, str(one.values)) for one in recheck_register(WORKER, database, register()).findings]
    assert any("exchange.webhook" in values for _code, values in found)
    assert any("access.client" in values for _code, values in found)
