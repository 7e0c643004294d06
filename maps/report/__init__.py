"""The January report: the figures of a year as an editable document, and as a workbook."""
