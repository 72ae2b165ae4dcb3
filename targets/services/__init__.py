"""Every write to a plan goes through here."""
