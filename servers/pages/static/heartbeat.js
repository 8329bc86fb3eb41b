// The heartbeat page: answers each beat, notices when none comes, and asks for what it missed.
"use strict";

const KEPT = 200; // lines; this page may stay open all day
const beats = document.getElementById("beats");
const away = document.getElementById("away");
const news = document.getElementById("news");

let every = 10; // seconds; the server says it when it greets
let seen = null; // the number of the newest message, and of which run of the server it is
let heard = 0;
let watch;

const connection = keepConnected(
  () => `ws?${new URLSearchParams({name: "a page", ...seen})}`,
  {
    state: document.getElementById("state"),
    onopen: watchServer,
    onmessage(text) {
      watchServer();
      const message = JSON.parse(text);
      if ("missed" in message) greeted(message);
      else said(message);
    },
  },
);

// A browser answers the server's pings by itself and cannot send any. So a page that wants to know
// whether the server is still there has to miss its beats.
function watchServer() {
  clearTimeout(watch);
  const patience = 2.5 * every;
  watch = setTimeout(() => {
    if (connection.isOpen) connection.reconnect(`no beat for ${patience} s`);
  }, 1000 * patience);
}

function greeted({every: interval, run, last, missed, lost}) {
  every = interval;
  document.getElementById("every").textContent = `, one every ${every} s`;
  if (seen) list("Back.");
  if (lost === null) list("The server has been restarted. What it said before that is lost.");
  else if (lost) list(`Lost: ${lost}. The server keeps the newest messages only.`);
  for (const message of missed) list(`Missed ${message.n}: ${inWords(message)}`);
  seen = {after: last, run};
}

function said(message) {
  seen.after = message.n;
  if ("beat" in message) {
    connection.send(String(message.n));
    beats.value = ++heard;
  } else {
    list(`${message.n}: ${inWords(message)}`);
  }
}

function inWords({n, beat, gone, code, ...other}) {
  if (beat !== undefined) return "a beat";
  if (gone !== undefined) return `${gone} is gone, code ${code}`;
  return JSON.stringify(other);
}

function list(line) {
  const item = document.createElement("li");
  item.textContent = line; // as text: whatever others are called stays words
  news.prepend(item);
  if (news.childElementCount > KEPT) news.lastElementChild.remove();
}

away.onclick = () => {
  const leaving = away.textContent === "Leave";
  away.textContent = leaving ? "Come back" : "Leave";
  if (leaving) connection.leave();
  else connection.comeBack();
};
