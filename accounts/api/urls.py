"""Addresses of the accounts' half of the API, under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api import people, robots, tokens
from accounts.api.organizations import urls as organizations

urlpatterns: list[URLPattern] = [
    path("user", people.OwnAccount.as_view(), name="api-user"),
    path("user/tokens", tokens.OwnTokens.as_view(), name="api-own-tokens"),
    path("user/tokens/<int:token_id>", tokens.OwnToken.as_view(), name="api-own-token"),
    path(
        "user/tokens/<int:token_id>/rotate",
        tokens.OwnTokenRotation.as_view(),
        name="api-own-token-rotate",
    ),
    path("user/robots", robots.Robots.as_view(), name="api-user-robots"),
    path(
        "organizations/<str:name>/robots",
        robots.Robots.as_view(),
        name="api-organization-robots",
    ),
    path("robots/<str:name>", robots.Robot.as_view(), name="api-robot"),
    path("robots/<str:name>/secrets", robots.RobotSecrets.as_view(), name="api-robot-secrets"),
    path(
        "robots/<str:name>/secrets/<int:secret_id>",
        robots.OneRobotSecret.as_view(),
        name="api-robot-secret",
    ),
    path(
        "robots/<str:name>/secrets/<int:secret_id>/rotate",
        robots.RobotSecretRotation.as_view(),
        name="api-robot-secret-rotate",
    ),
    *organizations.urlpatterns,
]
