"""Land that goes off the market to somebody who stands for no household here."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import BadInput, Refused
from landreg.exchange.bidding import taker_queries, takers
from landreg.exchange.bidding.takers import Opening
from landreg.exchange.contracts import drawing
from landreg.exchange.contracts.model import Contract
from landreg.law.book import national_law
from tests.contract_kit import OPERATOR, OTHER, SHARES, card_of, draft, parcels_of, right_id, today
from tests.registry_kit import HOUSEHOLD, Connection, codes, to_rights
from tests.villages import COUNTY, citizen_id


def test_somebody_of_no_household_here_takes_a_lease_by_number_and_name(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CON-16, CON-20: opened at the counter with an account before; no member of any household here, whose code is told. One who
    was opened before takes no more land apart either.
    """
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    number = citizen_id(77001)

    def drawn_to(card: str, name: str, **changed: Any) -> Contract:
        right = right_id()
        asked = draft(right, parcels_of(OPERATOR, right)[:1], **changed)
        return drawing.draw_recorded(OPERATOR, COUNTY, asked, card, name)

    with pytest.raises(BadInput) as nameless:
        drawn_to(number, "")
    assert codes(nameless) == {"FORM-1"}
    with pytest.raises(Refused) as unknown:
        drawn_to(number, "样本人甲")
    assert codes(unknown) == {"BID-13"}
    takers.open_at_counter(OPERATOR, Opening("person", "样本人甲", number, "13900000000", "jia.ren"))
    contract = drawn_to(number, "样本人甲")
    row = superuser.execute("SELECT kind, code, name FROM exchange.taker WHERE taker_id = %s", [contract.taker_id])
    assert row.fetchone() == ("person", "", "样本人甲")
    with pytest.raises(Refused) as other:
        drawn_to(number, "样本人乙")
    assert codes(other) == {"BID-13"}
    for home in (HOUSEHOLD, OTHER):
        of_home, card = card_of(home, 2)
        with pytest.raises(Refused) as opened:
            takers.open_at_counter(OPERATOR, Opening("person", of_home, card, "13900000001", "yi.ren"))
        with monkeypatch.context() as before:
            before.setattr(taker_queries, "home_of", lambda *_: "")
            takers.open_at_counter(OPERATOR, Opening("person", of_home, card, "13900000001", f"ren-{home[-4:]}"))
        with pytest.raises(Refused) as family:
            drawn_to(card, of_home)
        for refused, code in ((opened, "BID-13"), (family, "CON-16")):
            assert [(one.code, one.values["household"]) for one in refused.value.findings] == [(code, home)]
            assert home in national_law(COUNTY, today()).say(refused.value.findings[0])
    taken = drawn_to(OTHER, "")
    assert superuser.execute(
        "SELECT kind, code FROM exchange.taker WHERE taker_id = %s", [taken.taker_id]
    ).fetchone() == ("household", OTHER)
    with pytest.raises(Refused) as own:
        drawn_to(HOUSEHOLD, "")
    assert codes(own) == {"CON-16"}
    with pytest.raises(Refused) as tied:
        drawn_to("93610902MA0000001B", "交回承包地才给落户合作社")
    assert codes(tied) == {"GUARD-1"}
    with pytest.raises(Refused) as shares:
        drawn_to(number, "样本人甲", kind="share", unit="share", values=SHARES)
    assert "CON-20" in codes(shares)
    again = drawn_to(number, "样本人甲")
    assert again.taker_id == contract.taker_id
