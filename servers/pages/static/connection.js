// One socket to the server this page came from: opened, watched, and opened again when it closes.
"use strict";

// path: the socket's, relative to this page. state: the element that says how the connection is.
// onmessage(data): called with what each message holds.
function keepConnected(path, {state, onmessage}) {
  // From this page's own address, so that another port, HTTPS and a proxy change nothing.
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  let socket;
  let wait = 250; // milliseconds until the next try; doubled up to 4 seconds

  function show(which, text = which) {
    state.dataset.state = which; // for the style sheet
    state.textContent = text;
  }

  function open() {
    socket = new WebSocket(address);
    socket.onopen = () => {
      wait = 250;
      show("open");
    };
    socket.onmessage = (event) => onmessage(event.data);
    // No onerror: the browser gives no reason there, and a close event always follows.
    socket.onclose = (event) => {
      // A try that fails closes as well, with 1006. The first code is the one that tells
      // something, and a screen reader need not announce every try.
      if (state.dataset.state !== "closed") {
        show("closed", `closed with code ${event.code}, trying again`);
      }
      setTimeout(open, wait);
      wait = Math.min(2 * wait, 4000);
    };
  }

  show("connecting");
  open();
  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    send(data) {
      socket.send(data);
    },
  };
}
