"""The list of everything that a registry keeps, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from index.registry_connection import INDEX_SUBJECT, RegistryConnection, json_object
from tokenauth.signing.tokens import Access, sign_access_token

_PAGE = 500
_LONGEST_NAME = 255
_TOKEN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """Names, in the registry's own order, and after which one the next page begins; "" is the end."""

    names: list[str]
    next_after: str


class RegistryCatalog(RegistryConnection):
    """Asks for the catalog with a token that opens nothing else."""

    def page(self, after: str) -> CatalogPage:
        """Return the page after a name; raise RegistryTrouble."""
        path = f"/v2/_catalog?n={_PAGE}" + (f"&last={quote(after, safe='')}" if after else "")
        response = self.ask("GET", path, {200})
        listed = json_object(response).get("repositories") or []
        names = [name for name in listed if isinstance(name, str) and len(name) <= _LONGEST_NAME]
        following = urlsplit(response.links.get("next", {}).get("url", ""))
        last = parse_qs(following.query).get("last", [""])[0]
        if last and last == after:
            message = "its catalog has no end"
            raise self.trouble(message)
        return CatalogPage(names, last)

    def _token(self, _actions: list[str], _mount_from: str) -> str:
        return sign_access_token(
            subject=INDEX_SUBJECT,
            service=self.registry.service,
            access=[Access(type="registry", name="catalog", actions=["*"])],
            lifetime=_TOKEN_SECONDS,
            key_format=self.registry.key_format,
        )
