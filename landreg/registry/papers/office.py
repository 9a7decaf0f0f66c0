"""Papers of the desk filled from the casebook: receipt of acceptance, notice of a refusal or return, public notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from landreg.core.periods import beijing_day
from landreg.core.units import mu_of
from landreg.land.queries import division_names, division_path
from landreg.law.book import Law, act_type, all_articles, term
from landreg.registry.casebook import Case, CaseEvent, Document
from landreg.registry.facts.applicants import applicants
from landreg.registry.facts.asked import asked_in_words
from landreg.registry.facts.proposals import papers_of
from landreg.registry.papers import printing as papers
from landreg.registry.papers.announced import of_acts, of_roster
from landreg.registry.queries import events, kinds_of_rights

MUST = "refuse"
_OFFICE_S_OWN = ("survey_package",)
"""Papers of a folder that no applicant hands in or mends."""


@dataclass(frozen=True)
class Desk:
    """Where a paper is made: the law of its day, the office's address for the QR code, and whether all is a sample."""

    law: Law
    base_url: str
    sample: bool

    def authority(self, session: Session, county: str) -> str:
        """The issuing authority's name."""
        return self.law.text("CERT-2.authority").replace("{county}", _name(session, county))

    def remedies(self, session: Session, county: str) -> tuple[str, ...]:
        """What may be done against a decision of the office there, with whom, and within which time."""
        return remedies_of(self.law, _name(session, county))


def _name(session: Session, county: str) -> str:
    return division_names(session, [county]).get(county, county)


def telephone(law: Law) -> str:
    """The registry's telephone as its papers say it; '' where the county has set none."""
    return law.text("CERT-2.phone") if law.parameters["CERT-2.phone"].own else ""


def receipt(
    session: Session, desk: Desk, case: Case, parcels: Sequence[str], documents: Sequence[Document], officer: str,
    number: str, agent: str = "",
) -> bytes:  # fmt: skip
    """The receipt (受理凭证) of an accepted case as PDF. agent: who brought it for the household, where somebody did."""
    assert case.accepted_on is not None and case.due_on is not None  # noqa: S101, PT018  (the route asks)
    authority = desk.authority(session, case.county)
    paper = papers.Receipt(
        number=case.number,
        applicant=_to(session, case),
        agent=agent,
        right_kind=_rights(session, case),
        act_kind=term("act", case.act_kind),
        location=" ".join(division_path(session, case.village)),
        subject_codes=tuple(parcels),
        asked=asked_in_words(case),
        documents=tuple(
            papers.HandedIn(term("document", document.kind), "电子件", 1, document.sha256) for document in documents
        ),
        accepted_on=case.accepted_on,
        due_on=case.due_on,
        officer=officer,
        authority=authority,
        window=f"{authority}受理窗口",
        phone=telephone(desk.law),
        check_url=f"{desk.base_url}/check?number={number}",
        # Any other act is accepted with all its papers alone (REG-20).
        lacking=tuple(
            name for name, there in _papers(case, documents) if not there and case.act_kind == "first_registration"
        ),
    )
    return papers.print_receipt(paper, sample=desk.sample)


def refusal(
    session: Session, desk: Desk, case: Case, event: CaseEvent, documents: Sequence[Document], number: str
) -> bytes:
    """The notice of a refusal (不予登记) or of what is to be completed (补正): the officer's reason, every finding at once,
    and each paper that the act asks for."""
    returned = event.step == "return"
    day = beijing_day(event.at)
    paper = papers.Refusal(
        number=number,
        title="补正通知书" if returned else "不予登记告知书",
        decision="经审查，申请材料需要补正，现予退回。" if returned else "经审查，决定不予登记。",
        applicant=_to(session, case),
        right_kind=_rights(session, case),
        act_kind=term("act", case.act_kind),
        location=" ".join(division_path(session, case.village)),
        case_number=case.number,
        applied_on=case.accepted_on or _opened_on(session, case) or day,
        grounds=(
            papers.RefusalGround(
                _article(event), event.reason, articles_of(("RERR-17",) if returned else ("RERR-22",))
            ),
            *(_ground(finding) for finding in case.findings if finding["level"] == MUST),
        ),
        remedies=_STAY_OPEN if returned else desk.remedies(session, case.county),
        officer=event.by_name,
        authority=desk.authority(session, case.county),
        issued_on=day,
        phone=telephone(desk.law),
        check_url=f"{desk.base_url}/check?number={number}",
        papers=_papers(case, documents, but=_OFFICE_S_OWN) if returned else (),
    )
    return papers.print_refusal(paper, sample=desk.sample)


