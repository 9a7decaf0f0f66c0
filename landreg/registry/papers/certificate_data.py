"""What is printed on each certificate, as plain values. Forms: standards 5 (农村土地承包经营权证, 不动产权证书).

Totals, areas and terms are given as registered; nothing is computed from another here."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.registry.papers.drawing import ParcelMap


@dataclass(frozen=True)
class CertificateNumber:
    """The parts of A(B)C...第D号: short name of the province, year, county, serial."""

    province: str
    year: int
    county: str
    serial: str

    def of_contract(self) -> str:
        """The number of a contract-management certificate."""
        return f"{self.province}({self.year}){self.county}农村土地承包经营权第{self.serial}号"

    def of_real_estate(self) -> str:
        """The number of a real-estate certificate."""
        return f"{self.province}({self.year}){self.county}不动产权第{self.serial}号"

    def of_proof(self) -> str:
        """The number of a certificate of registration (登记证明)."""
        return f"{self.province}({self.year}){self.county}不动产证明第{self.serial}号"


@dataclass(frozen=True)
class Member:
    """A member of the household who holds the right."""

    name: str
    relation: str  # to the contractor's representative
    note: str = ""


@dataclass(frozen=True)
class CertifiedParcel:
    """A line of the parcel table; `area_mu` is the printed figure of which totals are the sum. signed_on: of the contract by which
    it came under the right, where that is another than the right's own.
    """

    code: str
    name: str
    east: str
    south: str
    west: str
    north: str
    area_mu: Decimal
    area_m2: Decimal
    basic_farmland: bool | None
    note: str = ""
    signed_on: date | None = None
    map: ParcelMap | None = None


@dataclass(frozen=True)
class Change:
    """A line of the changes page."""

    on: date
    kind: str
    text: str
    act_number: str


@dataclass(frozen=True)
class ContractCertificate:
    """农村土地承包经营权证 of one household. `term` is printed as given; `check_url` goes into the QR code."""

    number: CertificateNumber
    print_number: str  # 13 digits, printed after NO.J
    code: str  # 农村土地承包经营权证代码
    issuer: str  # 发包方全称
    issuer_representative: str
    representative: str
    representative_id: str  # identity number, masked; empty prints a dash
    mode: str  # 承包方式
    contract_code: str
    term: str
    members: tuple[Member, ...]
    parcels: tuple[CertifiedParcel, ...]
    total_mu: Decimal
    total_m2: Decimal
    authority: str  # 发证机关
    issued_on: date
    check_url: str
    act_number: str
    filled_by: str = ""  # 填表机关
    lost: str = ""  # number of the lost certificate that this one stands for: 补发
    notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class HomesteadCertificate:
    """不动产权证书, single edition, of a homestead use right. `unit_number`: 28 signs, printed in four groups.

    `excess_m2` is what lies over the area that `confirmed_by` names: it is not part of `area_m2` and is noted apart (HS-2)."""

    number: CertificateNumber
    print_number: str  # letter and digits, printed after NO.
    holder: str  # head of the household
    co_ownership: str
    location: str
    unit_number: str
    right_kind: str
    right_nature: str
    use: str
    area_m2: Decimal
    term: str
    authority: str
    issued_on: date
    check_url: str
    act_number: str
    other_holders: tuple[Member, ...] = ()
    other: tuple[str, ...] = ()  # further lines of 权利其他状况
    confirmed_by: str = ""  # approved, before_1982 or limit
    excess_m2: Decimal | None = None
    lost: str = ""  # as above
    notes: tuple[str, ...] = ()
    map: ParcelMap | None = None


@dataclass(frozen=True)
class OperationCertificate:
    """不动产权证书, integrated edition, of a land-operation right: by other means (民法典 342), or out of a household's (341).

    contractors: on whose contracted land it lies; '' where a collective gave the land out itself, which is the issuer then.
    """

    number: CertificateNumber
    print_number: str  # letter and digits, printed after NO.
    holder: str
    holder_code: str  # of a household or an organisation; empty prints a dash
    co_ownership: str
    location: str
    code: str  # of the right and of its contract in the register
    right_nature: str
    use: str
    contractors: str  # 承包方
    issuer: str  # 发包方全称
    issuer_representative: str
    mode: str  # 承包方式 or 流转方式
    contract: str  # 承包合同 or 流转合同, by its number
    term: str
    parcels: tuple[CertifiedParcel, ...]
    total_mu: Decimal
    total_m2: Decimal
    authority: str
    issued_on: date
    check_url: str
    act_number: str
    lost: str = ""  # as above
    notes: tuple[str, ...] = ()


PrintedCertificate = ContractCertificate | HomesteadCertificate | OperationCertificate
