"""What the log says of acts, notices, certificates and counties' figures, read from the tables: staged when they are written,
and read again by `landreg log recheck`, so that a row changed behind the register's back is found and named.

A row enters as a digest over all its columns but today's division codes, which may be recoded, and the two that close it:
a closed row is named by the leaf of the act that closed it (`closed`: a list of `table key`).
Rows that name people enter as personal facts, which the log salts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from landreg.access import logged as access_logged
from landreg.access.person_queries import PERSON_TOLD, openings
from landreg.access.told import as_told_at
from landreg.law.model import CountyParameter
from landreg.log.recheck_register import Keyed, Source
from landreg.registry.casebook import Act
from landreg.registry.leaves import applied, coursed
from landreg.registry.leaves.changes import change_facts
from landreg.registry.leaves.closed import closings as closings
from landreg.registry.leaves.excerpted import excerpts
from landreg.registry.leaves.paper_rows import papers
from landreg.registry.leaves.renewals import decisions, given_up, put_aside, rosters
from landreg.registry.leaves.rows import CERTIFICATE_TEXT, FOUND, at_beginning_of, digest, digest_sql, found, row_text
from landreg.registry.leaves.rows import CLOCKED as CLOCKED

Restated = tuple[str, Mapping[str, Any], Mapping[str, str]]
TABLES: Mapping[str, Mapping[str, str]] = {
    "act": {
        "": "registry.act",
        "code": "registry.right",
        "area_m2": "registry.right",
        "rights": "registry.right",
        "contracts": "registry.contract",
        "holders": "registry.right_holder",
        "parcels": "registry.right_parcel",
        "surveyed": "land.parcel",
        "right": "registry.right",
        "contract": "registry.contract",
        "right_holder": "registry.right_holder",
        "right_parcel": "registry.right_parcel",
        "restriction": "registry.restriction",
        "parcel": "land.parcel",
        "parcel_origin": "land.parcel_origin",
        "ended": "registry.certificate_end",
        **dict.fromkeys(FOUND, "registry.case_event"),
        "member": "party.member",
        "person": "identity.person",
        "household": "party.household",
        "collective": "party.collective",
        "organization": "party.organization",
        "holder": "party.holder",
    },
    "notice.published": {"": "registry.notice"},
    **{f"renewal.{step}": {"": "registry.renewal"} for step in ("drawn_up", "decided", "given_up")},
    "renewal.put_aside": {"": "registry.renewal_entry", "request_sha256": "registry.document"},
    "certificate.issued": {"": "registry.certificate"},
    "excerpt.issued": {"": "registry.excerpt"},
    "paper.issued": {"": "registry.paper"},
    "law.figure_set": {"": "law.county_parameter"},
    "identity.opened": {"": "identity.opening"},
    **applied.TABLES,
    **coursed.TABLES,
    **access_logged.TABLES,
}
"""By kind of entry: the table behind a fact's name."""


