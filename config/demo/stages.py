"""Repositories of the demo that show what becomes of images: built nightly, checked, promoted, kept."""

from __future__ import annotations

from config.demo.plans import PRIVATE, RepositoryPlan
from index.image_says import README

_README = """Tells where every ship is: positions go in by HTTP, a map and a list come out.

## Start it

```
docker run --rm -p 8080:8080 IMAGE
```

| Address | What it shows |
|---------|---------------|
| `/` | the map |
| `/ships` | the list, as JSON |
| `/health` | whether positions still come in |

*This text is a label of the image: it changes with the next push.*
"""

ALMANAC = RepositoryPlan(
    name="harborworks/almanac",
    topics=("shipping", "http-api", "maps"),
    pusher="pavel",
    description="Where every ship is: positions in by HTTP, a map and a list out",
    about="Its README comes out of the image itself.",
    tags=(("2026.1",), ("2026.2", "latest"), ("rc-1",)),
    kilobytes=220,
    pulls=6,
    stars=("oskar", "nadia", "leila"),
    steps=(
        "ARG VERSION=2026.2",
        "RUN |1 VERSION=2026.2 /bin/sh -c basin-install tiles sqlite && rm -rf /var/cache/basin # buildkit",
        "WORKDIR /srv/almanac",
        "COPY maps /srv/almanac/maps # buildkit",
        "RUN /bin/sh -c adduser --system --uid 10001 almanac # buildkit",
        "USER 10001",
        "EXPOSE map[8080/tcp:{}]",
    ),
    labels={
        README: _README,
        "org.opencontainers.image.source": "https://git.example.com/harborworks/almanac",
        "org.opencontainers.image.documentation": "https://docs.example.com/almanac",
        "org.opencontainers.image.licenses": "MIT",
    },
    readme_from_image=True,
)
RELEASED = RepositoryPlan(
    name="greenfield/almanac",
    topics=("maps",),
    pusher="tamsin",
    description="The almanac as Greenfield Market runs it: promoted from Harborworks, never built here",
    about="Every image here was in `harborworks/almanac` first, with the same digest.",
    tags=(("2025.4", "stable"),),
    kilobytes=200,
    pulls=2,
)
LEAKY = RepositoryPlan(
    name="greenfield/price-feed",
    pusher="tamsin",
    description="Prices of the wholesale market, every morning",
    about="Somebody put a password into the image. Look at its page Secrets.",
    tags=(("5", "latest"),),
    visibility=PRIVATE,
    kilobytes=90,
    # Opens nothing: made for this page.
    environment=("FEED_PASSWORD=low-tide-7391-demo", "FEED_HOST=feed.example.com"),
    steps=(
        "RUN /bin/sh -c fetch --password=high-tide-2846-demo https://feed.example.com # buildkit",
    ),
)
THROWN_AWAY = RepositoryPlan(
    name="tamsin/old-menu",
    pusher="tamsin",
    description="The menu of a café that closed",
    about="It lies in tamsin's trash.",
    tags=(("latest",),),
    kilobytes=20,
)
KEPT = RepositoryPlan(
    name="jiro/starfall-classic",
    topics=("game",),
    pusher="jiro",
    description="The first starfall, kept as it was: one colour and no button",
    about="Archived: play jiro/starfall instead.",
    tags=(("0.1", "latest"),),
    kilobytes=40,
    pulls=1,
)
STAGES = (ALMANAC, RELEASED, LEAKY, THROWN_AWAY, KEPT)
