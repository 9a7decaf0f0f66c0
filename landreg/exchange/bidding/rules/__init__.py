"""What the law and the county ask of bids, offers, priority and takers: pure."""
