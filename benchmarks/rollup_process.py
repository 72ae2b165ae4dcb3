"""A full roll-up in a process of its own; prints the megabytes that it needed at its peak."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nib_tracker.settings")
    django.setup()
    from benchmarks.measure import own_peak
    from reports.services import rollup

    rollup.ask_for_rebuild()
    rollup.roll_up()
    print(own_peak())
