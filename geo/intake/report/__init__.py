"""What an import says of a file: a workbook of findings, and the file itself with its cells marked.

Door: `book.check_target`, `book.write_report`, `annotate.write_annotated`.
"""
