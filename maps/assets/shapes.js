// Reads the compact texts that maps/shapes.py writes.
wuye.shapes = (() => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const digit = new Int8Array(128);
  for (let i = 0; i < 64; i += 1) digit[alphabet.charCodeAt(i)] = i;
  const [originX, originY] = wuye.data.origin;

  // A text becomes parts of rings of [lat, lng]: what L.polygon takes for a multipolygon.
  function parts(text) {
    let at = 0;
    let x = 0;
    let y = 0;
    const next = () => {
      let value = 0;
      let scale = 1;
      for (;;) {
        const found = digit[text.charCodeAt(at)];
        at += 1;
        value += (found & 31) * scale; // may pass 32 bits, so no shift
        if (found < 32) return value;
        scale *= 32;
      }
    };
    const step = () => {
      const value = next();
      return value % 2 ? -(value + 1) / 2 : value / 2;
    };
    const found = [];
    while (at < text.length) {
      const rings = [];
      for (let left = next(); left > 0; left -= 1) {
        const ring = new Array(next());
        for (let i = 0; i < ring.length; i += 1) {
          x += step();
          y += step();
          ring[i] = [originY + y / 1e6, originX + x / 1e6];
        }
        rings.push(ring);
      }
      found.push(rings);
    }
    return found;
  }

  return { parts };
})();