def _to(session: Session, case: Case) -> str:
    """To whom a paper on an application goes: who applied."""
    return "、".join(applicants(session, [case])[case.case_id])


def _rights(session: Session, case: Case) -> str:
    return "、".join(term("right", kind) for kind in kinds_of_rights(session, case))


def _opened_on(session: Session, case: Case) -> date | None:
    """The day on which a case that was never accepted came to the office."""
    opened = events(session, case.county, case.case_id)
    return beijing_day(opened[0].at) if opened else None


def _papers(case: Case, documents: Sequence[Document], but: Sequence[str] = ()) -> tuple[tuple[str, bool], ...]:
    """Each paper that the act asks for, and whether the folder has it, or one in its place. but: of these nothing."""
    kind = act_type(case.act_kind)
    had = kind.shown_by(document.kind for document in documents)
    asked = papers_of(kind, case.right_kind, case.subject_code, case.request)
    return tuple((term("document", kind), kind in had) for kind in asked if kind not in but)


def _article(event: CaseEvent) -> str:
    """By which article of the Regulations an officer returns or refuses in words of their own, as a column of a letter says it."""
    if event.step == "return":
        return "条例17"
    said = (item for ground, item in _ITEMS.items() if event.reason.startswith(term("refusal_ground", ground)))
    return f"条例22{next(said, '')}"


_ITEMS = {"unlawful": "（一）", "disputed": "（二）", "past_term": "（三）", "other": "（四）"}
"""The items of the Regulations' article 22, by ground of refusal."""


def _ground(finding: Mapping[str, Any]) -> papers.RefusalGround:
    return papers.RefusalGround(finding["code"], finding["zh"], articles_of(finding["articles"]))


