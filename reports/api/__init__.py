"""REST endpoints of packets, the ledger, progress and webhooks."""
