"""How soon the map is there and how soon it answers, in a browser slowed down fourfold.

``python -m benchmarks web [--compounds 9460]`` imports the sample, starts the service and a
headless Chromium, and tells the browser through its own protocol (`Emulation.setCPUThrottlingRate`)
to run that much slower; ``python -m benchmarks.web --address http://127.0.0.1:8753`` measures a
service that runs. *First map*: from the navigation, with nothing cached, until the divisions stand
in their colours on the canvas; beside it the handout (folium, Leaflet) of the same snapshot until
its shapes stand, and our page without slowdown. *Interactions*: from the press, in the page's own
clock, until what was asked for is in the page, and in the frame that shows it; data come from the
service, some of them ahead of the press: before it drills down, the pointer rests on the row for
a quarter of a second, as a hand's does. *Words* are headline and legend; the *ranking* below them
comes next. After drilling down, *map* may show outlines that were there already, and *finest
outlines* is when the others are. Each press comes when the last has been looked at (1.2 s later),
and in a second round, *quick*, 0.2 s later. The browser draws in software (SwiftShader) on the
machine's own cores, which a PC's graphics would do for it: figures of the map are upper bounds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr

from benchmarks import report
from benchmarks.place import FULL, Place
from benchmarks.prepare import prepare
from benchmarks.runner import running_place
from service.settings import Settings
from service.workspace import Workspace

QUARTERS = ("2025-06-30", "2025-09-30", "2025-12-31")
SLOWDOWN = 4.0
RUNS = 5
PATIENCE_S = 300
PORT = 8870
OFFICE = {"width": 1366, "height": 768}
AIMS_MS = {
    "first_map": 2500.0,
    "switch": 100.0,
    "hover": 100.0,
    "drill_down": 100.0,
    "slide": 100.0,
}
PARTS = ("words", "map", "ranking", "finest outlines")
PAUSES_MS = {"": 1200, ", quick": 200}
"""As one looks at what came, and as one who knows where he goes."""
ARGUMENTS = (
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip

COLOURED = "performance.getEntriesByName('wuye:coloured')[0]?.startTime ?? null"

NOTE_FIGURE = """
addEventListener('DOMContentLoaded', () => {
  const look = () => {
    if (document.querySelector('.figure .number')) window.figured = performance.now()
    else setTimeout(look, 30)
  }
  look()
})
"""

NOTE_HANDOUT = """
addEventListener('DOMContentLoaded', () => {
  const small = new OffscreenCanvas(16, 16).getContext('2d', { willReadFrequently: true })
  const isDrawn = (canvas) => {
    if (!canvas.width) return false
    small.clearRect(0, 0, 16, 16)
    small.drawImage(canvas, 0, 0, 16, 16)
    return small.getImageData(0, 0, 16, 16).data.some((value) => value)
  }
  const look = () => {
    if ([...document.querySelectorAll('.leaflet-container canvas')].some(isDrawn))
      window.drawn = performance.now()
    else requestAnimationFrame(look)
  }
  look()
})
"""

WATCH = """
window.frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
window.answer = async (act, said) => {
  const start = performance.now()
  act()
  while (!said()) await frame()
  const words = performance.now() - start
  const coloured = () => performance.getEntriesByName('wuye:coloured')[0]?.startTime ?? 0
  return { words, map: () => coloured() > start ? coloured() - start : null }
}
window.press = (name) => [...document.querySelectorAll('button')]
  .find((one) => one.textContent.trim() === name).click()
