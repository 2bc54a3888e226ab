// What the page can do beyond its form: files dropped, links shown and checked without a new page.
"use strict";
(() => {
  const form = document.getElementById("form");
  const get = id => document.getElementById(id);
  const files = get("files"), drop = get("drop"), results = get("results");
  const progress = get("progress"), status = get("status"), bar = get("bar"), stop = get("stop");
  let running = null, addresses = [];

  const reveal = within => within.querySelectorAll(".script").forEach(one => { one.hidden = false; });
  const parsed = html => new DOMParser().parseFromString(html, "text/html");
  const say = text => { status.textContent = text; };

  // A page of the server's: its results, or its problem, in the place of those of this page.
  function show(html) {
    const page = parsed(html);
    document.querySelector(".problem")?.remove();
    const problem = page.querySelector(".problem");
    if (problem) get("main").prepend(problem);
    results.replaceChildren(...page.getElementById("results").children);
    reveal(results);
    get("copy")?.addEventListener("click", copy);
    const checking = running && !problem;
    (get("problem") || get("links"))?.focus({ preventScroll: checking });
    if (checking) progress.scrollIntoView({ block: "start" });
  }

  async function copy() {
    const text = get("clean");
    try { await navigator.clipboard.writeText(text.value); }
    catch { text.select(); document.execCommand("copy"); }
    get("copied").textContent = form.dataset.copied;
  }

  async function post(address, signal) {
    const headers = { Accept: "text/event-stream, text/html" };
    return fetch(address, { method: "POST", body: new FormData(form), headers, signal });
  }

  const isPage = answer => answer.headers.get("content-type").startsWith("text/html");

  function fail(why) {
    progress.hidden = false;
    stop.hidden = bar.hidden = true;
    get("reports").hidden = true;
    say(why);
  }

  async function showLinks() {
    progress.hidden = true;
    try {
      show(await (await post(form.action)).text());
    } catch { fail(form.dataset.failed); } // there is no answer: the server has gone
  }

  // --- Checking: server-sent events (HTML, 9.2) over fetch, since EventSource cannot post ---

  async function* events(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (text + value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const event = /^event: (.*)$/m.exec(block), data = /^data: (.*)$/m.exec(block);
        if (event && data) yield [event[1], JSON.parse(data[1])];
      }
    }
  }

  function count(done, all) {
    bar.max = Math.max(all, 1);
    bar.value = done;
    say(form.dataset.checking.replace("{done}", done).replace("{all}", all));
  }

  function save(link, content, type) {
    link.href = URL.createObjectURL(new Blob([content], { type }));
    addresses.push(link.href);
  }

  function offer(reports, fixed) {
    for (const [name, [type, text]] of Object.entries(reports)) save(get("report-" + name), text, type);
    const link = get("fixed");
    link.hidden = !fixed;
    if (fixed) {
      link.download = fixed[0];
      save(link, Uint8Array.from(atob(fixed[1]), one => one.charCodeAt(0)), "application/octet-stream");
    }
    get("reports").hidden = false;
  }

  const on = {
    page: html => show(html),
    progress: ({ done, all }) => count(done, all),
    row({ number, html }) {
      const old = get("link-" + number), open = old?.querySelector("details")?.open;
      const row = parsed(`<table><tbody>${html}</tbody></table>`).querySelector("tr");
      if (!old || !row) return;
      if (open) row.querySelector("details").open = true;
      old.replaceWith(row);
    },
    end({ status, counts, reports, fixed }) {
      say(status);
      get("counts")?.replaceChildren(...parsed(counts).body.children);
      offer(reports, fixed);
    },
  };

  async function check() {
    running?.abort();
    const own = running = new AbortController();
    addresses.splice(0).forEach(URL.revokeObjectURL);
    get("reports").hidden = true;
    progress.hidden = stop.hidden = bar.hidden = false;
    say("");
    let ended = false;
    try {
      const answer = await post(form.dataset.stream, own.signal);
      if (isPage(answer)) {
        progress.hidden = true;
        show(await answer.text());
        ended = true;
      } else {
        for await (const [name, data] of events(answer.body)) {
          on[name]?.(data);
          ended ||= name === "end";
        }
      }
      if (!ended) say(form.dataset.failed);
    } catch {
      if (running === own) say(own.signal.aborted ? form.dataset.stopped : form.dataset.failed);
    }
    if (running === own) { running = null; stop.hidden = bar.hidden = true; }
  }

  form.addEventListener("submit", event => {
    const button = event.submitter;
    const checking = button?.id === "check";
    if (button?.hasAttribute("formaction") && !checking) return; // a download is the browser's
    event.preventDefault();
    if (checking) check(); else { running?.abort(); showLinks(); }
  });
  stop.addEventListener("click", () => { running?.abort(); get("check").focus(); });

  // --- Files dropped anywhere on the page ---

  addEventListener("dragover", event => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("is-over");
  });
  addEventListener("dragleave", event => { if (!event.relatedTarget) drop.classList.remove("is-over"); });
  addEventListener("drop", event => {
    drop.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    files.files = event.dataTransfer.files;
    showLinks();
  });

  reveal(document);
  get("copy")?.addEventListener("click", copy);
})();
