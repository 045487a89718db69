"""Every repository of the demo, official ones first: others mount their base layer."""

from __future__ import annotations

from config.demo.official import OFFICIAL
from config.demo.personal import PERSONAL
from config.demo.shared import SHARED
from config.demo.stages import STAGES

REPOSITORIES = (*OFFICIAL, *SHARED, *PERSONAL, *STAGES)
