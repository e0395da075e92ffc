// The operator's hands on the face, and the operator's own voice through it.

import { SOUND_RATE_HZ } from "./ears.ts";
import { Resampler } from "./resample.ts";

const WORKLET = "/static/sound-worklet.js";

interface Slider {
  name: string; part: "expression" | "head"; columns: string[]; least: number; most: number;
}

const SLIDERS: readonly Slider[] = [
  { name: "Smile", part: "expression", columns: ["mouthSmileLeft", "mouthSmileRight"], least: 0, most: 1 },
  { name: "Brows up", part: "expression", columns: ["browInnerUp", "browOuterUpLeft", "browOuterUpRight"],
    least: 0, most: 1 },
  { name: "Brows down", part: "expression", columns: ["browDownLeft", "browDownRight"], least: 0, most: 1 },
  { name: "Cheeks", part: "expression", columns: ["cheekSquintLeft", "cheekSquintRight"], least: 0, most: 1 },
  { name: "Head turned", part: "head", columns: ["yaw_rad"], least: -0.6, most: 0.6 },
  { name: "Head raised", part: "head", columns: ["pitch_rad"], least: -0.35, most: 0.35 },
  { name: "Head tilted", part: "head", columns: ["roll_rad"], least: -0.3, most: 0.3 },
];

/** Sends what a part is held at: one request at a time, and always the newest. */
class Part {
  private values: Record<string, number> = {};
  private sending = false;
  private again = false;

  constructor(private readonly name: string, private readonly tell: (text: string) => void) {}

  hold(columns: string[], value: number): void {
    for (const column of columns) this.values[column] = value;
    void this.send();
  }

  giveBack(): void {
    this.values = {};
    void this.send();
  }

  private async send(): Promise<void> {
    this.again = this.sending;
    if (this.sending) return;
    this.sending = true;
    try {
      const answer = await fetch(`/api/face/${this.name}`, {
        method: "POST", body: JSON.stringify({ values: this.values }),
      });
      this.tell(answer.ok ? "" : await answer.text());
    } catch {
      this.tell("The agent does not answer.");
    }
    this.sending = false;
    if (this.again) await this.send();
  }
}

/** Sliders in `into`; only those that were touched hold anything. */
export function sliders(into: HTMLElement, back: HTMLElement, told: HTMLElement): void {
  const tell = (text: string) => { told.textContent = text; };
  const parts = { expression: new Part("expression", tell), head: new Part("head", tell) };
  const inputs = SLIDERS.map(({ name, part, columns, least, most }) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: least, max: most, step: 0.01, value: 0 });
    input.addEventListener("input", () => parts[part].hold(columns, input.valueAsNumber));
    const label = document.createElement("label");
    label.append(name, input);
    into.append(label);
    return input;
  });
  back.addEventListener("click", () => {
    for (const input of inputs) input.value = "0";
    for (const part of Object.values(parts)) part.giveBack();
  });
}

/** The operator's microphone, spoken by the agent from one press of `button` to the next. */
export class OwnVoice {
  private socket: WebSocket | null = null;
  private context: AudioContext | null = null;
  private stream: MediaStream | null = null;

  constructor(private readonly button: HTMLElement, private readonly told: HTMLElement) {
    button.addEventListener("click", () => {
      if (this.stream === null) this.begin().catch((fault: unknown) => this.end(String(fault)));
      else this.end("");
    });
  }

  private async begin(): Promise<void> {
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: {
      echoCancellation: true, noiseSuppression: true, channelCount: 1,
    } });
    const context = this.context = new AudioContext();
    await context.audioWorklet.addModule(WORKLET);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = this.socket = new WebSocket(
      `${scheme}://${location.host}/api/talk?rate_hz=${SOUND_RATE_HZ}`);
    socket.onclose = ({ reason }) => this.end(reason);
    socket.onerror = () => this.end("Somebody else speaks, or the agent does not answer.");
    socket.onopen = () => this.listen(context, socket);
    this.button.textContent = "Stop speaking";
    this.told.textContent = "What you say is heard about 0.7 s later.";
  }

  private listen(context: AudioContext, socket: WebSocket): void {
    if (this.stream === null) return;
    const microphone = new AudioWorkletNode(context, "listener", { numberOfOutputs: 0 });
    const { port1, port2 } = new MessageChannel();
    microphone.port.postMessage({ to: port1 }, [port1]);
    const resampler = new Resampler(context.sampleRate, SOUND_RATE_HZ);
    port2.onmessage = ({ data }: MessageEvent<{ samples: Float32Array }>) => {
      const samples = context.sampleRate === SOUND_RATE_HZ
        ? data.samples : resampler.push(data.samples, false);
      const pcm = Int16Array.from(samples, (x) => Math.round(32767 * Math.max(-1, Math.min(1, x))));
      if (socket.readyState === WebSocket.OPEN && pcm.length > 0) socket.send(pcm);
    };
    context.createMediaStreamSource(this.stream).connect(microphone);
  }

  private end(why: string): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    void this.context?.close();
    const socket = this.socket;
    this.stream = this.context = this.socket = null;
    socket?.close();
    this.button.textContent = "Speak through the agent";
    this.told.textContent = why;
  }
}
