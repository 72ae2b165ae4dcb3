"""The packet's page of an agency, and its workbook, as somebody uses them. Nothing here depends on the language."""

from __future__ import annotations

from pathlib import Path

from reports.models import Entry
from tests.browser.windows import Window
from tests.factories import World
from tests.reports.sheets.books import Book

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""


class PacketPage:
    """The bureau's packet of the first quarter in somebody's window; lines are named by their target's code."""

    PATH = "/packets/bureau/2021Q1/?plan=small"

    def __init__(self, window: Window, world: World) -> None:
        self.window, self.world, self.page = window, world, window.page

    def open(self) -> PacketPage:
        self.window.open(self.PATH)
        return self

    def line(self, code: str) -> Entry:
        return Entry.objects.filter(submission__agency=self.world.bureau, assignment__target__code=code).latest("pk")

    def row(self, code: str):
        return self.page.locator(f"#line-{self.line(code).pk}")

    def field(self, code: str, name: str = "value"):
        return self.page.locator(f"#id_line-{self.line(code).pk}-{name}")

    def type(self, code: str, text: str, name: str = "value") -> None:
        """Key by key, in place of what the field says."""
        self.field(code, name).fill("")
        self.field(code, name).press_sequentially(text)

    def paste(self, code: str, text: str) -> None:
        self.field(code).focus()
        self.page.evaluate(PASTE, text)

    def state(self, code: str, state: str) -> None:
        """Waits until the line is in a state."""
        self.page.wait_for_selector(f"#line-{self.line(code).pk}[data-state={state}]", timeout=20_000)

    def saved(self, code: str) -> Entry:
        """Waits until the page says that the line is saved; the line as it is stored."""
        line = str(self.line(code).pk)
        self.page.wait_for_selector(f"#line-{line}[data-state=stored] .saved", timeout=20_000)
        self.page.wait_for_function("id => packetLines.lines.find(line => line.id === id).isSafe", arg=line)
        return self.line(code)

    def attach(self, code: str, name: str, content: bytes) -> None:
        """Adds a file to a line and waits until it stands there."""
        place = self.page.locator(f"#evidence-{self.line(code).pk}")
        place.locator(".evidence-add > summary").click()
        sent = [{"name": name, "mimeType": "application/pdf", "buffer": content}]
        place.locator("input[type=file]").set_input_files(sent)
        place.locator(".pieces a", has_text=name).wait_for()

    def submit(self, state: str = "submitted") -> None:
        """Presses the button and waits until the packet is in a state."""
        self.page.click(".entry-bar button[value=submit]")
        self.is_now(state)

    def is_now(self, state: str) -> None:
        self.page.wait_for_selector(f"h1 .state-word.state-{state}")

    def download_workbook(self) -> Book:
        with self.page.expect_download() as download:
            self.page.click("#workbooks a[download]")
        return Book(Path(download.value.path()).read_bytes())

    def upload_workbook(self, book: Book) -> None:
        """Leads to the preview."""
        self.page.set_input_files("#workbook-file", [{"name": "填报.xlsx", "mimeType": XLSX, "buffer": book.content()}])
        with self.page.expect_navigation(url="**/workbooks/*/**"):
            self.page.click(".workbooks-upload button")

    def confirm_workbook(self) -> None:
        self.page.click("form[action*='/confirm/'] button")
        self.page.wait_for_selector(".workbook-word-done")

    def ask_for_correction(self, code: str, reason: str) -> None:
        row = self.row(code)
        row.locator("details.correct summary").click()
        row.locator("textarea[name=reason]").fill(reason)
        with self.page.expect_navigation():
            row.locator("details.correct button").click()
