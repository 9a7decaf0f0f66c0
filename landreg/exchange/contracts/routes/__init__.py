"""The pages of contracts."""

from landreg.exchange.contracts.routes import desk, own, papers, projects, registering

ROOMS = (registering, projects, papers, own, desk)
