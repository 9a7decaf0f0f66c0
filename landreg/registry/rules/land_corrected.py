"""COR: what a correction of the parcels under a household's contract-management right must rest on. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.parcels import ParcelActFacts


def ct_2_parcels_free(facts: ParcelActFacts, law: Law) -> Finding | None:
    """CT-2: a parcel that was left out was under no other right on any day on which this one would hold it. SPC-RLC-19."""
    held = {} if facts.land is None else facts.land.held
    if not held:
        return None
    values = {"parcels": sorted(held), "rights": sorted(set(held.values()))}
    return Finding("CT-2", "parcels_added", values, subject=facts.code)


def cor_21_added_is_contracted_land_of_its_issuer(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-21: what a correction adds is a registered parcel of farmland of the same issuing party. CC-220, RLCL-22."""
    foreign = () if facts.land is None else facts.land.foreign
    return Finding("COR-21", "parcels_added", {"codes": list(foreign)}, subject=facts.code) if foreign else None


def cor_22_as_it_stands(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-22: what is added does not stand under the right yet, and what is taken off it does. CC-220, RERR-18."""
    if facts.land is None or not (facts.land.there or facts.land.absent):
        return None
    field = "parcels_added" if facts.land.there else "parcels_off"
    return Finding("COR-22", field, {"codes": [*facts.land.there, *facts.land.absent]}, subject=facts.code)


def cor_23_some_land_is_left(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-23: on every day the right keeps a parcel: one without land never was, and is cancelled by its own act. CC-220,
    RLCL-22.
    """
    if facts.land is None or facts.land.left:
        return None
    return Finding("COR-23", "parcels_off", {}, subject=facts.code)


def cor_24_let_land_stays(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-24: a parcel on which a land-operation right stands is not taken from the right that this comes from: the former is
    changed or ended first. RLCL-38, CC-220.
    """
    let = {} if facts.land is None else facts.land.let
    if not let:
        return None
    values = {"codes": sorted(let), "rights": sorted(set(let.values()))}
    return Finding("COR-24", "parcels_off", values, subject=facts.code)


LAND_CORRECTED = (
    ct_2_parcels_free,
    cor_21_added_is_contracted_land_of_its_issuer,
    cor_22_as_it_stands,
    cor_23_some_land_is_left,
    cor_24_let_land_stays,
)
"""What a correction of the parcels under a right is asked."""
