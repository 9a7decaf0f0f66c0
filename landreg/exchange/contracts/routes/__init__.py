"""The pages of contracts."""

from landreg.exchange.contracts.routes import desk, drawing, life, own, papers, projects, registering, signing

ROOMS = (registering, projects, papers, own, drawing, signing, life, desk)
