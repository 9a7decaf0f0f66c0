"""Codes of the register: structure, check digits, masks. All codes are text; leading zeros count.

Sources: standards.md 1; citizen ID GB 11643, unified social credit code GB 32100.
"""

from __future__ import annotations

import re
from datetime import date

from landreg.core.periods import years_after

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
EARLIEST_BIRTH = date(1800, 1, 1)
ISSUER = 14
"""Signs of the code of a parcel or a household that name its group, and so the collective that issues land. GB/T 35958-2018."""
ADULT = 18
WORKS = 16
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE = {sign: value for value, sign in enumerate(_USCC_SIGNS)}
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))

LAND_UNIT = re.compile(r"\d{12}[A-Z]{2}\d{5}", re.ASCII)
REAL_ESTATE_UNIT = re.compile(r"\d{12}[A-Z]{2}\d{5}[FLQW]\d{8}", re.ASCII)


def tidy(code: str) -> str:
    """A code as it is compared: trimmed and in upper case, full-width signs made plain."""
    return code.strip().translate(_FULL_WIDTH).upper()


_FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)}


def citizen_id_fault(number: str, on: date | None = None) -> str | None:
    """What is wrong with a citizen ID: "shape", "birth" or "check"; None when sound.

    on: the day on which it is given; nobody is born later, nor before 1800. The first six digits name the county at the time
    of issue and are not held against today's divisions (GB 11643).
    """
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "shape"
    born = birth_of(number)
    if born is None or (on is not None and not EARLIEST_BIRTH <= born <= on):
        return "birth"
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return None if CHECKS[total % 11] == number[17] else "check"


def birth_of(number: str) -> date | None:
    """The day of birth in a citizen ID; None when it is no day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def of_age(born: date, on: date) -> bool:
    """Whether whoever was born on a day is of full age: eighteen, 民法典 第十七条."""
    return years_after(born, ADULT) <= on


def may_farm(born: date, on: date) -> bool:
    """Whether whoever was born on a day can live on work of their own: from sixteen on, 民法典 第十八条."""
    return years_after(born, WORKS) <= on


def sex_of(number: str) -> str:
    """The sex digit of a citizen ID as GB/T 2261.1 writes it: "1" male, "2" female."""
    return "1" if int(number[16]) % 2 else "2"


def uscc_fault(code: str) -> str | None:
    """What is wrong with a unified social credit code, "shape" or "check"; None when sound. Collectives begin N1 to N3."""
    if len(code) != 18 or any(sign not in _USCC_VALUE for sign in code):
        return "shape"
    total = sum(_USCC_VALUE[sign] * weight for sign, weight in zip(code, _USCC_WEIGHTS, strict=False))
    if _USCC_SIGNS[(31 - total % 31) % 31] != code[17]:
        return "check"
    return None


def masked_name(name: str) -> str:
    """A name for lists: first sign and, from three signs on, the last one stay."""
    if len(name) < 2:
        return "*" * len(name)
    return name[0] + "*" if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def masked_id(number: str) -> str:
    """An identity number for lists: first three and last two signs stay.

    That tells namesakes apart, and is too little to make the number again with anything else that desks read of a person.
    """
    if len(number) < 12:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]
