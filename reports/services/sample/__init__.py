"""A made-up history of a plan, entered through the services that people use. Marked as sample data."""

from .history import AlreadySeeded, Summary, seed
from .story import Story, read_story

__all__ = ["AlreadySeeded", "Story", "Summary", "read_story", "seed"]
