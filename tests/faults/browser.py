"""A person at the pages, without a browser: forms as they are sent without JavaScript."""

from __future__ import annotations

import re

import requests

from bench.instance import PASSWORD
from tests.faults.cast import OWNER


class Visitor:
    """Keeps cookies as a browser does."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._session = requests.Session()

    def get(self, path: str) -> requests.Response:
        """Open a page."""
        return self._session.get(f"{self._origin}{path}", timeout=30)

    def post(self, path: str, **fields: str) -> requests.Response:
        """Send a form of the page at that address, and follow where it leads."""
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path).text)
        assert found, path
        url = f"{self._origin}{path}"
        told = {"csrfmiddlewaretoken": found[1], **fields}
        return self._session.post(url, told, headers={"Referer": url}, timeout=30)

    def log_in(self) -> None:
        """Log in as the owner of everything here."""
        answer = self.post("/accounts/login/", login=OWNER, password=PASSWORD)
        assert f"Hello, {OWNER}" in answer.text
