"""Certificates: issued for what is registered and sealed in the log, printed from the register, signed, kept by hash."""

from __future__ import annotations

import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import insert, update

from landreg.access.identity import reveal
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, Refused
from landreg.core.periods import beijing_day
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.log.leaf import Entry
from landreg.log.queries import Proof, prove_many
from landreg.log.store import stage_all
from landreg.registry import queries, shelves
from landreg.registry.casebook import Case, Certificate
from landreg.registry.casework.cases import locked, note
from landreg.registry.documents import Store
from landreg.registry.issued.certified import Certified, certified, members_of
from landreg.registry.leaves.logged import issued_facts
from landreg.registry.numbers import next_in_book
from landreg.registry.papers.certificate_data import CertificateNumber, PrintedCertificate
from landreg.registry.papers.certificate_printing import print_certificate, unprintable
from landreg.registry.papers.signing import Signer, ToPrint, print_and_sign_many, sign

CHUNK = 50
FEW = 8
CERTIFIED = ('registry."case"', "registry.case_event", "registry.certificate")
"""The tables that certificates fill."""
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Press:
    """What issuing needs of its surroundings: the signer, the store of files, and the address that the QR opens."""

    signer: Signer
    store: Store
    base_url: str


@dataclass(frozen=True)
class Issued:
    """A certificate made: its number and the file by hash."""

    number: str
    sha256: str


@dataclass(frozen=True)
class Pressed:
    """What came of the press: the certificates made, and the numbers of the cases that can have none, with their findings."""

    issued: list[Issued] = field(default_factory=list)
    refused: dict[str, tuple[Finding, ...]] = field(default_factory=dict)


def issue(
    actor: Actor, county: str, case_ids: Sequence[UUID], press: Press, progress: Callable[[int], None] = lambda _: None
) -> Pressed:
    """Issue the certificates of registered cases, in chunks that each stand when the next is interrupted.

    progress: told how many are printed so far. Left as it is: a case with a sign that no font here can print (CERT-3), one of a
    household for which no member stands (CERT-6), and one whose right ended by its act or by a later one (REG-24). A case on a
    household has a certificate for each of its rights. No right has two in force: a case whose act a certificate of another case
    tells of already is at its end without one.
    Raises Refused (REG-13) when an act of theirs is not sealed yet, Conflict (REG-8) for a case in another state.
    """
    pressed = Pressed()
    issued = pressed.issued
    begun: deque[list[_Drafted]] = deque()
    given: set[UUID] = set()

    def items() -> Iterator[ToPrint]:
        for first in range(0, len(case_ids), CHUNK):
            drafted, ended = _drafted_chunk(actor, county, case_ids[first : first + CHUNK], press, given)
            pressed.refused.update({**ended, **_unprintable(drafted), **_represented_by_nobody(drafted)})
            if printable := [draft for draft in drafted if draft.case.number not in pressed.refused]:
                begun.append(printable)
                yield from (draft.to_print for draft in printable)

    hashes: dict[str, str] = {}
    for key, pdf in _printed(items(), len(case_ids), press.signer):
        hashes[key] = press.store.put_bytes(pdf)
        progress(len(issued) + len(hashes))
        if len(hashes) == len(begun[0]):
            with unit_of_work(actor) as uow:
                _enter(uow, county, begun.popleft(), hashes)
            issued.extend(Issued(number, sha256) for number, sha256 in hashes.items())
            hashes = {}
    return pressed


def _unprintable(drafted: Sequence[_Drafted]) -> dict[str, tuple[Finding, ...]]:
    """By number of the case: the signs of its certificates that cannot be printed, a name's rare character perhaps."""
    signs: dict[str, set[str]] = defaultdict(set)
    for draft in drafted:
        signs[draft.case.number] |= unprintable(draft.to_print.data)
    return {
        number: (
            Finding(
                "CERT-3",
                "certificate",
                {"signs": [f"{sign} (U+{ord(sign):04X})" for sign in sorted(found)]},
                subject=number,
            ),
        )
        for number, found in signs.items()
        if found
    }


def _represented_by_nobody(drafted: Sequence[_Drafted]) -> dict[str, tuple[Finding, ...]]:
    """By number of the case: that no member stands for the household, whom its contract right's certificate would bear."""
    return {
        draft.case.number: (
            Finding(
                "CERT-6", "certificate", {"household": draft.certified.facts["holder_code"]}, subject=draft.case.number
            ),
        )
        for draft in drafted
        if draft.certified.facts["kind"] == "contract_management" and not draft.certified.representative
    }


@dataclass(frozen=True)
class _Drafted:
    """A certificate before it is printed."""

    case: Case
    certified: Certified
    row: dict[str, object]
    to_print: ToPrint
    token: str


def _drafted_chunk(
    actor: Actor, county: str, case_ids: Sequence[UUID], press: Press, given: set[UUID]
) -> tuple[list[_Drafted], dict[str, tuple[Finding, ...]]]:
    """The drafts, and the numbers of the cases whose rights have ended, with that finding. given: rights that have a draft already.

    Names are opened, in the log, only for what can be certified; a case's state is looked at again at the end.
    """
    with unit_of_work(actor) as uow:
        proofs = _proofs(uow, _registered(uow, county, case_ids))
        holders = members_of(uow.session, county, case_ids)
    people = reveal(actor, [person for persons in holders.values() for person in persons], "certificate", county)
    with unit_of_work(actor) as uow:
        cases = _registered(uow, county, case_ids)
        found = certified(uow.session, county, [case.case_id for case in cases], people)
        drafted = _draft(uow, cases, press, _owed(found, given), proofs)
        owed = {draft.case.case_id for draft in drafted}
        told = {one.case_id for one in found} - owed
        _certify(uow, county, [case for case in cases if case.case_id in told])
    ended = {case.number for case in cases if case.case_id not in owed | told}
    return drafted, {number: (Finding("REG-24", values={"cases": [number]}, subject=number),) for number in ended}


