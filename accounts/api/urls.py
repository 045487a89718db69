"""Addresses of the accounts' half of the API, under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api import (
    announcements,
    authenticator_app,
    command_line,
    connections,
    credentials,
    docker_credentials,
    mails,
    manage_urls,
    people,
    pictures,
    plans,
    robot_secrets,
    robots,
    tokens,
)
from accounts.api.organizations import urls as organizations

urlpatterns: list[URLPattern] = [
    path("user", people.OwnAccount.as_view(), name="api-user"),
    path("user/picture", pictures.OwnPicture.as_view(), name="api-own-picture"),
    path("user/password", credentials.OwnPassword.as_view(), name="api-own-password"),
    path("user/addresses", credentials.OwnAddresses.as_view(), name="api-own-addresses"),
    path("user/addresses/verify", credentials.VerifyAddress.as_view(), name="api-verify-address"),
    path(
        "user/addresses/<int:address_id>",
        credentials.OneAddress.as_view(),
        name="api-own-address",
    ),
    path(
        "user/addresses/<int:address_id>/primary",
        credentials.PrimaryAddress.as_view(),
        name="api-primary-address",
    ),
    path("user/mails", mails.OwnMails.as_view(), name="api-own-mails"),
    path("user/second-factors", credentials.SecondFactors.as_view(), name="api-second-factors"),
    path(
        "user/second-factors/app",
        authenticator_app.AuthenticatorApp.as_view(),
        name="api-authenticator-app",
    ),
    path(
        "user/second-factors/recovery-codes",
        authenticator_app.RecoveryCodes.as_view(),
        name="api-recovery-codes",
    ),
    path(
        "user/second-factors/<int:factor_id>",
        credentials.OneSecondFactor.as_view(),
        name="api-second-factor",
    ),
    path("user/connections", connections.Connections.as_view(), name="api-connections"),
    path(
        "user/connections/<int:account_id>",
        connections.Connection.as_view(),
        name="api-connection",
    ),
    path("user/history", connections.SecurityHistory.as_view(), name="api-security-history"),
    path(
        "organizations/<str:name>/picture",
        pictures.OrganizationPicture.as_view(),
        name="api-organization-picture",
    ),
    path("users/<str:name>", people.PublicUser.as_view(), name="api-public-user"),
    path("signup", people.Signup.as_view(), name="api-signup"),
    path("command-line/logins", command_line.DeviceLogins.as_view(), name="api-device-logins"),
    path(
        "command-line/sessions",
        command_line.CommandLineSessions.as_view(),
        name="api-command-line-sessions",
    ),
    path("user/tokens", tokens.OwnTokens.as_view(), name="api-own-tokens"),
    path("user/tokens/revoke-all", tokens.AllOwnTokens.as_view(), name="api-own-tokens-revoke-all"),
    path("user/tokens/<int:token_id>", tokens.OwnToken.as_view(), name="api-own-token"),
    path(
        "user/tokens/<int:token_id>/rotate",
        tokens.OwnTokenRotation.as_view(),
        name="api-own-token-rotate",
    ),
    path(
        "credentials/docker",
        docker_credentials.DockerCredentials.as_view(),
        name="api-docker-credentials",
    ),
    path("user/robots", robots.Robots.as_view(), name="api-user-robots"),
    path(
        "organizations/<str:name>/robots",
        robots.Robots.as_view(),
        name="api-organization-robots",
    ),
    path("robots/<str:name>", robots.Robot.as_view(), name="api-robot"),
    path(
        "robots/<str:name>/secrets", robot_secrets.RobotSecrets.as_view(), name="api-robot-secrets"
    ),
    path(
        "robots/<str:name>/secrets/<int:secret_id>",
        robot_secrets.OneRobotSecret.as_view(),
        name="api-robot-secret",
    ),
    path(
        "robots/<str:name>/secrets/<int:secret_id>/rotate",
        robot_secrets.RobotSecretRotation.as_view(),
        name="api-robot-secret-rotate",
    ),
    path("announcements", announcements.Announcements.as_view(), name="api-announcements"),
    path("plans", plans.Plans.as_view(), name="api-plans"),
    path("plans/<int:plan_id>", plans.OnePlan.as_view(), name="api-plan"),
    path("namespaces/<str:name>/plan", plans.NamespacePlan.as_view(), name="api-namespace-plan"),
    *organizations.urlpatterns,
    *manage_urls.urlpatterns,
]
