"""Who may hold which roles where, and what a password must be. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from landreg.core.actor import PREFECTURE, Desk, Role
from landreg.core.codes import of_age
from landreg.core.errors import Finding
from landreg.law.book import Law

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SHORTEST_PASSWORD = 10
SHORTEST_IN_WORDS = 8
"""Signs of a password of Chinese characters: each is one of thousands."""
LONGEST_PASSWORD = 200
ATTEMPTS_PER_ACCOUNT = 5
ATTEMPTS_PER_ADDRESS = 40
ATTEMPT_WINDOW = timedelta(minutes=15)
CODE_WAITS = timedelta(minutes=10)
HOUSEHOLD_CODE_HOLDS = timedelta(days=1)
HOUSEHOLD_LETTER_HOLDS = timedelta(days=14)
ATTEMPTS_PER_HOUSEHOLD_CODE = 5
LONGEST_CONSENT = timedelta(days=90)
FILTERS_MOST = 20

# One account works at one desk, so that a request runs on one database login (architecture.md 10).
DESK_OF: Mapping[Role, Desk] = {
    Role.SURVEYOR: Desk.REGISTRY,
    Role.REGISTRAR: Desk.REGISTRY,
    Role.REVIEWER: Desk.REGISTRY,
    Role.ADMINISTRATOR: Desk.REGISTRY,
    Role.OPERATOR: Desk.EXCHANGE,
    Role.FARMER: Desk.CITIZEN,
    Role.AGENT: Desk.CITIZEN,
    Role.TAKER: Desk.CITIZEN,
    Role.SETTLEMENT_OFFICER: Desk.SETTLEMENT,
    Role.AUDITOR: Desk.AUDITOR,
}
STAFF = frozenset(DESK_OF) - {Role.FARMER, Role.AGENT, Role.TAKER}
# domain.md, "must never": registrar and reviewer may be one person, never in one case: that is REG-1. Whoever opens accounts
# decides no case, an operator neither lists nor bids, an auditor writes findings alone, the settlement window sees no land.
SHORTEST_REASON = 2
"""Signs of why a person is opened (ACC-15)."""
EXCLUDED = (
    *(frozenset({Role.ADMINISTRATOR, role}) for role in (Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR, Role.OPERATOR)),
    *(frozenset({Role.OPERATOR, role}) for role in (Role.FARMER, Role.AGENT, Role.TAKER)),
    frozenset({Role.AGENT, Role.TAKER}),
    *(frozenset({Role.AUDITOR, role}) for role in DESK_OF if role is not Role.AUDITOR),
    *(frozenset({Role.SETTLEMENT_OFFICER, role}) for role in DESK_OF if role is not Role.SETTLEMENT_OFFICER),
)
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,31}|1[3-9][0-9]{9}")
_CHARACTER = re.compile(r"[\u4e00-\u9fff]")
_JURISDICTION = re.compile(rf"{PREFECTURE}(?:\d\d(?:\d{{3}}(?:\d{{3}})?)?)?")
# What is tried first by whoever guesses; compared in lower case and without the signs added at the ends.
_COMMON = frozenset(
    re.split(
        r"\s+",
        """password passw0rd p@ssw0rd p@ssword qwertyuiop qwerty asdfghjkl zxcvbnm 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc qazwsxedc
    administrator admin adminadmin letmein welcome iloveyou woaini woaini1314 5201314 1314520 aini1314 abcdefghij
    abcdefgh abcd a1b2c3d4e5 qq123456 landreg ankang shaanxi hanbin anhui beijing""",
    )
)


@dataclass(frozen=True)
class AccountFacts:
    """An account as it would be; `by`: who decides it, with that one's jurisdiction. own: it is the decider's own."""

    login: str
    roles: frozenset[Role]
    jurisdiction: str
    by_jurisdiction: str
    own: bool = False


@dataclass(frozen=True)
class PasswordFacts:
    """A password that someone chose for an account."""

    password: str
    login: str


@dataclass(frozen=True)
class SignOnFacts:
    """A session. roles: of its account. method: 'password' or 'oidc'. required: codes are asked of staff here."""

    roles: frozenset[Role]
    method: str
    second_factor: bool
    required: bool


class Step(StrEnum):
    """What a household may have an agent do for it."""

    VIEW = "view"
    APPLY = "apply"
    WITHDRAW = "withdraw"
    OBJECT = "object"
    LIST = "list"
    SIGN = "sign"
    BID = "bid"
    ANSWER = "answer"
    PRIORITY = "priority"


@dataclass(frozen=True)
class ConsentFacts:
    """A consent as it would be. agent_roles: empty when the account is shut. Days are Beijing days, both inside."""

    village: str
    agent_roles: frozenset[Role]
    agent_jurisdiction: str
    first_day: date
    last_day: date
    today: date


def desk_of(roles: frozenset[Role]) -> Desk:
    """The desk at which an account with these roles works; at least one role, all of one desk (ACC-10)."""
    return min(DESK_OF[role] for role in roles)


def acc_5_login_is_plain(facts: AccountFacts, law: Law) -> Finding | None:
    """ACC-5: 3 to 32 lower-case letters, digits, dots, dashes, the first a letter; or a mobile number."""
    return None if _LOGIN.fullmatch(facts.login) else Finding("ACC-5", "login", {"given": facts.login})


def acc_9_roles_do_not_exclude_each_other(facts: AccountFacts, law: Law) -> Finding | None:
    """ACC-9: no two duties of which one must never do what the other does. domain.md, people who use it."""
    for pair in EXCLUDED:
        if pair <= facts.roles:
            return Finding("ACC-9", "roles", {"roles": sorted(pair)})
    return None


def acc_10_roles_are_of_one_desk(facts: AccountFacts, law: Law) -> Finding | None:
    """ACC-10: at least one role, and all of one desk; of roles that exclude each other ACC-9 says so."""
    if any(pair <= facts.roles for pair in EXCLUDED):
        return None
    desks = {DESK_OF[role] for role in facts.roles if role in DESK_OF}
    if len(desks) == 1 and facts.roles <= DESK_OF.keys():
        return None
    return Finding("ACC-10", "roles", {"roles": sorted(facts.roles)})


def acc_11_jurisdiction_is_a_division(facts: AccountFacts, law: Law) -> Finding | None:
    """ACC-11: the code of the prefecture, or of a county, township or village in it: 4, 6, 9 or 12 digits."""
    if _JURISDICTION.fullmatch(facts.jurisdiction):
        return None
    return Finding("ACC-11", "jurisdiction", {"given": facts.jurisdiction})


def acc_12_jurisdiction_lies_in_the_administrators(facts: AccountFacts, law: Law) -> Finding | None:
    """ACC-12: nobody gives away more land than they see."""
    if facts.jurisdiction.startswith(facts.by_jurisdiction) and facts.by_jurisdiction:
        return None
    return Finding("ACC-12", "jurisdiction", {"given": facts.jurisdiction, "own": facts.by_jurisdiction})


def acc_13_not_the_administrators_own(facts: AccountFacts, law: Law) -> Finding | None:
    """ACC-13: nobody changes their own roles or state."""
    return Finding("ACC-13", "roles", {"login": facts.login}) if facts.own else None


def acc_7_password_is_long_enough(facts: PasswordFacts, law: Law) -> Finding | None:
    """ACC-7: ten signs at least, of Chinese characters eight; 200 at most."""
    in_words = len(_CHARACTER.findall(facts.password)) >= SHORTEST_IN_WORDS
    least = SHORTEST_IN_WORDS if in_words else SHORTEST_PASSWORD
    if least <= len(facts.password) <= LONGEST_PASSWORD:
        return None
    values = {"least": SHORTEST_PASSWORD, "characters": SHORTEST_IN_WORDS, "most": LONGEST_PASSWORD}
    return Finding("ACC-7", "password", values)


def acc_8_password_is_not_easily_guessed(facts: PasswordFacts, law: Law) -> Finding | None:
    """ACC-8: no common word with figures at its ends, no row of one sign, no run of figures, not the login name."""
    plain = facts.password.lower()
    stripped = plain.strip("0123456789!@#$%^&*._-+=?~ ")
    runs = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz")
    easy = (
        plain in _COMMON
        or stripped in _COMMON
        or stripped == ""
        or len(set(plain)) < 5
        or any(plain in run for run in runs)
        or (len(facts.login) > 2 and facts.login in plain)
    )
    return Finding("ACC-8", "password") if easy else None


def acc_20_staff_sign_on_with_a_second_factor(facts: SignOnFacts, law: Law | None = None) -> Finding | None:
    """ACC-20: staff who sign on by password have an authenticator; who comes by the province's sign-on has shown more there."""
    if facts.required and facts.method == "password" and not facts.second_factor and facts.roles & STAFF:
        return Finding("ACC-20")
    return None


