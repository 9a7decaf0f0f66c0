"""Notices, letters and excerpts of the register, printed as PDF/A-3b; certificates: `certificate_printing`.

The desk fills a data class from the register and calls `print_notice`, `print_receipt` or `print_refusal`."""

from decimal import Decimal

from landreg.registry.papers.data import (
    ErrorLetter,
    Excerpt,
    ExcerptTable,
    HandedIn,
    Notice,
    NoticedHousehold,
    NoticedParcel,
    ObjectionAnswer,
    Proof,
    Receipt,
    Refusal,
    RefusalGround,
)
from landreg.registry.papers.typesetting import m2, mu, plain, typeset

__all__ = [
    "ErrorLetter",
    "Excerpt",
    "ExcerptTable",
    "HandedIn",
    "Notice",
    "NoticedHousehold",
    "NoticedParcel",
    "ObjectionAnswer",
    "Proof",
    "Receipt",
    "Refusal",
    "RefusalGround",
    "print_error_letter",
    "print_excerpt",
    "print_notice",
    "print_objection_answer",
    "print_proof",
    "print_receipt",
    "print_refusal",
]


def print_notice(data: Notice, *, sample: bool = False) -> bytes:
    """The public notice of a village as a tagged PDF/A-3b."""
    content = plain(data) | {
        "households": [
            plain(household)
            | {
                "parcels": [
                    [p.code, p.name, p.boundaries, "" if p.area_mu is None else mu(p.area_mu), m2(p.area_m2), p.note]
                    for p in household.parcels
                ],
                "mu": mu(in_mu) if (in_mu := household.in_mu()) else "",
                "m2": m2(sum((p.area_m2 for p in household.parcels), Decimal(0))),
            }
            for household in data.households
        ],
        "in_mu": any(p.area_mu is not None for h in data.households for p in h.parcels),
        "many": len({household.code for household in data.households}),
        "count": sum(len(h.parcels) for h in data.households),
        "mu": mu(sum((h.in_mu() or Decimal(0) for h in data.households), Decimal(0))),
        "m2": m2(sum((p.area_m2 for h in data.households for p in h.parcels), Decimal(0))),
    }
    return typeset("notice", content, data.issued_on, sample=sample, tagged=True)


def print_receipt(data: Receipt, *, sample: bool = False) -> bytes:
    """The receipt of acceptance as a tagged PDF/A-3b."""
    content = plain(data) | {"documents": [plain(document) for document in data.documents]}
    return typeset("receipt", content, data.accepted_on, sample=sample, tagged=True)


def print_excerpt(data: Excerpt, *, sample: bool = False) -> bytes:
    """The excerpt from the register with both its days, as a tagged PDF/A-3b."""
    content = plain(data) | {
        "rows": [[p.code, p.name, p.boundaries, mu(p.area_mu or Decimal(0)), m2(p.area_m2)] for p in data.parcels],
        "tables": [plain(table) for table in data.tables],
    }
    return typeset("excerpt", content, data.issued_on, sample=sample, tagged=True)


def print_proof(data: Proof, *, sample: bool = False) -> bytes:
    """The certificate of registration as a tagged PDF/A-3b."""
    content = plain(data) | {"units": data.parcels}
    return typeset("proof", content, data.issued_on, sample=sample, tagged=True)


def print_refusal(data: Refusal, *, sample: bool = False) -> bytes:
    """The notice of a refusal or return, each ground with its articles, as a tagged PDF/A-3b."""
    content = plain(data) | {"grounds": [plain(ground) for ground in data.grounds]}
    return typeset("refusal", content, data.issued_on, sample=sample, tagged=True)


def print_error_letter(data: ErrorLetter, *, sample: bool = False) -> bytes:
    """The letter on an error that the office found, as a tagged PDF/A-3b."""
    return typeset("error_letter", plain(data), data.issued_on, sample=sample, tagged=True)


def print_objection_answer(data: ObjectionAnswer, *, sample: bool = False) -> bytes:
    """The letter to who objected, as a tagged PDF/A-3b."""
    return typeset("objection_answer", plain(data), data.issued_on, sample=sample, tagged=True)
