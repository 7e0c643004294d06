"""Plans of small towns against trying every plan of what plain Python reads from their rows.

Whose stars, contract, sanction or street rules a host out, what a river bars and who is next to
whom is decided here anew, on a plane; the rest is `test_problem_brute`.
"""

import datetime as dt
import importlib.util
import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import ceil
from pathlib import Path

import pytest
import shapely

from geo.action_plan import Definition
from geo.takeover.plan.decided import Decided
from geo.takeover.plan.field import Field
from geo.takeover.plan.make import plan_on
from geo.takeover.plan.request import Request

_SPEC = importlib.util.spec_from_file_location(
    "every_plan", Path(__file__).with_name("test_problem_brute.py")
)
_BRUTE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_BRUTE)

RIVER_Y, ASIDE_X = 155, 3_000
MOST_PLANS = 3_000
ENDS = [None, dt.date(2025, 3, 1), dt.date(2025, 12, 30), dt.date(2025, 12, 31)]
ALLOWED_ENDS = {None, dt.date(2025, 12, 31)}  # twelve whole months after 2024-12-31


def draw(chance, rows):
    """Rows of a town: a few compounds and hosts on two banks, a pair that touches over the river."""
    hosts, compounds, projects, firms = {}, {}, [], []
    for k in range(4):
        street = 530102001 + chance.choice([0, 0, 1])
        facts = {
            "street": street,
            "contract_to": chance.choice([*ENDS, dt.date(2030, 1, 1)]),
            "managed_floor_area_dm2": chance.choice([8_000_00, 40_000_00]),
        }
        spare = chance.choice([None, 9_000, 25_000, 60_000])
        projects.append(rows.project(f"P{k}", spare, **facts))
        stars = chance.choice([0, 2, 3, 3, 5])
        firms.append({"uscc": f"UP{k}", "name": f"公司{k}", "kind": 1, "stars": stars})
        hosts[f"P{k}"] = {**facts, "spare": spare, "stars": stars}
    cells = [(x * 80, y * 80 + (20 if y >= 2 else 0)) for x in range(4) for y in range(4)]
    chance.shuffle(cells)
    listed = []
    for k in range(4):
        x, y = cells.pop()
        hosts[f"P{k}"]["shape"] = shape = shapely.box(x, y, x + 60, y + 60)
        listed.append(rows.served(f"h{k}", f"P{k}", shape, floor_area_dm2=10_000_00))
    for k in range(chance.randint(3, 7)):
        x, y = cells.pop()
        size = chance.choice([60, 80]) if y != 80 else 60  # 80: touches its neighbours
        street = 530102001 + chance.choice([0, 0, 1])
        facts = {
            "street": street,
            "floor_area_dm2": chance.choice([4_000, 8_000, 12_000, 20_000]) * 100
            + chance.randint(0, 99),
            "area": chance.choice([None, None, "A", "B"]),
        }
        compounds[f"c{k}"] = {**facts, "shape": shapely.box(x, y, x + size, y + size)}
    banks = shapely.box(ASIDE_X, 115, ASIDE_X + 60, RIVER_Y)
    compounds["over"] = {
        "street": 530102001, "floor_area_dm2": 15_000_00, "area": None,
        "shape": shapely.box(ASIDE_X, RIVER_Y, ASIDE_X + 60, 195),
    }  # fmt: skip
    hosts["P9"] = {
        "street": 530102001, "contract_to": None, "managed_floor_area_dm2": 0, "spare": 20_000,
        "stars": 0, "shape": banks,
    }  # fmt: skip
    projects.append(rows.project("P9", 20_000, contract_to=None, managed_floor_area_dm2=0))
    firms.append({"uscc": "UP9", "name": "公司9", "kind": 1, "stars": 0})
    listed.append(rows.served("h9", "P9", banks, floor_area_dm2=10_000_00))
    listed += [
        rows.compound(code, one["shape"], **{k: v for k, v in one.items() if k != "shape"})
        for code, one in compounds.items()
    ]
    river = shapely.LineString([(-9_000, RIVER_Y), (9_000, RIVER_Y)])
    return (listed, projects, [rows.barrier("河流", river)], [], firms), compounds, hosts


def barred(one, other):
    """The river lies between two shapes that don't touch."""
    apart = (one.bounds[3] <= RIVER_Y) != (other.bounds[3] <= RIVER_Y)
    return apart and one.distance(other) > 0


