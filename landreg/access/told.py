"""What leaves said of a person before masks grew shorter (migration 0024), made again to be held against them.

They told of the first six and last four signs of the number, and of the day of birth. No desk reads so much any more: the
worker, which rechecks the log, is handed the sealed number for leaves of that time, and shows nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.access import person_queries
from landreg.access.sealing import open_sealed, person_place
from landreg.core.codes import birth_of, citizen_id_fault, masked_id

_PERSON = "person."
_CITIZEN_ID = "1"


def as_told_at(session: Session, at: datetime, personal: Mapping[str, str]) -> dict[str, str]:
    """The personal facts of a leaf as one of this instant told them. As the worker; raises nothing of its own.

    personal: by name, as they are told now; those of persons are named `person.` and the id, and hold the JSON of `said`,
    masked name, kind, masked number and sex. A row that no longer fits its sealed number stays as it is, and differs.
    """
    persons = {UUID(name.removeprefix(_PERSON)): name for name in personal if name.startswith(_PERSON)}
    told = dict(personal)
    for person_id, sealed in person_queries.told_at(session, list(persons), at).items():
        name = persons[person_id]
        told[name] = _before(told[name], sealed, person_place("id_sealed", person_id))
    return told


def _before(now: str, sealed: bytes, place: bytes) -> str:
    said, called, kind, masked, sex = json.loads(now)
    try:
        number = open_sealed(sealed, place)
    except ValueError:
        return now
    if masked != masked_id(number):
        return now
    longer = "*" * len(number) if len(number) < 12 else number[:6] + "*" * (len(number) - 10) + number[-4:]
    citizen = kind == _CITIZEN_ID and citizen_id_fault(number) is None
    birth = birth_of(number) if citizen else None
    return json.dumps([said, called, kind, longer, birth and birth.isoformat(), sex], ensure_ascii=False)
