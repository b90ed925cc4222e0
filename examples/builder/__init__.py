"""Builds casecheck's two example extracts. Everything in them is synthetic: no row is about a real person."""
