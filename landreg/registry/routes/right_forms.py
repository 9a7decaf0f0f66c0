"""Forms of acts on one right: assignment, cancellation, what is released, a certificate lost or exchanged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.party import queries as parties
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    CertificateExchange,
    OrganizationNameChange,
    Reissue,
    Release,
)
from landreg.web.forms import read_form


@dataclass(frozen=True)
class AssignmentForm:
    """Who takes the right over, when their contract was signed, and which parcels go over; none chosen: all."""

    taker: str = field(metadata={"most": 18})
    signed_on: date
    parcels: tuple[str, ...] = ()


@dataclass(frozen=True)
class CancellationForm:
    """Why the right ends, and on which parcels; none chosen: all. noticed_on: of land that is given back."""

    reason: str
    parcels: tuple[str, ...] = ()
    noticed_on: date | None = None


@dataclass(frozen=True)
class ReleaseForm:
    """What is released, and on which paper."""

    restriction: UUID
    basis: str = field(metadata={"most": 100})


@dataclass(frozen=True)
class ReissueForm:
    """How the certificate was lost."""

    lost: str = field(metadata={"most": 500})


@dataclass(frozen=True)
class ExchangeForm:
    """Why a certificate is exchanged, and which."""

    reason: str
    number: str = field(metadata={"most": 60})


@dataclass(frozen=True)
class OrganizationForm:
    """An organisation's new name, its code, and the paper that shows the change."""

    new_name: str = field(metadata={"most": 100})
    uscc: str = field(metadata={"most": 20})
    basis: str = field(metadata={"most": 100})


def assignment(actor: Actor, kind: str) -> Assignment:
    """Who takes a right over. Raises BadInput (TR-3) for no household."""
    given = read_form(AssignmentForm)
    with unit_of_work(actor) as uow:
        taker = parties.household_by_code(uow.session, given.taker)
    if taker is None:
        raise BadInput(Finding("TR-3", "taker", {"taker": given.taker}))
    return Assignment(taker.household_id, f"{taker.code}J", given.signed_on, given.parcels)


def cancellation(actor: Actor, kind: str) -> Cancellation:
    """The request of a cancellation."""
    given = read_form(CancellationForm)
    return Cancellation(given.reason, given.parcels, given.noticed_on)


def release(actor: Actor, kind: str) -> Release:
    """The request of a release."""
    given = read_form(ReleaseForm)
    return Release(given.restriction, given.basis)


def reissue(actor: Actor, kind: str) -> Reissue:
    """The request of a reissue."""
    return Reissue(read_form(ReissueForm).lost)


def certificate_exchange(actor: Actor, kind: str) -> CertificateExchange:
    """The request of an exchanged certificate."""
    given = read_form(ExchangeForm)
    return CertificateExchange(given.reason, given.number)


def organization_name_change(actor: Actor, kind: str) -> OrganizationNameChange:
    """The request of an organisation's new name."""
    given = read_form(OrganizationForm)
    return OrganizationNameChange(given.new_name.strip(), tidy(given.uscc), given.basis.strip())
