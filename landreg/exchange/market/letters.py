"""What is written to somebody who keeps a search, in both languages, as plain text. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

LISTED = 20
"""Listings that one letter names; the rest is behind its link."""


@dataclass(frozen=True)
class Letter:
    """A message. end: the address at which one click ends the search."""

    to: str
    subject: str
    text: str
    end: str

    def packed(self) -> str:
        """As one text, to be sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def unpacked(cls, text: str) -> Letter:
        """The letter that `packed` made a text of."""
        return cls(**json.loads(text))


def confirming(to: str, language: str, link: str) -> Letter:
    """Asks for the word of whom an address belongs to, before anything is sent there."""
    if language == "en":
        subject = "Confirm your search of the land market"
        text = (
            "Somebody asked to be told at this address of new listings on the land market.\n"
            f"If it was you, confirm it here within seven days:\n{link}\n\n"
            "If it was not, do nothing: nothing more is sent, and the address is erased."
        )
    else:
        subject = "请确认土地流转市场的找地提醒"
        text = (
            "有人用这个地址申请土地流转市场的新挂牌提醒。\n"
            f"如果是您本人，请在七天内打开下面的网址确认：\n{link}\n\n"
            "如果不是您本人，不用理会：以后不会再发，地址也会删除。"
        )
    return Letter(to, subject, text, link)


def telling(to: str, language: str, numbers: Sequence[str], listing: str, link: str) -> Letter:
    """Tells of new listings. listing: the address of one, with {number}. link: where the search is ended."""
    lines = "\n".join(listing.format(number=number) for number in numbers[:LISTED])
    more = len(numbers) - LISTED
    if language == "en":
        subject = f"Land market: {len(numbers)} new for your search"
        rest = f"\nand {more} more." if more > 0 else ""
        text = f"New on the land market, as you searched:\n{lines}{rest}\n\nTo end this: {link}"
    else:
        subject = f"土地流转市场：新挂牌 {len(numbers)} 宗"
        rest = f"\n另有 {more} 宗。" if more > 0 else ""
        text = f"符合您条件的新挂牌：\n{lines}{rest}\n\n不想再收，点这里：{link}"
    return Letter(to, subject, text, link)
