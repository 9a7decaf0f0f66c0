"""Sealed bids: an officer's key, an envelope handed in, each officer's shares after the close, and the opening.

Nothing here can read a bid before both officers' browsers gave their shares: docs/sealed-bids.md.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound, Refused
from landreg.exchange.bidding import logged, sale_queries, sales, sealed_queries, taker_queries
from landreg.exchange.bidding.acting import Under, for_its_own, noted
from landreg.exchange.bidding.auction import number_of
from landreg.exchange.bidding.model import Sale
from landreg.exchange.bidding.rules.auction import bid_1_in_time, shown
from landreg.exchange.bidding.rules.ending import stopped
from landreg.exchange.bidding.rules.entering import bid_3_deposit_is_there
from landreg.exchange.bidding.rules.sealing import (
    Envelope,
    Slip,
    key_fault,
    seal_1_envelope_is_whole,
    seal_3_share_is_the_one_locked,
    unlock,
)
from landreg.exchange.bidding.sale_queries import Standing
from landreg.exchange.bidding.sealed_model import OfficerKey, OpenedBid, SealedBid, SealedShare


def keep_key(actor: Actor, county: str, public_key: bytes) -> OfficerKey:
    """Keep an officer's public key; her last one counts for sales to come. Raises Refused (SEAL-4)."""
    if fault := key_fault(public_key):
        raise Refused(fault)
    with unit_of_work(actor) as uow:
        row = OfficerKey(
            county=county, village=county.ljust(12, "0"), key_id=uuid4(), account_id=actor.account_id,
            account_name=actor.name, public_key=public_key, fingerprint=hashlib.sha256(public_key).hexdigest(), made_at=uow.now,
        )  # fmt: skip
        logged.enter(uow, row)
    return row


def hand_in(
    actor: Actor, county: str, sale_id: UUID, entrant_id: UUID, given: Envelope, form: UUID, under: Under | None = None
) -> SealedBid:
    """Hand a sealed bid in; of an entrant's the last counts. The commitment is in the log at once. under: as an agent's.

    Raises NotFound where the entrant is not the actor's, Refused (SEAL-1, BID-1, BID-3, BID-4), Conflict (BID-8).
    """
    if fault := seal_1_envelope_is_whole(given):
        raise Refused(fault)
    with unit_of_work(actor) as uow:
        entrant = sale_queries.entrant(uow.session, county, entrant_id)
        if entrant is None or entrant.sale_id != sale_id:
            raise NotFound
        for_its_own(uow, under, taker_queries.taker(uow.session, county, entrant.taker_id))
        found = sales.standing(uow, county, sale_id)
        known = {one.sealed_id for one in sealed_queries.sealed_bids(uow.session, county, sale_id)}
        # A form that was sent again after its answer was lost is the bid that stands: the database knows it.
        late = None if form in known else bid_1_in_time(found.now, found.clock.closes_at)
        held = sale_queries.deposit_held(uow.session, county, entrant_id)
        if fault := late or bid_3_deposit_is_there(held, found.sale.deposit_yuan):
            raise Refused(fault)
        if under is not None:
            noted(uow, under, f"{number_of(uow, county, sale_id)} 密封报价")
        row = sealed_queries.place_sealed(uow.session, {
            "county": county, "village": entrant.village, "sealed_id": form, "sale_id": sale_id, "entrant_id": entrant_id,
            "iv": given.iv, "cipher": given.cipher, "wrapped_one": given.wrapped[0], "wrapped_two": given.wrapped[1],
            "digest_one": given.share_digests[0], "digest_two": given.share_digests[1], "commitment": given.commitment,
            "by_id": actor.account_id,
        })  # fmt: skip
        logged.stage_row(uow, row)
    return row


def place_of(sale: Sale, actor: Actor) -> int:
    """Which of the two officers of a sale the actor is; 0 for neither."""
    return {sale.officer_one: 1, sale.officer_two: 2}.get(actor.account_id, 0)


