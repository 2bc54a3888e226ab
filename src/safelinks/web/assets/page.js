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

  function show(html) {
    const page = parsed(html);
    document.querySelector(".problem")?.remove();
    const problem = page.querySelector(".problem");
    if (problem) document.getElementById("main").prepend(problem);
    results.replaceChildren(...page.getElementById("results").children);
    reveal(results);
    get("copy")?.addEventListener("click", copy);
    (get("problem") || get("links"))?.focus();
  }

  async function copy() {
    const text = get("clean");
    try { await navigator.clipboard.writeText(text.value); }
    catch { text.select(); document.execCommand("copy"); }
    get("copied").textContent = form.dataset.copied;
  }

  async function post(address, signal) {
    return fetch(address, { method: "POST", body: new FormData(form), signal });
  }

  async function showLinks() {
    progress.hidden = true;
    let why = form.dataset.failed;
    try {
      const answer = await post(form.action);
      if (answer.headers.get("content-type").startsWith("text/html")) return show(await answer.text());
      why = (await answer.json()).detail;
    } catch { /* there is no answer: the server has gone */ }
    progress.hidden = false;
    stop.hidden = bar.hidden = true;
    get("reports").hidden = true;
    say(why);
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

  function offer(reports) {
    for (const [name, [kind, text]] of Object.entries(reports)) {
      const address = URL.createObjectURL(new Blob([text], { type: kind }));
      addresses.push(address);
      get("report-" + name).href = address;
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
    end({ reports }) { say(form.dataset.checked); bar.value = bar.max; offer(reports); },
    problem: ({ detail }) => say(detail),
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
      if (!answer.ok) {
        say((await answer.json()).detail);
        ended = true;
      } else {
        for await (const [name, data] of events(answer.body)) {
          on[name]?.(data);
          ended ||= name === "end" || name === "problem";
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
