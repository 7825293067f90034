(function () {
  "use strict";
  var block = document.getElementById("nqms-worksheet"), state = JSON.parse(block.textContent);
  var told = document.getElementById("told"), sets = [].slice.call(document.querySelectorAll("fieldset.practice"));
  var key = ["nqms-worksheet", state.cycle, state.section, state.made_at].join(" "), unsaved = false;
  var TEXTS = ["na_reason", "notes", "own_minimum"], was = JSON.stringify(state.answers);

  function fields(set, part) { return [].slice.call(set.querySelectorAll("[name='" + set.id + "-" + part + "']")); }
  function picked(list) {
    return list.filter(function (one) { return one.checked; }).map(function (one) { return one.value; });
  }
  function say(text) { told.textContent = text; }

  // A part that is not asked here keeps what it says: another edition of the rules may ask for it.
  function read(set) {
    var answer = state.answers[set.id];
    ["status", "rating"].forEach(function (part) {
      if (fields(set, part).length) { answer[part] = picked(fields(set, part))[0] || ""; }
    });
    if (fields(set, "sub_items").length) { answer.sub_items = picked(fields(set, "sub_items")); }
    TEXTS.forEach(function (part) { fields(set, part).forEach(function (one) { answer[part] = one.value; }); });
  }

  function fill(set) {
    var answer = state.answers[set.id];
    ["status", "rating"].forEach(function (part) {
      fields(set, part).forEach(function (one) { one.checked = one.value === answer[part]; });
    });
    fields(set, "sub_items").forEach(function (one) { one.checked = answer.sub_items.indexOf(one.value) >= 0; });
    TEXTS.forEach(function (part) { fields(set, part).forEach(function (one) { one.value = answer[part]; }); });
  }

  // The state stands in the file itself; "<" is written so that no typed text can end the block.
  function keep() { block.textContent = JSON.stringify(state).replace(/</g, "\\u003c"); }

  function remember() {
    try { sessionStorage.setItem(key, JSON.stringify(state.answers)); } catch (ignored) { /* saving a copy still works */ }
  }

  function edited(event) {
    var set = event.target.closest && event.target.closest("fieldset.practice");
    if (!set || !event.target.name) { return; }
    read(set); keep(); remember();
    unsaved = true;
    say("There are changes that no file holds yet. Save a copy before you close this page.");
  }

  function whole() {
    document.querySelectorAll("input").forEach(function (one) {
      if (one.type === "text") { one.setAttribute("value", one.value); return; }
      if (one.checked) { one.setAttribute("checked", ""); } else { one.removeAttribute("checked"); }
    });
    document.querySelectorAll("textarea").forEach(function (one) { one.textContent = one.value; });
    return "<!doctype html>\n" + document.documentElement.outerHTML + "\n";
  }

  function save(text, kind, ending) {
    var now = new Date(), pad = function (n) { return (n < 10 ? "0" : "") + n; }, link = document.createElement("a");
    var name = document.body.getAttribute("data-name") + "-" + now.getFullYear() + pad(now.getMonth() + 1) +
      pad(now.getDate()) + "-" + pad(now.getHours()) + pad(now.getMinutes()) + ending;
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
    unsaved = false;
    say("Saved as " + name + ". Look for it among your downloads, then bring it to the portal when you are online.");
  }

  document.getElementById("save").addEventListener("click", function () {
    say("");
    save(whole(), "text/html", ".html");
  });
  document.getElementById("save-answers").addEventListener("click", function () {
    save(JSON.stringify(state), "application/json", ".json");
  });
  document.addEventListener("input", edited);
  document.addEventListener("change", edited);
  window.addEventListener("beforeunload", function (event) { if (unsaved) { event.preventDefault(); } });

  try {
    var earlier = JSON.parse(sessionStorage.getItem(key) || "null");
    if (earlier && JSON.stringify(earlier) !== was) {
      Object.keys(state.answers).forEach(function (code) { if (earlier[code]) { state.answers[code] = earlier[code]; } });
      unsaved = true;
      say("What you had typed before this page was loaded again is still here. No file holds it yet.");
    }
  } catch (ignored) { /* nothing was remembered */ }
  sets.forEach(fill);
  keep();
  document.getElementById("tools").hidden = false;
})();
