// Looking through a ledger that is too large for one script: its scripts are loaded one after the other and let go again.
(function () {
  "use strict";
  const AT_A_TIME = 20; // scripts looked through before the reader is asked: 100,000 numbers, about 25 megabytes
  const INDEX = { name: 0, first: 1, count: 2, facets: 3 }; // of what the search data says of each script
  const parts = window.RESTATED_PARTS;
  const total = parts.reduce(function (sum, part) { return sum + part[INDEX.count]; }, 0);
  const plain = window.restatedPlain;

  // Scripts that may hold what is wanted; first the one where the words would stand if they are an id, or the beginning of one.
  function places(text, facets) {
    const last = parts.filter(function (part) { return part[INDEX.first] <= text; }).length;
    const near = [parts[last - 1], parts[last]];
    const order = near.concat(parts.filter(function (part) { return !near.includes(part); }));
    return order.filter(function (part) {
      return part && facets.every(function (value, i) { return !value || part[INDEX.facets + i].includes(value); });
    });
  }

  // `tell` gets the numbers found since it was last called, how many were looked through of how many, and whether any are left.
  window.restatedLook = function (root, text, facets, most, tell) {
    const words = plain(text).split(/\s+/).filter(Boolean);
    const left = places(text.trim(), facets);
    let looked = total - left.reduce(function (sum, part) { return sum + part[INDEX.count]; }, 0);
    let stopped = false;
    function on(found, scripts) {
      if (!left.length || found.length >= most || scripts === AT_A_TIME) { tell(found, looked, total, left.length > 0); return; }
      const part = left.shift();
      const script = document.createElement("script");
      script.src = root + "_static/" + part[INDEX.name];
      const go = function () {
        const numbers = window.RESTATED_NUMBERS || [];
        window.RESTATED_NUMBERS = null;
        script.remove();
        if (stopped) return;
        looked += part[INDEX.count];
        on(found.concat(numbers.filter(function (d) {
          if (!facets.every(function (value, i) { return !value || d[4][i] === value; })) return false;
          const said = plain(d[1] + " " + d[3]);
          return words.every(function (word) { return said.includes(word); });
        })), scripts + 1);
      };
      script.onload = go;
      script.onerror = go;
      document.head.append(script);
    }
    return { on: function () { on([], 0); }, stop: function () { stopped = true; } };
  };
})();