def acc_23_agent_is_of_the_village(facts: ConsentFacts, law: Law | None = None) -> Finding | None:
    """ACC-23: an agent whose account is open and whose jurisdiction holds the household's village."""
    if Role.AGENT in facts.agent_roles and facts.village.startswith(facts.agent_jurisdiction):
        return None
    return Finding("ACC-23", "agent")


def acc_24_consent_is_for_some_days(facts: ConsentFacts, law: Law | None = None) -> Finding | None:
    """ACC-24: from today on, in order, and not longer than LONGEST_CONSENT: a consent without an end would be forgotten."""
    if facts.today <= facts.first_day <= facts.last_day < facts.first_day + LONGEST_CONSENT:
        return None
    return Finding("ACC-24", "last_day", {"most": LONGEST_CONSENT.days})


@dataclass(frozen=True)
class AtCounter:
    """Who stands at the counter for a household. known: the card is a member's; named: that member is of this name in the register.
    born: by the number, None where it tells no day.
    """

    name: str
    known: bool
    named: bool
    born: date | None
    witness: str = ""
    agent: str = ""


def acc_32_a_member_consents_in_person(facts: AtCounter, law: Law) -> Finding | None:
    """ACC-32: a member of age comes with their card, to give a consent on paper or to take one back; a witness is somebody else,
    and not the agent. 民法典 17.
    """
    name, witness, agent = ("".join(one.split()) for one in (facts.name, facts.witness, facts.agent))
    faults = {
        ("card", "consent_stranger"): not facts.known,
        ("name", "counter_named"): not facts.named,
        ("card", "counter_minor"): facts.born is not None and not of_age(facts.born, law.on),
        ("witness", "consent_witness"): bool(witness) and witness in (name, agent),
    }
    field, fault = next((one for one, wrong in faults.items() if wrong), ("", ""))
    return Finding("ACC-32", field, {"fault": fault}) if fault else None


def dsk_5_not_too_many_filters(count: int, law: Law | None = None) -> Finding | None:
    """DSK-5: an account keeps FILTERS_MOST filters of a list at most: more are no longer read."""
    return Finding("DSK-5", "name", {"most": FILTERS_MOST}) if count >= FILTERS_MOST else None


CONSENT_RULES = (acc_23_agent_is_of_the_village, acc_24_consent_is_for_some_days)
ACCOUNT_RULES = (
    acc_5_login_is_plain,
    acc_9_roles_do_not_exclude_each_other,
    acc_10_roles_are_of_one_desk,
    acc_11_jurisdiction_is_a_division,
    acc_12_jurisdiction_lies_in_the_administrators,
    acc_13_not_the_administrators_own,
)
PASSWORD_RULES = (acc_7_password_is_long_enough, acc_8_password_is_not_easily_guessed)
