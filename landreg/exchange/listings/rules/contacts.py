"""What in a lister's words would lead past the exchange: numbers of telephones and cards, of persons, names in messengers, mail.

The market's page leaves it out of what was written before (`exchange.without_contacts`), with any other long number.
"""

from __future__ import annotations

import re
import unicodedata

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_RUN = re.compile(r"\d(?:[ .·-]?\d){6,}[xX]?", re.ASCII)
_TELEPHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")
_OF_A_PERSON = re.compile(r"\d{15,19}|\d{17}[xX]")
"""A card of a bank or of identity."""
_SAID = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_SPOKEN = re.compile(rf"[{_SAID}](?:[ ,，、.·-]?[{_SAID}]){{10}}")
_MIXED = re.compile(
    rf"(?<![\d{_SAID}])[1一幺壹][3-9三四五六七八九叁肆伍陆柒捌玖][\d{_SAID}]{{9}}(?![\d{_SAID}])", re.ASCII
)
"""A mobile number, some of whose digits are written as words."""
_MESSENGER = re.compile(
    r"(微信|威信|薇信|weixin|wechat|vx|wx|v信|qq|扣扣|企鹅|抖音|快手|小红书|钉钉|(?<![a-z0-9])v(?=[ :]))"
    r"(号|号码|群|id)?[ :是为]*[a-z0-9_-]{5,}",
    re.ASCII | re.IGNORECASE,
)
_ADDED = re.compile(r"(加|\+)[ 我个的]*(v|vx|薇|威|微|q)[ :信号码是为]*[a-z0-9_-]{5,}", re.ASCII | re.IGNORECASE)
"""As people write around the name of a messenger."""
_MAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+\.[a-z0-9.-]+", re.ASCII | re.IGNORECASE)


def names_a_contact(words: str) -> bool:
    """Whether the words hold a way to reach somebody, or a number that is a person's; a day and an area are none."""
    said = _DAY.sub("", unicodedata.normalize("NFKC", words))
    if any(sign.search(said) for sign in (_SPOKEN, _MIXED, _MESSENGER, _ADDED, _MAIL)):
        return True
    runs = (re.sub(r"[ .·-]", "", run) for run in _RUN.findall(said))
    return any(_TELEPHONE.fullmatch(run) or _OF_A_PERSON.fullmatch(run) for run in runs)
