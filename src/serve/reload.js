// Loads the page again after a good build and shows why a build failed. Served by `storebook serve` only.
(() => {
  "use strict";
  const own = document.currentScript.dataset;
  let shown = null;

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const hide = () => {
    if (shown) shown.remove();
    shown = null;
  };

  const show = (problem) => {
    hide();
    shown = element("aside", "storebook-problem storebook-overlay");
    shown.setAttribute("role", "alert");
    shown.lang = "en";
    const close = element("button", "storebook-close", "Close");
    close.type = "button";
    close.addEventListener("click", hide);
    shown.append(close, element("h1", "", "The last build failed"));
    if (problem.place) shown.append(element("p", "storebook-place", problem.place));
    shown.append(element("p", "storebook-message", problem.message));
    if (problem.lines.length > 0) {
      const pre = element("pre");
      for (const line of problem.lines) {
        const text = `${String(line.number).padStart(5)}  ${line.text}`;
        pre.append(element(line.here ? "mark" : "span", "", text), "\n");
      }
      shown.append(pre);
    }
    if (problem.hint) shown.append(element("p", "storebook-hint", problem.hint));
    shown.append(element("p", "storebook-note", "The page shows the last good build. This goes away once the problem is mended."));
    document.body.append(shown);
  };

  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });

  let source = null;

  const leave = () => {
    if (source) source.close();
    source = null;
  };

  const told = (event) => {
    const status = JSON.parse(event.data);
    // A page of the server's own stands for one state, a page of the site for one good build.
    const stale = status.build !== own.build || (own.serial !== undefined && String(status.serial) !== own.serial);
    if (stale) {
      leave();
      location.reload();
    } else if (own.serial === undefined) {
      if (status.problem) show(status.problem);
      else hide();
    }
  };

  const listen = () => {
    if (source || document.hidden) return;
    source = new EventSource("/__storebook/events");
    source.addEventListener("message", told);
  };

  // A page nobody looks at must not hold one of the few connections a browser opens. When it is looked at again, the
  // first event says whether it is still the newest.
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => {
    if (event.persisted) listen();
  });
  listen();
})();
