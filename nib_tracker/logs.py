"""Lines of the log."""

import logging
import re

# what opens something for whoever has it: invitations, new passwords, confirmed addresses
SECRET = re.compile(r"(/invitations/|/password/reset/key/|/confirm-email/)[^/\s]+")


class Line(logging.Formatter):
    """Secrets of links stay out of the log: Django logs the address of what it refuses."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub(r"\1…", super().format(record))
