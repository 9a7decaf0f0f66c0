"""What leaves the office: certificates, excerpts, and the papers of cases."""
