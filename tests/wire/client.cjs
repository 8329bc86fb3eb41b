// Node's `ws` through one conversation: text, bytes, fragments, a ping, a close with a reason.
const WebSocket = require("ws");
const ws = new WebSocket(process.argv[2]);
const next = (name) => new Promise((resolve) => ws.once(name, resolve));
ws.on("error", (error) => { console.error(error); process.exit(1); });

(async () => {
  await next("open");
  ws.send("Hello");
  await next("message");
  ws.send(Buffer.from([0, 1, 2]));
  await next("message");
  ws.send("frag", { fin: false });
  ws.send("ments", { fin: true });
  await next("message");
  ws.ping("are you there?");
  await next("pong");
  ws.close(4000, "enough");
  await next("close");
})();
