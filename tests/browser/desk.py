"""The office's desk and its review page, as somebody uses them. Nothing here depends on the language."""

from __future__ import annotations

from reports.models import Entry
from tests.browser.windows import Window


class Desk:
    """The queue, and the review of the packet that was opened from it."""

    PATH = "/desk/?plan=small"

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page

    def open(self) -> Desk:
        self.window.open(self.PATH)
        return self

    def review(self, agency: str) -> None:
        """Opens a waiting packet."""
        with self.page.expect_navigation(url=f"**/packets/{agency}/**/review/**"):
            self.page.click(f"#waiting a[data-opens][href*='/packets/{agency}/']")

    def give_back(self, line: Entry, reason: str) -> None:
        """Marks a line as one that goes back; nothing is decided yet."""
        self.page.check(f"[name=line-{line.pk}][value=return]")
        self.page.fill(f"#reason-{line.pk}", reason)

    def accept_the_rest(self) -> None:
        """Decides what is marked and accepts what is not."""
        self.page.click("button[value=rest]")
        self.page.wait_for_selector(".message.success")
