"""Numbers as people type them off a paper, and the numbers that the register keeps. Pure.

A certificate's cover spaces its number out and an input method writes wide brackets; people leave leading zeros away. None of
that makes it another number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

FIRST_YEAR = 2015
"""Before it nothing was numbered: 不动产登记暂行条例 came into force on 2015-03-01."""
WIDTH = 7
"""Digits of the running number in a certificate's number and in its printed one."""

_CERTIFICATE = re.compile(
    r"(?P<province>[^\W\d_])[(\[〔【]?(?P<year>\d{4})[)\]〕】]?(?P<county>\w+?)"
    r"(?P<form>农村土地承包经营权|不动产权|不动产证明)证?第?(?P<serial>\d{1,7})号?"
)
_PRINTED = re.compile(r"(?:NO)?[.:]*(?P<form>[DJ]?)(?P<county>\d{6})(?P<serial>\d{7})")
_TAIL = re.compile(r"(?:(?P<year>\d{4})-)?(?P<serial>\d{1,7})", re.ASCII)
_UNIT_TAIL = re.compile(r"[A-Z]{2}\d{5}", re.ASCII)
_ACT = re.compile(r"\d{6}-\d{8}-\d{7}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_FORMS = {"D": "不动产权", "J": "农村土地承包经营权"}


@dataclass(frozen=True)
class Printed:
    """A printing number: the six digits of the county, the running number, and the certificate's forms that it can be of."""

    county: str
    serial: str
    forms: tuple[str, ...]

    def numbers(self, province: str, county: str, years: range) -> tuple[str, ...]:
        """The certificate numbers that it can stand beside: a county uses no running number twice, so one at most exists."""
        return tuple(f"{province}({year}){county}{form}第{self.serial}号" for year in years for form in self.forms)


def years(today: date) -> range:
    """The years that a number may bear, this one first."""
    return range(today.year, FIRST_YEAR - 1, -1)


def folded(typed: str) -> str:
    """What was typed, wide signs made plain, dashes made one, without spaces."""
    return "".join(unicodedata.normalize("NFKC", typed).translate(_DASHES).split())


def certificate_number(typed: str) -> str | None:
    """The certificate number that was meant, as the register writes it; None for what has not its form."""
    found = _CERTIFICATE.fullmatch(folded(typed))
    if found is None:
        return None
    return f"{found['province']}({found['year']}){found['county']}{found['form']}第{found['serial'].zfill(WIDTH)}号"


def printed_number(typed: str) -> Printed | None:
    """The printing number that was meant, with or without its NO.; None for what has not its form."""
    found = _PRINTED.fullmatch(folded(typed).upper())
    if found is None:
        return None
    forms = (_FORMS[found["form"]],) if found["form"] else tuple(_FORMS.values())
    return Printed(found["county"], found["serial"], forms)


def transfer_number(typed: str) -> str:
    """The number of a contract of transfer (18 digits) or of a transaction certificate (610902-J2026-000001), or ''."""
    number = folded(typed).upper()
    return number if re.fullmatch(r"\d{18}|\d{6}-J\d{4}-\d{6}", number) else ""


def is_act_number(typed: str) -> bool:
    """Whether this has the form of an act's number, county, day and running number: a paper bears it too."""
    return _ACT.fullmatch(folded(typed)) is not None


def is_unit_tail(typed: str) -> bool:
    """Whether this has the form of what a parcel's code ends in after its village: JC00001 (GB/T 37346)."""
    return _UNIT_TAIL.fullmatch(folded(typed).upper()) is not None


def name_and_place(typed: str) -> tuple[str, str]:
    """A name as people pad and complete it: 林 春 生 is one name, 陆永福 周营 a name and where; no place is an empty one."""
    words = typed.split()
    if len(words) < 2 or len(words[-1]) < 2:
        return "".join(words), ""
    return "".join(words[:-1]), words[-1]


def case_numbers(typed: str, counties: Sequence[str], years: Iterable[int]) -> tuple[str, ...]:
    """The case numbers that end in what was typed, `0001026`, `1026` or `2026-1026`: those of each county and year."""
    found = _TAIL.fullmatch(folded(typed))
    if found is None:
        return ()
    asked = years if found["year"] is None else (int(found["year"]),)
    return tuple(f"{county}-{year}-{found['serial'].zfill(WIDTH)}" for year in asked for county in counties)
