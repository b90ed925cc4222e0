"""Histories in the layout of any profile: the way back from the model's tables to a source's.

``filling`` turns a mapping round and ``spelling`` its words; ``joining`` puts rows of several tables into one row of the
source, ``episodes`` the spells of several; ``answers`` takes forms apart; ``sources`` makes each source's rows of these, and
``laying`` is all of it on one page. ``telling`` says which stories a layout can tell; ``sheets`` and
``returns`` write files.
"""

from casecheck.stories.layouts.laying import lay_out
from casecheck.stories.layouts.returns import write_xml
from casecheck.stories.layouts.sheets import LaidOut, Sheet, write_csv, write_workbook
from casecheck.stories.layouts.telling import can_tell

__all__ = ["LaidOut", "Sheet", "can_tell", "lay_out", "write_csv", "write_workbook", "write_xml"]
