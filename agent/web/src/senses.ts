// Camera and microphone of the page, sent with the moment they were captured.

import type { Link } from "./link.ts";
import { perfS } from "./link.ts";
import { Resampler } from "./resample.ts";
import { packPicture, packSound } from "./wire.ts";

const SOUND_RATE_HZ = 16_000;
const WIDTH = 640;
const HEIGHT = 360;
const JPEG_QUALITY = 0.8;
/** With more than this waiting to leave, pictures are skipped. */
const CROWDED_BYTES = 200_000;
const WORKLET = "/static/sound-worklet.js";

export class Senses {
  camera = false;
  microphone = false;
  muted = false;
  detail = "";
  private hz = 0;
  private sequence = 0;
  private encoding = false;
  private nextS = 0;
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
    const camera = await this.open({ video: {
      width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: 15 },
    } });
    const microphone = await this.open({ audio: {
      echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1,
    } });
    if (camera !== null) await this.watch(camera);
    if (microphone !== null) await this.listen(microphone);
    this.changed();
    if (camera === null && microphone === null) return "No camera or microphone. You can type to me.";
    if (camera === null) return "No camera. I can hear you but not see you.";
    return microphone === null ? "No microphone. You can type to me." : "";
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
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
    stream.getVideoTracks()[0]?.addEventListener("ended", () => {
      this.camera = false;
      this.detail = "the camera went away";
      this.changed();
    });
    const each = (_: number, about: VideoFrameCallbackMetadata) => {
      if (this.camera) this.video.requestVideoFrameCallback(each);
      void this.look((about.captureTime ?? about.presentationTime) / 1000);
    };
    this.video.requestVideoFrameCallback(each);
  }

  private async look(capturedS: number): Promise<void> {
    const now = perfS();
    const crowded = this.link.waiting > CROWDED_BYTES;
    if (this.hz <= 0 || this.encoding || crowded || now < this.nextS) return;
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
    this.link.send(packPicture(this.sequence++, Math.min(capturedS, now), jpeg));
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
    await context.audioWorklet.addModule(WORKLET);
    const listener = new AudioWorkletNode(context, "listener", { numberOfOutputs: 0 });
    source.connect(listener);
    this.hearFrom(context, listener);
    void context.resume();
    addEventListener("pointerdown", () => void context.resume());
    addEventListener("keydown", () => void context.resume());
    this.microphone = true;
    stream.getAudioTracks()[0]?.addEventListener("ended", () => {
      this.microphone = false;
      this.detail = "the microphone went away";
      this.changed();
    });
  }

  private hearFrom(context: AudioContext, listener: AudioWorkletNode): void {
    const rate = context.sampleRate;
    const resampler = rate === SOUND_RATE_HZ ? null : new Resampler(rate, SOUND_RATE_HZ);
    const behind = new QuickestArrival();
    listener.port.onmessage = ({ data }: MessageEvent<{ frame: number; samples: Float32Array }>) => {
      const endS = (data.frame + data.samples.length) / rate;
      const apart = behind.take(perfS() - endS);
      const samples = resampler === null ? data.samples : resampler.push(data.samples, false);
      if (this.muted || samples.length === 0) return;
      const capturedS = data.frame / rate + apart;
      this.link.send(packSound(this.sequence++, capturedS, samples));
    };
  }
}

/** The least delay lately between an audio clock and the arrival of its sound here. */
class QuickestArrival {
  private lately: number[] = [];

  take(apart: number): number {
    this.lately.push(apart);
    if (this.lately.length > 250) this.lately.shift();
    return Math.min(...this.lately);
  }
}
