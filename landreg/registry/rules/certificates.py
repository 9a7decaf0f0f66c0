"""CERT: what a new certificate rests on: the old one is damaged or of an old form (换发), or was lost (补发)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.acts import reg_20_documents_complete, reg_21_still_in_force, reg_29_held_as_applied_for
from landreg.registry.rules.died_out import hh_15_somebody_lives, hh_24_who_inherits_comes_first
from landreg.registry.rules.over import lo_18_term_is_not_over
from landreg.registry.rules.requests import CertificateExchange, Reissue
from landreg.registry.rules.restrictions import RESTRICTED

EXCHANGE_REASONS = ("damaged", "old_form", "otherwise")


@dataclass(frozen=True)
class ExchangeFacts(ActFacts):
    """The exchange of a certificate, or its reissue. certificates: numbers of those in force on the right."""

    certificates: tuple[str, ...] = ()


def cert_4_the_one_in_force(facts: ExchangeFacts, law: Law) -> Finding | None:
    """CERT-4: what is exchanged is the certificate in force; one that was lost is reissued after its notice. CC-217."""
    asked = facts.asked
    if isinstance(asked, CertificateExchange) and asked.number in facts.certificates:
        return None
    return Finding("CERT-4", "number", {"numbers": list(facts.certificates)}, subject=facts.code)


def cert_5_reason_of_the_list(facts: ExchangeFacts, law: Law) -> Finding | None:
    """CERT-5: a certificate is exchanged because it is damaged, of an old form, or untrue since. RERR-21, RERR-33."""
    asked = facts.asked
    if isinstance(asked, CertificateExchange) and asked.reason in EXCHANGE_REASONS:
        return None
    return Finding("CERT-5", "reason", {}, subject=facts.code)


def cert_7_lost_one_still_in_force(facts: ExchangeFacts, law: Law) -> Finding | None:
    """CERT-7: what was declared lost is what is reissued; what came in its place since is in its holder's hand. CC-217."""
    asked = facts.asked
    lost = asked.numbers if isinstance(asked, Reissue) else ()
    if set(lost) <= set(facts.certificates):
        return None
    return Finding("CERT-7", "number", {"lost": list(lost), "numbers": list(facts.certificates)}, subject=facts.code)


NEW_CERTIFICATES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "certificate_exchange": (
        reg_20_documents_complete,
        reg_21_still_in_force,
        reg_29_held_as_applied_for,
        *RESTRICTED,
        cert_4_the_one_in_force,
        cert_5_reason_of_the_list,
        lo_18_term_is_not_over,
    ),
    "reissue": (
        reg_20_documents_complete,
        reg_21_still_in_force,
        *RESTRICTED,
        reg_29_held_as_applied_for,
        hh_15_somebody_lives,
        hh_24_who_inherits_comes_first,
        cert_7_lost_one_still_in_force,
        lo_18_term_is_not_over,
    ),
}
"""By kind of act: the rules that judge it."""
