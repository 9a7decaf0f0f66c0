"""Two parts of a passage, one of land and one of town, and the words about them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from landreg.law.guard_frame import Part, Passage

_BEFORE, _AFTER, _FAR = 14, 10, 14  # words before and after a pair that speak of it; of its sentence


@dataclass(frozen=True)
class Pair:
    """Two parts and the words about them. start, end: where the part before ends, and the next begins. spent: up to here a link
    belongs to a pair already found harmless.
    """

    text: Passage
    first: Part
    second: Part
    start: int
    end: int
    spent: int

    @cached_property
    def land(self) -> Part:
        """The one that speaks of land."""
        return self.first if self.first.land else self.second

    @cached_property
    def town(self) -> Part:
        """The one that speaks of town."""
        return self.second if self.first.land else self.first

    @cached_property
    def but(self) -> int:
        """Where the words between them begin, after the last "but"."""
        place = self.text.last(frozenset({"but"}), self.first.end, self.second.start)
        return self.first.end if place is None else place + 1

    @cached_property
    def before(self) -> frozenset[str]:
        """What is said before the first and may deny it: nothing once a "but" came between."""
        if self.but > self.first.end:
            return frozenset()
        start = max(self.start, self.first.start - _BEFORE)
        place = self.text.last(frozenset({"but"}), start, self.first.start)
        return self.text.said(start if place is None else place + 1, self.first.start)

    @cached_property
    def between(self) -> frozenset[str]:
        """What is said between them, after the last "but"."""
        return self.text.said(self.but, self.second.start)

    @cached_property
    def inside(self) -> frozenset[str]:
        """What is said inside the second."""
        return self.text.said(self.second.start, self.second.end) - {"not", "ban"}

    @cached_property
    def after(self) -> frozenset[str]:
        """What is said after the second, up to the next part."""
        return self.text.said(self.second.end, min(self.end, self.second.end + _AFTER))

    @cached_property
    def far(self) -> frozenset[str]:
        """What is said after the second, whatever parts come."""
        return self.text.said(self.second.end, self.second.end + _FAR)

    @cached_property
    def whole(self) -> frozenset[str]:
        """All that is said of them."""
        return self.before | self.between | self.after | self.text.said(self.first.start, self.second.end)

    def beside(self, part: Part, words: int) -> frozenset[str]:
        """What is said just before a part."""
        bound = self.start if part is self.first else self.first.end
        return self.text.said(max(bound, part.start - words), part.start)

    @cached_property
    def linking(self) -> dict[str, frozenset[str]]:
        """By place (before, between, inside, after), what may link them."""
        return {
            "before": self.text.said(max(self.start, self.spent, self.first.start - _BEFORE), self.first.start),
            "between": self.text.said(self.first.end, self.second.start),
            "inside": self.inside,
            "after": self.after,
        }
