// The page's end of the socket: says hello, comes back by itself. The socket is in a worker.

import type { FromWorker, ToWorker } from "./link-worker.ts";
import type { AxisNow, Placed } from "./mouth.ts";
import { Close, type FrameChunk, type FromServer, PROTOCOL, type ToServer, unpackFrames } from "./wire.ts";

export type LinkState =
  | { state: "connecting" }
  | { state: "open" }
  | { state: "away"; retryS: number; reason: string }
  /** Closed for good until someone asks: another page is active, or the token is missing. */
  | { state: "refused"; code: number; reason: string };

export const perfS = (): number => performance.now() / 1000;
const STEADY_S = 5;
const WORKER = "/static/link-worker.js";

/** Seconds to wait before try number `attempt` (from 0), a little apart for each page. */
export function backoffS(attempt: number, random: number): number {
  return Math.min(8, 0.4 * 2 ** attempt) * (0.8 + 0.4 * random);
}

/** Whether the pages were built anew since this one was welcomed: nobody stands beside a kiosk to reload it. */
export function isOutdated(welcomedUnder: string, build: string): boolean {
  return welcomedUnder !== "" && build !== "" && welcomedUnder !== build;
}

export class Link {
  /** Add to this page's seconds to get the agent's. */
  offsetS: number | null = null;
  private open = false;
  private attempts = 0;
  private timer = 0;
  private openedS = 0;
  private build = "";
  private readonly worker = new Worker(WORKER, { type: "module" });
  private readonly page = crypto.getRandomValues(new Uint32Array(3)).join("-");

  constructor(
    private readonly role: "kiosk" | "console",
    private readonly heard: (message: FromServer) => void,
    private readonly framed: (chunk: FrameChunk) => void,
    /** The voice was placed on the play axis, on the socket's thread. */
    private readonly placed: (placed: Placed) => void,
    private readonly changed: (state: LinkState) => void,
  ) {
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.take(data);
  }

  connect(takeOver = false): void {
    window.clearTimeout(this.timer);
    this.open = false;
    this.changed({ state: "connecting" });
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const hello: ToServer = {
      kind: "hello", protocol: PROTOCOL, role: this.role, page: this.page, token: null,
      take_over: takeOver,
    };
    this.order({
      do: "open", url: `${scheme}://${location.host}/ws`, hello: JSON.stringify(hello),
      originMs: performance.timeOrigin,
    });
  }

  say(message: ToServer): boolean {
    if (this.open) this.order({ do: "text", text: JSON.stringify(message) });
    return this.open;
  }

  sendPicture(bytes: ArrayBuffer): void {
    if (this.open) this.order({ do: "picture", bytes }, [bytes]);
  }

  /** Sound that comes out of `port` leaves with no detour over the page. */
  hearFrom(port: MessagePort, rateHz: number): void {
    this.order({ do: "ears", port, rateHz }, [port]);
  }

  /** The voice, and orders to be silent, go into `port` with no detour over the page. */
  speakBy(port: MessagePort): void {
    this.order({ do: "mouth", port }, [port]);
  }

  /** How the play axis lies on the page's clock now. */
  keepTo(axis: AxisNow): void {
    this.order({ do: "axis", axis });
  }

  mute(muted: boolean): void {
    this.order({ do: "mute", muted });
  }

  private order(order: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(order, transfer);
  }

  private take(event: FromWorker): void {
    switch (event.event) {
      case "opened":
        this.open = true;
        this.openedS = perfS();
        return;
      case "closed": return this.closed(event.code, event.reason);
      case "offset": this.offsetS = event.offsetS; return;
      case "bytes": {
        const chunk = unpackFrames(event.bytes);
        if (chunk !== null) this.framed(chunk);
        return;
      }
      case "placed": return this.placed(event.placed);
      case "text": {
        const message = JSON.parse(event.text) as FromServer;
        if (message.kind === "welcome") {
          if (isOutdated(this.build, message.build)) return location.reload();
          this.build = message.build;
          this.changed({ state: "open" });
        }
        this.heard(message);
      }
    }
  }

  private closed(code: number, reason: string): void {
    this.open = false;
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
