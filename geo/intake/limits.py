"""How large a file may be, in one place, each limit with its reason.

Together they keep an import's memory under `MOST_MEMORY_BYTES`; ``tests/intake/test_hostile.py``
measures it. A limit that is hit stops the import with its name and a remedy: nothing is cut off.
"""

from __future__ import annotations

from typing import Final

MiB: Final = 2**20
GiB: Final = 2**30

MOST_MEMORY_BYTES: Final = 2 * GiB
"""What an import may take: a county's office computer has 8 GiB, half of it in use."""

# Files as they lie on the disk.
MOST_TEXT_BYTES: Final = 128 * MiB
"""csv and HTML tables are read whole; a million ledger rows are about 120 MiB."""
MOST_WORKBOOK_BYTES: Final = 256 * MiB
"""Packed workbooks; 200,000 rows of 30 columns are about 20 MiB."""
MOST_JSON_BYTES: Final = 512 * MiB
"""GeoJSON is held parsed, at about three times its size."""
MOST_SHAPES_BYTES: Final = 4 * GiB
"""GeoPackage, Shapefile, FlatGeobuf; a .shp can't be larger, and its rows are read whole."""

# Inside archives and workbooks.
MOST_MEMBERS: Final = 2_000
"""Files in an archive: a workbook has a few a sheet, a zipped Shapefile under ten."""
MOST_INFLATED_BYTES: Final = 2 * GiB
"""All members of an archive, inflated."""
MOST_RATIO: Final = 250
"""Inflated to packed size; blank formatted rows reach 100, text of one letter 1,000."""
RATIO_FREE_BYTES: Final = 16 * MiB
"""Below this inflated size the ratio says nothing: small and regular is no bomb."""

# Tables.
MOST_COLUMNS: Final = 1_000
"""Columns with a value; ledgers have under a hundred. Excel's own limit is 16,384."""
MOST_CELLS: Final = 10_000_000
"""Cells with a value in a file: 200,000 rows of 50 columns."""
MOST_GRID_CELLS: Final = 40_000_000
"""Cells of the rectangle around a sheet's values, which the reader holds at 24 bytes each."""
MOST_CELL_CHARACTERS: Final = 1_000_000
"""Characters of a cell; Excel's own limit is 32,767, csv has none."""
MOST_SHEET_CHARACTERS: Final = 256 * MiB
"""Characters of all cells of a workbook, where many cells may share one text of its list."""

# Shapes.
MOST_FEATURES: Final = 2_000_000
"""Rows of a layer; the province has about 60,000 compounds, a street network a million lines."""
MOST_VIEW_STEPS: Final = 200_000_000
"""Steps of SQLite to count a view's rows: a view may be an endless query."""
