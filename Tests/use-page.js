// Uses a report page as a person does, and says what came of it; see BrowserTests.
(async () => {
  const result = {};
  const $ = id => document.getElementById(id);
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
  const press = (key, target, extra) => (target || document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...extra }));
  const root = document.documentElement;
  result.ready = root.dataset.ready;

  press("t");
  const first = root.dataset.theme;
  press("t");
  result.theme = first + ", then " + root.dataset.theme;

  press("?");
  const open = $("keys").open;
  press("?");
  result.help = (open ? "open" : "closed") + ", then " + ($("keys").open ? "open" : "closed");

  press("3");
  await frame();
  result.section = document.activeElement.id;

  const folds = [...document.querySelectorAll("ol.verdicts details")];
  press("e");
  const opened = folds.every(fold => fold.open);
  press("e");
  result.evidence = (opened ? "all open" : "not all open")
    + (folds.some(fold => fold.open) ? "" : ", then all closed");

  const chart = document.querySelector(".source[open] .chart[data-chart]");
  const line = chart.querySelector(".cursor");
  const place = () => parseFloat(line.style.left);
  const readout = () => chart.querySelector(".readout").textContent;
  chart.focus();
  press("ArrowRight", chart);
  const before = place();
  result.cursor = readout();
  result.spoken = $("spoken").textContent === readout() ? "as the readout" : $("spoken").textContent;
  press("ArrowRight", chart, { shiftKey: true });
  const steps = [place() > before ? "later" : "stuck at " + place()];
  press("End", chart);
  steps.push(place() > 99 ? "at the end" : "stuck at " + place());
  press("Home", chart);
  steps.push(place() < 1 ? "at the begin" : "stuck at " + place());
  result.moved = steps.join(", then ");

  const lines = [...document.querySelectorAll("#log li")];
  $("log-filter").value = "APP@HOST-3";
  $("log-filter").dispatchEvent(new Event("input"));
  const shown = lines.filter(item => !item.hidden);
  result.filter = shown.length > 0 && shown.length < lines.length
    && shown.every(item => item.textContent.includes("app@host-3")) ? "only what fits" : "wrong";

  document.querySelector(".node[data-node=host-1]").focus();
  result.host = $("topology-detail").textContent;

  const named = item => item.getAttribute("aria-label") || item.textContent.trim() || item.title
    || (item.labels && item.labels.length);
  result.unlabelled = [...document.querySelectorAll("a,button,input,select,summary,[tabindex='0']")]
    .filter(item => !named(item)).map(item => item.outerHTML.slice(0, 80)).join("\n");

  await frame();
  result.pwned = "pwned" in window || document.querySelector("img,iframe,object,embed")
    ? "yes" : "no";
  return result;
})()
