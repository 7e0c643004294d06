"""What makes no sense is refused in a Chinese sentence with a remedy, never with a trace."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely import box

from geo.codes import uscc_check_character
from geo.intake.load import import_file
from geo.register.store import Register

Wuye = Callable[..., tuple[int, str, str]]
COMPANY = "91530102MA2K00001" + uscc_check_character("91530102MA2K00001")
DAY = ("--as-of", "2025-12-31")


@pytest.fixture
def kept(
    register: Register, import_csv: Callable[..., Any], tmp_path: Path, wuye: Wuye
) -> dict[str, Any]:
    """A plan for A beside N, kept and written to a file; a case 1 of it, at 街道受理."""
    squares = {
        c: box(102.7 + x * 0.001, 25, 102.7009 + x * 0.001, 25.0009) for x, c in enumerate("AN")
    }
    frame = gpd.GeoDataFrame({"code": list(squares)}, geometry=list(squares.values()), crs=4490)
    frame.to_file(tmp_path / "squares.gpkg")
    import_csv("divisions", "code,name", "53,云南省", "530102,五华区", "530103,盘龙区")
    import_file(register, "compounds", tmp_path / "squares.gpkg")
    import_csv(
        "ledger", "小区编码,区划代码,建成年份,建筑面积(㎡),服务模式,物业项目编码",
        "N,530102,2010,60000,市场化物业,P", "A,530102,1995,30000,无物业,",
    )  # fmt: skip
    import_csv("companies", "统一社会信用代码,企业名称,信用星级", f"{COMPANY},甲,4")
    import_csv(
        "projects", "项目编码,统一社会信用代码,合同起,合同止,可增管面积(㎡)",
        f"P,{COMPANY},2020-01-01,2030-12-31,100000",
    )  # fmt: skip
    code, out, err = wuye(
        "plan", *DAY, "--division", "530102", "--save", "--out", "plan.json", "--json"
    )
    assert (code, err) == (0, "")
    assert wuye("case", "open", "plan.json", "--date", "2025-01-02")[0] == 0
    assert (
        wuye("case", "step", "1", "街道受理", "--date", "2025-01-03", "--evidence", "街办1号")[0]
        == 0
    )
    found: dict[str, Any] = json.loads(out)
    (tmp_path / "broken.json").write_text('{"plan": ', "utf-8")
    (tmp_path / "other.json").write_text('{"a": 1}', "utf-8")
    (tmp_path / "half.json").write_text(
        json.dumps(found | {"parameters": {"target": "x"}}), "utf-8"
    )
    return found


ODD: list[tuple[str, ...]] = [
    ("neighbours", *DAY, "--division", "99"),
    ("neighbours", *DAY, "--division", "530199"),
    ("neighbours", *DAY, "--division", "昆明"),
    ("neighbours", *DAY, "--compound", "没有"),
    ("neighbours", *DAY, "--limit", "-1"),
    ("neighbours", *DAY, "--limit", "nan"),
    ("neighbours", *DAY, "--out", "n.shp"),
    ("neighbours", "--as-of", "1990-01-01", "--division", "530103"),
    ("neighbours", "--as-of", "1900-13-01"),
    ("neighbours", "--as-of", "0001-01-01"),
    ("neighbours", *DAY, "--known-at", "2999-01-01"),
    ("plan", *DAY, "--division", "530103"),
    ("plan", *DAY, "--division", "1"),
    ("plan", *DAY, "--target", "1.5"),
    ("plan", *DAY, "--target", "nan"),
    ("plan", *DAY, "--budget", "-1"),
    ("plan", *DAY, "--budget", "nan"),
    ("plan", *DAY, "--goal", "best"),
    ("plan", *DAY, "--frontier", "1"),
    ("plan", *DAY, "--division", "530103", "--frontier", "3"),
    ("plan", *DAY, "--lock", "没有:P"),
    ("plan", *DAY, "--lock", "A:没有"),
    ("plan", *DAY, "--forbid", "没有"),
    ("plan", *DAY, "--refuse", "没有"),
    ("plan", *DAY, "--sanction", "没有"),
    ("plan", *DAY, "--cross", "没有:P"),
    ("plan", *DAY, "--capacity", "没有=3"),
    ("plan", *DAY, "--capacity", "P=nan"),
    ("plan", *DAY, "--add-project", "X@没有=3"),
    ("plan", *DAY, "--reach", "nan"),
    ("plan", *DAY, "--bundle-floor", "inf"),
    ("plan", *DAY, "--stars", "9"),
    ("plan", *DAY, "--within", "city"),
    ("plan", *DAY, "--time-limit", "0"),
    ("plan", *DAY, "--time-limit", "nan"),
    ("plan", *DAY, "--child-level", "village"),
    ("plan", *DAY, "--out", "plan.docx"),
    ("plan", "show", "ffffff"),
    ("plan", "show", "没有.json"),
    ("plan", "compare", "plan.json", "ffffff"),
    ("plan", "compare", "plan.json", "broken.json"),
    ("plan", "compare", "plan.json", "other.json"),
    ("plan", "whatif", "没有.json"),
    ("plan", "whatif", "broken.json"),
    ("plan", "whatif", "half.json"),
    ("plan", "whatif", "plan.json", "--lock", "没有"),
    ("plan", "whatif", "plan.json", "--target", "0"),
    ("plan", "again", "plan.json", "--as-of", "1990-01-01"),
    ("case", "show", "99"),
    ("case", "show", "-1"),
    ("case", "show", "99999999999999999999999"),
    ("case", "list", "--state", "没有"),
    ("case", "list", "--division", "x"),
    ("case", "open"),
    ("case", "open", "--compound", "A"),
    ("case", "open", "--compound", "没有", "--host", "P", "--date", "2025-01-02"),
    ("case", "open", "--compound", "N", "--host", "P", "--date", "2025-01-02"),
    ("case", "open", "--compound", "A", "--host", "P", "--date", "2025-01-02"),
    ("case", "open", "--compound", "A", "--host", "P", "--date", "1900-01-01"),
    ("case", "open", "other.json"),
    ("case", "step", "1", "表决"),
    ("case", "step", "1", "没有"),
    ("case", "step", "1", "否决"),
    ("case", "step", "1", "企业意愿", "--date", "2999-01-01", "--evidence", "函1号"),
    ("case", "step", "1", "企业意愿", "--date", "2025-01-01", "--evidence", "函1号"),
    ("case", "step", "1", "企业意愿", "--date", "昨天", "--evidence", "函1号"),
    ("case", "step", "1", "企业意愿", "--total-area", "30", "--evidence", "函1号"),
    ("case", "step", "1", "企业意愿", "--evidence", "联系 13800138000"),
    ("case", "step", "99", "企业意愿", "--evidence", "函1号"),
    ("case", "reject", "1", "--reason", ""),
    ("case", "resume", "1"),
]


def test_odd_input_is_refused_in_words(kept: dict[str, Any], wuye: Wuye) -> None:
    wrong = []
    for words in ODD:
        code, out, err = wuye(*words, "--json")
        try:
            said = json.loads(err)
            fine = code in {1, 2} and re.search("[一-鿿]", said["message"]) and said["remedy"]
            fine = bool(fine) and "Traceback" not in err and said["error"] != "InternalError"
        except (ValueError, KeyError):
            fine = False
        if not fine:
            wrong.append((" ".join(words), code, out[:80], err[:300]))
    assert not wrong, "\n".join(map(str, wrong))
    code, out, _ = wuye("case", "show", "1", "--json")
    assert [step["state"] for step in json.loads(out)["steps"]] == ["建议", "街道受理"]