window.text = (where) => document.querySelector(where)?.textContent ?? ''
"""

SWITCH = """async (name) => {
  const before = text('.legend strong')
  const list = text('.ranking ol')
  const start = performance.now()
  const { words, map } = await answer(() => press(name),
    () => text('.legend strong') !== before && text('.legend strong') === text('.head h2'))
  while (text('.ranking ol') === list) await frame()
  const all = performance.now() - start
  while (map() === null) await frame()
  return [words, map(), all]
}"""

SLIDE = """async (to) => {
  const bar = document.querySelector('#quarter')
  const was = text('.time .now strong')
  const { words, map } = await answer(() => {
    bar.value = String(Number(bar.value) + to)
    bar.dispatchEvent(new Event('input', { bubbles: true }))
  }, () => text('.overview .source').includes(text('.time .now strong')) &&
           text('.time .now strong') !== was)
  while (map() === null) await frame()
  return [words, map()]
}"""

HOVER = """async ([x, y]) => {
  const canvas = document.querySelector('.maplibregl-canvas')
  const before = text('.tip strong')
  const move = new MouseEvent('mousemove', { clientX: x, clientY: y, bubbles: true })
  const { words } = await answer(() => canvas.dispatchEvent(move),
    () => text('.tip strong') && text('.tip strong') !== before)
  return [words]
}"""

DRILL = """async (name) => {
  const link = [...document.querySelectorAll('.ranking li a')]
    .find((one) => one.textContent.includes(name))
  link.closest('li').dispatchEvent(new MouseEvent('mouseenter'))
  await new Promise((done) => setTimeout(done, 250))
  const start = performance.now()
  const [figure, list] = [text('.figure'), text('.ranking ol')]
  const { words, map } = await answer(() => link.click(),
    () => text('h1').trim() === name && text('.figure') !== figure)
  while (text('.ranking ol') === list) await frame()
  const all = performance.now() - start
  while (map() === null) await frame()
  while (!document.querySelector('.stage [data-still=true]')) await frame()
  return [words, map(), all, performance.now() - start]
}"""


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="benchmarks.web", description=__doc__)
    parser.add_argument("--compounds", type=int, default=9_460)
    parser.add_argument("--address", help="a service that runs, with quarters of the sample")
    parser.add_argument("--browser", help="a Chromium's program; the lightest there is")
    parser.add_argument("--slowdown", type=float, default=SLOWDOWN)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--out", type=Path, default=Path("out/web.json"))
    words = parser.parse_args()
    if words.address:
        record = measure(words.address, words.slowdown, words.runs, words.browser)
    else:
        record = run(words.compounds, words.slowdown, words.runs, words.browser)
    words.out.parent.mkdir(parents=True, exist_ok=True)
    words.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    show(record)
    return 0


def run(
    compounds: int, slowdown: float = SLOWDOWN, runs: int = RUNS, program: str | None = None
) -> dict[str, Any]:
    """Measure the application on a sample of so many compounds."""
    with running_place(compounds) as place, _serving(place, PORT) as address:
        return {"compounds": compounds, **measure(address, slowdown, runs, program)}


def show(record: dict[str, Any]) -> None:
    """Print the medians, with least and most, beside what is aimed at."""
    head = record["machine"]
    size = f"{record['compounds']:,} compounds, " if "compounds" in record else ""
    print(
        f"\nweb: {record['browser']}, {size}processor slowed {record['slowdown']:g} times,"
        f" software GL, load {head['load_at_start']} at the start,"
        f" {record['load_at_end']} at the end"
    )
    for name, times in record["ms"].items():
        aim = None if "finest" in name else AIMS_MS.get(name.partition(" ")[0])
        print(
            f"  {name:38} {statistics.median(times):7.0f} ms"
            f" ({min(times):.0f} to {max(times):.0f}, {len(times)} runs)"
            + (f"  aim {aim:.0f}" if aim else "")
        )


def measure(address: str, slowdown: float, runs: int, program: str | None = None) -> dict[str, Any]:
    """Measure a service that runs; milliseconds by what was done."""
    head = report.machine()
    program = program or chromium()
    if program is None:
        raise SystemExit("no Chromium; scripts/setup test installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS])
        day = QUARTERS[-1]
        handout = f"{address}/handout?as_of={day}"
        httpx2.get(handout, timeout=300)  # made once and kept
        firsts = [_first(browser, address, slowdown) for _ in range(runs)]
        ms = {
            "first_map": [one[0] for one in firsts],
            "first_map (headline)": [one[1] for one in firsts],
            "first_map (handout, folium)": [_folium(browser, handout, slowdown)
                                            for _ in range(runs)],
            "first_map (not slowed)": [_first(browser, address, 1)[0] for _ in range(runs)],
            **_interactions(browser, address, slowdown, runs),
        }  # fmt: skip
        browser.close()
    return {
        "machine": head,
        "browser": Path(program).name,
        "slowdown": slowdown,
        "load_at_end": round(os.getloadavg()[0], 2),
        "ms": ms,
    }


def chromium() -> str | None:
    """Give the browser's program, if there is one: rather one that draws no window."""
    programs = ("chromium-headless-shell", "chromium", "google-chrome")
    return next(filter(None, map(shutil.which, programs)), None)


