"""Findings: the record that a rule leaves for each breach, its identity, and the outcome of each rule."""
