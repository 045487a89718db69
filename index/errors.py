"""What can go wrong with repositories; codes and statuses are those of the OCI specification."""

from __future__ import annotations


class IndexRefusal(Exception):
    """The base of all refusals: `str()` is one line of ASCII for people, who read it in docker."""

    code = "UNKNOWN"
    status = 500


class NameInvalid(IndexRefusal):
    """The text is outside the grammar of repository names."""

    code, status = "NAME_INVALID", 400


class RepositoryUnknown(IndexRefusal):
    """There is none of that name, or none that the caller may know of: the same answer for both."""

    code, status = "NAME_UNKNOWN", 404


class Denied(IndexRefusal):
    """The caller may know of it and may not do this."""

    code, status = "DENIED", 403


class Unauthorized(IndexRefusal):
    """No token, or one that is not good for this: the client is to fetch (another) one."""

    code, status = "UNAUTHORIZED", 401


class Unsupported(IndexRefusal):
    """Nobody may do this here."""

    code, status = "UNSUPPORTED", 405


class NameTaken(Denied):
    """There is a repository of that name, or it was deleted too recently."""


class GrantRefused(IndexRefusal):
    """Nobody may be given this, or not to this grantee; the sentence says why."""

    code, status = "UNKNOWN", 400


class AlreadyDecided(GrantRefused):
    """Someone else has answered the request for access meanwhile."""

    code, status = "UNKNOWN", 409


class OverQuota(Denied):
    """The plan of the namespace leaves no room; the sentence says for what, and what to do."""


class PageInvalid(IndexRefusal):
    """What was said of the page of a list is no page."""

    code, status = "PAGINATION_NUMBER_INVALID", 400


class TagIsImmutable(Denied):
    """The tag is there and never changes; the sentence names it and says what to do."""


class TagsRefused(IndexRefusal):
    """A push names too many tags, or what is none; the sentence says so."""

    code, status = "TAG_INVALID", 400


class PatternRefused(IndexRefusal):
    """No pattern of tags, or too many of them; a sentence for the form."""

    code, status = "UNSUPPORTED", 400


class RegistrySilent(IndexRefusal):
    """What has to be known of a registry before this may go on could not be asked."""

    code, status = "UNAVAILABLE", 503


class NoPlacement(IndexRefusal):
    """No rule says which registry keeps this name."""

    code, status = "UNAVAILABLE", 503


class RegistryTrouble(Exception):
    """A registry did not answer as it should; `str()` names it and what it said."""


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
