"""Topics of repositories: the words under which people look for images of one kind."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from index.errors import TopicRefused

MOST_TOPICS = 20
LONGEST_TOPIC = 35
_TOPIC = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
RULE = format_lazy(
    gettext_lazy(
        "At most {most}, of lowercase letters, digits and - between them, up to {longest} characters each"
    ),
    most=MOST_TOPICS,
    longest=LONGEST_TOPIC,
)


def is_topic(text: str) -> bool:
    """Whether the text is a topic."""
    return len(text) <= LONGEST_TOPIC and _TOPIC.fullmatch(text) is not None


def parse_topics(texts: Iterable[str]) -> list[str]:
    """Return them once each, in their order; raise TopicRefused with the rule that one breaks."""
    topics = list(dict.fromkeys(texts))
    for topic in topics:
        if not is_topic(topic):
            message = _("%(topic)s is no topic. %(rule)s") % {
                "topic": ascii(topic[:LONGEST_TOPIC]),
                "rule": RULE,
            }
            raise TopicRefused(message)
    if len(topics) > MOST_TOPICS:
        message = _("These are %(topics)s topics. %(rule)s") % {"topics": len(topics), "rule": RULE}
        raise TopicRefused(message)
    return topics
