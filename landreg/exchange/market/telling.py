"""A step of the worker: kept searches look what is new, and what was found is sent.

What a search found is written with the instant until which it has looked, so that a worker that is killed tells nothing twice.
A message is taken by moving its next try on before it is sent: killed in between, it is sent again, never lost.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from landreg.access.sealing import open_sealed, seal
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.core.db import UnitOfWork, alone, unit_of_work
from landreg.exchange.market import letters, search_queries
from landreg.exchange.market.letters import Letter
from landreg.exchange.market.model import Found, Message, SavedSearch
from landreg.exchange.market.sending import Sender, Unsent, senders

EVERY = timedelta(minutes=15)
"""How often a search looks: what came in between is one message."""
AT_ONCE = 50
UNSEEN = timedelta(minutes=10)
"""How far a search looks back behind its last look: what was published a moment before that may have been committed after it."""
PAGE, MOST_FOUND = 100, 2_000
"""Listings read at once, and found by one look; found before are no new ones."""
TRIES = 6
WAIT = timedelta(minutes=10)


def work(settings: Settings, worker: Actor = WORKER) -> int:
    """Look, and send; how many messages went."""
    with alone(worker, "market searches") as ours:
        if not ours:
            return 0
        look(worker, settings.base_url)
        return send(worker, senders())


def look(worker: Actor, base_url: str) -> int:
    """Let the searches that are due look; how many listings were found."""
    with unit_of_work(worker) as uow:
        search_queries.end_unconfirmed(uow.session)
        searches = search_queries.running(uow.session, uow.now - EVERY, AT_ONCE)
        return sum(_looked(uow, search, base_url) for search in searches)


def _looked(uow: UnitOfWork, search: SavedSearch, base_url: str) -> int:
    since = search.looked_until - UNSEEN
    if search.confirmed_at is not None:
        since = max(since, search.confirmed_at)
    numbers: list[str] = []
    while len(numbers) < MOST_FOUND:
        page = search_queries.newest(uow.session, search.query, since, PAGE, len(numbers))
        numbers += page
        if len(page) < PAGE:
            break
    search.looked_until = uow.now
    known = {
        row.number for row in search_queries.found_of(uow.session, [search.search_id], 10_000).get(search.search_id, [])
    }
    fresh = [number for number in numbers if number not in known]
    head = {"county": search.county, "village": search.village, "search_id": search.search_id}
    uow.session.add_all(Found(**head, number=number, found_at=uow.now) for number in fresh)
    if fresh and search.address_sealed is not None and search.token_sealed is not None:
        link = f"{base_url}/market/saved/{open_sealed(bytes(search.token_sealed))}"
        letter = letters.telling(
            open_sealed(bytes(search.address_sealed)),
            search.language,
            fresh,
            f"{base_url}/market/listings/{{number}}",
            link,
        )
        uow.session.add(
            Message(
                **head, message_id=uuid4(), channel=search.channel, kind="found", message_sealed=seal(letter.packed()),
                made_at=uow.now, tries=0, due_at=uow.now,
            )
        )  # fmt: skip
    return len(fresh)


def send(worker: Actor, by_channel: dict[str, Sender]) -> int:
    """Send what is due; how many went. What no sender takes waits, and is given up after TRIES."""
    sent = 0
    for county, message_id, channel, letter in _taken(worker):
        sender = by_channel.get(channel)
        try:
            if sender is None:
                raise Unsent(channel)
            sender.send(letter)
        except Unsent:
            _note(worker, county, message_id, gone=False)
        else:
            _note(worker, county, message_id, gone=True)
            sent += 1
    return sent


def _taken(worker: Actor) -> list[tuple[str, UUID, str, Letter]]:
    with unit_of_work(worker) as uow:
        taken = []
        for row in search_queries.due(uow.session, uow.now, AT_ONCE):
            row.tries, row.due_at = row.tries + 1, uow.now + WAIT * 2**row.tries
            letter = Letter.unpacked(open_sealed(bytes(row.message_sealed or b"")))
            taken.append((row.county, row.message_id, row.channel, letter))
        return taken


def _note(worker: Actor, county: str, message_id: UUID, *, gone: bool) -> None:
    with unit_of_work(worker) as uow:
        row = search_queries.message(uow.session, county, message_id)
        # Ended meanwhile, it was given up already.
        if row is None or row.given_up_at is not None:
            return
        if gone:
            row.sent_at, row.message_sealed = uow.now, None
        elif row.tries >= TRIES:
            row.given_up_at, row.message_sealed = uow.now, None
