// The broadcast page: sends what is typed, lists what everyone says.
"use strict";

const KEPT = 500; // messages; in a busy room this page may stay open all day
const text = document.getElementById("text");
const note = document.getElementById("note");
const messages = document.getElementById("messages");
let count = 0;

const connection = keepConnected("ws", {
  state: document.getElementById("state"),
  onmessage(data) {
    const message = document.createElement("li");
    message.textContent = data; // as text: whatever others send stays words
    message.value = ++count; // its number, also when older ones are no longer listed
    messages.prepend(message);
    if (messages.childElementCount > KEPT) messages.lastElementChild.remove();
  },
});

document.getElementById("form").onsubmit = (event) => {
  event.preventDefault(); // the browser would load the page anew
  if (!connection.isOpen) {
    note.textContent = "Not sent: the connection is not open. The message stays in the box.";
    return;
  }
  note.textContent = "";
  connection.send(text.value); // not listed here: it comes back with everybody else's
  text.value = "";
};
