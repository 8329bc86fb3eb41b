// One socket to the server this page came from: opened, watched, and opened again when it closes.
"use strict";

// path: the socket's, relative to this page; or a function that says it anew for each try.
// state: the element that says how the connection is.
// onmessage(data): called with what each message holds. onopen(): when the server has accepted.
function keepConnected(path, {state, onmessage, onopen = () => {}}) {
  const FIRST = 250; // milliseconds: the limit of the wait before the first try
  const MOST = 4000; // the limit doubles with each try, up to this
  const PATIENCE = 5000; // for an answer to the handshake
  let socket;
  let timer; // for the answer to the handshake, or for the next try
  let limit = FIRST;
  let since = Infinity; // when the connection was opened

  function show(which, text = which) {
    state.dataset.state = which; // for the style sheet
    state.textContent = text;
  }

  function open() {
    // From this page's own address, so that another port, HTTPS and a proxy change nothing.
    const address = new URL(typeof path === "function" ? path() : path, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    timer = setTimeout(reconnect, PATIENCE, "no answer");
    socket.onopen = () => {
      clearTimeout(timer);
      since = performance.now();
      show("open");
      onopen();
    };
    socket.onmessage = (event) => onmessage(event.data);
    // No onerror: the browser gives no reason there, and a close event always follows.
    socket.onclose = (event) => tryAgain(`closed with code ${event.code}`);
  }

  function tryAgain(why) {
    clearTimeout(timer);
    // Only a connection that lasted makes us hasty again, not one that was closed at once.
    if (performance.now() - since > MOST) limit = FIRST;
    since = Infinity;
    // A try that fails closes as well, with 1006. The first code is the one that tells
    // something, and a screen reader need not announce every try.
    if (state.dataset.state !== "closed") show("closed", `${why}, trying again`);
    // By chance: many pages that lost the same server do not all come back at the same moment.
    timer = setTimeout(open, Math.random() * limit);
    limit = Math.min(2 * limit, MOST);
  }

  // Without waiting for the other side's goodbye: it may have nobody left to say it.
  function leave() {
    clearTimeout(timer);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  function reconnect(why) {
    leave();
    tryAgain(why);
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
    // Give this connection up, say why, and try again.
    reconnect,
    // Give it up until `comeBack`.
    leave() {
      leave();
      show("closed", "closed by you");
    },
    comeBack() {
      show("connecting");
      open();
    },
  };
}