def give_shares(actor: Actor, county: str, sale_id: UUID, given: Mapping[UUID, bytes | None]) -> int:
    """An officer's shares of all bids, unwrapped in her browser; whole or not at all. How many could not be unwrapped.

    None: what the bidder handed in does not give the share that its digest names. That bid is opened without a price, the others
    as ever: one bidder who locks wrongly keeps nobody else's bid shut. Raises NotFound, Refused (SEAL-2) before the close or
    from anybody else, (SEAL-3) for a false or missing one, Conflict.
    """
    with unit_of_work(actor) as uow:
        found = sales.standing(uow, county, sale_id)
        place = place_of(found.sale, actor)
        if found.stage != "closed" or place == 0:
            raise Refused(Finding("SEAL-2", "share", {"closes": shown(found.clock.closes_at)}))
        bids = sealed_queries.sealed_bids(uow.session, county, sale_id)
        faults = [
            seal_3_share_is_the_one_locked(given.get(one.sealed_id, b""), (one.digest_one, one.digest_two)[place - 1])
            for one in bids
        ]
        if any(faults) or given.keys() != {one.sealed_id for one in bids} or not bids:
            raise Refused([fault for fault in faults if fault] or [Finding("SEAL-3", "share")])
        for one in bids:
            row = {
                "county": county, "village": one.village, "sale_id": sale_id, "sealed_id": one.sealed_id, "place": place,
                "share": given[one.sealed_id], "by": actor.account_id, "by_name": actor.name,
            }  # fmt: skip
            at = sealed_queries.give_share(uow.session, row)
            logged.stage_row(uow, SealedShare(**row, at=at))
        if len(sealed_queries.shares_given(uow.session, county, sale_id)) == len((1, 2)):
            _open(uow, found)
    return sum(share is None for share in given.values())


def to_unwrap(bids: Sequence[SealedBid], place: int) -> list[dict[str, str]]:
    """What an officer's browser unwraps: of each bid her wrapped half, and the digest that the half must have."""
    return [
        {
            "id": str(one.sealed_id), "digest": (one.digest_one, one.digest_two)[place - 1],
            "share": base64.b64encode((one.wrapped_one, one.wrapped_two)[place - 1]).decode(),
        }
        for one in bids
    ]  # fmt: skip


def key_mark(uow: UnitOfWork, sale: Sale, place: int) -> str:
    """The fingerprint of the key for which an officer's halves of a sale are wrapped; '' where she is none of its officers."""
    key_id = (None, sale.key_one, sale.key_two)[place]
    key = None if key_id is None else sealed_queries.key(uow.session, sale.county, key_id)
    return "" if key is None else key.fingerprint


def open_empty(actor: Actor, county: str, sale_id: UUID) -> None:
    """Say that a sale that has closed had no bid. Raises Conflict (BID-8) where it had, or is not closed."""
    with unit_of_work(actor) as uow:
        found = sales.standing(uow, county, sale_id)
        if found.sale.way != "sealed" or found.stage != "closed":
            raise Conflict(stopped("sale_is_over" if found.clock.over else "sale_runs", "sale"))
        if sealed_queries.sealed_bids(uow.session, county, sale_id):
            raise Conflict(stopped("has_bids", "sale"))
        sales.ended(uow, found.sale, "opened", "")


def _open(uow: UnitOfWork, found: Standing) -> None:
    """Both officers' shares are there: open every bid, hold it against its commitment, and publish it."""
    county, sale_id = found.sale.county, found.sale.sale_id
    shares = sealed_queries.shares(uow.session, county, sale_id)
    for one in sealed_queries.sealed_bids(uow.session, county, sale_id):
        slip = unlock(envelope_of(one), shares[one.sealed_id], str(sale_id), str(one.entrant_id))

        row = OpenedBid(
            county=county, village=one.village, sale_id=sale_id, sealed_id=one.sealed_id, entrant_id=one.entrant_id,
            plate=one.plate, price=slip.price if isinstance(slip, Slip) else None,
            nonce=slip.nonce if isinstance(slip, Slip) else "", slip=slip.text if isinstance(slip, Slip) else "",
            by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
        )  # fmt: skip
        logged.enter(uow, row)
    sales.ended(uow, found.sale, "opened", "")


def envelope_of(row: SealedBid) -> Envelope:
    """A sealed bid as it was handed in."""
    return Envelope(
        bytes(row.iv), bytes(row.cipher), (bytes(row.wrapped_one), bytes(row.wrapped_two)), (row.digest_one, row.digest_two),
        row.commitment,
    )  # fmt: skip
