"""The model: the tables that every source is carried into, as data.

One YAML file a table under ``tables/`` says what a row is, which fields it has, their types, keys and code sets;
``code_sets.csv`` holds the codes, ``code_words.csv`` the other spellings that stand for them, and ``derived/`` the
views that many rules share (the referral behind an assessment, who holds a case today).
"""

from casecheck.model.codes import CodeSet, load_code_sets
from casecheck.model.tables import CORE, Derived, Field, FieldType, Model, Table, load_model

__all__ = ["CORE", "CodeSet", "Derived", "Field", "FieldType", "Model", "Table", "load_code_sets", "load_model"]
