"""The words in which the demo's content is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.models import Visibility
from index.roles import Role

PUBLIC, INTERNAL, PRIVATE = Visibility.PUBLIC, Visibility.INTERNAL, Visibility.PRIVATE


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team, and what it may do in some repositories of its organization."""

    name: str
    members: tuple[str, ...]
    role: Role
    repositories: tuple[str, ...]  # names without the organization


@dataclass(frozen=True, slots=True)
class OrganizationPlan:
    """An organization, whoever founds it, and its teams."""

    name: str
    display_name: str
    owner: str
    teams: tuple[TeamPlan, ...]


@dataclass(frozen=True, slots=True)
class RepositoryPlan:
    """A repository and the images in it.

    The same image gets all names of one entry of `tags`. `kilobytes` is the weight of what is its
    own, on top of the shared base layer.
    """

    name: str
    pusher: str
    description: str
    about: str
    tags: tuple[tuple[str, ...], ...]
    visibility: Visibility = PUBLIC
    kilobytes: int = 200
    multi_platform: bool = False
    docker_types: bool = False
    pulls: int = 0
    stars: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()  # of the build, between the base layer and what is its own
    environment: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    readme_from_image: bool = False

    @property
    def is_official(self) -> bool:
        """Whether it is an official image."""
        return "/" not in self.name

    @property
    def tag_names(self) -> frozenset[str]:
        """Every tag it is to have."""
        return frozenset(tag for group in self.tags for tag in group)
