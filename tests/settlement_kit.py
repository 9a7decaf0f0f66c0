"""The settlement window as its officers use it: its own process's settings, login and key; synthetic applicants."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from landreg.access import sealing
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.files import Store
from landreg.settlement import service
from landreg.settlement.offering import Paper
from landreg.settlement.rules import Person

STREET = "610902001003"
TOWN = "610921100"
TOWN_IN_DISTRICT = "610902100001"
VILLAGE_CLASS = "220"


def citizen(order: int, born: str = "19880301") -> str:
    """A synthetic identity number of prefix 610900 with its check digit."""
    head = f"610900{born}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(one) * weight for one, weight in zip(head, weights, strict=True)) % 11]


def applicant(order: int = 101, name: str = "样本甲") -> Person:
    """Somebody who applies."""
    return Person(name, citizen(order), "applicant")


def new(division: str = STREET, ground: str = "own_dwelling", **told: Any) -> service.New:
    """An application on one's own dwelling in the district, but for what is told."""
    facts: dict[str, Any] = {
        "division": division, "ground": ground, "persons": (applicant(),), "origin": "某县某镇某村", "address": "样本路1号",
        "tenure": "own", "village": "610921101201",
    }  # fmt: skip
    return service.New(**{**facts, **told})


def seen(*kinds: str) -> list[Paper]:
    """Papers whose originals were seen."""
    return [Paper(kind, field=f"file_{kind}") for kind in kinds]


def receive(
    actor: Actor, store: Store, papers: tuple[str, ...] = ("identity_card", "dwelling_deed"), **told: Any
) -> Any:
    """An application that was received: county and id."""
    return service.receive(actor, new(**told), seen(*papers), store)


@contextmanager
def own_key(settings: Settings) -> Iterator[None]:
    """The window's key in use, as in its process; then the register's again."""
    sealing.use_key(settings.keys["settlement"])
    try:
        yield
    finally:
        sealing.use_key(settings.keys["identity"])


def pdf_with(text: str) -> bytes:
    """A PDF whose text layer says something, set by typst as offices' programs do."""
    import typst

    source = f'#set text(font: "Noto Serif CJK SC")\n{text}'
    return bytes(typst.compile(io.BytesIO(source.encode()).read(), font_paths=["/usr/share/fonts/opentype/noto"]))


def years_ago(count: int, on: date) -> date:
    """The same day so many years before, or the day before it in a leap year."""
    try:
        return on.replace(year=on.year - count)
    except ValueError:
        return on.replace(year=on.year - count, day=28)
