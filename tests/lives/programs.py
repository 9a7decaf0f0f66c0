"""Programs at the interface: registered, let in, told of what happens, shut out."""

from __future__ import annotations

from uuid import uuid4

from landreg.access import clients
from landreg.access.clients import NewClient
from landreg.access.service import SYSTEM
from landreg.audit import fair_look
from landreg.core.actor import Actor, Desk
from landreg.core.periods import beijing_day
from landreg.exchange.interfaces import delivering, keeping, transfers, webhooks
from landreg.exchange.interfaces.model import Webhook
from landreg.exchange.interfaces.sending import Sent
from tests.life_kit import DOOR, Life, Stage
from tests.registry_kit import one, pass_days
from tests.villages import COUNTY

ADDRESS = "http://127.0.0.1:9/told"


def programs(on: Stage) -> Life:
    """One program's whole life."""
    pass_days(on.superuser, 0)
    wanted = NewClient("区农业补贴系统", ("webhooks", "deals:read"), COUNTY)
    made = yield "register_program", lambda: clients.register(SYSTEM, wanted)
    yield "issue_token", lambda: clients.issue(DOOR, made.client_id, uuid4().hex, ["webhooks"])
    office = Actor(made.client_id, wanted.name, Desk.EXCHANGE, frozenset(), COUNTY)

    def set_webhook() -> keeping.Answer:
        return keeping.once(office, "setWebhook", "key-of-the-life", {}, 201, lambda uow: str(
            webhooks.set_one(uow, ADDRESS, ("deal.made",), loopback=True)[0].webhook_id
        ))  # fmt: skip

    yield "set_webhook", set_webhook
    on.superuser.execute(
        """SELECT set_config('landreg.jurisdiction', '6109', false),
            exchange.tell_programs(%s, 'deal.made', system.clock(), '{"deal": "1"}')""",
        [COUNTY],
    )
    taken = yield "take_delivery", lambda: delivering.take(on.worker)
    yield "note_delivery", lambda: delivering.note(on.worker, taken[0], Sent(delivering.GONE, "answer"))
    administrator = SYSTEM
    delivery = one(on.worker, "SELECT delivery_id FROM exchange.delivery")
    yield "send_anew", lambda: webhooks.send_anew(administrator, delivery)
    yield "deliver", lambda: delivering.work(on.settings, on.worker)
    month = beijing_day(one(on.worker, "SELECT system.clock()"))
    yield "look_at_market", lambda: fair_look.look(on.auditor, month)
    yield "export_transfers", lambda: transfers.export(on.worker, on.settings.home, COUNTY, month, month)
    yield "end_program", lambda: clients.end(SYSTEM, made.client_id)
    assert one(on.worker, f"SELECT count(*) FROM {Webhook.__table__.fullname}") == 1
