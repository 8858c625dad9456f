// Conveniences on top of pages that read well without them: sorting and filtering tables, finding a customer, the feedback form,
// a hint in WeChat's browser. Nothing is fetched, nothing stored. Texts come from the page's own attributes.
"use strict";

(() => {
  const root = document.documentElement;
  const language = root.lang || undefined;
  const inWeChat = /MicroMessenger/i.test(navigator.userAgent);

  // ---- Tables ----

  /** What a cell sorts by: its machine value where one is given, else its text. A blank sorts last. */
  function sortValue(row, column) {
    const cell = row.cells[column];
    const given = cell?.getAttribute("data-sort");
    const text = given ?? cell?.textContent.trim() ?? "";
    if (text === "") return null;
    const number = given === null || given === undefined ? NaN : Number(given);
    return Number.isNaN(number) ? text : number;
  }

  const collator = new Intl.Collator(language, { numeric: true });

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return collator.compare(String(a), String(b));
  }

  /** Rows in a new order; equal values keep the order they were published in, blanks stay at the end. */
  function sorted(rows, column, direction) {
    const keyed = rows.map((row, place) => ({ row, place, value: sortValue(row, column) }));
    keyed.sort((a, b) => {
      if (a.value === null || b.value === null) {
        return (a.value === null) - (b.value === null) || a.place - b.place;
      }
      return direction * compare(a.value, b.value) || a.place - b.place;
    });
    return keyed.map((entry) => entry.row);
  }

  function makeSortable(table) {
    const body = table.tBodies[0];
    const headings = [...table.tHead.rows[0].cells];
    const published = [...body.rows];
    for (const heading of headings) {
      if (!heading.hasAttribute("data-sortable")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      // Without it the arrow would be read out as part of the name.
      button.setAttribute("aria-label", heading.textContent.trim());
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        // Numbers are usually wanted largest first.
        const first = heading.classList.contains("n") ? "descending" : "ascending";
        const second = first === "descending" ? "ascending" : "descending";
        const now = heading.getAttribute("aria-sort");
        const wanted = now === null ? first : now === first ? second : null;
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        if (wanted) heading.setAttribute("aria-sort", wanted);
        const rows = wanted ? sorted(published, heading.cellIndex, wanted === "ascending" ? 1 : -1) : published;
        body.append(...rows);
      });
    }
  }

  const fold = (text) => text.normalize("NFKC").toLocaleLowerCase(language);

  function makeSearchable(box) {
    const input = box.querySelector(".table-search input");
    const body = box.querySelector("tbody");
    if (!input || !body) return;
    const count = box.querySelector(".table-count");
    const nothing = box.querySelector(".table-nothing");
    const rows = [...body.rows];
    let texts = null;
    input.disabled = false;
    input.addEventListener("input", () => {
      texts ??= rows.map((row) => fold([...row.cells].map((cell) => cell.textContent).join("\n")));
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !words.every((word) => texts[i].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      if (nothing) nothing.hidden = shown > 0;
      if (count) {
        const text = count.dataset.text.replace("{shown}", shown).replace("{total}", rows.length);
        count.textContent = words.length ? text : "";
      }
    });
  }

  /** Marks and invisible signs a pasted number or name may bring along. */
  const bare = (text) => fold(text).replace(/[\s\p{Cf}]+/gu, " ").trim();

  function makeFindable(box) {
    const [digits, surname] = box.querySelectorAll(".lookup-fields input");
    if (!digits || !surname) return;
    const says = box.querySelector(".lookup-says");
    const results = box.querySelector(".table-scroll");
    const table = box.querySelector("table");
    const body = table?.tBodies[0];
    const numeric = [...box.querySelectorAll("th")].map((heading) => heading.className);
    let people = null;

    /** One found person; texts of the data are never read as HTML. */
    function shown([, , cells]) {
      const row = document.createElement("tr");
      cells.forEach((cell, at) => {
        const [text, address] = Array.isArray(cell) ? cell : [cell];
        const field = document.createElement(at === 0 ? "th" : "td");
        if (at === 0) field.scope = "row";
        else if (numeric[at]) field.className = numeric[at];
        const words = document.createElement(address ? "a" : "bdi");
        if (address) words.setAttribute("href", address);
        words.textContent = text;
        field.append(words);
        row.append(field);
      });
      return row;
    }

    function look() {
      people ??= JSON.parse(box.querySelector(".lookup-data").textContent);
      const wanted = bare(digits.value).replace(/\D/g, "").slice(-4);
      const name = bare(surname.value);
      const named = (person) => {
        const whole = bare(person[1]);
        return whole.startsWith(name) || whole.split(" ").some((word) => word.startsWith(name));
      };
      const found = wanted.length === 4 && name ? people.filter((person) => person[0] === wanted && named(person)) : [];
      body.replaceChildren(...found.map(shown));
      results.hidden = table.hidden = found.length === 0;
      if (wanted.length < 4) says.textContent = says.dataset.start;
      else if (!name) says.textContent = says.dataset.surname;
      else says.textContent = found.length ? says.dataset.found.replace("{n}", found.length) : says.dataset.none;
    }

    for (const field of [digits, surname]) {
      field.disabled = false;
      field.addEventListener("input", look);
    }
    says.textContent = says.dataset.start;
    // A browser that filled the fields in again (Back) has an answer to show.
    if (digits.value || surname.value) look();
  }

  /** A box that has nothing to scroll is neither a stop for the Tab key nor a landmark. */
  function watchOverflow(box) {
    const name = box.getAttribute("aria-label");
    const follow = () => {
      const scrolls = box.scrollWidth > box.clientWidth;
      const set = (attribute, value) => (scrolls ? box.setAttribute(attribute, value) : box.removeAttribute(attribute));
      set("tabindex", "0");
      set("role", "region");
      set("aria-label", name);
    };
    new ResizeObserver(follow).observe(box);
  }

  // ---- Feedback form ----

  /** The fields as a plain object, in the order of the form, without the trap and empty ones. */
  function answers(form) {
    const values = {};
    for (const [name, value] of new FormData(form)) {
      if (name !== "website" && value !== "") values[name] = value;
    }
    return values;
  }

  function stamp(form, opened) {
    const set = (name, value) => {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
    };
    // The same answers sent twice carry the same id, so that a second click is not a second message.
    const { submission_id, elapsed_ms, ...said } = answers(form);
    const content = JSON.stringify(said);
    if (form.dataset.stamped !== content) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      set("submission_id", Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
      form.dataset.stamped = content;
    }
    set("elapsed_ms", String(Math.round(performance.now() - opened)));
  }

  function labelOf(form, name) {
    const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
    const group = field?.closest("fieldset")?.querySelector("legend") ?? field?.labels?.[0];
    return group?.firstChild?.textContent.trim() || name;
  }

  function shownValue(form, name, value) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLSelectElement) return field.selectedOptions[0]?.textContent ?? value;
    const chosen = form.querySelector(`[name="${CSS.escape(name)}"]:checked`);
    return chosen?.labels?.[0]?.textContent.trim() ?? value;
  }

  /** Readable lines for a person, then one line a program can read back. */
  function letter(form) {
    const values = answers(form);
    const spoken = Object.entries(values)
      .filter(([name]) => !["submission_id", "elapsed_ms", "lang", "consent"].includes(name))
      .map(([name, value]) => `${labelOf(form, name)}: ${shownValue(form, name, value)}`);
    return [...spoken, "", JSON.stringify(values), ""].join("\n").replaceAll("\n", "\r\n");
  }

  /** Windows hands no longer link to a mail program. */
  const LONGEST_LINK = 2000;

  function saveAs(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function helpForm(form) {
    const opened = performance.now();
    const status = form.querySelector(".form-status");
    const say = (text) => { status.textContent = text; };
    const save = form.querySelector("[data-save]");
    form.addEventListener("submit", (event) => {
      stamp(form, opened);
      if (form.dataset.mode !== "mail") {
        form.querySelector("[type=submit]").disabled = true;
        say(status.dataset.sending);
        return;
      }
      event.preventDefault();
      if (form.elements.namedItem("website").value) return;
      const subject = encodeURIComponent(form.dataset.subject);
      const link = `mailto:${form.dataset.mailto}?subject=${subject}&body=${encodeURIComponent(letter(form))}`;
      if (link.length > LONGEST_LINK) {
        saveAs(form.dataset.file, `${JSON.stringify(answers(form))}\n`);
        say(status.dataset.long);
        return;
      }
      location.href = link;
      say(status.dataset.mail);
    });
    if (!save) return;
    save.disabled = false;
    save.addEventListener("click", () => {
      if (!form.reportValidity() || form.elements.namedItem("website").value) return;
      if (inWeChat) return showHint();
      stamp(form, opened);
      saveAs(form.dataset.file, `${JSON.stringify(answers(form))}\n`);
      say(status.dataset.saved);
    });
    // Coming back with the browser's Back button finds the form usable again.
    addEventListener("pageshow", () => {
      const send = form.querySelector("[type=submit]");
      if (send) send.disabled = false;
    });
  }

  // ---- WeChat ----

  function showHint() {
    const hint = document.querySelector(".wechat-hint");
    if (hint) hint.hidden = false;
  }

  function watchDownloads() {
    document.addEventListener("click", (event) => {
      const close = event.target.closest?.(".wechat-hint button");
      if (close) close.closest(".wechat-hint").hidden = true;
    });
    if (!inWeChat) return;
    document.addEventListener("click", (event) => {
      if (!event.target.closest?.("a[download]")) return;
      event.preventDefault();
      showHint();
    });
  }

  // ---- Menu ----

  /** At a desk the menu is a column, always open; the stylesheet alone manages that in newer browsers only. */
  const desk = matchMedia("(min-width: 64rem)");
  function keepMenuOpenAtDesk() {
    const menu = document.querySelector(".menu");
    if (menu) menu.open = desk.matches;
  }

  // ---- Start ----

  /** Also for content that arrives later (an unlocked page): dispatch "storebook:content" on its container. */
  function enhance(part) {
    for (const box of part.querySelectorAll(".table:not([data-ready])")) {
      box.dataset.ready = "";
      const table = box.querySelector("table");
      if (table?.tHead && table.tBodies[0]) makeSortable(table);
      makeSearchable(box);
    }
    for (const box of part.querySelectorAll(":is(.table-scroll, .chart-scroll):not([data-ready])")) {
      box.dataset.ready = "";
      watchOverflow(box);
    }
    for (const box of part.querySelectorAll(".lookup:not([data-ready])")) {
      box.dataset.ready = "";
      makeFindable(box);
    }
    for (const form of part.querySelectorAll("form.feedback:not([data-ready])")) {
      form.dataset.ready = "";
      helpForm(form);
    }
  }

  root.classList.add("js");
  keepMenuOpenAtDesk();
  desk.addEventListener("change", keepMenuOpenAtDesk);
  watchDownloads();
  enhance(document);
  document.addEventListener("storebook:content", (event) => {
    keepMenuOpenAtDesk();
    enhance(event.target);
  });
  // The way back may lead to a page that turn.js had put into a document which is gone: only a load brings it.
  addEventListener("popstate", ({ state }) => { if (state?.storebook && !self.storebookTurn) location.reload(); });
})();
