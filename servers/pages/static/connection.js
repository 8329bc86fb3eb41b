// One socket to the server this page came from: opened, watched, and opened again when it closes.
"use strict";

function keepConnected(path, {state, onmessage}) {
  // From this page's own address, so that another port, HTTPS and a proxy change nothing.
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  let socket;
  let wait = 250; // milliseconds until the next try; doubled up to 4 seconds

  function open() {
    state.textContent = "connecting";
    socket = new WebSocket(address);
    socket.onopen = () => {
      wait = 250;
      state.textContent = "open";
    };
    socket.onmessage = (event) => onmessage(event.data);
    socket.onerror = () => {
      state.textContent = "error"; // the browser tells no more; a close event always follows
    };
    socket.onclose = (event) => {
      state.textContent = `closed with code ${event.code}, trying again`;
      setTimeout(open, wait);
      wait = Math.min(2 * wait, 4000);
    };
  }

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
