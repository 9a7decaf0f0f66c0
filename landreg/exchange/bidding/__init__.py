"""How a deal comes about: offers, open auctions, sealed bids, the members' priority, and who may take land in."""
