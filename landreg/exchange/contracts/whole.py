"""A contract with all that was recorded of it, as rules and pages take it: its dues and what was paid, its course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from landreg.core.units import decimal_of, half_up, mu_of
from landreg.exchange.bidding.correction_model import Correction
from landreg.exchange.contracts.model import (
    Contract,
    ContractEvent,
    ContractPaper,
    ContractParcel,
    RentDue,
    RentPayment,
)
from landreg.exchange.contracts.rules import instalments, outcomes, rent
from landreg.exchange.contracts.rules.course import UNSIGNED, VOID, Course, Happened, stage_on
from landreg.exchange.contracts.rules.rent import PAYERS, Due, Grain, Price, Settled
from landreg.exchange.contracts.rules.service import SERVICE, asked_of
from landreg.exchange.listings.rules.land import MOVING
from landreg.exchange.listings.rules.offer import HOUSES
from landreg.exchange.listings.rules.units import of_a_year, of_whole


@dataclass(frozen=True)
class Credited:
    """What counts toward the price beside payments: a deposit, by the receipt of what became of it; of a change what was paid too
    much of the contract that it changes, by that one's number. kg: of grain that went over.
    """

    amount_yuan: Decimal
    paid_on: date
    receipt: str
    kg: Decimal = rent.ZERO


@dataclass(frozen=True)
class Recorded:
    """All that was recorded of a contract, also what was wrong and counts no more: its steps and payments, how many dues, and by
    what each of them was corrected.
    """

    events: Sequence[ContractEvent] = ()
    payments: Sequence[RentPayment] = ()
    dues: int = 0
    corrections: Mapping[UUID, Correction] = field(default_factory=dict)


@dataclass(frozen=True)
class Whole:
    """A contract with all its rows that count. prices: of a kg of its grain, by day on which something is due. credited: what
    counts toward the price beside payments. ahead: the day of its end is set, and to come. recorded: with what was corrected.
    """

    contract: Contract
    parcels: Sequence[ContractParcel]
    events: Sequence[ContractEvent]
    papers: Mapping[UUID, ContractPaper]
    dues: Sequence[RentDue]
    payments: Sequence[RentPayment]
    prices: Mapping[date, Price]
    credited: Sequence[Credited] = ()
    ahead: bool = False
    recorded: Recorded = Recorded()

    @property
    def parts(self) -> tuple[str, ...]:
        """The parcels of which it gives only a part."""
        return tuple(one.parcel_code for one in self.parcels if one.area_m2 != one.registered_m2)

    @cached_property
    def settled(self) -> tuple[Settled, ...]:
        """What is due until it ends, with what was paid of it in money and handed over in grain."""
        kept = self.ahead and self._at_end("how") != "replaced"
        return self.settled_until(self.contract.ends_on, str(self._at_end("one_sum")), ahead=kept)

    def settled_until(self, ends_on: date | None, one_sum: str = "", *, ahead: bool = False) -> tuple[Settled, ...]:
        """The same as if it ended on a day; None: with its term. one_sum: what becomes of one that is changed (`still_owed`).
        ahead: its deposit is not to be given back yet."""
        said, made = [due_of(one, self.contract.unit) for one in self.dues], self.of("signed")
        dues = rent.still_owed(
            said, ends_on, void=self.contract.void, made_on=made.on_day if made else None, one_sum=one_sum, ahead=ahead
        )
        left = outcomes.replaced(said, dues, *self.covered)
        found = [
            one
            for side in PAYERS
            for one in rent.settled([due for due in left if due.payer == side], self._paid_by(side), self.prices)
        ]
        return tuple(sorted(found, key=lambda one: (one.due.due_on, one.due.position)))

    @cached_property
    def covered(self) -> tuple[Mapping[int, Decimal], Mapping[int, Decimal]]:
        """By the position of a due what awards stand in place of of it: until its end was recorded, and since."""
        end, awards = self.of("ended"), [one for one in self.events if one.kind == "settled"]
        before = [one for one in awards if end is None or one.at <= end.at]
        return outcomes.covered(before), outcomes.covered(awards[len(before) :])

    def _at_end(self, name: str) -> Any:
        """What was recorded as it ended; '' for nothing."""
        end = self.of("ended")
        return end.facts.get(name, "") if end else ""

    @property
    def payer(self) -> str:
        """The side that owes the price."""
        return rent.payer_of("service" if self.contract.kind == SERVICE else rent.IN_ONE_SUM, self.contract.unit)

    def _paid_by(self, side: str) -> Iterator[Decimal | Grain]:
        """What a side paid, by receipts in money or in grain by its kilograms, and what counts as paid beside them: what was
        credited to the price, and what was awarded for what the taker built, as it was paid when the land went back.
        """
        if side == self.payer:
            yield from (part for one in self.credited for part in (one.amount_yuan, Grain(one.kg)))
        for one in self.payments:
            if (one.payer or self.payer) != side:
                continue
            if one.kg is not None:
                yield Grain(one.kg)
            elif one.amount_yuan is not None:
                yield one.amount_yuan
        returned = self.of("returned")
        if side == "contractor" and self.awarded is not None and returned is not None:
            yield Decimal(str(returned.facts.get("paid_yuan", 0)))

    def course(self, today: date) -> Course:
        """How it stands on a day; what a side owes is late, or nothing."""
        found, events = self.contract, tuple(happened(one, self.contract.kind) for one in self.events)
        taker, contractor = (
            (rent.arrears(dues, today), rent.arrears_kg(dues, today), rent.late_since(dues, today))
            for dues in ([one for one in self.settled if one.due.payer == side] for side in PAYERS)
        )
        return Course(
            found.number, today, found.from_on, found.until_on, events, *taker[:2], *contractor[:2], late_since=taker[2],
            out_since=contractor[2], for_good=found.kind in MOVING,
        )  # fmt: skip

    def late_from_contractor(self, today: date) -> Decimal:
        """What the contractor owes and has not paid in time: the fee of a service, what makes an exchange equal."""
        return rent.arrears(self.settled, today, "contractor")

    @property
    def left(self) -> Decimal:
        """What the side that owes the price is still to pay of everything that is known in yuan."""
        return self.left_of(self.payer)

    def left_of(self, side: str) -> Decimal:
        """What a side is still to pay of everything that is known in yuan."""
        return sum((one.left for one in self.settled if one.due.payer == side), rent.ZERO)

    @property
    def owing(self) -> tuple[str, ...]:
        """The sides of whose dues something is left, that with the oldest first."""
        return tuple(dict.fromkeys(one.due.payer for one in self.settled if one.open))

    def unpriced_of(self, side: str) -> date | None:
        """The first day on which a side owes grain that no price of the county turns into yuan yet."""
        return next(
            (one.due.due_on for one in self.settled if one.due.payer == side and one.owed is None and one.open), None
        )

    @property
    def left_kg(self) -> Decimal:
        """What is still to be handed over, in kg, of what is due in grain."""
        return sum((one.left_kg for one in self.settled), rent.ZERO)

    @property
    def next(self) -> Settled | None:
        """The oldest due of which something is left."""
        return next((one for one in self.settled if one.open), None)

    @property
    def overpaid(self) -> Decimal:
        """What was paid in money beyond all that is due, and has not gone over to what changes it: given back; no deposit."""
        return self._beyond_all - self.deposit

    @property
    def _beyond_all(self) -> Decimal:
        return self.beyond(self.settled)[0] - Decimal(self._at_end("carried") or 0)

    @cached_property
    def deposit(self) -> Decimal:
        """What of a deposit goes back since the lease has ended, or went back: all that no arrears of the price took."""
        row = self.contract
        if row.ends_on is None or row.void or self.ahead or self._at_end("how") == "replaced":
            return rent.ZERO
        paid = [one.paid for one in self.settled_until(row.ends_on, ahead=True) if one.due.kind == rent.DEPOSIT]
        return max(min(sum(paid, rent.ZERO), self._beyond_all), rent.ZERO)

    @property
    def deposit_back(self) -> Decimal | None:
        """What was given back of it, as it was recorded with the return of the house; None while nothing was."""
        returned = self.of("returned")
        said = returned.facts.get("deposit_yuan") if returned else None
        return None if said is None else Decimal(str(said))

    @property
    def deposit_open(self) -> Decimal:
        """What of it is still to be given back: asked for until the return of the house, which says what went back, is recorded."""
        return self.deposit if self.of("returned") is None else rent.ZERO

    @property
    def overpaid_kg(self) -> Decimal:
        """The same of grain, in kg."""
        return self.beyond(self.settled)[1] - Decimal(self._at_end("carried_kg") or 0)

    @property
    def repaid(self) -> tuple[Decimal, Decimal] | None:
        """What went back of what was paid too much, in yuan and kg, as it was recorded with the return of the land; None while
        nothing was.
        """
        returned = self.of("returned")
        said = returned.facts if returned else {}
        if "repaid_yuan" not in said and "repaid_kg" not in said:
            return None
        return Decimal(str(said.get("repaid_yuan", 0))), Decimal(str(said.get("repaid_kg", 0)))

    @property
    def overpaid_open(self) -> tuple[Decimal, Decimal]:
        """What was paid too much, in yuan and kg, until it is recorded what of it went back; what is void its outcome settles."""
        if self.contract.void or self.repaid is not None:
            return rent.ZERO, rent.ZERO
        return max(self.overpaid, rent.ZERO), max(self.overpaid_kg, rent.ZERO)

    def beyond(self, settled: Sequence[Settled]) -> tuple[Decimal, Decimal]:
        """What the side that owes the price paid beyond what is due: in yuan, and in kg of grain."""
        own = [one for one in settled if one.due.payer == self.payer]
        return (
            self.money - sum((one.paid for one in own), rent.ZERO),
            self.grain - sum((one.handed for one in own), rent.ZERO),
        )

    @property
    def money(self) -> Decimal:
        """What the side that owes the price paid in yuan, with what was credited."""
        return sum((one for one in self._paid_by(self.payer) if not isinstance(one, Grain)), rent.ZERO)

    @property
    def grain(self) -> Decimal:
        """What was handed over in kg of grain, with what was credited."""
        return sum((one.kg for one in self._paid_by(self.payer) if isinstance(one, Grain)), rent.ZERO)

    @property
    def awarded(self) -> Decimal | None:
        """What was awarded to the taker for what it built; None where nothing was."""
        about, sum_ = "", None
        for one in self.events:
            about = str(one.facts.get("about", "")) if one.kind == "disputed" else about
            if one.kind == "settled" and about == "fixtures" and one.facts.get("pays") == "contractor":
                sum_ = Decimal(str(one.facts["yuan"]))
        return sum_

    @property
    def application(self) -> ContractEvent | None:
        """The parties' application for the register that waits: of which neither a case was opened, nor the office declined it."""
        kinds = ("registration_asked", "registration_declined", "case_opened")
        last = next((one for one in reversed(self.events) if one.kind in kinds), None)
        return last if last is not None and last.kind == "registration_asked" else None

    @property
    def by_mandatary(self) -> tuple[ContractEvent, ...]:
        """The signatures by a power of attorney whose signatory's card is kept."""
        return tuple(one for one in self.events if "mandatary_id" in one.facts)

    def of(self, kind: str) -> ContractEvent | None:
        """The last step of a kind."""
        return next((one for one in reversed(self.events) if one.kind == kind), None)

    @property
    def to_return(self) -> bool:
        """Whether the contract is over and the land, of what transfers land, is not recorded as given back."""
        row = self.contract
        return (
            row.state == "ended" and not self.ahead and row.kind not in (*MOVING, SERVICE) and not self.of("returned")
        )

    def signed_on(self, otherwise: date) -> date:
        """The day on which both had signed; another where none is recorded."""
        signed = self.of("signed")
        return signed.on_day if signed else otherwise


