"""REST endpoints of plans, action lines, tasks and targets."""
