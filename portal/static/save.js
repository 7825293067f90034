/* Saves while people type; the whole protocol is in portal/assessments/README.md.
   An answer is a fieldset whose data-save says where it is stored. One request at a time per answer; the newest text wins.
   A save carries the version last seen, an id of its own and the ids still unanswered. Only a reply with Answer-Version
   means stored, and no reply touches a field. Until then the text is kept on this device under the person's number. */
const page = document.documentElement.dataset, me = page.person, $ = (css, part = document) => part.querySelector(css);
const all = (css) => [...document.querySelectorAll(css)];
// Tests make time shorter.
const unit = (seconds) => seconds * (page.wait || 1000);
const newId = () => Date.now().toString(36) + Math.random().toString(36).slice(2);
const on = (names, act, where = document) => names.split(" ").forEach((name) => where.addEventListener(name, act));

// On this device. The store may be full, switched off or, on a shared computer, unwanted.
let store = {};
try { store = localStorage || store; } catch { }
const read = (name) => { try { return JSON.parse(store[name]); } catch { return 0; } };
const names = (start) => Object.keys(store).filter((name) => name.startsWith(start));
const mine = `nqms:${me}:`;
const keep = (one) => {
  clearTimeout(one.keeping);
  one.kept = 0;
  if (one.dirty && page.shared == null) { try { store[mine + one.url] = JSON.stringify(record(one)); one.kept = store.length; } catch { } }
};
const forget = (one) => { if (read(mine + one.url).id === one.id) { delete store[mine + one.url]; } };

// One answer: its fields as they would be sent, and back.
const answers = all("[data-save]").map((set) =>
  ({ set, url: set.dataset.save, version: $("[name$='-version']", set), unanswered: [], note: "", tries: 0, hold: 0 }));
const open = () => answers.filter((one) => one.dirty);
const fields = (one) => [...one.set.elements].filter((f) => f.name.startsWith(one.set.id + "-") && f !== one.version);
const ticked = (f) => /radio|checkbox/.test(f.type);
const record = ({ url, text, version, id, unanswered, typed }) => ({ url, text, version: version.value, id, unanswered, typed });
const typing = (one) => Object.assign(one, { text: text(one), id: newId(), typed: Date.now(), dirty: 1 });
const text = (one) => "" + new URLSearchParams(fields(one).filter((f) => f.value && (f.checked || !ticked(f))).map((f) => [f.name, f.value]));
const fill = (one, text) => {
  const typed = new URLSearchParams(text);
  fields(one).forEach((f) => {
    const values = typed.getAll(f.name);
    if (ticked(f)) { f.checked = values.includes(f.value) || (!f.value && !values[0]); } else { f.value = values[0] || ""; }
  });
};
// Theirs, then mine; saving.py does the same without scripts.
const join = (one, theirs) => {
  const other = new URLSearchParams(theirs);
  return fields(one).filter((f) => !ticked(f)).filter((f) => {
    const a = other.get(f.name) || "", b = f.value;
    f.value = a.includes(b) ? a : b.includes(a) ? b : `${a}\n\n* * *\n\n${b}`;
    return f.value !== b;
  })[0];
};

// What the page says: the line under an answer. Focus stays there when a button in it had it.
const put = (one, line) => {
  const old = $(".state", one.set), here = old.contains(document.activeElement);
  line.prepend(one.note);
  old.replaceWith(line);
  if (here) { focus(one); }
};
const focus = (one) => { const line = $(".state", one.set); line.tabIndex = -1; line.focus(); };
const say = (one, words, bad = " bad") => {
  const line = Object.assign(document.createElement("span"), { className: "state" + bad, textContent: words, role: bad ? "alert" : null });
  if ($(".state", one.set).textContent !== one.note + words) { put(one, line); }
};
// A reply holds the line, and parts elsewhere on the page by their id.
const show = (one, html) => {
  const parts = document.createElement("template");
  parts.innerHTML = html;
  [...parts.content.children].forEach((part) => {
    if (part.id) { document.getElementById(part.id)?.replaceWith(part); } else { put(one, part); }
  });
};
const unsent = (one) => say(one, (one.kept ? "On this device, not sent yet." : "Not saved yet. Keep this page open.") + " It tries again by itself.");
let rest;
const tell = (one) => {
  clearTimeout(rest);
  rest = setTimeout(() => { if (!open()[0]) { $("#live").textContent = one.set.id + ": " + $(".state", one.set).textContent; } }, unit(1.5));
};

