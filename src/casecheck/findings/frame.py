"""Findings and verdicts as pandas frames: types that filter, group, merge and plot, and the caller's own index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from casecheck.policy import SEVERITIES

if TYPE_CHECKING:
    import pandas as pd

DAY = "datetime64[s]"
"""To the second: every day that a calendar has, where nanoseconds end in 2262."""
SOURCE_INDEX = "source_index"


def frame_of(table: pa.Table, indexes: Mapping[str, pd.Index[Any]] | None = None) -> pd.DataFrame:
    """An Arrow table of findings or verdicts as a frame.

    Text is pandas' own string type (``str`` in pandas 3, ``string`` before), whole numbers are ``Int64``, days ``datetime64[s]``,
    and ``severity`` is an ordered category, from low to critical. ``indexes`` are those of the frames that were audited, by
    name: the row's own label is then in ``source_index``.
    """
    import pandas as pd

    kinds = {pa.string(): text_type(), pa.int32(): pd.Int64Dtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=kinds.get, date_as_object=False)
    days = [field.name for field in table.schema if pa.types.is_date(field.type)]
    frame = frame.astype(dict.fromkeys(days, DAY))
    if "severity" in frame:
        frame["severity"] = frame["severity"].astype(severity_type())
    if indexes:
        frame[SOURCE_INDEX] = _labels(frame, indexes)
    return frame


def text_type() -> pd.api.extensions.ExtensionDtype:
    """The type of text that pandas itself gives, where it has one; before pandas 3 the one that it is going to have."""
    import pandas as pd

    own = pd.Series(["text"]).dtype
    return own if isinstance(own, pd.StringDtype) else pd.StringDtype("pyarrow")


def severity_type() -> pd.CategoricalDtype:
    """The severities in order, the worst last, so that ``>= "high"`` can be asked."""
    import pandas as pd

    return pd.CategoricalDtype(list(SEVERITIES[::-1]), ordered=True)


def _labels(frame: pd.DataFrame, indexes: Mapping[str, pd.Index[Any]]) -> pd.Series[Any]:
    """Each row's label in the frame that it comes from; nothing for what stands in none."""
    import pandas as pd

    labels = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    for name, index in indexes.items():
        here = frame.index[(frame["file"] == name).fillna(False).to_numpy(dtype=bool) & frame["record"].notna().to_numpy()]
        places = frame.loc[here, "record"].to_numpy(dtype="int64") - 1
        labels.loc[here] = pd.Series(list(index.take(places)), index=here, dtype=object)
    typed = labels.convert_dtypes()
    return typed.astype(text_type()) if isinstance(typed.dtype, pd.StringDtype) else typed
