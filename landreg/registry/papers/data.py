"""What is printed on notices, letters and excerpts of the register, as plain values; certificates: `certificate_data`.

Totals, areas, terms and the sentences of findings are given as registered; nothing is computed from another here."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class NoticedParcel:
    """A parcel of a notice; `area_mu` is None for homesteads."""

    code: str
    name: str
    boundaries: str  # 四至 or 坐落 in one line
    area_m2: Decimal
    area_mu: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class NoticedHousehold:
    """A household of a notice; its name as the public may see it. mu: the total of its right, None for the sum of its parcels'."""

    representative: str
    code: str
    members: int
    parcels: tuple[NoticedParcel, ...]
    mu: Decimal | None = None

    def in_mu(self) -> Decimal | None:
        """What it comes to in mu; None for what is no contracted land."""
        figures = [parcel.area_mu for parcel in self.parcels if parcel.area_mu is not None]
        return (self.mu or sum(figures, Decimal(0))) if figures else None


@dataclass(frozen=True)
class Notice:
    """公告 of a village before registration. `checkpoint`: the text of the log's last checkpoint, printed in small."""

    number: str
    title: str
    right_kind: str
    village: str
    authority: str
    basis: str  # the law that asks for the notice
    households: tuple[NoticedHousehold, ...]
    first_day: date
    last_day: date
    working_days: int
    objection_place: str
    objection_phone: str
    objection_how: str
    issued_on: date
    check_url: str
    checkpoint: str = ""
    ends: bool = False  # every right in it ends, on all its land or on what is listed
    lost: bool = False  # every act in it gives a new certificate for one that was lost
    said: tuple[str, ...] = ()
    """What is told before the table: of a roster of renewals its terms, and who is treated by themselves."""


@dataclass(frozen=True)
class HandedIn:
    """A document handed in with an application."""

    name: str
    form: str  # 原件 or 复印件
    copies: int
    sha256: str = ""


@dataclass(frozen=True)
class Receipt:
    """受理凭证: what was applied for, by whom, what was handed in, what was not yet, and by when the office must decide."""

    number: str
    applicant: str
    agent: str
    right_kind: str
    act_kind: str
    location: str
    subject_codes: tuple[str, ...]
    documents: tuple[HandedIn, ...]
    accepted_on: date
    due_on: date
    officer: str
    authority: str
    window: str
    phone: str
    check_url: str
    asked: tuple[tuple[str, str], ...] = ()  # what was applied for and on what ground, fact by fact
    lacking: tuple[str, ...] = ()  # papers of the act that the folder had not yet


@dataclass(frozen=True)
class RefusalGround:
    """One finding: its code, its sentence, the articles it stands on (name and text), what would cure it."""

    code: str
    sentence: str
    articles: tuple[tuple[str, str], ...]
    cure: str = ""


@dataclass(frozen=True)
class Refusal:
    """不予受理, 不予登记 or 补正 notice; `remedies`: how to object, one sentence each, from dated law.

    papers: each paper that the act asks for, and whether it was handed in.
    """

    number: str
    title: str  # 不予登记告知书, 退回补正通知书, ...
    decision: str  # the deciding sentence
    applicant: str
    right_kind: str
    act_kind: str
    location: str
    case_number: str
    applied_on: date
    grounds: tuple[RefusalGround, ...]
    remedies: tuple[str, ...]
    officer: str
    authority: str
    issued_on: date
    phone: str
    check_url: str
    papers: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class ErrorLetter:
    """更正登记通知书: that the office found an error in what it registered, and until when a party may apply themselves.

    addressee: whom this letter goes to, as what, and where. rows: fact, as registered, as it should be. others: what was registered
    for others since the error, who have a letter of their own. days: working days from delivery on. also: the paper that whoever
    is not the holder adds.
    """

    number: str
    addressee: str
    right_kind: str
    subject: str
    location: str
    case_number: str
    rows: tuple[tuple[str, str, str], ...]
    others: tuple[str, ...]
    why: str
    days: int
    notice_days: int
    basis: str
    papers: tuple[str, ...]  # that an application asks for
    also: str
    officer: str
    authority: str
    issued_on: date
    phone: str
    check_url: str


@dataclass(frozen=True)
class ObjectionAnswer:
    """异议处理告知书: what became of an objection raised during a public notice. objected: the objector's own words."""

    number: str
    addressee: str
    raised_on: date
    receipt: str
    notice: str
    case_number: str
    right_kind: str
    act_kind: str
    subject: str
    location: str
    objected: str
    outcome: str
    decision: str
    reasons: str
    articles: tuple[tuple[str, str], ...]
    remedies: tuple[str, ...]
    officer: str
    authority: str
    issued_on: date
    phone: str
    check_url: str


@dataclass(frozen=True)
class Proof:
    """不动产登记证明: that a mortgage, an advance notice or an objection was registered, and for whom."""

    number: str
    matter: str
    party: str
    holder: str
    location: str
    right: str
    right_code: str
    parcels: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]  # label and value, in order
    act_number: str
    case_number: str
    authority: str
    issued_on: date
    check_url: str


@dataclass(frozen=True)
class ExcerptTable:
    """A table of an excerpt: its title, the heads of its columns, its rows as text."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Excerpt:
    """登记簿摘录: a right, household or parcel about one day (`valid_on`), as the register said on another (`said_at`)."""

    number: str
    applicant: str
    purpose: str
    valid_on: date
    said_at: str
    facts: tuple[tuple[str, str], ...]  # label and value, in order
    parcels: tuple[NoticedParcel, ...]
    officer: str
    authority: str
    issued_on: date
    check_url: str
    tables: tuple[ExcerptTable, ...] = ()