def _owed(found: Sequence[Certified], given: set[UUID]) -> list[Certified]:
    """One of each right, by its latest act, where no certificate says yet what the act did; these rights are given then."""
    owed = {
        one.right_id: one
        for one in sorted(found, key=lambda one: one.act_number)
        if one.right_id not in given and not one.facts["certified_since"]
    }
    given.update(owed)
    return list(owed.values())


def _printed(items: Iterator[ToPrint], count: int, signer: Signer) -> Iterator[tuple[str, bytes]]:
    """A few are printed here, since processes of their own take seconds to start; many on every core."""
    if count > FEW:
        yield from print_and_sign_many(items, signer)
        return
    for item in items:
        with _ONE_AT_A_TIME:
            pdf = sign(print_certificate(item.data, proof=item.proof, sample=item.sample), signer)
        yield item.id, pdf


def _registered(uow: UnitOfWork, county: str, case_ids: Sequence[UUID]) -> list[Case]:
    cases = locked(uow, county, case_ids)
    wrong = [case for case in cases if case.state != "registered"]
    if wrong:
        raise Conflict(
            Finding("REG-8", "state", {"state": c.state, "step": "certify"}, subject=c.number) for c in wrong
        )
    return cases


def _proofs(uow: UnitOfWork, cases: Sequence[Case]) -> dict[str, Proof]:
    """By the number of the act. Raises Refused (REG-13) while one of them waits to be sealed."""
    acts = shelves.act_numbers(uow.session, cases[0].county, [case.act_id for case in cases if case.act_id])
    try:
        return prove_many(uow.session, sorted(acts.values()))
    except Conflict as waiting:
        raise Refused(Finding("REG-13", values={"waiting": len(waiting.findings)})) from waiting


def _draft(
    uow: UnitOfWork, cases: Sequence[Case], press: Press, found: list[Certified], proofs: dict[str, Proof]
) -> list[_Drafted]:
    county = cases[0].county
    law = load_law(uow.session, county, beijing_day(uow.now))
    sample = queries.is_demo(uow.session)
    by_id = {case.case_id: case for case in cases}
    found.sort(key=lambda one: by_id[one.case_id].number)
    serials = next_in_book(uow, county, "certificate", len(found))
    return [
        _drafted(by_id[one.case_id], one, serial, law, press, proofs[one.act_number].to_json(), sample)
        for one, serial in zip(found, serials, strict=True)
    ]


def _drafted(case: Case, what: Certified, serial: int, law: Law, press: Press, proof: bytes, sample: bool) -> _Drafted:
    """law: today's, which dates the certificate."""
    day = law.on
    token = secrets.token_urlsafe(12)
    number = CertificateNumber(law.text("CERT-1.province_short"), day.year, what.county_name, f"{serial:07d}")
    authority = law.text("CERT-2.authority").replace("{county}", what.county_name)
    url = f"{press.base_url}/c/{token}"
    data: PrintedCertificate
    if what.facts["kind"] == "contract_management":
        data = what.contract(number, authority, day, url, f"{case.county}{serial:07d}")
        printed = number.of_contract()
    else:
        made = what.operation if what.facts["kind"] == "land_operation" else what.homestead
        data = made(number, authority, day, url, f"D{case.county}{serial:07d}")
        printed = number.of_real_estate()
    row = {
        "county": case.county,
        "certificate_id": uuid4(),
        "village": what.facts["village"],
        "number": printed,
        "serial": data.print_number,
        "token": token,
        "kind": what.facts["kind"],
        "right_id": what.right_id,
        "case_id": case.case_id,
        "act_id": case.act_id,
        "sample": sample,
    }
    return _Drafted(case, what, row, ToPrint(printed, data, proof, sample), token)


def _enter(uow: UnitOfWork, county: str, drafted: Sequence[_Drafted], hashes: dict[str, str]) -> None:
    cases = locked(uow, county, list({draft.case.case_id for draft in drafted}))
    if any(case.state != "registered" for case in cases):
        raise Conflict(Finding("REG-8", "state", {"state": "certified", "step": "certify"}))
    rows = [
        {
            **draft.row,
            "issued_at": uow.now,
            "issued_by": uow.actor.account_id,
            "pdf_sha256": hashes[draft.to_print.id],
        }
        for draft in drafted
    ]
    uow.session.execute(insert(Certificate), rows)
    facts = issued_facts(uow.session, county, [draft.to_print.id for draft in drafted])
    stage_all(
        uow,
        [
            Entry(
                "certificate.issued",
                county,
                str(draft.row["village"]),
                draft.to_print.id,
                facts[draft.to_print.id],
            )
            for draft in drafted
        ],
    )
    _certify(uow, county, cases)


def _certify(uow: UnitOfWork, county: str, cases: Sequence[Case]) -> None:
    """These cases are at their end."""
    if cases:
        uow.session.execute(
            update(Case),
            [{"county": county, "case_id": case.case_id, "state": "certified"} for case in cases],
        )
        note(uow, cases, "certify")
