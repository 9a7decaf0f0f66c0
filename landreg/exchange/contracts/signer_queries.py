"""Who is party to a side of a contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.contracts.model import Contract, ContractEvent
from landreg.exchange.counter.present import Party


def party_of(session: Session, county: str, contract_id: UUID, side: str) -> Party:
    """Who is party to a side of a contract."""
    asked = sa.text("SELECT * FROM exchange.signing_party(:county, :contract, :side)")
    row = session.execute(asked, {"county": county, "contract": contract_id, "side": side}).one()
    return Party(row.kind, row.party_id, row.name)


def parties_of(session: Session, row: Contract, side: str, signed: ContractEvent | None) -> list[Party]:
    """Who is party to a side, with whom the contract names for it and the agent by whom it signed."""
    party = party_of(session, row.county, row.contract_id, side)
    for_it = str(row.clauses.get("representative", "")) if party.kind == "collective" else ""
    agent = signed.by_name if signed and signed.facts.get("way") == "agent" else ""
    return [party, *(Party("person", None, name) for name in (for_it, agent) if name)]


def signed_by_power(
    session: Session, contracts: Sequence[Contract], since: datetime
) -> Sequence[tuple[Contract, ContractEvent]]:
    """Of these contracts: what was signed by a power of attorney since an instant, by no member of a household; the last first."""
    of = {row.contract_id: row for row in contracts}
    # By the contracts, since what is asked of each signature under the policy is asked of all there are.
    found = sa.select(ContractEvent).where(
        ContractEvent.county.in_({row.county for row in contracts}), ContractEvent.contract_id.in_(of),
        ContractEvent.kind.in_(("signed_contractor", "signed_taker")), ContractEvent.at >= since,
    )  # fmt: skip
    signed = session.scalars(found.order_by(ContractEvent.at.desc())) if of else ()
    return [(of[step.contract_id], step) for step in signed if by_power((step,), step.kind)]


def by_power(events: Iterable[ContractEvent], kind: str) -> list[ContractEvent]:
    """The signatures of a side by its power of attorney, none of a member of its household."""
    return [one for one in events if one.kind == kind and one.facts.get("attorney") and "member_id" not in one.facts]
