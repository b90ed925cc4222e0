"""Engines: where the questions are asked. DuckDB is embedded, so that a laptop needs nothing else."""