def right_facts(session: Session, county: str, act_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What the leaves of these acts say: numbers and areas that a person reads, and a digest a row; one query."""
    of = "{x}.county = :county AND {x}.act_id = ANY (:acts)"
    return dict(_told(session.execute(text(_rights(of) + " ORDER BY 1, 2"), {"county": county, "acts": list(act_ids)})))


def entry_facts(session: Session, county: str, act_id: UUID, number: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the leaf of a survey entry says: a digest a parcel; personal: a line a household, member, person, collective,
    organisation."""
    asked = {"county": county, "act": act_id}
    surveyed = _by_name((row.code, row.facts) for row in session.execute(text(_PARCELS), asked))
    personal = _by_name((f"{row.kind}.{row.code}", row.facts) for row in session.execute(text(_PARTIES), asked))
    registered = session.execute(text(_ENTRY), asked).scalar()
    facts = {"act": number, "kind": "survey_entry", "registered": digest(registered)}
    return {**facts, "surveyed": {code: digest(facts) for code, facts in surveyed.items()}}, personal


def _by_name(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each row's text by its name; should two have the same name, both texts, so that neither hides the other."""
    found: dict[str, str] = {}
    for name, facts in rows:
        found[name] = f"{found[name]};{facts}" if name in found else facts
    return found


def acts_of(session: Session, numbers: Sequence[str]) -> Iterator[Restated]:
    """The acts of these numbers as the tables have them now, to be held against their leaves."""
    asked = select(Act.county, Act.kind, Act.act_id, Act.number, Act.registered_at).where(Act.number.in_(numbers))
    ordered = session.execute(asked.order_by(Act.county, Act.kind)).all()
    for (county, kind), rows in groupby(ordered, key=lambda row: (row.county, row.kind)):
        found = list(rows)
        match kind:
            case "survey_entry":
                for row in found:
                    facts, personal = entry_facts(session, county, row.act_id, row.number)
                    yield row.number, facts, as_told_at(session, row.registered_at, personal)
            case "first_registration":
                for facts in right_facts(session, county, [row.act_id for row in found]).values():
                    yield facts["act"], facts, {}
            case _:
                for facts, personal in change_facts(session, county, [row.act_id for row in found]).values():
                    yield facts["act"], facts, personal


def certificate_facts(
    number: str, act_number: str, sha256: str, *, token: str, right_id: UUID, sample: bool, registered: str
) -> dict[str, Any]:
    """What the log says of a certificate: its number, act and right, hashes of the printed file and of its QR's token, and
    of the rest of its row (registered).
    """
    return {
        "certificate": number,
        "act": act_number,
        "sha256": sha256,
        "token_sha256": hashlib.sha256(token.encode()).hexdigest(),
        "right": right_id,
        "sample": sample,
        "registered": digest(registered),
    }


def issued_facts(session: Session, county: str, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By number: what the log says of certificates as they were just written."""
    question = text(_CERTIFICATES + " WHERE c.county = :county AND c.number = ANY (:numbers)")
    return {
        row.number: _certificate(row) for row in session.execute(question, {"county": county, "numbers": list(numbers)})
    }


def _certificate(row: Row[Any]) -> dict[str, Any]:
    said = {"token": row.token, "right_id": row.right_id, "sample": row.sample, "registered": row.registered}
    return certificate_facts(row.number, row.act_number, row.pdf_sha256, **said)


def certificates_of(session: Session, numbers: Sequence[str]) -> Iterator[Restated]:
    """The certificates of these numbers as the tables have them now."""
    question = text(_CERTIFICATES + " WHERE c.number = ANY (:numbers)")
    for row in session.execute(question, {"numbers": list(numbers)}):
        yield row.number, _certificate(row), {}


def notice_facts(
    number: str,
    published_on: date,
    last_day: date,
    title: str,
    content: Mapping[str, Any],
    published_by: UUID,
    published_at: datetime,
    pdf_sha256: str | None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """What the log says of a notice: its days, its cases, and its paper by hash where that was kept; personal, since it names
    holders: title and whole content.
    """
    cases = [row.get("case", "") for row in content.get("rows", ())]
    facts = {"notice": number, "published_on": published_on, "last_day": last_day, "cases": cases}
    facts |= {"by": published_by, "published_at": published_at} | ({"sha256": pdf_sha256} if pdf_sha256 else {})
    return facts, {"content": json.dumps([title, content], ensure_ascii=False, sort_keys=True)}


def notices(session: Session) -> Iterator[Restated]:
    """Every notice as the tables have it now."""
    for row in session.execute(text(_NOTICES)):
        yield row.number, *notice_facts(*row)


def figure_facts(row: CountyParameter) -> dict[str, Any]:
    """What the log says of a figure that a county set."""
    return {
        "figure": row.name,
        "key": row.key,
        "value": row.value,
        "since": row.since,
        "decided_in": row.decided_in,
        "county": row.county,
        "by": row.set_by,
    }


def figures(session: Session) -> Iterator[Restated]:
    """Every figure of a county as the table has it now."""
    for row in session.scalars(select(CountyParameter)):
        yield str(row.id), figure_facts(row), {}


SOURCES: Mapping[str, Source | Keyed] = {
    "excerpt.issued": excerpts,
    "paper.issued": papers,
    "act": Keyed(acts_of, "SELECT county, number AS key FROM registry.act"),
    "certificate.issued": Keyed(certificates_of, "SELECT county, number AS key FROM registry.certificate"),
    "notice.published": notices,
    "renewal.drawn_up": rosters,
    "renewal.decided": decisions,
    "renewal.given_up": given_up,
    "renewal.put_aside": put_aside,
    "law.figure_set": figures,
    "identity.opened": openings,
    **applied.SOURCES,
    **coursed.SOURCES,
    **access_logged.SOURCES,
}
"""By kind of entry: what the tables say of it now."""


def _told(rows: Iterable[Row[Any]]) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Each act's facts from its lines, which follow one another."""
    for (_, act_id), lines in groupby(rows, key=lambda row: (row.county, row.act_id)):
        parts = {line.part: line.facts for line in lines}
        if "act" in parts:
            yield act_id, _right_facts(parts)


def _right_facts(parts: Mapping[str, Any]) -> dict[str, Any]:
    act, right = parts["act"], parts.get("right", {})
    return {
        "act": act["number"],
        "kind": act["kind"],
        "case": act["case"],
        "registered": act["facts"],
        "code": right.get("code"),
        "household": right.get("household"),
        "area_m2": None if right.get("area_m2") is None else Decimal(right["area_m2"]),
        "rights": parts.get("rights", ""),
        "contracts": parts.get("contracts", ""),
        "holders": parts.get("holders", ""),
        "parcels": parts.get("parcels", {}),
        **{what: act[what] for what in FOUND if act[what] is not None},
    }


def _rows(part: str, table: str, order: str, of: str) -> str:
    """By act: its rows of a table as one text."""
    said = digest_sql(f"string_agg({row_text('x', f'registry.{table}')}, ';' ORDER BY {order})")
    return f"""SELECT x.county, x.act_id, '{part}' AS part, to_jsonb({said}) AS facts
        FROM registry.{table} AS x WHERE {of.format(x="x")} GROUP BY x.county, x.act_id"""


def _rights(of: str) -> str:
    """What acts say, a line a part. Not joined: just after they were written the planner takes all tables for empty.

    of: which acts, as of `{x}`.
    """
    return f"""
        SELECT a.county, a.act_id, 'act' AS part, jsonb_build_object('number', a.number, 'kind', a.kind, 'case', c.number,
            'facts', {digest_sql("(to_jsonb(a) - '{county,village}'::text[])::text")}, {found("a")}) AS facts
        FROM registry.act AS a LEFT JOIN registry."case" AS c ON c.county = a.county AND c.case_id = a.case_id
        WHERE a.kind = 'first_registration' AND {of.format(x="a")}
        UNION ALL SELECT r.county, r.act_id, 'right', jsonb_build_object('code', r.code, 'area_m2', r.area_m2::text,
            'household', (SELECT min(h.code) FROM party.household AS h WHERE h.county = r.county
                          AND h.household_id = r.household_id AND {at_beginning_of("h", "r")}))
        FROM registry."right" AS r
        WHERE {of.format(x="r")}
        UNION ALL {_rows("rights", '"right"', "x.row_id", of)}
        UNION ALL {_rows("contracts", "contract", "x.row_id", of)}
        UNION ALL {_rows("holders", "right_holder", "x.household_id", of)}
        UNION ALL SELECT x.county, x.act_id, 'parcels', jsonb_object_agg(coalesce((
                SELECT min(l.code) FROM land.parcel AS l WHERE l.county = x.county AND l.parcel_id = x.parcel_id
                AND {at_beginning_of("l", "x")}), x.parcel_id::text), {digest_sql(row_text("x", "registry.right_parcel"))})
            FROM registry.right_parcel AS x WHERE {of.format(x="x")} GROUP BY x.county, x.act_id"""


_PARCELS = f"""
    SELECT l.code, {row_text("l", "land.parcel")} AS facts
    FROM land.parcel AS l WHERE l.county = :county AND l.act_id = :act ORDER BY l.code, l.row_id
"""
_ENTRY = """SELECT (to_jsonb(a) - '{county,village}'::text[])::text FROM registry.act AS a
    WHERE a.county = :county AND a.act_id = :act"""
_PARTIES = f"""
    SELECT 'household' AS kind, h.code, {row_text("h", "party.household")} AS facts FROM party.household AS h
    WHERE h.county = :county AND h.act_id = :act
    UNION ALL SELECT 'member', m.row_id::text, {row_text("m", "party.member")}
    FROM party.member AS m WHERE m.county = :county AND m.act_id = :act
    UNION ALL SELECT 'person', p.person_id::text, {PERSON_TOLD}
    FROM identity.person AS p WHERE p.person_id IN (
        SELECT m.person_id FROM party.member AS m WHERE m.county = :county AND m.act_id = :act
        UNION SELECT h.representative_id FROM party.household AS h WHERE h.county = :county AND h.act_id = :act
        UNION SELECT c.representative_id FROM party.collective AS c WHERE c.county = :county AND c.act_id = :act)
    UNION ALL SELECT 'collective', c.code, {row_text("c", "party.collective")}
    FROM party.collective AS c WHERE c.county = :county AND c.act_id = :act
    UNION ALL SELECT 'organization', o.code, {row_text("o", "party.organization")} FROM party.organization AS o
    WHERE o.county = :county AND o.act_id = :act
    ORDER BY 1, 2, 3
"""
_CERTIFICATES = f"""
    SELECT c.number, coalesce(a.number, '') AS act_number, c.pdf_sha256, c.token, c.right_id, c.sample,
        {CERTIFICATE_TEXT} AS registered
    FROM registry.certificate AS c LEFT JOIN registry.act AS a ON a.county = c.county AND a.act_id = c.act_id
"""
_NOTICES = (
    "SELECT number, published_on, last_day, title, content, published_by, published_at, pdf_sha256 FROM registry.notice"
)
