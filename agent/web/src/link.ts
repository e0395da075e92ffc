// The socket: says hello, answers pings, comes back by itself.

import { Close, PROTOCOL, type FromServer, type ToServer, unpack, type FrameChunk, type VoiceChunk } from "./wire.ts";

export type LinkState =
  | { state: "connecting" }
  | { state: "open" }
  | { state: "away"; retryS: number; reason: string }
  /** Closed for good until someone asks: another page is active, or the token is missing. */
  | { state: "refused"; code: number; reason: string };

export const perfS = (): number => performance.now() / 1000;
const STEADY_S = 5;

/** Seconds to wait before try number `attempt` (from 0), a little apart for each page. */
export function backoffS(attempt: number, random: number): number {
  return Math.min(8, 0.4 * 2 ** attempt) * (0.8 + 0.4 * random);
}

export class Link {
  /** Add to this page's seconds to get the agent's. */
  offsetS: number | null = null;
  private socket: WebSocket | null = null;
  private attempts = 0;
  private timer = 0;
  private openedS = 0;
  private readonly page = crypto.getRandomValues(new Uint32Array(3)).join("-");

  constructor(
    private readonly role: "kiosk" | "console",
    private readonly heard: (message: FromServer) => void,
    private readonly streamed: (chunk: VoiceChunk | FrameChunk) => void,
    private readonly changed: (state: LinkState) => void,
  ) {}

  connect(takeOver = false): void {
    window.clearTimeout(this.timer);
    this.socket?.close();
    this.changed({ state: "connecting" });
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.openedS = perfS();
      this.say({
        kind: "hello", protocol: PROTOCOL, role: this.role, page: this.page, token: null,
        take_over: takeOver,
      });
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.take(data);
    socket.onclose = (event) => {
      if (this.socket === socket) this.closed(event.code, event.reason);
    };
  }

  say(message: ToServer): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  send(message: ArrayBuffer): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(message);
    return true;
  }

  /** Bytes that wait to leave: a full pipe is no place for another picture. */
  get waiting(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  private take(data: string | ArrayBuffer): void {
    if (typeof data !== "string") {
      const chunk = unpack(data);
      if (chunk !== null) this.streamed(chunk);
      return;
    }
    const message = JSON.parse(data) as FromServer;
    if (message.kind === "ping") {
      this.say({ kind: "pong", at: message.at, client_s: perfS() });
      if (message.offset_s !== null) this.offsetS = message.offset_s;
      return;
    }
    if (message.kind === "welcome") this.changed({ state: "open" });
    this.heard(message);
  }

  private closed(code: number, reason: string): void {
    this.socket = null;
    this.offsetS = null;
    if (code === Close.BUSY || code === Close.TAKEN_OVER || code === Close.TOKEN) {
      this.changed({ state: "refused", code, reason });
      return;
    }
    if (this.openedS > 0 && perfS() - this.openedS > STEADY_S) this.attempts = 0;
    const retryS = backoffS(this.attempts++, Math.random());
    this.changed({ state: "away", retryS, reason });
    this.timer = window.setTimeout(() => this.connect(), retryS * 1000);
  }
}