@contextmanager
def _serving(place: Place, port: int) -> Iterator[str]:
    """Serve the sample for as long as the block runs."""
    prepare(place, "register")
    address = f"http://127.0.0.1:{port}"
    with place.database(FULL) as conninfo:
        home = place.folder / "service"
        settings = Settings(home=home, database_url=SecretStr(conninfo))
        space = Workspace(settings)
        for day in QUARTERS:
            space.snapshots.get(dt.date.fromisoformat(day))
        own = {"WUYE_DATABASE_URL": conninfo, "WUYE_HOME": str(home)}
        with (place.folder / "service.log").open("wb") as log:
            server = subprocess.Popen(
                [str(Path(sys.executable).with_name("wuye")), "serve", "--port", str(port)],
                env=os.environ | own, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            while not _answers(address):
                if server.poll() is not None:
                    raise RuntimeError((place.folder / "service.log").read_text("utf-8"))
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait()


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/health").status_code == 200
    except httpx2.TransportError:
        return False


def _open(browser: Browser, slowdown: float, *scripts: str) -> Page:
    """Open a page with nothing cached, slowed down."""
    context = browser.new_context(viewport=OFFICE, reduced_motion="reduce")
    context.set_default_timeout(300_000)
    for script in scripts:
        context.add_init_script(script)
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    return page


def _first(browser: Browser, address: str, slowdown: float) -> tuple[float, float]:
    """Milliseconds from the navigation until divisions stand in colours, and the headline."""
    page = _open(browser, slowdown, NOTE_FIGURE)
    page.goto(address, wait_until="commit")
    found = _awaited(page, COLOURED), _awaited(page, "window.figured ?? null")
    page.context.close()
    return found


def _folium(browser: Browser, handout: str, slowdown: float) -> float:
    page = _open(browser, slowdown, NOTE_HANDOUT)
    page.goto(handout, wait_until="commit")
    found = _awaited(page, "window.drawn ?? null")
    page.context.close()
    return found


def _awaited(page: Page, expression: str) -> float:
    """Ask a page until it has an answer; its policy lets it evaluate nothing by itself."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = page.evaluate(expression)
        if found is not None:
            return float(found)
        time.sleep(0.05)
    raise RuntimeError(f"{page.url} did not come to: {expression}")


def _interactions(
    browser: Browser, address: str, slowdown: float, runs: int
) -> dict[str, list[float]]:
    """Milliseconds from a press until the words are there, and until the map is."""
    page = _open(browser, slowdown, WATCH)
    page.goto(address)
    page.wait_for_selector(".stage [data-still=true]")
    page.wait_for_selector(".overview .ranking li a")
    found = {}
    for pace, pause_ms in PAUSES_MS.items():
        page.wait_for_timeout(1500)
        for name, times in _pressed(page, runs, pause_ms).items():
            for place, part in enumerate(PARTS[: len(times[0])]):
                found[f"{name} ({part}{pace})"] = [one[place] for one in times]
    page.context.close()
    return found


def _pressed(page: Page, runs: int, pause_ms: float) -> dict[str, list[list[float]]]:
    """Press one thing after the other, with so long a pause; milliseconds by `PARTS`."""
    found: dict[str, list[list[float]]] = {
        "switch": [], "slide": [], "hover": [], "drill_down": [],
    }  # fmt: skip
    places = _places(page)
    for turn in range(runs + 1):  # the first round warms up
        for name in ("业委会", "党组织", "物业服务"):
            found["switch"] += _noted(turn, page.evaluate(SWITCH, name))
            page.wait_for_timeout(pause_ms)
        for step in (-1, -1, 2):
            found["slide"] += _noted(turn, page.evaluate(SLIDE, step))
            page.wait_for_timeout(pause_ms)
        for place in places:
            found["hover"] += _noted(turn, page.evaluate(HOVER, place))
            page.wait_for_timeout(pause_ms)
        page.mouse.move(2, 2)
        found["drill_down"] += _noted(turn, page.evaluate(DRILL, "昆明市"))
        page.wait_for_timeout(2 * pause_ms)
        page.go_back()
        _awaited(page, "text('h1').trim() === '云南省' || null")
        page.wait_for_selector(".stage [data-still=true]")
        page.wait_for_timeout(2 * pause_ms)
    return found


def _noted(turn: int, times: Any) -> list[list[float]]:
    return [times] if turn else []


def _places(page: Page) -> list[list[float]]:
    """Give places on the map where divisions with figures lie, each in another one."""
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box
    return [
        [box["x"] + x * box["width"], box["y"] + y * box["height"]]
        for x, y in ((0.45, 0.45), (0.62, 0.42), (0.5, 0.65))
    ]


if __name__ == "__main__":
    sys.exit(main())
