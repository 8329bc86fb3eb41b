// Talks to an echo server with Node's ws: a text, some bytes, a close. Prints what came back.
import WebSocket from "ws";

const socket = new WebSocket(process.argv[2], {handshakeTimeout: 30_000});
const next = [
  () => socket.send("Grüße"),
  () => socket.send(Buffer.from([0x00, 0xff, 0x80])),
  () => socket.close(4001, "thank you"),
];
const got = [];

socket.on("open", next.shift());
socket.on("message", (data, isBinary) => {
  got.push(isBinary ? {bytes: data.toString("hex")} : {text: data.toString()});
  next.shift()();
});
socket.on("close", (code, reason) => {
  console.log(JSON.stringify({got, code, reason: reason.toString()}));
});
