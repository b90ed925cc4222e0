"""A Spark session for the command line. In Python the session is the user's own."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

from casecheck.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_QUIET = {
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ui.retainedExecutions": "10",
    "spark.sql.maxPlanStringLength": "1000",
    "spark.sql.debug.maxToStringFields": "5",
}
"""Spark keeps a description of every question, and those of rules are long: a thousand of them fill the driver's memory."""
_MASTER = re.compile(r"(local(\[(\*|\d+)\])?|spark://\S+|yarn|k8s://\S+)")
_CONNECT = re.compile(r"sc://\S+")


def start_session(url: str) -> SparkSession:
    """A session at a master's URL (``local[*]``, ``spark://HOST:7077``), or at a Spark Connect server (``sc://HOST:15002``).

    Raises :class:`InputError`: no such URL, PySpark or Java not there, or no answer.
    """
    if not (_MASTER.fullmatch(url) or _CONNECT.fullmatch(url)):
        raise InputError("that is no URL of Spark", "local[*], spark://HOST:7077, yarn, k8s://... or sc://HOST:15002")
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError("PySpark is not installed", 'pip install "casecheck[spark]"') from None
    builder = SparkSession.builder.appName("casecheck")
    try:
        if _CONNECT.fullmatch(url):
            return builder.remote(url).getOrCreate()
        for name, value in _QUIET.items():
            builder = builder.config(name, value)
        session = builder.master(url).getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
    except Exception as problem:  # Spark's own words name hosts and paths
        raise InputError(f"Spark did not start ({type(problem).__name__})", _HINT) from None
    return session


_HINT = "is Java 17 or later installed and on the PATH? is the server reachable? Spark Connect needs pyspark[connect]"
