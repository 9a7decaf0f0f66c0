"""Pages of the exchange, and what of it belongs on the first page (first_pages.py)."""

from landreg.exchange.routes import first_pages

__all__ = ["first_pages"]
