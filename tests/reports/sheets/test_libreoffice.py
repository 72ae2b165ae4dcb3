"""A workbook that LibreOffice opened and saved is accepted, with every value as it was entered."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from reports.sheets.cells import normal
from tests.reports.sheets.books import Book, outcome

OFFICE = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)


@pytest.fixture
def save_again(tmp_path: Path):
    """Opens a workbook in LibreOffice and saves it as .xlsx; a machine without it skips and says why."""
    if reason := os.environ.get("NO_LIBREOFFICE") or ("" if OFFICE else "no LibreOffice on this machine"):
        pytest.skip(reason)

    def save_again(book: Book) -> Book:
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "packet.xlsx").write_bytes(book.content())
        command = [
            OFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "xlsx",
            "--outdir", str(tmp_path / "out"), str(tmp_path / "in" / "packet.xlsx"),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        saved = tmp_path / "out" / "packet.xlsx"
        assert saved.exists(), done.stderr
        return Book(saved.read_bytes())

    return save_again


def test_what_libreoffice_saved_is_accepted(trip, acting, world, save_again):
    acting.save(world.line(world.stations), value="12000000", words="=1+1\n第二行", explanation="已核实")
    book = trip.download()
    book.type("share", numerator=0.1 + 0.2, denominator="１，２００", words="@注")
    book.type("centre", stage="Done", actual_on=date(2021, 3, 31))
    found = trip.upload(save_again(book))
    assert outcome(found) == {"stations": "unchanged", "share": "change", "centre": "change"}
    typed = {row["name"].split("/")[0]: row["typed"] for row in found.rows if row["kind"] == "change"}
    assert (typed["share"]["numerator"], typed["share"]["denominator"], typed["share"]["words"]) == (
        "0.3",
        "1200",
        "@注",
    )
    assert (typed["centre"]["stage"], typed["centre"]["actual_on"]) == ("done", "2021-03-31")


def test_an_empty_packet_comes_back_empty(trip, save_again):
    saved = save_again(trip.download())
    assert set(outcome(trip.upload(saved)).values()) == {"unchanged"}
    assert normal("value", "") == ""
