"""The product's settings, with empty views beside its addresses, and without a limit of calls."""

from nib_tracker.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
API_CALLS_A_MINUTE = 1_000_000
