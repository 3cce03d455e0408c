// From a correlation of two classifications to people: of a hundred in one class, how many are in the other?
(function () {
  "use strict";
  const x = window.restatedExplore;
  const SLACK = 1e-12, HUNDRED = 100, SIDE = 10; // rounding error of shares; people of a picture, and of a line of it

  function shares(phi, first, second) {
    [["first", first], ["second", second]].forEach(function (pair) {
      if (!(pair[1] > 0 && pair[1] < 1)) throw x.fault(pair[0], "a share of " + pair[1] + " is not between 0 and 1");
    });
    const both = first * second + phi * Math.sqrt(first * (1 - first) * second * (1 - second));
    if (!(both >= Math.max(0, first + second - 1) - SLACK && both <= Math.min(first, second) + SLACK)) {
      throw x.fault("phi", "no table with these two shares has a correlation of " + Number(phi.toPrecision(6)));
    }
    return [both / first, (second - both) / (1 - first)];
  }

  window.restatedExplore.add("people", {
    fields: function (words) {
      const first = words.first || "the first class", second = words.second || "the second class", later = words.later || "later";
      return [
        { name: "phi", label: "Correlation r between the two classifications", type: "range", min: "-0.2", max: "0.9", step: "0.01", value: "0.3" },
        { name: "low", label: "Lowest correlation in a single study (prediction interval)", value: "0" },
        { name: "high", label: "Highest correlation in a single study", value: "0.5" },
        { name: "first", label: "Number of " + first + " in 100", type: "range", min: "5", max: "95", step: "1", value: "55" },
        { name: "second", label: "Number with " + second + " in 100", type: "range", min: "5", max: "95", step: "1", value: "60" },
        { name: "stability", label: "Stability: correlation with the class " + later + " (1: no change)", type: "range", min: "0", max: "1", step: "0.01", value: "1" },
      ];
    },
    compute: function (now, words) {
      const first = words.first || "the first class", others = words.others || "the others", second = words.second || "the second class";
      const p = Number(now.first) / HUNDRED, q = Number(now.second) / HUNDRED, stability = Number(now.stability);
      const at = function (phi) { return shares(phi * stability, p, q); };
      const ends = ["low", "high"].map(function (name) { return x.bounded(name, now[name], [-1, 1]).value; });
      if (ends[0] > ends[1]) throw x.fault("", "the interval from " + now.low + " to " + now.high + " runs downwards", "Give the lower end first");
      const middle = at(Number(now.phi)), low = at(ends[0]), high = at(ends[1]);
      const count = function (share) { return Math.round(HUNDRED * share); };
      const range = function (i) { const all = [count(low[i]), count(high[i])].sort(function (a, b) { return a - b; }); return all[0] === all[1] ? String(all[0]) : all[0] + " to " + all[1]; };
      const when = stability < 1 ? " " + (words.later || "later") : "";
      return {
        of: middle, low: low, high: high,
        answer: "Of 100 " + first + ", about " + count(middle[0]) + " have " + second + when + " (" + range(0) + " over the prediction interval); of 100 " + others + ", about " + count(middle[1]) + " (" + range(1) + ").",
        rows: [
          ["of 100 " + first, count(middle[0]) + " (" + range(0) + ")"],
          ["of 100 " + others, count(middle[1]) + " (" + range(1) + ")"],
          ["difference per 100", String(count(middle[0]) - count(middle[1])).replace("-", "\u2212")],
          ["correlation after the change over time", x.show(Number(now.phi) * stability, 3)],
        ],
      };
    },
    draw: function (result, now, words) {
      const labels = [words.first || "the first class", words.others || "the others"], step = 15, gap = 20, wide = 2 * SIDE * step + gap + 20;
      const image = x.svg(wide, SIDE * step + 34, result.answer);
      result.of.forEach(function (share, side) {
        const left = 10 + side * (SIDE * step + gap), filled = Math.round(HUNDRED * share);
        image.put("text", { x: left, y: 16, class: "rs-try-text" }, "100 " + labels[side]);
        for (let i = 0; i < HUNDRED; i++) {
          const cx = left + 6 + (i % SIDE) * step, cy = 34 + Math.floor(i / SIDE) * step;
          image.put("circle", { cx: cx, cy: cy, r: 5, class: i < filled ? "rs-try-dot" : "rs-try-ring" });
        }
      });
      return image;
    },
  });
})();
