"""Topics of repositories: the words under which people look for images of one kind."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.errors import TopicRefused

MOST_TOPICS = 20
LONGEST_TOPIC = 35
_TOPIC = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
RULE = (
    f"At most {MOST_TOPICS}, of lowercase letters, digits and - between them, "
    f"up to {LONGEST_TOPIC} characters each"
)


def is_topic(text: str) -> bool:
    """Whether the text is a topic."""
    return len(text) <= LONGEST_TOPIC and _TOPIC.fullmatch(text) is not None


def parse_topics(texts: Iterable[str]) -> list[str]:
    """Return them once each, in their order; raise TopicRefused with the rule that one breaks."""
    topics = list(dict.fromkeys(texts))
    for topic in topics:
        if not is_topic(topic):
            message = f"{topic[:LONGEST_TOPIC]!a} is no topic. {RULE}"
            raise TopicRefused(message)
    if len(topics) > MOST_TOPICS:
        message = f"These are {len(topics)} topics. {RULE}"
        raise TopicRefused(message)
    return topics
