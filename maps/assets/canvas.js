// A canvas that can fill with a pattern: hatch, lines or dots over the colour.
wuye.canvas = (() => {
  const made = new Map();

  function tile(pattern, colour) {
    const size = pattern === "dots" ? 6 : 7;
    const canvas = document.createElement("canvas");
    const scale = 2; // drawn twice as fine, for dense screens
    canvas.width = size * scale;
    canvas.height = size * scale;
    const ctx = canvas.getContext("2d");
    ctx.scale(scale, scale);
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = 1.1;
    ctx.beginPath();
    if (pattern === "hatch") {
      for (const shift of [-size, 0, size]) {
        ctx.moveTo(shift - 1, size + 1);
        ctx.lineTo(shift + size + 1, -1);
      }
      ctx.stroke();
    } else if (pattern === "lines") {
      ctx.moveTo(0, size / 2);
      ctx.lineTo(size, size / 2);
      ctx.stroke();
    } else {
      ctx.arc(size / 2, size / 2, 1.1, 0, 2 * Math.PI);
      ctx.fill();
    }
    return canvas;
  }

  function fillStyle(ctx, pattern, colour) {
    const key = `${pattern} ${colour}`;
    if (!made.has(key)) {
      const found = ctx.createPattern(tile(pattern, colour), "repeat");
      found.setTransform(new DOMMatrix([0.5, 0, 0, 0.5, 0, 0]));
      made.set(key, found);
    }
    return made.get(key);
  }

  const Patterned = L.Canvas.extend({
    _fillStroke(ctx, layer) {
      const { pattern, patternColour, fillRule, patternOpacity } = layer.options;
      L.Canvas.prototype._fillStroke.call(this, ctx, layer);
      if (!pattern || pattern === "solid") return;
      ctx.globalAlpha = patternOpacity === undefined ? 1 : patternOpacity;
      ctx.fillStyle = fillStyle(ctx, pattern, patternColour);
      ctx.fill(fillRule || "evenodd");
    },
  });

  return (pane) => new Patterned({ pane, padding: 0.4, tolerance: 2 });
})();
