"""What a certificate says, read from the register: right, household, parcels with their neighbours and points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.access.identity import Identity
from landreg.core.codes import masked_id
from landreg.land.queries import division_path
from landreg.law.book import term
from landreg.registry.facts.found_uses import FoundUse, found_uses, in_words
from landreg.registry.issued import certified_queries
from landreg.registry.issued.map_queries import maps
from landreg.registry.papers.certificate_data import (
    CertificateNumber,
    CertifiedParcel,
    ContractCertificate,
    HomesteadCertificate,
    Member,
    OperationCertificate,
)
from landreg.registry.papers.drawing import ParcelMap
from landreg.registry.rules.relations import HEADS

_HEADS = frozenset(term("relation", relation) for relation in HEADS)


@dataclass(frozen=True)
class Certified:
    """The facts of one certificate, parcels in the order of the right."""

    case_id: UUID
    right_id: UUID
    act_number: str
    county_name: str
    facts: Mapping[Any, Any]
    members: tuple[Member, ...]
    others: tuple[Member, ...]
    """The members beside the one in whose name the right stands, wherever that one is listed; all, where none is."""
    representative: str
    """The member who stands for the household, by name; '' where no member does."""
    holder_number: str
    """The identity number, masked, of the one in whose name the right stands, of a contract right the representative; '' where that
    is no member.
    """
    location: str
    """The village, with what it lies in."""
    parcels: tuple[CertifiedParcel, ...] = field(repr=False)
    uses: tuple[FoundUse, ...] = ()
    """What its parcels were found to be used for where their survey is wrong."""

    def contract(
        self, number: CertificateNumber, authority: str, day: date, url: str, print_number: str
    ) -> ContractCertificate:
        """The certificate of a contract-management right."""
        f = self.facts
        last = f["term"].upper
        return ContractCertificate(
            number=number,
            print_number=print_number,
            code=f["code"],
            issuer=f["issuer"],
            issuer_representative=f["representative"],
            representative=self.representative,
            representative_id=self.holder_number,
            mode=term("land_mode", f["nature"]),
            contract_code=f["code"],
            term=_term(f["term"].lower, last),
            members=self.members,
            parcels=self.parcels,
            total_mu=f["mu"],
            total_m2=f["area_m2"],
            authority=authority,
            issued_on=day,
            check_url=url,
            act_number=self.act_number,
            filled_by=authority,
            lost=f["lost"] or "",
            notes=(
                *_reissued(f),
                *(
                    (f"原承包期{_term(f['running'].lower, f['running'].upper)}，本证所记承包期自其届满之次日起接续。",)
                    if f["running"] and f["term"].lower > day
                    else ()
                ),
                *_converted(f["mu"], self.parcels),
                *(("本证所记承包期已届满；尚未办理延包登记的，权利继续。",) if last <= day else ()),
                *(
                    f"地块 {one.code} 依 {one.signed_on:%Y年%m月%d日}签订的合同取得。"
                    for one in self.parcels
                    if one.signed_on
                ),
                *map(in_words, self.uses),
            ),
        )

    def operation(
        self, number: CertificateNumber, authority: str, day: date, url: str, print_number: str
    ) -> OperationCertificate:
        """The certificate of a land-operation right, whoever gave the land out."""
        f = self.facts
        return OperationCertificate(
            number=number,
            print_number=print_number,
            holder=f["holder"],
            holder_code=f["holder_code"],
            co_ownership="共同共有" if len(self.members) > 1 else "单独所有",
            location=self.location,
            code=f["code"],
            right_nature="家庭承包地流转" if f["contractors"] else "其他方式承包",
            use="农业用途",
            contractors=f["contractors"],
            issuer=f["issuer"],
            issuer_representative=f["representative"],
            mode=term("transfer_mode", f["nature"]),
            contract=f["note"],
            term=_term(f["term"].lower, f["term"].upper),
            parcels=self.parcels,
            total_mu=f["mu"],
            total_m2=f["area_m2"],
            authority=authority,
            issued_on=day,
            check_url=url,
            act_number=self.act_number,
            lost=f["lost"] or "",
            notes=_reissued(f),
        )

    def homestead(
        self, number: CertificateNumber, authority: str, day: date, url: str, print_number: str
    ) -> HomesteadCertificate:
        """The certificate of a homestead use right; the excess over the confirmed area, in m², is noted apart (HS-2), and of the
        house what the survey said: its ownership is a right of its own, which nobody applied for and no notice announced.
        """
        f = self.facts
        return HomesteadCertificate(
            number=number,
            print_number=print_number,
            holder=f["holder"],
            co_ownership="共同共有" if len(self.members) > 1 else "单独所有",
            location=self.location,
            unit_number=f["code"],
            right_kind=term("right", "homestead"),
            right_nature=f["nature"],
            use="农村宅基地",
            area_m2=f["area_m2"],
            term="无期限",
            authority=authority,
            issued_on=day,
            check_url=url,
            act_number=self.act_number,
            other_holders=self.others,
            other=_building(f),
            confirmed_by=f["confirmed_by"],
            excess_m2=f["excess_m2"] or None,
            lost=f["lost"] or "",
            notes=(*_reissued(f), *(note for note in (_CONFIRMED.get(f["confirmed_by"]), f["note"]) if note)),
            map=self.parcels[0].map,
        )


_CONFIRMED = {
    "approved": "宗地面积在批准面积以内确认。",
    "before_1982": "宗地面积按1982年《村镇建房用地管理条例》施行前建成的实际使用面积确认。",
    "limit": "没有批准面积，宗地面积在规定的面积标准以内确认。",
}
"""By what its area is confirmed: the note on a homestead's certificate. 国土资发〔2016〕191号, as dated figures of HS-2."""


