// The light that everyone shares: shows how it is, and a button that asks for the other state.
"use strict";

// say(state): the message that asks for it. read(text): what a message holds, as {state} or {error}.
function followLight({say, read}) {
  const light = document.getElementById("light");
  const button = document.getElementById("switch");
  const note = document.getElementById("note");
  let other; // what the button asks for; not known until the server has said how things are

  const connection = keepConnected("ws", {
    state: document.getElementById("state"),
    onmessage(text) {
      const {state, error} = read(text);
      if (error) note.textContent = `The server says: ${error}`;
      if (!state) return;
      light.textContent = light.dataset.light = state;
      other = state === "on" ? "off" : "on";
      button.textContent = `Turn it ${other}`;
    },
  });

  button.onclick = () => {
    if (!connection.isOpen || !other) {
      note.textContent = "Not sent: the connection is not open. Press again when it is.";
      return;
    }
    note.textContent = "";
    connection.send(say(other)); // shown when the server says so, as for everybody else
  };
}
