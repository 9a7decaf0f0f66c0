"""Contracts with their parcels, papers and course; rents due and paid; a village's projects, words on them, and their runs.

A row is said once; how a contract stands follows from its events, and the database keeps it in `state` and `ends_on`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, column_property, mapped_column

from landreg.core.tables import Base, CountyKey
from landreg.exchange.model import SCHEMA, Area, Instant, Price, mu_printed

Percent = Numeric(5, 2)


class Contract(CountyKey, Base):
    """A contract of a transfer. from_on, until_on: half-open days. clauses: the values of its clauses. text_sha256: of the
    wording that is signed. relation: to previous_id: renewal, change or retransfer, else ''. instalments: of one
    sum that is paid on several days, else None. drawn_until: the last day on which a draft is signed, as it was drawn; sign_until:
    as it was put off last. Of what was drawn before drafts had a last day drawn_until is None, and sign_until where it was signed.
    state, ends_on, sign_until: kept by the database.
    void: an outcome says that it never was in force; kept by the database too.
    right_id, household_id: None of a collective's own land, whose code and name stand where a household's would.
    """

    __tablename__ = "contract"
    __table_args__ = SCHEMA

    contract_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    deal_id: Mapped[UUID | None]
    kind: Mapped[str]
    right_id: Mapped[UUID | None]
    right_code: Mapped[str]
    household_id: Mapped[UUID | None]
    household_code: Mapped[str]
    household_name: Mapped[str]
    taker_id: Mapped[UUID]
    taker_name: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    unit: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Price)
    grain: Mapped[str]
    escalator_percent: Mapped[Decimal] = mapped_column(Percent)
    paid_every: Mapped[str]
    paid_before: Mapped[bool]
    area_m2: Mapped[Decimal] = mapped_column(Area)
    clauses: Mapped[dict[str, Any]] = mapped_column(JSONB)
    said: Mapped[str]
    text_sha256: Mapped[str]
    relation: Mapped[str]
    previous_id: Mapped[UUID | None]
    instalments: Mapped[list[dict[str, str]] | None] = mapped_column(JSONB(none_as_null=True))
    project_id: Mapped[UUID | None]
    drawn_by: Mapped[UUID]
    drawn_by_name: Mapped[str]
    drawn_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str]
    ends_on: Mapped[date | None]
    drawn_until: Mapped[date | None]
    sign_until: Mapped[date | None]
    void: Mapped[bool]
    if TYPE_CHECKING:
        area_mu: Mapped[Decimal]


class ContractParcel(CountyKey, Base):
    """A parcel of a contract. part: what is transferred of it, None the whole. price: of this parcel, a mu and year."""

    __tablename__ = "contract_parcel"
    __table_args__ = SCHEMA

    contract_id: Mapped[UUID] = mapped_column(primary_key=True)
    parcel_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    neighbours: Mapped[str]
    area_m2: Mapped[Decimal] = mapped_column(Area)
    registered_m2: Mapped[Decimal] = mapped_column(Area)
    price: Mapped[Decimal] = mapped_column(Price)
    part: Mapped[Any | None] = mapped_column(Geometry("POLYGON", spatial_index=False))


Contract.area_mu = column_property(
    mu_printed(
        ContractParcel, ContractParcel.county == Contract.county, ContractParcel.contract_id == Contract.contract_id
    )
)


class ContractPaper(CountyKey, Base):
    """A paper of a contract or a project; the file lies in the store by its digest."""

    __tablename__ = "contract_paper"
    __table_args__ = SCHEMA

    contract_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None]
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    name: Mapped[str]
    put_by: Mapped[UUID]
    put_at: Mapped[datetime] = mapped_column(Instant)


class ContractEvent(CountyKey, Base):
    """A step of a contract. on_day: the day that counts. facts: what belongs to its kind."""

    __tablename__ = "contract_event"
    __table_args__ = SCHEMA

    contract_id: Mapped[UUID]
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    on_day: Mapped[date]
    said: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document_id: Mapped[UUID | None]
    by_id: Mapped[UUID]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


class RentDue(CountyKey, Base):
    """What falls due: rent of some days, a dividend, or what was awarded. amount: yuan, or kg where in_kind. payer: of an award."""

    __tablename__ = "rent_due"
    __table_args__ = SCHEMA

    contract_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    kind: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    due_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Area)
    in_kind: Mapped[bool]
    payer: Mapped[str | None]


class RentPayment(CountyKey, Base):
    """A payment by its receipt: amount_yuan of money, or kg of grain that was handed over instead. What came in grain before grain
    was settled by its kilograms alone has what it was worth beside it. payer: the side that paid; None of what was recorded before
    payments had it.
    """

    __tablename__ = "rent_payment"
    __table_args__ = SCHEMA

    contract_id: Mapped[UUID]
    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    amount_yuan: Mapped[Decimal | None] = mapped_column(Area)
    kg: Mapped[Decimal | None] = mapped_column(Area)
    payer: Mapped[str | None]
    paid_on: Mapped[date]
    receipt: Mapped[str]
    document_id: Mapped[UUID]
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Project(CountyKey, Base):
    """A village's transfer to one taker, each household's land at its own price. clauses, said: of every contract."""

    __tablename__ = "project"
    __table_args__ = SCHEMA

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    taker_id: Mapped[UUID]
    taker_name: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    unit: Mapped[str]
    grain: Mapped[str]
    escalator_percent: Mapped[Decimal] = mapped_column(Percent)
    paid_every: Mapped[str]
    paid_before: Mapped[bool]
    clauses: Mapped[dict[str, Any]] = mapped_column(JSONB)
    said: Mapped[str]
    opened_by: Mapped[UUID]
    opened_by_name: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(Instant)


class ProjectParcel(CountyKey, Base):
    """A parcel that a project asks for, and its price."""

    __tablename__ = "project_parcel"
    __table_args__ = SCHEMA

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    parcel_code: Mapped[str] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    household_code: Mapped[str]
    household_name: Mapped[str]
    right_id: Mapped[UUID]
    area_m2: Mapped[Decimal] = mapped_column(Area)
    price: Mapped[Decimal] = mapped_column(Price)


class ProjectWord(CountyKey, Base):
    """A household's own word on a project: it consents, leaving out some parcels, or withdraws. The last one counts. member_id:
    who spoke at the counter; document_id: the power of attorney of who is none of the household, mandatary_id: of them, by id.
    """

    __tablename__ = "project_word"
    __table_args__ = SCHEMA

    project_id: Mapped[UUID]
    word_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    household_code: Mapped[str]
    kind: Mapped[str]
    left_out: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    way: Mapped[str]
    name: Mapped[str]
    identity_checked: Mapped[bool]
    witness: Mapped[str]
    agent_act_id: Mapped[UUID | None]
    said: Mapped[str]
    member_id: Mapped[UUID | None]
    mandatary_id: Mapped[UUID | None]
    document_id: Mapped[UUID | None]
    by_id: Mapped[UUID]
    by_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


class ProjectRun(CountyKey, Base):
    """A run over a project's households, asked for at the desk and done by the worker, household by household.

    step: 'draw' makes their contracts, 'sign' takes the taker's signature under them, of which `given` says who signed and who
    witnessed it. position: how many were tried; done: of these, how many had what the step gives when they were counted. refused:
    each household that got none, with its findings; '' for a household where all of the run is refused.
    """

    __tablename__ = "project_run"
    __table_args__ = SCHEMA

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID]
    step: Mapped[str]
    given: Mapped[dict[str, Any]] = mapped_column(JSONB)
    household_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)))
    position: Mapped[int]
    done: Mapped[int]
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[str]
    asked_by: Mapped[UUID]
    asked_by_name: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    jurisdiction: Mapped[str]
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
