"""What a transfer contract must rest on and what its life allows. Pure: no session, no clock."""
