"""plotly.js from the installed plotly package, as a static file."""

from collections.abc import Iterator
from pathlib import Path

import plotly
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

NAME = "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Serves `vendor/plotly.min.js`; nothing else of the package."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.storage = FileSystemStorage(Path(plotly.__file__).parent / "package_data")
        self.storage.prefix = "vendor"

    def check(self, **kwargs: object) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> str | list[str]:
        found = [self.storage.path(NAME)] if path == f"vendor/{NAME}" else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: list[str] | None) -> Iterator[tuple[str, Storage]]:
        yield NAME, self.storage
