"""The breaches of practice that are planted in the compliant stories, each on a child of its own."""

from __future__ import annotations

from builder.planted_assessments import plant_assessments
from builder.planted_care import heavy_caseloads, plant_care
from builder.planted_cases import plant_cases
from builder.planted_homes import plant_homes
from builder.planted_plans import plant_plans
from builder.records import World


def plant_breaches(world: World) -> None:
    """Every planted breach of the practice rules."""
    plant_care(world)
    plant_assessments(world)
    plant_plans(world)
    plant_cases(world)
    plant_homes(world)
    heavy_caseloads(world)
