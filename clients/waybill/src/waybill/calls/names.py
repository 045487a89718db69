"""Other names for a repository: in its namespace, or in another one."""

from __future__ import annotations

from waybill.answers import NameChange, Transfer
from waybill.call import Call, Listing, delete, get, post, segments


def rename(repository: str, new_name: str, *, dry_run: bool = False) -> Call[NameChange]:
    """Call it otherwise in its namespace; the old name leads to it from then on."""
    path = f"repositories/{segments(repository)}/-/rename"
    return post(path, name=new_name, dry_run=dry_run)


def transfer(
    repository: str, namespace: str, *, new_name: str = "", dry_run: bool = False
) -> Call[NameChange]:
    """Give it to another namespace, or offer it where somebody else has to take it."""
    called = {"name": new_name} if new_name else {}
    return post(_offer(repository), namespace=namespace, dry_run=dry_run, **called)


def offer(repository: str) -> Call[Transfer]:
    """The offer of it that waits."""
    return get(_offer(repository))


def withdraw(repository: str, *, if_match: str = "") -> Call[None]:
    """Take an offer back."""
    return delete(_offer(repository), if_match=if_match)


def offers() -> Listing[Transfer]:
    """What is offered to namespaces of one's own."""
    return Listing("transfers")


def decline(transfer_id: int) -> Call[None]:
    """Say no to an offer."""
    return post(f"transfers/{transfer_id}/decline")


def _offer(repository: str) -> str:
    return f"repositories/{segments(repository)}/-/transfer"
