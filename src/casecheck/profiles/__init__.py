"""Profiles: how a source's files, headings and words are carried into the model, as data."""
