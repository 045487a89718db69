"""What administrators have hidden stays private until one of them ends that."""

from __future__ import annotations

from accounts.models import Visibility
from accounts.principals import Principal
from index.errors import HiddenByAdministrators
from index.models import Hiding, Repository


def refuse_hidden(repository: Repository, visibility: Visibility, *, by: Principal) -> None:
    """Raise HiddenByAdministrators where it would be seen by more than its own people."""
    if visibility is Visibility.PRIVATE or by.is_administrator:
        return
    if Hiding.objects.filter(repository=repository).exists():
        message = f"{repository} was hidden by an administrator of this site: ask them"
        raise HiddenByAdministrators(message)
