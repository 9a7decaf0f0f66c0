"""Who stands at the counter for a party: to sign a contract, to speak on a project, to claim a priority."""