// Sending. Browsers let no more than 64 KiB outlive the page.
const post = (kept, signal, leaving) => {
  const body = `${kept.text}&version=${kept.version}&save_id=${kept.id}&after=${kept.unanswered.join(".")}&me=${me}`;
  return fetch(kept.url, {
    method: "POST", body: new URLSearchParams(body), redirect: "manual", signal,
    headers: { "HX-Request": "true", "X-CSRFToken": $("[name=csrf_token]").value },
    keepalive: leaving && body.length < 6e4,
  });
};
// Code 0 is: no line, too late, cut off, or sent elsewhere. Over is: submitted or issued meanwhile; the text is in the history.
const ask = async (kept, slow = () => {}) => {
  const stop = new AbortController(), timers = [setTimeout(() => stop.abort(), unit(20)), setTimeout(slow, unit(7))];
  try {
    const reply = await post(kept, stop.signal), head = (name) => reply.headers.get(name);
    const code = reply.status, html = await reply.text(), version = head("Answer-Version"), ours = head("NQMS");
    return { code, html, version, ours, hold: +head("Retry-After"), good: code === 200 && version, over: code === 409 && ours && !version };
  } catch { return { code: 0 }; } finally { timers.forEach(clearTimeout); }
};
const who = () => fetch("/who", { signal: AbortSignal.timeout(unit(20)) }).then((reply) => reply.json()).catch(() => ({}));
const plan = (one, seconds) => { clearTimeout(one.timer); one.timer = setTimeout(send, Math.max(unit(seconds), one.hold - Date.now()), one); };
const later = (one, seconds) => { say(one, "Not saved yet", ""); plan(one, seconds); };
const again = (one, seconds) => { one.tries += 1; plan(one, seconds || Math.min(60, 2 ** one.tries) * (0.5 + Math.random() / 2)); };
const send = (one) => {
  clearTimeout(one.timer);
  if (one.busy) { plan(one, 0.2); } else if (one.dirty && !one.clash) { one.busy = deliver(one).catch(() => again(one)).finally(() => { one.busy = 0; }); }
  return one.busy;
};
const deliver = async (one) => {
  if (one.out && `${(await who()).person}` !== me) { return again(one, 30); }
  const now = record(one);
  one.sent = one.id;
  one.unanswered = [...new Set([...one.unanswered, one.id])].slice(-9);
  keep(one);
  const { code, version, ours, html, hold, good, over } = await ask(now, () => say(one, "Not saved yet. The line is slow; still trying."));
  if (good) {
    one.version.value = version;
    Object.assign(one, { unanswered: [], tries: 0, hold: 0, out: 0, renewed: 0, dirty: one.id !== one.sent });
    show(one, html);
    if (!one.dirty) { forget(one); return tell(one); }
    return later(one, 0.1);
  }
  // What has been typed since goes first: it may rest on a text of our own that overtook this one.
  if (code === 409 && ours && one.id !== one.sent) { return later(one, 0.1); }
  if (code === 409 && version) {
    one.clash = version;
    return show(one, html);
  }
  // Signed out, somebody else signed in, or a token gone stale.
  const { person, token } = /40[013]/.test(code) ? await who() : {}, same = `${person}` === me;
  if (same && !one.renewed) {
    all("[name=csrf_token]").forEach((field) => { field.value = token; });
    Object.assign(one, { renewed: 1, out: 0 });
    return deliver(one);
  }
  if (ours && person >= 0 && !same) {
    if (person) { say(one, "Somebody else is signed in here now. Your text waits for you."); } else { show(one, html); }
    one.out = 1;
    return again(one, 30);
  }
  // Refused, until it is changed.
  if (same || code === 413 || (ours && code > 403 && code < 500 && !/408|429/.test(code))) {
    one.tries = 0;
    if (over) { one.dirty = 0; forget(one); }
    return ours ? show(one, html) : say(one, "Not saved: this text is too long. It is still here.");
  }
  one.hold = Date.now() + unit(hold || 0);
  unsent(one);
  again(one);
};

