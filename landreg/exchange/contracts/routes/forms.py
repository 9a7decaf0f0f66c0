"""What the forms of a contract ask, how they become a draft, and what its steps at the desk share."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from landreg.core.errors import BadInput, Finding
from landreg.core.periods import DAY
from landreg.core.units import decimal_of, figure
from landreg.exchange.contracts.drafts import Taken, Terms
from landreg.exchange.contracts.rules.clauses import all_clauses, asked_of
from landreg.exchange.contracts.rules.instalments import Instalment
from landreg.exchange.contracts.rules.rent import PARTS
from landreg.exchange.contracts.rules.sharing import BY_MU
from landreg.exchange.contracts.rules.uses import uses_of
from landreg.exchange.listings import papers
from landreg.exchange.listings.rules.offer import GRAINS
from landreg.exchange.listings.rules.units import ONCE, UNITS, rhythms_of
from landreg.law.book import terms
from landreg.law.queries import load_law
from landreg.law.transfers import transfers
from landreg.registry.guarded import Attached
from landreg.registry.routes.surroundings import page_day, store
from landreg.web import i18n
from landreg.web.forms import Upload

SAID = {"most": 300}
KNOWN = ("grade", "representative", "resolution", "taker_home")
"""What may be left empty: the register or the listing knows it."""
OFF_MARKET = ("lease", "subcontract", "share", "exchange", "assignment", "custody", "entrusted")


@dataclass(frozen=True)
class Clauses:
    """The values of clauses that the parties say. What a kind does not ask is passed over."""

    taker_home: str = field(default="", metadata=SAID)
    grade: str = field(default="", metadata=SAID)
    house_state: str = field(default="", metadata=SAID)
    deposit_yuan: str = field(default="", metadata={"most": 20})
    repairs_by: str = ""
    letting_on: str = ""
    use: str = ""
    start_by: str = field(default="", metadata=SAID)
    plan_terms: str = field(default="", metadata=SAID)
    paid_to: str = field(default="", metadata=SAID)
    land_paid_to: str = ""
    crops_paid_to: str = ""
    late_per_10000: str = field(default="", metadata={"most": 20})
    fixtures_end: str = ""
    dispute_way: str = ""
    renewal_notice_days: str = field(default="", metadata={"most": 20})
    sublet: str = ""
    service_work: str = field(default="", metadata=SAID)
    service_standard: str = field(default="", metadata=SAID)
    valued_yuan: str = field(default="", metadata={"most": 20})
    valued_by: str = field(default="", metadata=SAID)
    shares: str = field(default="", metadata={"most": 20})
    valued_yuan_mu: str = field(default="", metadata={"most": 20})
    shares_mu: str = field(default="", metadata={"most": 20})
    floating_percent: str = field(default="", metadata={"most": 20})
    return_days: str = field(default="", metadata={"most": 20})
    other_parcels: str = field(default="", metadata=SAID)
    issuer_consent: str = field(default="", metadata=SAID)
    contractor_consent: str = field(default="", metadata=SAID)
    representative: str = field(default="", metadata=SAID)
    resolution: str = field(default="", metadata=SAID)
    said: str = field(default="", metadata={"most": 1000})
    said_read: bool = False
    """That an officer has read what the parties added: no list of words finds every clause that is void."""

    def values(self) -> dict[str, str]:
        """By name: what was said. Raises BadInput (FORM-3) for a figure that is none, (CON-88) for words that nobody has read."""
        if self.said.strip() and not self.said_read:
            raise BadInput(Finding("CON-88", "said_read"))
        found = {one.name: getattr(self, one.name) for one in fields(Clauses) if one.name not in ("said", "said_read")}
        figures = (
            "late_per_10000", "renewal_notice_days", "valued_yuan", "shares", *BY_MU.values(), "floating_percent", "return_days",
            "deposit_yuan",
        )  # fmt: skip
        wrong = [name for name in figures if found[name] and ((said := figure(found[name])) is None or said < 0)]
        if wrong:
            raise BadInput([Finding("FORM-3", name, {"given": found[name]}) for name in wrong])
        return {name: text for name, text in found.items() if text}


PARTS_ASKED = 6
"""Instalments for which the form has fields."""


def instalments_given() -> tuple[Instalment, ...]:
    """The instalments of a form, of `due_on_1`, `due_yuan_1` and on; a pair left empty is none.

    Raises BadInput (FORM-1, FORM-3) for a day without a sum, a sum without a day, and what is neither.
    """
    found, faults = [], []
    for place in range(1, PARTS_ASKED + 1):
        names = f"due_on_{place}", f"due_yuan_{place}"
        day, yuan = (request.form.get(name, "").strip()[:20] for name in names)
        faults += [
            Finding("FORM-1", name) for name, said in zip(names, (day, yuan), strict=True) if not said and day + yuan
        ]
        try:
            if day and yuan:
                found.append(Instalment(date.fromisoformat(day), decimal_of(yuan)))
        except ValueError:
            faults.append(Finding("FORM-3", names[1], {"given": f"{day} {yuan}"}))
    if faults:
        raise BadInput(faults)
    return tuple(found)


@dataclass(frozen=True)
class Drawing(Clauses):
    """A contract of a deal made off the market, or one that follows another. price_seen: one that is unusual, and meant."""

    kind: str = ""
    unit: str = "yuan_mu_year"
    parcel: tuple[str, ...] = ()
    from_on: date | None = None
    last_day: date | None = None
    price: Decimal | None = None
    price_seen: Decimal | None = None
    grain: str = ""
    escalator: Decimal | None = None
    paid_every: str = "year"
    paid: str = "before"
    taker: str = field(default="", metadata={"most": 18})
    taker_name: str = field(default="", metadata={"most": 100})
    contact: str = field(default="", metadata={"most": 100})
    consent: Upload | None = None

    def terms(self, kind: str = "") -> Terms:
        """The terms. Raises BadInput with every field that is empty or none of its list."""
        kind = kind or self.kind
        faults = [Finding("FORM-1", name) for name in ("from_on", "last_day", "price") if getattr(self, name) is None]
        listed = {
            "kind": (kind, terms("contract_kind")),
            "unit": (self.unit, UNITS),
            "paid_every": (self.paid_every, PARTS),
        }
        faults += [
            Finding("FORM-5", name, {"given": value[:40]})
            for name, (value, among) in listed.items()
            if value not in among
        ]
        faults += [Finding("FORM-5", "grain", {"given": self.grain[:40]})] if self.grain not in ("", *GRAINS) else []
        faults += [Finding("FORM-5", "last_day", {"given": str(self.last_day)})] if self.last_day == date.max else []
        if faults or self.from_on is None or self.last_day is None or self.price is None:
            raise BadInput(faults)
        grain = self.grain if self.unit == "kg_mu_year" else ""
        return Terms(
            kind, self.from_on, self.last_day + DAY, self.unit, self.price, grain, self.escalator or Decimal(0),
            "once" if self.unit in ONCE else self.paid_every, self.paid == "before", instalments_given(),
        )  # fmt: skip

    def taken(self) -> tuple[Taken, ...]:
        """The parcels, each once, whole."""
        return tuple(Taken(code) for code in sorted(set(self.parcel)))


def questions(
    kind: str, unit: str, on: date, *, basic: bool = False, price: Decimal | None = None, by_mu: bool = False
) -> list[dict[str, Any]]:
    """What the parties are asked for a kind of contract: name, its words, its choices, whether it must be said.

    basic: its land is permanent basic farmland. price: where it stands already; by custody nobody pays, by an exchange maybe.
    by_mu: for each household of a project, by what a mu of its land comes to.
    """
    free = price == 0 or kind == "custody"
    maybe = free or (price is None and kind == "exchange")
    needed = {name for one in all_clauses() if one.needed(free=maybe) for name in one.asked}
    lists = {name: values for one in all_clauses() for name, values in one.choices.items()}
    lists["use"] = uses_of(kind, basic=basic)
    return [
        {
            "name": (shown := BY_MU.get(name, name) if by_mu else name),
            "words": i18n.shown_term(shown, "clause_value"),
            "choices": [(one, i18n.shown_term(f"{name}_{one}", "clause_choice")) for one in lists.get(name, ())],
            "required": name in needed and name not in KNOWN,
        }
        for name in asked_of(kind, unit, on, free=free)
    ]


def unit_of(kind: str, asked: str, on: date) -> tuple[str, tuple[str, ...]]:
    """The unit that a form of a kind goes on with, the kind's first where another is asked for, and all that the kind has."""
    found = transfers(on).get(kind)
    units = found.units if found else ()
    return (asked if asked in units else units[0] if units else ""), units