def articles_of(codes: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Name and sentence of each article whose text was verified; where none was, of all, '' where an article has no sentence kept.

    A paper that is handed out rests on what was verified alone wherever anything was, and says nothing of its office's doubts.
    """
    known = [all_articles()[code] for code in codes if code in all_articles()]
    cited = [article for article in known if article.verified] or known
    return tuple((f"《{article.law}》{article.number}", article.text or "") for article in cited)


_STAY_OPEN = ("按上述要求补正后，可以随时重新申请。", "对退回有疑问的，可以向登记机构书面陈述意见。")


def remedies_of(law: Law, county_name: str) -> tuple[str, ...]:
    """What may be done against a decision of the office, with which organ and court, and within which time.

    行政复议法 第二十条、第二十四条, 行政诉讼法 第二十条、第四十六条, as dated data.
    """
    organ = law.text("REG-5.review_organ").replace("{county}", county_name)
    court = law.text("REG-5.court").replace("{county}", county_name)
    return (
        f"自收到本告知书之日起 {law.days('REG-5.review_days')} 日内，可以依法向{organ}申请行政复议。",
        f"自收到本告知书之日起 {law.days('REG-5.suit_months')} 个月内，可以依法向{court}提起行政诉讼。",
    )


@dataclass(frozen=True)
class ErrorSaid:
    """What the letter on an error says. rows: fact, as registered, as it should be. others: what came for others since."""

    rows: tuple[tuple[str, str, str], ...]
    others: tuple[str, ...]


def error_letter(session: Session, desk: Desk, case: Case, event: CaseEvent, said: ErrorSaid, number: str) -> bytes:
    """The letter to one party of a correction that the office would make by itself (COR-7): whom its step names."""
    law, kind = desk.law, act_type(case.act_kind)
    basis = "、".join(name for name, _text in articles_of(kind.articles))
    paper = papers.ErrorLetter(
        number=number,
        addressee=event.reason or case.applicant,
        right_kind=term("right", case.right_kind),
        subject=case.subject_code,
        location=" ".join(division_path(session, case.village)),
        case_number=case.number,
        rows=said.rows,
        others=said.others,
        why=str(case.request["why"]),
        days=law.days("COR-7.working_days_to_apply"),
        notice_days=law.notice_days(case.act_kind, case.right_kind),
        basis=basis,
        papers=tuple(term("document", paper) for paper in act_type("correction").papers("holder")),
        also=term("document", "interest_proof"),
        officer=event.by_name,
        authority=desk.authority(session, case.county),
        issued_on=beijing_day(event.at),
        phone=telephone(law),
        check_url=f"{desk.base_url}/check?number={number}",
    )
    return papers.print_error_letter(paper, sample=desk.sample)


def notice(
    desk: Desk, content: Mapping[str, Any], *, number: str, title: str, village: str, published_on: date, last_day: date,
    authority: str, checkpoint: str,
) -> bytes:  # fmt: skip
    """A public notice as published (公告): one line a household, parcels below it, the log's checkpoint at the end."""
    rows = content["rows"]
    kinds = [kind for kind in ("contract_management", "homestead") if any(row["kind"] == kind for row in rows)]
    article = all_articles()["RLCL-20" if "roster" in content else "RERD-17"]
    paper = papers.Notice(
        number=number,
        title=title,
        right_kind="、".join(term("right", kind) for kind in kinds),
        village=village,
        authority=authority,
        basis=f"《{article.law}》{article.number}",
        households=tuple(_household(row) for row in rows),
        first_day=published_on,
        last_day=last_day,
        working_days=content["working_days"],
        objection_place=f"{authority}受理窗口",
        objection_phone=telephone(desk.law),
        objection_how="到受理窗口书面提出，或者扫描页脚二维码在网上提出；写明姓名、联系方式和理由。",
        issued_on=published_on,
        check_url=f"{desk.base_url}/notices/{number}",
        checkpoint=checkpoint,
        said=(*of_acts(content), *of_roster(content)),
        ends=all(row.get("reason") for row in rows),
        lost=all(row.get("lost") for row in rows),
    )
    return papers.print_notice(paper, sample=desk.sample)


def _household(row: Mapping[str, Any]) -> papers.NoticedHousehold:
    contracted = row["kind"] == "contract_management"
    return papers.NoticedHousehold(
        representative=row["holder"],
        code=row.get("household") or (row["code"][:18] if contracted else row["code"]),
        members=row.get("members") or 0,
        parcels=tuple(_parcel(parcel, contracted, _beyond(row)) for parcel in row["parcels"]),
        mu=Decimal(row["mu"]) if row.get("mu") else None,
    )


def in_mu(row: Mapping[str, Any]) -> Decimal | None:
    """What a row of a notice comes to in mu, as its paper has it; None for what is no contracted land."""
    return _household(row).in_mu()


def _beyond(row: Mapping[str, Any]) -> str:
    """What a homestead takes beyond the area that will be registered (HS-2); '' where nothing."""
    if not row.get("excess_m2"):
        return ""
    return f"占用 {row['occupied_m2']} m²，超出 {row['excess_m2']} m² 只作附记"


def _parcel(parcel: Sequence[str], contracted: bool, note: str) -> papers.NoticedParcel:
    """parcel: code, area in m², and for contracted land its name and neighbours."""
    code, area_m2 = parcel[0], Decimal(parcel[1])
    # An act on what is registered names its parcels by their codes alone.
    name, boundaries = (*parcel[2:4], "", "")[:2] if contracted else ("宅基地", "")
    return papers.NoticedParcel(code, name, boundaries, area_m2, mu_of(area_m2) if contracted else None, note)
