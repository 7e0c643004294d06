// On paper: a page across, with the map drawn anew for the paper's size. The button and Ctrl+P have
// the time for that. From the browser's own menu there is none, and the map is scaled as it is.
wuye.print = (map) => {
  const { find } = wuye;
  const { retina } = L.Browser;
  const host = map.getContainer();
  let was = null;

  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  function redraw() {
    map.invalidateSize({ animate: false });
    map.fitBounds(was.bounds, { animate: false });
    map.fire("zoomend").fire("moveend");
  }

  function lay() {
    was = { bounds: map.getBounds(), legend: find("legend").open, width: host.clientWidth, height: host.clientHeight };
    map.closePopup();
    document.body.classList.add("printing");
    find("legend").open = true;
  }

  async function prepare() {
    lay();
    L.Browser.retina = true; // twice the dots, which paper shows
    redraw();
    await frames();
  }

  function scale() {
    if (was) return;
    lay();
    was.scaled = true;
    const room = [host.clientWidth / was.width, host.clientHeight / was.height];
    Object.assign(host.style, { width: `${was.width}px`, height: `${was.height}px`, zoom: Math.min(...room) });
    host.classList.add("scaled");
  }

  function restore() {
    if (!was) return;
    document.body.classList.remove("printing");
    host.classList.remove("scaled");
    Object.assign(host.style, { width: "", height: "", zoom: "" });
    find("legend").open = was.legend;
    L.Browser.retina = retina;
    if (!was.scaled) redraw();
    was = null;
  }

  async function go() {
    if (was) return;
    await prepare();
    window.print(); // afterprint tells when it is done with
  }

  addEventListener("beforeprint", scale);
  addEventListener("afterprint", restore);
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "p") {
      event.preventDefault();
      go();
    }
  });
  find("print").addEventListener("click", go);
};
