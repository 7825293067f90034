/* Lets people look at the password they type. Without scripts there is no button, and nothing else is missing. */
(function () {
  "use strict";
  document.querySelectorAll("button[data-reveal]").forEach(function (button) {
    var field = document.getElementById(button.getAttribute("data-reveal"));
    function show(open) {
      field.type = open ? "text" : "password";
      button.firstElementChild.textContent = open ? "Hide" : "Show";
    }
    button.hidden = false;
    button.addEventListener("click", function () { show(field.type === "password"); });
    field.form.addEventListener("submit", function () { show(false); }); // or the browser would remember it as a text
  });
})();
