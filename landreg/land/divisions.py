"""Villages that are younger than the divisions that came with the program."""

from __future__ import annotations

import re

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding
from landreg.land.model import Division

VILLAGE = re.compile(r"6109\d{8}", re.ASCII)
LONGEST = 50


def add_village(actor: Actor, code: str, name: str) -> None:
    """Give a village its name, so that its batch can be opened. Raises BadInput for a code that is no village of a known
    township, or for no name; Conflict for a code that has a name."""
    name = name.strip()
    with unit_of_work(actor) as uow:
        township = uow.session.get(Division, code[:9]) if VILLAGE.fullmatch(code) else None
        if township is None or code.endswith("000"):
            raise BadInput(Finding("COD-33", "code", {"given": code}))
        if not name or len(name) > LONGEST or not name.isprintable():
            raise BadInput(Finding("COD-34", "name", {"given": name[:LONGEST], "most": LONGEST}))
        if (known := uow.session.get(Division, code)) is not None:
            raise Conflict(Finding("COD-35", "code", {"given": code, "name": known.name}))
        uow.session.add(Division(code=code, name=name, level="village", parent=township.code, urban_rural=""))
