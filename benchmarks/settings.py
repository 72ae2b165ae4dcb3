"""The product's settings, with one more address: the empty view."""

from nib_tracker.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
