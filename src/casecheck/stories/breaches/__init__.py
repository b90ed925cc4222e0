"""One thing taken away: for each rule that a child's records can break, a story with just that breach in it."""

from __future__ import annotations

from casecheck.stories.breaches import assessing, care, front_door, plans, records  # noqa: F401  (each notes its planters)
from casecheck.stories.breaches.planting import BREACHES, Breach, Planted, plant

__all__ = ["BREACHES", "Breach", "Planted", "plant"]