def members_of(session: Session, county: str, case_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Household to the persons who hold a right of it, for the cases' rights."""
    found: dict[UUID, dict[UUID, None]] = defaultdict(dict)
    for row in certified_queries.members(session, county, case_ids):
        found[row.household_id][row.person_id] = None
    return {household: list(persons) for household, persons in found.items()}


def certified(
    session: Session, county: str, case_ids: Sequence[UUID], people: Mapping[UUID, Identity]
) -> list[Certified]:
    """The facts of the cases' certificates; four queries for any number. people: who the members are."""
    members: dict[tuple[UUID, str], dict[UUID, Member]] = defaultdict(dict)
    for row in certified_queries.members(session, county, case_ids):
        of = people[row.person_id]
        members[row.household_id, row.kind][row.person_id] = Member(of.name, term("relation", row.relation), row.note)
    parcels: dict[UUID, list[Any]] = defaultdict(list)
    for row in certified_queries.parcels(session, county, case_ids):
        parcels[row.right_row].append(row)
    rights = certified_queries.rights(session, county, case_ids)
    uses = found_uses(session, county, [row["right_row"] for row in rights])
    paths = {village: division_path(session, village) for village in {row["village"] for row in rights}}
    drawn = maps(session, county, parcels, (r["right_row"] for r in rights if r["kind"] == "homestead"))
    return [
        Certified(
            case_id=row["case_id"],
            right_id=row["right_id"],
            act_number=row["act_number"],
            county_name=row["county_name"],
            facts=row,
            members=tuple(own.values()),
            others=tuple(m for p, m in own.items() if p != holder),
            location="".join(paths[row["village"]]),
            uses=tuple(uses.get(row["right_row"], ())),
            representative=own[holder].name if holder else "",
            holder_number=masked_id(people[holder].id_number) if holder else "",
            parcels=tuple(_parcel(one, drawn[row["right_row"], one.parcel_id]) for one in parcels[row["right_row"]]),
        )
        for row in rights
        for own in (members[row["household_id"], row["kind"]],)
        for holder in (_holder(own, row),)
    ]


def _holder(members: Mapping[UUID, Member], right: Mapping[Any, Any]) -> UUID | None:
    """The member in whose name the right stands: by the name, else by who represents the household, of a contract right else by
    who is its head by relation; None where nobody is.
    """
    named = [person for person, member in members.items() if member.name == right["holder"]]
    represents = right["representative_id"]
    if represents in (named or members):
        return UUID(str(represents))
    of_household = right["kind"] == "contract_management"
    heads = [person for person, member in members.items() if of_household and member.relation in _HEADS]
    return next(iter((*named, *heads)), None)


def _parcel(row: Any, drawn: ParcelMap) -> CertifiedParcel:
    return CertifiedParcel(
        code=row.code,
        name=row.name,
        east=row.neighbour_east,
        south=row.neighbour_south,
        west=row.neighbour_west,
        north=row.neighbour_north,
        area_mu=row.mu,
        area_m2=row.area_m2,
        basic_farmland=row.basic_farmland,
        note=row.note,
        signed_on=row.signed_on,
        map=drawn,
    )


def _term(first: date, end: date | None) -> str:
    if end is None:
        return f"{first:%Y年%m月%d日}起"
    last = date.fromordinal(end.toordinal() - 1)
    return f"{first:%Y年%m月%d日}起至{last:%Y年%m月%d日}止"


def _reissued(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """That it stands for one that was lost, by that one's number. 不动产登记暂行条例实施细则 第二十二条, which was not read."""
    return (f"本证为补发，原证书{facts['lost']}遗失，已作废。",) if facts["lost"] else ()


def _converted(total_mu: Decimal, parcels: Sequence[CertifiedParcel]) -> tuple[str, ...]:
    """That a total is not what its parcels' printed mu come to, where the contract has it converted (standards.md 4)."""
    added = sum((parcel.area_mu for parcel in parcels), Decimal(0))
    return () if added == total_mu else (f"承包地确权总面积的亩数与承包合同一致，各地块亩数之和为 {added:.2f} 亩。",)


def _building(facts: Mapping[str, Any]) -> tuple[str, ...]:
    said = {
        "建筑面积": facts["floor_area_m2"] and f"{Decimal(facts['floor_area_m2']):.2f} m²",
        "占地面积": facts["footprint_m2"] and f"{Decimal(facts['footprint_m2']):.2f} m²",
        "总层数": facts["floors"] and f"{facts['floors']}层",
        "竣工日期": facts["built_on"] and f"{facts['built_on']:%Y年%m月%d日}",
    }
    lines = [f"{name}：{value}" for name, value in said.items() if value]
    return ("地上房屋据测绘记载如下，本证不登记房屋所有权。", "；".join(lines)) if lines else ()
