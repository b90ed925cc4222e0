"""Synthetic case histories, coherent by construction: nobody in them is real.

A story writes what an authority that keeps every rule would have recorded for a child. ``breaches`` takes one thing away again.
``casecheck.testing`` lets hypothesis choose in the stories' place, ``casecheck synth`` a seeded chance.
"""