// Typing, and choosing between two texts.
const edited = ({ target, type }) => {
  const one = answers.find((one) => fields(one).includes(target));
  if (!one) { return; }
  if (text(one) !== one.text) {
    Object.assign(typing(one), { note: "", renewed: 0 });
    clearTimeout(one.keeping);
    one.keeping = setTimeout(keep, 250, one);
  }
  if (!one.dirty || one.tries || one.clash) { return; }
  later(one, type === "change" ? 0.1 : 0.9);
};
on("input change", edited);
on("click", ({ target }) => {
  const how = target.dataset.keep, one = how && answers.find((one) => one.set.contains(target));
  if (!one) { return; }
  const { theirs } = target.closest("[data-theirs]").dataset;
  if (how === "theirs" && one.id !== one.sent) { post(record(one)).catch(() => {}); }
  one.version.value = one.clash;
  Object.assign(one, { clash: 0, unanswered: [], note: "" });
  if (how === "theirs") {
    keep(one);
    forget(one);
    fill(one, theirs);
    Object.assign(one, { text: text(one), dirty: 0 });
    return say(one, "The other answer stays. Yours is kept in “Earlier versions”.", "");
  }
  const joined = how === "both" && join(one, theirs);
  later(typing(one), joined ? 3 : 0);
  if (joined) { joined.focus(); }
});

// Coming and going.
const wake = () => open().forEach((one) => { if (Date.now() > one.hold) { send(one); } });
const flush = () => open().forEach((one) => {
  keep(one);
  if (one.out || one.flushed === one.id || (one.clash && one.id === one.sent)) { return; }
  post(record(one), undefined, true).catch(() => {});
  one.unanswered.push(one.flushed = one.id);
});
on("online focus storage pageshow", wake, window);
on("visibilitychange", () => (document.hidden ? flush() : wake()));
on("pagehide", flush, window);
on("beforeunload", (event) => { if (open().some((one) => one.tries && !one.kept)) { event.preventDefault(); } }, window);
// Sends everything now and tells what is still not stored.
const settle = async () => {
  await Promise.all(open().map(async (one) => { do { await (one.busy || send(one)); } while (one.dirty && one.id !== one.sent && !one.clash && !one.tries); }));
  return open();
};
const form = answers[0]?.set.form;
// "Save and go on" goes once everything is stored, and without it.
if (form) {
  on("submit", async (event) => {
    if (!open()[0]) { return; }
    event.preventDefault();
    const [left] = await settle();
    if (left) { focus(left); } else { form.requestSubmit(event.submitter); }
  }, form);
  on("formdata", ({ formData }) => answers.forEach((one) => [...fields(one), one.version].forEach((f) => formData.delete(f.name))), form);
  all("[data-script]").forEach((part) => { part.hidden = part.dataset.script === "off"; });
}

// Signing out: what is not stored is sent first; if that fails, the person decides.
const elsewhere = () => names(mine).filter((name) => !answers.some((one) => mine + one.url === name));
const resend = async (name) => {
  const kept = read(name), { good, over } = await ask(kept);
  if ((good || over) && read(name).id === kept.id) { delete store[name]; }
};
const leave = $("#sign-out");
on("submit", async (event) => {
  event.preventDefault();
  if (event.submitter?.name !== "anyway") {
    const stuck = await settle();
    await Promise.all(elsewhere().map(resend));
    const left = [...stuck.map((one) => one.url), ...elsewhere()];
    if (left[0]) {
      const box = $("#unsent");
      $("button", box).onclick = () => box.close();
      $("b", box).textContent = left.map((url) => url.split("/").pop()).join(", ");
      return box.showModal();
    }
  }
  names(mine).forEach((name) => { delete store[name]; });
  page.shared = answers.length = 0;
  leave.elements.others.value = names("nqms:")[0] ? "kept" : "";
  leave.submit();
}, leave);

// At the start: what was kept here, and what was typed before this script came.
const age = (name) => Date.now() - read(name).typed;
names("nqms:").forEach((name) => { if (!(age(name) < 30 * 864e5)) { delete store[name]; } });
answers.forEach((one) => {
  const kept = read(mine + one.url), typed = fields(one).some((f) => (ticked(f) ? f.checked !== f.defaultChecked : f.value !== f.defaultValue));
  one.text = text(one);
  if (kept && kept.text !== one.text) {
    if (typed) { join(one, kept.text); } else { fill(one, kept.text); }
    one.version.value = kept.version;
    Object.assign(typing(one), { id: typed ? one.id : kept.id, typed: kept.typed, unanswered: kept.unanswered });
    one.note = `What you typed here on ${new Date(kept.typed).toLocaleString()} is back. `;
  } else if (typed) { typing(one); } else { return delete store[mine + one.url]; }
  later(one, 0);
});
// Left a minute ago or more: another window may still be at it.
elsewhere().filter((name) => age(name) > 6e4).forEach(resend);
