// The echo_types page: sends what is typed as one of three kinds, lists what the server got.
"use strict";

const text = document.getElementById("text");
const note = document.getElementById("note");
const log = document.getElementById("log");

function list(line) {
  const item = document.createElement("li");
  item.textContent = line;
  log.prepend(item);
}

const connection = keepConnected("ws", {
  state: document.getElementById("state"),
  onmessage: (data) => list(`The server got ${data}`),
});

// JavaScript sends a string as a text message, and an array of bytes as a binary one.
const encode = {
  text: (typed) => typed,
  json: (typed) => JSON.stringify({message: typed}),
  bytes: (typed) => new TextEncoder().encode(typed),
};

document.getElementById("form").onsubmit = (event) => {
  event.preventDefault(); // the browser would load the page anew
  if (!connection.isOpen) {
    note.textContent = "Not sent: the connection is not open. The message stays in the box.";
    return;
  }
  note.textContent = "";
  const kind = event.submitter.value; // which button; the Enter key means the first
  const data = encode[kind](text.value);
  list(`Sent as ${kind}: ${data}`);
  connection.send(data);
  text.value = "";
};