def case_of(compounds, hosts, decided):
    mates = {
        c: {k for k in compounds if k == c or (one["area"] and compounds[k]["area"] == one["area"])}
        for c, one in compounds.items()
    }
    why = Counter()

    def allowed(c, h):
        one, host = compounds[c], hosts[h]
        rules = {
            "stars": 0 < host["stars"] < 3,
            "contract": host["contract_to"] in set(ENDS) - ALLOWED_ENDS,
            "sanction": f"U{h}" in decided.sanctioned,
            "street": host["street"] != one["street"],
            "river": barred(one["shape"], host["shape"]),
        }
        far = one["shape"].distance(host["shape"]) > 500
        why.update(name for name, broken in rules.items() if broken and not far)
        return not far and not any(rules.values())

    links = {}
    for a, b in combinations(sorted(compounds), 2):
        one, other = compounds[a], compounds[b]
        streets = {compounds[k]["street"] for k in mates[a] | mates[b]}
        same = one["area"] and one["area"] == other["area"]
        near = one["shape"].distance(other["shape"]) <= 30
        if same or (near and not barred(one["shape"], other["shape"]) and len(streets) == 1):
            links[frozenset((a, b))] = 0
    areas = {}
    for c in sorted(compounds):
        if compounds[c]["area"]:
            areas.setdefault(compounds[c]["area"], []).append(c)
    # Members of an area are next to each other in the order of their codes.
    inside = {frozenset(pair) for listed in areas.values() for pair in zip(listed, listed[1:])}  # noqa: B905, RUF007
    links = {
        link: way
        for link, way in links.items()
        if link in inside
        or len({compounds[k]["area"] for k in link} - {None}) != 1
        or None in {compounds[k]["area"] for k in link}
        or _close(compounds, link)
    }
    load = {c: one["floor_area_dm2"] for c, one in compounds.items()}
    small = {c for c in load if sum(load[k] for k in mates[c]) < 10_000_00}
    label = {}
    for c in sorted(small):
        if c not in label:
            edge = {c}
            while edge:
                label.update(dict.fromkeys(edge, c))
                edge = {
                    k for k in small - label.keys()
                    if any(frozenset((k, e)) in links or k in mates[e] for e in edge)
                }  # fmt: skip
    case = {
        "gain": load, "load": load, "homes": dict.fromkeys(load, 0), "weight": load,
        "cost": dict.fromkeys(load, 0),
        "area": {c: one["area"] for c, one in compounds.items() if one["area"]},
        "child": dict.fromkeys(load), "capacity": {h: (o["spare"] or 0) * 100 for h, o in hosts.items()},
        "homes_limit": dict.fromkeys(hosts), "setup": dict.fromkeys(hosts, 0),
        "pairs": {(c, h): 0 for c in compounds for h in hosts if allowed(c, h)},
        "pair_cost": {}, "pair_load": {}, "links": links, "depth": 2,
        "bundle": {c: label.get(c) for c in load}, "floor": 30_000_00,
        "base": {h: one["managed_floor_area_dm2"] for h, one in hosts.items()},
        "company": dict.fromkeys(hosts), "company_limit": {}, "mode_counts": [],
        "mode_open": set(), "mode_cost": {}, "locked": list(decided.locked),
        "forbidden": [*decided.forbidden, *((None, h) for h in decided.refused)],
    }  # fmt: skip
    return _BRUTE.Brute(case), why


def _close(compounds, link):
    one, other = (compounds[k]["shape"] for k in link)
    return one.distance(other) <= 30 and not barred(one, other)


def decisions(chance, compounds, hosts):
    pick = lambda of: chance.choice(sorted(of))  # noqa: E731
    return Decided(
        forbidden=((pick(compounds), pick(hosts)),) if chance.random() < 0.4 else (),
        refused=(pick(hosts),) if chance.random() < 0.3 else (),
        sanctioned=(f"U{pick(hosts)}",) if chance.random() < 0.3 else (),
    )


@pytest.mark.parametrize("batch", range(3))
def test_every_plan_of_a_town(batch, snapshot_of, rows):
    met, over = Counter(), 0
    for seed in range(batch * 10, batch * 10 + 10):
        chance = random.Random(seed)
        while True:
            town, compounds, hosts = draw(chance, rows)
            decided = decisions(chance, compounds, hosts)
            case, why = case_of(compounds, hosts, decided)
            if case.size() <= MOST_PLANS:
                break
        met.update(why)
        whole = sum(row["floor_area_dm2"] for row in town[0])
        target = Decimal(chance.choice(["0.6", "0.75", "0.85", "0.95"]))
        need = ceil(Fraction(target) * whole) - 5 * 10_000_00
        field = Field(snapshot_of(*town), Definition(), 530102)
        plan = plan_on(field, Request(530102, target, decided=decided))
        assert (plan.needed, plan.denominator) == (max(0, need), whole)
        if need <= 0:
            continue
        reach, most = case.best(("count",), need)
        taken = {s.compound: ("host", s.project) for s in plan.suggestions}
        assert case.stands(taken), seed
        over += "over" in taken
        if reach is not None:
            assert (plan.status, len(taken)) == ("reached", reach[0]), seed
        else:
            gain = sum(case.gain[c] for c in taken)
            assert (plan.status, -gain, len(taken)) == ("unreachable", *most), seed
    assert set(met) == {"stars", "contract", "sanction", "street", "river"}, met
    assert over