def choices(unit: str, units: tuple[str, ...] = ()) -> dict[str, Any]:
    """The closed lists of the forms, in the reader's language. unit: of the price; units: those of the kind."""
    return {
        "kinds": words("contract_kind", OFF_MARKET), "units": words("contract_unit", units), "once": unit in ONCE,
        "grains": words("contract_grain", GRAINS), "rhythms": words("contract_paid", rhythms_of(unit)),
        "whens": words("contract_paid", ("before", "after")),
    }  # fmt: skip


def words(kind: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
    """The values of a closed list, each with its words in the reader's language."""
    return [(value, i18n.shown_term(value, kind)) for value in values]


@dataclass(frozen=True)
class Dated:
    """A step with its day, what was said, and its paper."""

    on_day: date | None = None
    said: str = field(default="", metadata={"most": 1000})
    paper: Upload | None = None


@dataclass(frozen=True)
class Declining:
    """Why what was asked or drawn is not taken on."""

    said: str = field(default="", metadata={"most": 500})


def kept(sent: Upload | None, name: str = "paper") -> Attached | None:
    """A paper that was sent, put into the store."""
    return papers.keep_one(store(), sent, name)


def draft_days(session: Session, county: str) -> int:
    """In how many days a contract that is drawn is signed."""
    return load_law(session, county, page_day(session)).days("CON-45.draft_days")


def back(county: str, contract_id: UUID) -> Redirect:
    """To the page of the contract."""
    return redirect(url_for("contracts.one", county=county, contract_id=contract_id), 303)
