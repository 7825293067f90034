/* Saves each answer while people type. What a save carries is written down in portal/assessments/services.py.
   One save at a time per answer; a late reply never touches a field; what is not stored says so and is tried again. */
(function () {
  "use strict";
  var SET = "fieldset[data-save]", live = document.getElementById("live");
  function setOf(node) { return node && node.closest ? node.closest(SET) : null; }
  function all() { return Array.prototype.slice.call(document.querySelectorAll(SET)); }
  function newId() {
    var bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.prototype.map.call(bytes, function (b) { return ("0" + b.toString(16)).slice(-2); }).join("");
  }
  function say(set, text, bad) {
    var state = set.querySelector(".state");
    state.className = bad ? "state bad" : "state";
    state.textContent = text;
    if (bad) { live.textContent = set.id + ": " + text; }
  }
  function plan(set, wait) { clearTimeout(set.timer); set.timer = setTimeout(send, wait, set); }
  function send(set) {
    if (set.busy || !set.dirty) { return; }
    clearTimeout(set.timer);
    set.busy = true;
    set.sent = set.saveId;
    say(set, "Saving…");
    htmx.trigger(set, "save");
  }
  function edited(event) {
    var set = setOf(event.target);
    if (!set || !event.target.name) { return; }
    set.dirty = true;
    set.tries = 0;
    set.saveId = newId();
    if (!set.busy && !set.clash) { say(set, "Not saved yet"); }
    plan(set, event.type === "change" ? 100 : 900);
  }
  document.addEventListener("input", edited);
  document.addEventListener("change", edited);
  document.addEventListener("htmx:configRequest", function (event) {
    var set = setOf(event.detail.elt);
    if (!set) { return; }
    if (event.detail.elt !== set) { set.busy = true; set.sent = set.saveId = newId(); set.dirty = true; }
    event.detail.parameters[set.id + "-save_id"] = set.sent;
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var set = setOf(event.detail.elt), xhr = event.detail.xhr, code = xhr ? xhr.status : 0, wait;
    if (!set) { return; }
    set.busy = false;
    set.clash = code === 409;
    if (code >= 200 && code < 300) {
      set.querySelector("[name$='-version']").value = xhr.getResponseHeader("Answer-Version");
      set.tries = 0;
      set.dirty = set.saveId !== set.sent;
      if (set.dirty) { say(set, "Not saved yet"); plan(set, 50); } else { live.textContent = set.id + " saved"; }
    } else if (!code || code === 408 || code === 429 || code >= 500) {
      set.tries = (set.tries || 0) + 1;
      wait = Math.min(60, Math.pow(2, set.tries));
      say(set, "Not saved. The line may be down. Your text is still here; trying again in " + wait + " s.", true);
      plan(set, wait * 1000);
    } else if (set.saveId !== set.sent && code !== 409) { plan(set, 900); }
  });
  function now() { all().forEach(function (set) { if (set.dirty && !set.clash) { send(set); } }); }
  window.addEventListener("online", now);
  window.addEventListener("focus", now);
  document.addEventListener("visibilitychange", function () { if (document.hidden) { now(); } });
  window.addEventListener("pagehide", function () {
    all().forEach(function (set) {
      if (!set.dirty) { return; }
      var body = new URLSearchParams();
      set.querySelectorAll("[name]").forEach(function (field) {
        if (field.name.indexOf(set.id) === 0 && ((field.type !== "radio" && field.type !== "checkbox") || field.checked)) {
          body.append(field.name, field.value);
        }
      });
      body.set(set.id + "-save_id", set.saveId);
      fetch(set.getAttribute("hx-post"), {
        method: "POST", body: body, keepalive: true,
        headers: { "HX-Request": "true", "X-CSRFToken": document.querySelector("[name=csrf_token]").value }
      });
    });
  });
  window.addEventListener("beforeunload", function (event) {
    if (all().some(function (set) { return set.dirty && set.tries; })) { event.preventDefault(); }
  });
})();
