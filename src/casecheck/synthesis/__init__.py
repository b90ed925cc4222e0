"""A synthetic extract of any size, in any layout, with the truth beside it: what ``casecheck synth`` writes.

``shares`` says how often each story is told, ``wanted`` which breaches are asked for, ``planning`` deals both out to areas.
``area`` writes one of them, ``dirt`` says what spoils which column, ``pieces`` puts the areas together, ``beside`` writes what
stands beside the extract, ``folder`` gives it a place, and ``synthesising`` is all of it on one page.
"""

from casecheck.synthesis.planning import Order
from casecheck.synthesis.synthesising import synthesise
from casecheck.synthesis.wanted import read_wanted

__all__ = ["Order", "read_wanted", "synthesise"]
