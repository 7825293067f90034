/* Who else is on this section: asked while the page is looked at, and for an hour after the last key or click.
   Marks to come back to: set without leaving the page; without this script the mark is sent with the section's Save. */
(function () {
  "use strict";
  var HOUR = 3600000, active = Date.now();
  ["keydown", "pointerdown", "visibilitychange"].forEach(function (kind) {
    document.addEventListener(kind, function () { active = Date.now(); }, { passive: true });
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target.id === "here" && (document.hidden || Date.now() - active > HOUR)) { event.preventDefault(); }
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button[name=flag]") : null, parts, on, code;
    if (!button) { return; }
    event.preventDefault();
    if (button.busy) { return; }
    parts = button.value.split(" ");
    on = parts[0] === "on";
    code = parts[1];
    button.busy = true;
    fetch(location.pathname.replace(/sections\/.*/, "answers/" + code + "/flag"), {
      method: "POST", body: new URLSearchParams({ flag: parts[0] }), signal: AbortSignal.timeout(20000),
      headers: { "HX-Request": "true", "X-CSRFToken": document.querySelector("[name=csrf_token]").value }
    }).then(function (reply) { return reply.headers.get("Flag"); }, function () { return null; }).then(function (said) {
      button.busy = false;
      button.firstChild.data = said === null ? "Not stored; try again" : on ? "⚑ Marked. Take off" : "Mark to come back";
      if (said !== null) { button.value = (on ? "off " : "on ") + code; }
    });
  });
})();
