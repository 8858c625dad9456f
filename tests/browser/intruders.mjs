// What a text of the data must never become in a page: an element, a handler, a link, or a turn of the text beside it.

/** Elements that only a name could have brought in. */
export function intruders(page) {
  return page.evaluate(() => {
    const strange = [...document.querySelectorAll("script, img, iframe, object, embed, base, form, meta[http-equiv=refresh], link, style, b, i, u, " +
      "plaintext, xmp, math, slot, animate, set, foreignObject, frame, marquee, video, audio, textarea, template, input")]
      .filter((element) => !element.matches("head > script[src*='assets/'], head > link[href*='assets/'], .brand img, " +
        "form.feedback, form.feedback *, template.variant, .unlock-form *, .table-tools *, .lookup-fields *"));
    const wired = [...document.querySelectorAll("*")].filter((element) => [...element.attributes].some((attribute) => /^on/i.test(attribute.name)));
    const links = [...document.querySelectorAll("[href], [src], [action]")].filter((element) => {
      const address = (element.getAttribute("href") ?? element.getAttribute("src") ?? element.getAttribute("action")).trim();
      return /^(javascript|vbscript):/i.test(address) || /evil\.example/.test(address);
    });
    return [...strange, ...wired, ...links].map((element) => element.outerHTML.slice(0, 120));
  });
}

/** Texts that turn the writing direction and are not shut in by an element of their own. */
export function openTurns(page) {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const open = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const opened = (node.data.match(/[\u202a\u202b\u202d\u202e\u2066-\u2068]/g) ?? []).length;
      const closed = (node.data.match(/[\u202c\u2069]/g) ?? []).length;
      const holder = node.parentElement;
      // The texts of a drawing stand alone by nature.
      if (opened <= closed || holder.closest("svg")) continue;
      // Left open, it must stand in an element of its own that shuts it in.
      const alone = holder.textContent.trim() === node.data.trim();
      const style = getComputedStyle(holder);
      const shut = style.display !== "inline" || style.unicodeBidi.startsWith("isolate");
      if (!alone || !shut) open.push(holder.outerHTML.slice(0, 100));
    }
    return open;
  });
}
