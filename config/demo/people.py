"""The people and organizations of the demo, all invented."""

from __future__ import annotations

from config.demo.plans import OrganizationPlan, TeamPlan
from index.roles import Role

# mirabel looks after the official images; quentin is new and has nothing of his own yet.
CURATOR = "mirabel"
PEOPLE = ("mirabel", "oskar", "tamsin", "jiro", "leila", "pavel", "nadia", "quentin")

ORGANIZATIONS = (
    OrganizationPlan(
        name="harborworks",
        display_name="Harborworks",
        owner="oskar",
        teams=(
            TeamPlan(
                name="builders",
                members=("pavel", "nadia"),
                role=Role.WRITER,
                repositories=(
                    "edge-proxy",
                    "deploy-runner",
                    "build-cache",
                    "log-shipper",
                    "almanac",
                ),
            ),
            TeamPlan(
                name="on-call",
                members=("jiro", "quentin"),
                role=Role.READER,
                repositories=("build-cache", "secrets-sync"),
            ),
        ),
    ),
    OrganizationPlan(
        name="tidepool-labs",
        display_name="Tidepool Labs",
        owner="leila",
        teams=(
            TeamPlan(
                name="scientists",
                members=("jiro", "mirabel"),
                role=Role.WRITER,
                repositories=("notebooks", "wave-model", "etl-nightly"),
            ),
        ),
    ),
    OrganizationPlan(
        name="greenfield",
        display_name="Greenfield Market",
        owner="tamsin",
        teams=(
            TeamPlan(
                name="shop",
                members=("nadia", "quentin"),
                role=Role.WRITER,
                repositories=("storefront", "checkout", "almanac"),
            ),
            TeamPlan(
                name="auditors",
                members=("oskar",),
                role=Role.READER,
                repositories=("checkout", "mailer"),
            ),
        ),
    ),
)
