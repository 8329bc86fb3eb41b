// The echo page: sends what is typed, lists what comes back.
"use strict";

const text = document.getElementById("text");
const note = document.getElementById("note");
const answers = document.getElementById("answers");

const connection = keepConnected("ws", {
  state: document.getElementById("state"),
  onmessage(data) {
    const answer = document.createElement("li");
    answer.textContent = data; // as text: a message with <b> in it stays a message
    answers.prepend(answer);
  },
});

document.getElementById("form").onsubmit = (event) => {
  event.preventDefault(); // the browser would load the page anew
  if (!connection.isOpen) {
    note.textContent = "Not sent: the connection is not open. The message stays in the box.";
    return;
  }
  note.textContent = "";
  connection.send(text.value);
  text.value = "";
};
