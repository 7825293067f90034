/* Uploads a file while the page stays usable: photos are shrunk here first, progress is shown, a broken upload is sent
   again without choosing the file again. Sending the same file twice stores it once. Without this script the form sends itself. */
(function () {
  "use strict";
  var SIDE = 2000, STALL = 60000, form = document.querySelector("form[data-upload]");
  if (!form || !window.FormData) { return; }
  var file = form.elements.file, send = form.querySelector("button"), actions = send.parentNode, kept = null, request = null, timer = 0, stale = false, sent = {};
  function make(tag, text, place) {
    var made = document.createElement(tag);
    made.textContent = text;
    place.appendChild(made);
    return made;
  }
  function button(text, act) {
    var made = make("button", text, actions);
    made.type = "button";
    made.className = "plain";
    made.hidden = true;
    made.addEventListener("click", act);
    return made;
  }
  var again = button("Try again", function () { (stale ? renew() : Promise.resolve()).then(start); }), stop = button("Cancel", function () { over("Canceled. Your file is still chosen.", true); });
  var bar = make("progress", "", form), state = make("p", "", form);
  bar.max = 100;
  bar.hidden = true;
  bar.setAttribute("aria-label", "Upload");
  state.className = "state";
  state.setAttribute("role", "status");
  function say(text, bad) { state.className = bad ? "state bad" : "state"; state.textContent = text; }
  function over(text, retry) {
    clearTimeout(timer);
    if (request) { request.onloadend = null; request.abort(); request = null; }
    bar.hidden = stop.hidden = true;
    file.disabled = false;
    send.hidden = !!retry;
    again.hidden = !retry;
    say(text, retry || text);
    if (retry) { again.focus(); }
  }
  function shrink(photo) {
    if (!/^image\/(jpeg|png)$/.test(photo.type) || !window.createImageBitmap) { return Promise.resolve(photo); }
    return createImageBitmap(photo, { imageOrientation: "from-image" }).then(function (map) {
      var scale = Math.min(1, SIDE / Math.max(map.width, map.height)), canvas = document.createElement("canvas");
      if (scale === 1 && photo.size < 1e6) { return photo; }
      canvas.width = Math.round(map.width * scale);
      canvas.height = Math.round(map.height * scale);
      var pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(map, 0, 0, canvas.width, canvas.height);
      map.close();
      return new Promise(function (done) {
        canvas.toBlob(function (small) {
          done(small && small.size < photo.size ? new File([small], photo.name.replace(/\.\w+$/, "") + ".jpg") : photo);
        }, "image/jpeg", 0.85);
      });
    }).catch(function () { return photo; });
  }
  function waitOn() {
    clearTimeout(timer);
    timer = setTimeout(over, STALL, "The line went quiet. Your file is still chosen.", true);
  }
  function start() {
    again.hidden = true;
    send.hidden = stop.hidden = bar.hidden = false;
    send.hidden = true;
    bar.value = 0;
    say("Uploading. You can go on with the rest of the page.");
    stop.focus();
    waitOn();
    var body = new FormData(form), mine = request = new XMLHttpRequest();
    sent = { title: body.get("title"), note: body.get("note") };
    body.set("file", kept, kept.name);
    file.disabled = true;
    mine.open("POST", form.action);
    mine.setRequestHeader("HX-Request", "true");
    mine.upload.onprogress = function (event) {
      waitOn();
      bar.value = 100 * event.loaded / event.total;
      if (event.loaded === event.total) { say("Received. The file is being checked…"); } // said once: it is read aloud
    };
    mine.onloadend = function () {
      if (request !== mine) { return; }
      request = null;
      answered(mine);
    };
    mine.send(body);
  }
  function answered(reply) {
    var page = new DOMParser().parseFromString(reply.responseText || "", "text/html"), list = page.getElementById("attached");
    if (reply.status === 200 && list) {
      document.getElementById("attached").replaceWith(list);
      over(list.firstElementChild.textContent);
      ["title", "note"].forEach(function (name) { // what was typed since belongs to the next file
        if (form.elements[name].value === sent[name]) { form.elements[name].value = ""; }
      });
      file.value = "";
      kept = null;
      state.className = "state good";
      file.focus();
    } else if (reply.status === 422) {
      over(page.body.textContent);
      file.focus();
    } else if (reply.status === 401 || reply.status === 400) {
      over("Your sign-in has ended. Sign in again in another tab, then try again here. Your file is still chosen.", true);
      stale = true;
    } else {
      over(reply.status ? page.body.textContent : "The upload broke off. Your file is still chosen.", true);
    }
  }
  function renew() {
    return fetch(location.href).then(function (found) { return found.text(); }).then(function (text) {
      var key = new DOMParser().parseFromString(text, "text/html").querySelector("form[data-upload] [name=csrf_token]");
      if (key) { form.elements.csrf_token.value = key.value; stale = false; }
    }).catch(function () {});
  }
  file.addEventListener("change", function () { kept = null; over(""); });
  form.addEventListener("submit", function (event) {
    if (!file.files[0]) { return; }
    event.preventDefault();
    send.hidden = true;
    say("Getting the file ready…");
    (kept ? Promise.resolve(kept) : shrink(file.files[0])).then(function (ready) {
      if (ready.size > +form.dataset.limit) { over(form.dataset.tooLarge); return; }
      kept = ready;
      start();
    });
  });
})();
