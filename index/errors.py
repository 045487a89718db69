"""What can go wrong with repositories; codes and statuses are those of the OCI specification."""

from __future__ import annotations

from accounts.guide import Anchor


class IndexRefusal(Exception):
    """The base of all refusals: `str()` is one line of ASCII for people, who read it in docker."""

    code = "UNKNOWN"
    status = 500
    help: Anchor | None = None  # where the guide explains it


class NameInvalid(IndexRefusal):
    """The text is outside the grammar of repository names."""

    help = Anchor.INVALID

    code, status = "NAME_INVALID", 400


class RepositoryUnknown(IndexRefusal):
    """There is none of that name, or none that the caller may know of: the same answer for both."""

    help = Anchor.NAME_UNKNOWN

    code, status = "NAME_UNKNOWN", 404


class Denied(IndexRefusal):
    """The caller may know of it and may not do this."""

    help = Anchor.DENIED

    code, status = "DENIED", 403


class MayNotCreate(Denied):
    """Nothing of the name may be seen, and the caller may create nothing of it."""

    help = Anchor.NAMESPACE


class Unauthorized(IndexRefusal):
    """No token, or one that is not good for this: the client is to fetch (another) one."""

    code, status = "UNAUTHORIZED", 401


class Unsupported(IndexRefusal):
    """Nobody may do this here."""

    code, status = "UNSUPPORTED", 405


class NameTaken(Denied):
    """There is a repository of that name, or it was deleted too recently."""

    help = Anchor.TRASHED


class InTrash(IndexRefusal):
    """It was deleted already, or is not in the trash any more; the sentence says what can be done."""

    code, status = "DENIED", 409


class DeletionRefused(IndexRefusal):
    """Nothing to delete, or not like this; the sentence says why."""

    code, status = "UNSUPPORTED", 400


class TopicRefused(IndexRefusal):
    """No topic, or too many of them; a sentence for the form."""

    code, status = "UNSUPPORTED", 400


class TransferRefused(IndexRefusal):
    """It cannot be given to that namespace; the sentence says why."""

    code, status = "UNSUPPORTED", 400


class GrantRefused(IndexRefusal):
    """Nobody may be given this, or not to this grantee; the sentence says why."""

    code, status = "UNKNOWN", 400


class AlreadyDecided(GrantRefused):
    """Someone else has answered the request for access meanwhile."""

    code, status = "UNKNOWN", 409


class OverQuota(Denied):
    """The plan of the namespace leaves no room; the sentence says for what, and what to do."""

    help = Anchor.PLAN


class PageInvalid(IndexRefusal):
    """What was said of the page of a list is no page."""

    code, status = "PAGINATION_NUMBER_INVALID", 400


class TagIsImmutable(Denied):
    """The tag is there and never changes; the sentence names it and says what to do."""

    help = Anchor.IMMUTABLE


class TagsRefused(IndexRefusal):
    """A push names too many tags, or what is none; the sentence says so."""

    code, status = "TAG_INVALID", 400


class ManifestGone(IndexRefusal):
    """The registry has it no more, or never had it; nothing can point to it."""

    code, status = "MANIFEST_UNKNOWN", 409


class PatternRefused(IndexRefusal):
    """No pattern of tags, or too many of them; a sentence for the form."""

    code, status = "UNSUPPORTED", 400


class RegistrySilent(IndexRefusal):
    """What has to be known of a registry before this may go on could not be asked."""

    help = Anchor.UNAVAILABLE

    code, status = "UNAVAILABLE", 503


class NoPlacement(IndexRefusal):
    """No rule says which registry keeps this name."""

    help = Anchor.UNAVAILABLE

    code, status = "UNAVAILABLE", 503


class RegistryTrouble(Exception):
    """A registry did not answer as it should; `str()` names it and what it said."""


class ContentUnusable(RegistryTrouble):
    """What a registry keeps cannot be used: asking once more will not help."""


class PromotionRefused(IndexRefusal):
    """This image cannot be promoted there, or not now; the sentence says why."""

    code, status = "DENIED", 409


class MoveRefused(IndexRefusal):
    """It cannot be moved there, or not now; the sentence says why."""

    code, status = "DENIED", 409


class PublisherRefused(IndexRefusal):
    """What is said of a CI job cannot match any; `field` is the one at fault, empty if none is."""

    code, status = "UNSUPPORTED", 400

    def __init__(self, field: str, message: str) -> None:
        """Keep the field."""
        super().__init__(message)
        self.field = field


class SecretsInTheWay(IndexRefusal):
    """It cannot become public while secrets that were found in it are not answered."""

    code, status = "DENIED", 409


class RegistryRefused(IndexRefusal):
    """What is said of a registry, pool or rule cannot be; `field` is the one at fault, if one is."""

    code, status = "UNSUPPORTED", 400

    def __init__(self, message: str, *, field: str = "") -> None:
        """Keep the field."""
        super().__init__(message)
        self.field = field


class RegistryInUse(RegistryRefused):
    """It would take something from what is there; the sentence says what."""

    code, status = "DENIED", 409


class WebhookRefused(IndexRefusal):
    """A webhook cannot be like this; the sentence says which field and why."""

    code, status = "DENIED", 400

    def __init__(self, field: str, message: str) -> None:
        """Keep the field."""
        super().__init__(message)
        self.field = field


class ReportRefused(IndexRefusal):
    """It cannot be reported, or decided, like this; the sentence says why."""

    code, status = "DENIED", 409


class HiddenByAdministrators(IndexRefusal):
    """It stays private until an administrator of the site ends that."""

    code, status = "DENIED", 409
