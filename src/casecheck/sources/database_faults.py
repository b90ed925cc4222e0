"""What went wrong with a database, in fixed words.

A driver's own words are looked at and never repeated: they name the host and the user, and may hold the value of a cell.
"""

from __future__ import annotations

Facts = dict[str, str]

NOT_INSTALLED: Facts = {"what": "SQLAlchemy is not installed", "hint": 'pip install "casecheck[database]"'}

_PACKAGES = {
    "psycopg": "casecheck[postgres]",
    "MySQLdb": "mysqlclient",
    "pymysql": "PyMySQL",
    "psycopg2": "psycopg2-binary",
}

_CHECK = "check host, port, database, user and password in the URL; is the server reachable from this machine (VPN, firewall)?"
_TOLD = (
    ("password authentication failed", "the user or the password is refused"),
    ("authentication failed", "the user or the password is refused"),
    ("login failed", "the user or the password is refused"),
    ("access denied", "the user or the password is refused"),
    ("no password supplied", "the server asks for a password, and the URL holds none"),
    ("no pg_hba.conf entry", "the server does not let this user in from this machine"),
    ("connection refused", "nothing answers at that host and port"),
    ("no such file or directory", "nothing answers at that host and port"),
    ("translate host name", "the host is not known"),
    ("resolve host", "the host is not known"),
    ("name or service not known", "the host is not known"),
    ("timeout expired", "no answer in time"),
    ("timed out", "no answer in time"),
    ("too many connections", "the server has too many connections"),
    ("too many clients", "the server has too many connections"),
    ("certificate", "the certificate of the server is not accepted"),
    ("unable to open database file", "there is no such database file, or no right to open it"),
    ("file is not a database", "the file is no database, or an encrypted one"),
    ("does not exist", "there is no such database or user"),
)

_RIGHTS = ("no right to read it", "grant SELECT on it to the user of the URL")
_LOST = ("the connection was lost", "run it again; nothing was changed in the database")
_STATES = {
    "42501": _RIGHTS,
    "57014": ("it took longer than the server allows", "allow more time, or read a smaller view"),
    "55P03": ("somebody else holds it locked", "run it again later"),
    "25006": ("it would have to write to answer", "read the tables behind it: casecheck never writes"),
    "57P01": _LOST,
    "57P02": _LOST,
    "57P03": _LOST,
}


def missing_driver(problem: Exception) -> Facts:
    """Which package to install. The name comes from SQLAlchemy's own code, never from the URL."""
    name = getattr(problem, "name", None)
    if not isinstance(problem, ImportError):
        return {
            "what": "the part of the URL before :// is not known",
            "hint": "postgresql, mssql+pyodbc, mysql+pymysql, oracle+oracledb and sqlite are known; others need a package",
        }
    if not name:
        return {"what": "the driver is installed but cannot be loaded", "hint": "install it again, or its client library"}
    return {"what": f"{name} is not installed", "hint": f'pip install "{_PACKAGES.get(name, name)}"'}


def connecting(problem: Exception) -> Facts:
    """Why there is no connection."""
    said = str(getattr(problem, "orig", None) or problem).lower()
    known = next((words for mark, words in _TOLD if mark in said), _kind(problem))
    return {"what": known, "hint": _CHECK}


def querying(problem: Exception) -> Facts:
    """Why a question was not answered."""
    cause = getattr(problem, "orig", None) or problem
    if getattr(problem, "connection_invalidated", False):
        what, hint = _LOST
    else:
        other = (_kind(problem), "try to read it with another tool, as the same user")
        what, hint = _STATES.get(getattr(cause, "sqlstate", None) or "", other)
    return {"what": what, "hint": hint}


def _kind(problem: Exception) -> str:
    """The name of the error and its standard code: what happened, never to what."""
    cause = getattr(problem, "orig", None) or problem
    state = getattr(cause, "sqlstate", None)
    return f"{type(cause).__name__} {state}" if state else type(cause).__name__
