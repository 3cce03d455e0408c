// One small group in a large study: how likely is a reported pattern, if the effect is real, and if nothing is there?
(function () {
  "use strict";
  const x = window.restatedExplore;
  const ALPHA = 0.05, POWER = 0.8; // two-sided level of the tests, and the power of a "detectable" change

  function chance(change, group, n, sd, groups) {
    if (group >= n) throw x.fault("group", "a group of " + group + " is not smaller than the study of " + n);
    const critical = x.quantile(x.normalTail, ALPHA / 2);
    const own = sd / Math.sqrt(group), difference = sd * Math.sqrt(1 / group + 1 / (n - group));
    const both = function (true_) { return x.bivariate(true_ / own - critical, true_ / difference - critical, own / difference); };
    return { change: x.normal(change / own - critical), pattern: both(change), byLuck: -Math.expm1(groups * Math.log1p(-both(0))) };
  }

  window.restatedExplore.add("cell", {
    fields: function (words) {
      const group = words.group || "the group";
      return [
        { name: "change", label: "True change in " + group + ", in standard deviations", type: "range", min: "0", max: "1.5", step: "0.05", value: "0.5" },
        { name: "group", label: "Size of " + group, type: "range", min: "4", max: "200", step: "1", value: "30" },
        { name: "groups", label: "Groups of this size that could have been looked at", type: "range", min: "1", max: "40", step: "1", value: "8" },
        { name: "n", label: "People in the study", value: "1000", inputmode: "numeric" },
        { name: "detectable", label: "Change that a group of the size below finds with 80 % power", value: "0.6" },
        { name: "reference", label: "Size of that group", value: "30", inputmode: "numeric" },
      ];
    },
    compute: function (now, words) {
      const group = words.group || "the group", size = x.whole("group", now.group, 1), n = x.whole("n", now.n, 1), groups = x.whole("groups", now.groups, 1);
      const detectable = x.bounded("detectable", now.detectable).value, reference = x.whole("reference", now.reference, 1);
      if (!(detectable > 0)) throw x.fault("detectable, group", "a detectable change and the size of a group are above 0");
      const sd = detectable / (x.quantile(x.normalTail, ALPHA / 2) + x.quantile(x.normalTail, 1 - POWER)) * Math.sqrt(reference);
      const found = chance(Number(now.change), size, n, sd, groups);
      found.sd = sd;
      found.answer = "If the true change is " + x.show(Number(now.change)) + " standard deviations, a study like this reports it for " + group + " with a chance of " + x.percent(found.pattern) +
        ". If nothing changes in any group, at least one of " + groups + (groups === 1 ? " group" : " groups") + " shows such a pattern by luck with a chance of " + x.percent(found.byLuck) + ".";
      found.rows = [
        ["chance that the change is significant", x.percent(found.change)],
        ["chance that it also differs from all others", x.percent(found.pattern)],
        ["chance of such a pattern by luck alone", x.percent(found.byLuck)],
        ["standard error of the change in " + group, x.show(sd / Math.sqrt(size), 3) + " standard deviations"],
      ];
      return found;
    },
    draw: function (result) {
      const wide = 340, bars = [["found, if it is real", result.pattern], ["found by luck alone", result.byLuck]];
      const image = x.svg(wide, 110, "Chance of the pattern: " + x.percent(result.pattern) + " if the change is real, " + x.percent(result.byLuck) + " by luck alone.");
      bars.forEach(function (bar, i) {
        const y = 24 + i * 48;
        image.put("text", { x: 10, y: y - 6, class: "rs-try-text" }, bar[0] + ": " + x.percent(bar[1]));
        image.put("rect", { x: 10, y: y, width: wide - 20, height: 18, class: "rs-try-ground" });
        image.put("rect", { x: 10, y: y, width: (wide - 20) * bar[1], height: 18, class: "rs-try-fill" });
      });
      return image;
    },
  });
})();
