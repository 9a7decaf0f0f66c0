"""What can go wrong, in one shape.

A `Finding` carries a rule's code and the values at fault, never text: the sentence comes from `rules.toml` when it is
shown, in the reader's language. Each error carries its findings and the HTTP status that `web.problems` answers with.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Finding:
    """One thing at fault.

    code: of `rules.toml`. field: the form field or column. values: what the sentence names. layer, subject: table and
    parcel, contract, household, person or issuer code, for findings on survey data. place: (longitude, latitude).
    """

    code: str
    field: str | None = None
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)
    layer: str | None = None
    subject: str | None = None
    place: tuple[float, float] | None = None


class LandregError(Exception):
    """An answer to the user, not a fault of the program."""

    status: ClassVar[int] = 500

    def __init__(self, findings: Finding | Iterable[Finding] = ()) -> None:
        self.findings: tuple[Finding, ...] = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__(", ".join(finding.code for finding in self.findings))


class BadInput(LandregError):
    """What was sent cannot be read: a field is missing or malformed."""

    status = 400


class NotAllowed(LandregError):
    """The actor's roles do not include this step."""

    status = 403


class NotFound(LandregError):
    """There is none, or it lies outside the actor's jurisdiction: the two look alike."""

    status = 404


class Conflict(LandregError):
    """Someone was first: the state has moved on."""

    status = 409


class Refused(LandregError):
    """The law refuses the step; every reason at once (不动产登记暂行条例 17)."""

    status = 422