def stands(row: Contract, today: date) -> str:
    """Where a contract is on a day, by its row alone: a word of terms.toml, contract_stage."""
    if row.void:
        return VOID
    if row.state in (*UNSIGNED, "withdrawn"):
        return row.state
    term, disputed = (row.from_on, row.until_on), row.state == "disputed"
    return stage_on(today, term, row.ends_on, disputed=disputed, for_good=row.kind in MOVING)


def due_of(row: RentDue, unit: str) -> Due:
    """A due as the rules take it. unit: of the contract's price."""
    payer = row.payer or rent.payer_of(row.kind, unit)
    return Due(row.position, row.from_on, row.until_on, row.due_on, row.amount, row.in_kind, row.kind, payer)


def happened(row: ContractEvent, kind: str) -> Happened:
    """A step as the rules take it. kind: of the contract."""
    facts = row.facts | {"side": asked_of(kind, row.facts)} if row.kind == "remedy_asked" else row.facts
    return Happened(row.kind, row.on_day, facts, row.document_id is not None)


def calendar_of(contract: Contract, parcels: Sequence[ContractParcel], made_on: date | None = None) -> tuple[Due, ...]:
    """What falls due, to the contractor or, of a service and what makes an exchange equal, from it, the deposit of a lease last;
    none where nothing is paid. made_on: the day on which both have signed, None while they have not.
    """
    if contract.kind == "custody" or not any(one.price for one in parcels):
        return ()
    if of_whole(contract.unit):
        pieces: tuple[tuple[Decimal, Decimal], ...] = (
            (Decimal(1), of_a_year(contract.unit, contract.price, Decimal(1))),
        )
    elif contract.kind == "exchange":
        return ()
    else:
        pieces = tuple((mu_of(one.area_m2), one.price) for one in sorted(parcels, key=lambda one: one.parcel_code))
    said = rent.calendar(
        rent.Terms(
            contract.from_on, contract.until_on, pieces, contract.unit, contract.escalator_percent, contract.paid_every,
            contract.paid_before, instalments.read(contract.instalments), "service" if contract.kind == SERVICE else "rent",
            made_on,
        )
    )  # fmt: skip
    deposit = str(contract.clauses.get("deposit_yuan") or "")
    if contract.kind not in HOUSES or not deposit:
        return said
    term, due_on = (contract.from_on, contract.until_on), max(contract.from_on, made_on or contract.from_on)
    return (*said, Due(len(said) + 1, *term, due_on, half_up(decimal_of(deposit)), kind=rent.DEPOSIT))
