// The socket, on a thread of its own: drawing never keeps sound, the clock or a cut waiting.
//
// Microphone sound comes straight from the audio thread and leaves here; the voice, its volume and
// orders to be silent go straight to the audio thread. All else is handed to the page.

import { Ears } from "./ears.ts";
import { type AxisNow, Mouth, type Placed } from "./mouth.ts";
import { type FromServer, unpackVoice } from "./wire.ts";

export type ToWorker =
  | { do: "open"; url: string; hello: string; originMs: number }
  | { do: "close" }
  | { do: "text"; text: string }
  /** A picture: left out where much waits to leave already. */
  | { do: "picture"; bytes: ArrayBuffer }
  /** Where stretches of microphone sound come from, and at which rate. */
  | { do: "ears"; port: MessagePort; rateHz: number }
  | { do: "mute"; muted: boolean }
  /** The audio thread's voice. */
  | { do: "mouth"; port: MessagePort }
  | { do: "axis"; axis: AxisNow };

export type FromWorker =
  | { event: "opened" }
  | { event: "closed"; code: number; reason: string }
  | { event: "offset"; offsetS: number }
  | { event: "text"; text: string }
  | { event: "bytes"; bytes: ArrayBuffer }
  | { event: "placed"; placed: Placed };

/** With more than this waiting to leave, pictures are left out. */
const CROWDED_BYTES = 200_000;

declare const self: {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
};

let socket: WebSocket | null = null;
let originMs = performance.timeOrigin;
const mouth = new Mouth(pageS);
const ears = new Ears(pageS, (packed) => void send(packed));

/** The page's performance.now() in seconds: the two threads began at different moments. */
function pageS(): number {
  return (performance.timeOrigin - originMs + performance.now()) / 1000;
}

function send(message: string | ArrayBuffer): boolean {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(message);
  return true;
}

function open(url: string, hello: string): void {
  const made = new WebSocket(url);
  socket?.close();
  socket = made;
  made.binaryType = "arraybuffer";
  made.onopen = () => {
    made.send(hello);
    self.postMessage({ event: "opened" });
  };
  made.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (socket === made) take(data);
  };
  made.onclose = ({ code, reason }) => {
    if (socket !== made) return;
    socket = null;
    mouth.offsetS = null;
    self.postMessage({ event: "closed", code, reason });
  };
}

function take(data: string | ArrayBuffer): void {
  if (typeof data !== "string") return takeBytes(data);
  const message = JSON.parse(data) as FromServer;
  if (message.kind === "ping") {
    send(JSON.stringify({ kind: "pong", at: message.at, client_s: pageS() }));
    if (message.offset_s === null) return;
    mouth.offsetS = message.offset_s;
    self.postMessage({ event: "offset", offsetS: message.offset_s });
    return;
  }
  if (message.kind === "volume") return mouth.volume(message.gain);
  if (message.kind === "cut") mouth.cut(message.generation);
  if (message.kind === "welcome") mouth.begin(message.generation);
  self.postMessage({ event: "text", text: data });
}

function takeBytes(bytes: ArrayBuffer): void {
  const voice = unpackVoice(bytes);
  if (voice === null) return self.postMessage({ event: "bytes", bytes }, [bytes]);
  const placed = mouth.say(voice);
  if (placed !== null) self.postMessage({ event: "placed", placed });
}

self.onmessage = ({ data: order }) => {
  switch (order.do) {
    case "open":
      originMs = order.originMs;
      return open(order.url, order.hello);
    case "close": return socket?.close();
    case "text": return void send(order.text);
    case "picture":
      if ((socket?.bufferedAmount ?? 0) <= CROWDED_BYTES) send(order.bytes);
      return;
    case "ears": return ears.listen(order.port, order.rateHz);
    case "mute": ears.muted = order.muted; return;
    case "mouth": return mouth.speakBy(order.port);
    case "axis": return mouth.keepTo(order.axis);
  }
};
