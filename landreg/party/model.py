"""Parties: collectives, households and their members, other holders. Persons live in `identity`."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey, TwoClocks


class Collective(CountyKey, TwoClocks, Base):
    """A rural collective as issuing party (发包方). code: 14 digits."""

    __tablename__ = "collective"
    __table_args__ = {"schema": "party"}  # noqa: RUF012

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    collective_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    uscc: Mapped[str | None]
    representative_id: Mapped[UUID | None]
    representative: Mapped[str]
    address: Mapped[str]
    postcode: Mapped[str]


class Household(CountyKey, TwoClocks, Base):
    """A farm household as contractor (承包方). The household holds the rights, not its head. code: 18 digits."""

    __tablename__ = "household"
    __table_args__ = {"schema": "party"}  # noqa: RUF012

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    representative_id: Mapped[UUID | None]
    collective_id: Mapped[UUID]
    address: Mapped[str]
    postcode: Mapped[str]


class Member(CountyKey, TwoClocks, Base):
    """A person's place in a household. relation: GB/T 4761 code to the head. position: order in the household's list."""

    __tablename__ = "member"
    __table_args__ = {"schema": "party"}  # noqa: RUF012

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    household_id: Mapped[UUID]
    person_id: Mapped[UUID]
    relation: Mapped[str]
    holds_right: Mapped[bool]
    position: Mapped[int]
    note: Mapped[str]


class Holder(CountyKey, TwoClocks, Base):
    """Who holds a right and is no household: an organisation by its social credit code, or a person. The column household_id
    of a right and of its holder names a household or one of these.
    """

    __tablename__ = "holder"
    __table_args__ = {"schema": "party"}  # noqa: RUF012

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    holder_id: Mapped[UUID]
    kind: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    person_id: Mapped[UUID | None]
    address: Mapped[str]
