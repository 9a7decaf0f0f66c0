"""What anybody may know of the register: certificates, papers, cases and notices, by functions that show no more than that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session


def check_excerpt(session: Session, asked: str) -> Row[Any] | None:
    """What the public may know of an excerpt, by its number or the token of its QR; None when there is none."""
    return session.execute(text("SELECT * FROM registry.check_excerpt(:asked)"), {"asked": asked}).first()


def check_paper(session: Session, number: str) -> Row[Any] | None:
    """What anybody may know of a receipt or notice by the number that it bears; None when there is none."""
    return session.execute(text("SELECT * FROM registry.check_paper(:number)"), {"number": number}).first()


def check_proof(session: Session, number: str) -> Row[Any] | None:
    """What anybody may know of a registration by the number of its certificate: what, since when, and whether it still stands."""
    return session.execute(text("SELECT * FROM registry.check_proof(:number)"), {"number": number}).first()


def check_certificate(session: Session, asked: str) -> Row[Any] | None:
    """What the public may know of a certificate, by its number or the token of its QR; None when there is none."""
    return session.execute(text("SELECT * FROM registry.check_certificate(:asked)"), {"asked": asked}).first()


def public_notices(session: Session, village: str, *, over: bool, most: int, skipped: int = 0) -> Sequence[Row[Any]]:
    """Public notices of a division that run, or are over, newest last day first; each with the `total` of all of them."""
    asked = {"village": village, "over": over, "most": most, "skipped": skipped}
    return session.execute(text("SELECT * FROM registry.public_notices(:village, :over, :most, :skipped)"), asked).all()


def public_notice(session: Session, number: str) -> Row[Any] | None:
    """A public notice by its number."""
    return session.execute(text("SELECT * FROM registry.public_notice(:number)"), {"number": number}).first()


def noticed_cases(session: Session, number: str) -> Mapping[str, Row[Any]]:
    """How each case of a public notice is, by the case's number: its state, and where it was opened anew the case in its place."""
    rows = session.execute(text("SELECT * FROM registry.noticed_cases(:number)"), {"number": number})
    return {row.number: row for row in rows}


def check_case(session: Session, number: str) -> Row[Any] | None:
    """What anybody may know of a case by the number on its receipt."""
    return session.execute(text("SELECT * FROM registry.check_case(:number)"), {"number": number}).first()


def objection_told(session: Session, notice: str, receipt: str) -> Row[Any] | None:
    """What became of an objection to a notice, by the number of its receipt; None for an unknown one."""
    asked = {"notice": notice, "receipt": receipt}
    return session.execute(text("SELECT * FROM registry.objection_told(:notice, :receipt)"), asked).first()
