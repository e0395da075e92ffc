// Camera and microphone of the page, sent with the moment they were captured.

import { SOUND_RATE_HZ } from "./ears.ts";
import type { Link } from "./link.ts";
import { perfS } from "./link.ts";
import { packPicture } from "./wire.ts";

const WIDTH = 640;
const HEIGHT = 360;
const JPEG_QUALITY = 0.8;
const WORKLET = "/static/sound-worklet.js";
const PICTURES: MediaStreamConstraints = { video: {
  width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: 15 },
} };
const SOUND: MediaStreamConstraints = { audio: {
  echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1,
} };
/** How often a device that went away is looked for, milliseconds: not every system tells. */
const LOOKS_EVERY_MS = 5000;

export class Senses {
  camera = false;
  microphone = false;
  muted = false;
  detail = "";
  private hz = 0;
  private sequence = 0;
  private encoding = false;
  private nextS = 0;
  private ears: AudioContext | null = null;
  private sound: MediaStream | null = null;
  private readonly gone = new Set<"camera" | "microphone">();
  private looking = false;
  private readonly video = document.createElement("video");
  private readonly canvas = document.createElement("canvas");

  constructor(private readonly link: Link, private readonly changed: () => void) {
    this.video.muted = true;
    this.video.playsInline = true;
  }

  /** Whether camera and microphone were allowed on an earlier visit. */
  async allowedBefore(): Promise<boolean> {
    try {
      const states = await Promise.all(["camera", "microphone"].map((name) =>
        navigator.permissions.query({ name: name as PermissionName })));
      return states.every((status) => status.state === "granted");
    } catch {
      return false;
    }
  }

  /** Ask for both, or for either; says in words what is missing. */
  async start(): Promise<string> {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) {
      this.detail = "insecure address";
      return "Browsers give camera and microphone only to https or localhost. Typing works.";
    }
    const camera = await this.open(PICTURES);
    const microphone = await this.open(SOUND);
    if (camera !== null) await this.watch(camera);
    if (microphone !== null) await this.listen(microphone);
    this.changed();
    if (camera === null && microphone === null) return "No camera or microphone. You can type to me.";
    if (camera === null) return "No camera. I can hear you but not see you.";
    return microphone === null ? "No microphone. You can type to me." : "";
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    this.link.mute(muted);
    this.changed();
  }

  /** Pictures a second that are wanted; 0 sends none. */
  setPace(hz: number): void {
    this.hz = hz;
  }

  private async open(wanted: MediaStreamConstraints): Promise<MediaStream | null> {
    try {
      return await navigator.mediaDevices.getUserMedia(wanted);
    } catch (fault) {
      this.detail = fault instanceof DOMException ? fault.name : "unknown";
      return null;
    }
  }

  // Pictures.

  private async watch(stream: MediaStream): Promise<void> {
    this.video.srcObject = stream;
    await this.video.play().catch(() => undefined);
    this.camera = true;
    stream.getVideoTracks()[0]?.addEventListener("ended", () => this.lost("camera"));
    const each = (_: number, about: VideoFrameCallbackMetadata) => {
      if (this.camera) this.video.requestVideoFrameCallback(each);
      void this.look((about.captureTime ?? about.presentationTime) / 1000);
    };
    this.video.requestVideoFrameCallback(each);
  }

  private async look(capturedS: number): Promise<void> {
    const now = perfS();
    if (this.hz <= 0 || this.encoding || now < this.nextS) return;
    // A little early is on time: cameras do not tick at our pace.
    this.nextS = Math.max(this.nextS + 1 / this.hz, now + 0.7 / this.hz) - 0.005;
    const scale = Math.min(1, WIDTH / this.video.videoWidth, 2 * HEIGHT / this.video.videoHeight);
    this.canvas.width = Math.round(this.video.videoWidth * scale);
    this.canvas.height = Math.round(this.video.videoHeight * scale);
    const paint = this.canvas.getContext("2d", { willReadFrequently: true });
    paint?.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    this.encoding = true;
    const blob = await new Promise<Blob | null>((done) =>
      this.canvas.toBlob(done, "image/jpeg", JPEG_QUALITY));
    this.encoding = false;
    if (blob === null) return;
    const jpeg = new Uint8Array(await blob.arrayBuffer());
    this.link.sendPicture(packPicture(this.sequence++, Math.min(capturedS, now), jpeg));
  }

  // Sound.

  private async listen(stream: MediaStream): Promise<void> {
    let context = new AudioContext({ sampleRate: SOUND_RATE_HZ, latencyHint: "interactive" });
    let source: MediaStreamAudioSourceNode;
    try {
      source = context.createMediaStreamSource(stream);
    } catch { // Firefox joins a stream only to a context of its own rate
      await context.close();
      context = new AudioContext({ latencyHint: "interactive" });
      source = context.createMediaStreamSource(stream);
    }
    void this.ears?.close();
    this.sound?.getTracks().forEach((track) => track.stop());
    [this.ears, this.sound] = [context, stream];
    await context.audioWorklet.addModule(WORKLET);
    const listener = new AudioWorkletNode(context, "listener", { numberOfOutputs: 0 });
    source.connect(listener);
    const { port1, port2 } = new MessageChannel();
    listener.port.postMessage({ to: port1 }, [port1]);
    this.link.hearFrom(port2, context.sampleRate);
    void context.resume();
    for (const touched of ["pointerdown", "keydown"]) {
      addEventListener(touched, () => { if (context.state === "suspended") void context.resume(); });
    }
    this.microphone = true;
    stream.getAudioTracks()[0]?.addEventListener("ended", () => this.lost("microphone"));
  }

  // What was unplugged is used again once it is plugged in: nobody stands by to load the page anew.

  private lost(what: "camera" | "microphone"): void {
    this[what] = false;
    this.detail = `the ${what} went away; it is used again once it is plugged in`;
    this.changed();
    this.gone.add(what);
    if (this.looking) return;
    this.looking = true;
    navigator.mediaDevices.addEventListener("devicechange", () => void this.lookAgain());
    setInterval(() => void this.lookAgain(), LOOKS_EVERY_MS);
  }

  private async lookAgain(): Promise<void> {
    for (const what of [...this.gone]) {
      this.gone.delete(what); // one look at a time
      const detail = this.detail;
      const stream = await this.open(what === "camera" ? PICTURES : SOUND);
      if (stream === null) {
        this.gone.add(what);
        this.detail = detail;
        continue;
      }
      if (what === "camera") await this.watch(stream);
      else await this.listen(stream);
      if (this.gone.size === 0) this.detail = "";
      this.changed();
    }
  }
}
