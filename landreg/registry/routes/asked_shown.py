"""What an application asks for, and on what ground, as pages say it to whoever reads them."""

from __future__ import annotations

from landreg.registry.casebook import Case
from landreg.registry.facts.asked import Reader, asked_in_words
from landreg.registry.routes.shown import holder_name
from landreg.web.i18n import shown_day, shown_term

_READER = Reader(lambda kind, value: shown_term(value, kind), shown_day, holder_name)


def asked_shown(case: Case) -> tuple[tuple[str, str], ...]:
    """By what is asked, its words in the reader's language; names behind the mask for who does not work with them."""
    return asked_in_words(case, _READER)
