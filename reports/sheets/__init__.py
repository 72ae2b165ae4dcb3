"""A packet as an Excel workbook: written, checked, read back, marked. The only place that knows openpyxl.

| file | what |
|---|---|
| columns.py | which columns there are, the hidden key of a row, the hidden signed header |
| cells.py | what a cell says, and when two texts say the same |
| writing.py, legend.py | the workbook that is downloaded |
| guard.py | what a file must not be before anything reads it |
| reading.py | the rows of an uploaded workbook |
| marking.py | the uploaded workbook with its refused cells marked |

The workbook's first row is hidden: a signed header that names the packet in the key column, and the code of every
column that is read, so that columns can be moved and sheets renamed. An empty cell means "nothing entered"; a column
that was deleted leaves what is stored as it is; a row that was deleted is left alone.
"""
