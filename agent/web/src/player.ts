// Plays what the server sends: sound on the audio clock, frames by the same clock, and reports.

import { FrameTrack, emptyPose, type Pose, type Shown } from "./frames.ts";
import { type Link, perfS } from "./link.ts";
import type { Placed } from "./mouth.ts";
import { Playout, type Heard } from "./playout.ts";
import { restPose } from "./rest.ts";
import { type Axis, type Speaker, silentAxis } from "./sound.ts";
import type { FrameChunk } from "./wire.ts";

/** What a picture showed and what was heard with it; for tests and for the lip report. */
export interface Moment {
  /** When it was on the screen, and when it was meant to be. */
  perfS: number;
  dueS: number;
  utterance: number | null;
  scoreShownS: number;
  scoreHeardS: number | null;
  generation: number;
  jawOpen: number;
  relaxed: number;
}

interface Drawn {
  nowS: number;
  /** When it was meant to be seen. */
  dueS: number;
  shown: Shown;
  jawOpen: number;
}

const JAW_OPEN = 17;
const MOMENTS_KEPT = 7200;

export class Player {
  readonly moments: Moment[] = [];
  readonly reports: Heard[] = [];
  /** (performance seconds it arrived, play time it was placed at) of each stretch of voice. */
  readonly arrivals: { arrivedS: number; heardS: number; utterance: number }[] = [];
  /** Orders to drop what is unplayed, and when they came. */
  readonly cuts: { generation: number; atS: number }[] = [];
  speaker: Speaker | null = null;
  still = false;
  readonly playout = new Playout();
  /** Of the newest stretch: by how much it came early, seconds; and how many came late in all. */
  marginS = 0;
  lateChunks = 0;
  private axis: Axis = silentAxis;
  private readonly track = new FrameTrack();
  private readonly pose = emptyPose();
  /** Of the newest picture that could be judged, until it is reported. */
  private lipErrorS: number | null = null;
  private drawn: Drawn | null = null;
  private intervalS = 1 / 60;
  private lately: number[] = [];
  private drawnS = 0;
  private stage = 0;

  constructor(private readonly link: Link) {}

  /** Use the loudspeaker when it runs, the page's own clock when it does not. */
  chooseAxis(): void {
    const axis = this.speaker?.running === true ? this.speaker : silentAxis;
    if (axis === this.axis) return;
    this.axis = axis;
    this.playout.reset();
    this.link.keepTo(axis.now());
  }

  /** A server has said its generation: one that counts from the beginning is a new one. */
  begin(generation: number): void {
    this.playout.begin(generation);
    this.track.begin(generation);
  }

  take(chunk: FrameChunk): void {
    this.track.push(chunk);
  }

  /** A stretch of voice was placed on the play axis; the audio thread has it already. */
  place(placed: Placed): void {
    if (placed.rateHz !== this.axis.now().rateHz) return; // by the axis before
    this.playout.follows(placed.stretch, placed.startS, placed.shift);
    this.marginS = placed.marginS;
    this.lateChunks = placed.lateChunks;
    const { utterance } = placed.stretch;
    const heardS = this.axis.perf(placed.startS);
    this.arrivals.push({ arrivedS: placed.arrivedS, heardS, utterance });
    if (this.arrivals.length > 2000) this.arrivals.shift();
  }

  cut(generation: number): void {
    this.cuts.push({ generation, atS: perfS() });
    if (this.cuts.length > 200) this.cuts.shift();
    const heard = this.playout.cut(generation, this.axis.committed());
    this.track.cut(generation, this.stage);
    if (heard !== null) this.report(heard);
  }

  /** Once for each of the screen's pictures; `seen`: the one drawn last is on the screen now. */
  tick(nowS: number, seen: boolean): void {
    this.speaker?.tick();
    if (seen && this.drawn !== null) this.judge(nowS, this.drawn);
  }

  /** Report what was heard; often, and whether or not pictures are drawn. */
  tell(): void {
    this.speaker?.tick();
    this.link.keepTo(this.axis.now());
    for (const heard of this.playout.reports(this.axis.heard(perfS()))) this.report(heard);
  }

  /** The pose for the picture being drawn at `nowS`, which is seen a little later. */
  poseAt(nowS: number): Pose {
    const elapsed = Math.min(0.5, Math.max(0.001, nowS - this.drawnS));
    this.drawnS = nowS;
    const ideal = this.idealShift();
    const dueS = nowS + this.intervalS;
    const play = this.axis.heard(dueS);
    const rest = restPose(nowS, this.still);
    if (ideal !== null) this.playout.follow(ideal, play, elapsed);
    this.stage = this.playout.stageAt(play) ?? 0;
    const shown = this.track.sample(this.stage, rest, this.pose);
    this.drawn = { nowS, dueS, shown, jawOpen: this.pose.face[JAW_OPEN] ?? 0 };
    return this.pose;
  }

  /** Play time minus agent time that makes "now" be heard now; null until the clocks are known. */
  private idealShift(): number | null {
    const offset = this.link.offsetS;
    if (offset === null) return null;
    return this.axis.heard(0) - offset;
  }

  /** How long a drawn picture takes to be seen: the middle of the last few. */
  private took(seconds: number): void {
    this.lately.push(seconds);
    if (this.lately.length > 9) this.lately.shift();
    this.intervalS = [...this.lately].sort((a, b) => a - b)[this.lately.length >> 1] ?? seconds;
  }

  /** The picture drawn last is on the screen since about now: were lips and sound together? */
  private judge(nowS: number, drawn: Drawn): void {
    this.drawn = null;
    if (nowS - drawn.nowS < 0.5) this.took(nowS - drawn.nowS);
    const heard = this.heardAt(nowS, drawn);
    if (heard !== null) this.lipErrorS = drawn.shown.scoreS - heard;
    this.moments.push({
      perfS: nowS, dueS: drawn.dueS, utterance: drawn.shown.utterance,
      scoreShownS: drawn.shown.scoreS, scoreHeardS: heard,
      generation: drawn.shown.generation, jawOpen: drawn.jawOpen, relaxed: drawn.shown.relaxed,
    });
    if (this.moments.length > MOMENTS_KEPT) this.moments.splice(0, MOMENTS_KEPT / 4);
  }

  private heardAt(nowS: number, drawn: Drawn): number | null {
    const heard = this.playout.scoreAt(this.axis.heard(nowS));
    const together = heard !== null && !heard.last && heard.utterance === drawn.shown.utterance;
    return together ? heard.scoreS : null;
  }

  private report(heard: Heard): void {
    const lip = this.lipErrorS;
    this.lipErrorS = null;
    this.reports.push(heard);
    if (this.reports.length > 2000) this.reports.shift();
    this.link.say({
      kind: "played", generation: heard.generation, utterance: heard.utterance,
      score_s: heard.scoreS, client_s: this.axis.perf(heard.playS), first: heard.first,
      last: heard.last, silent: this.axis === silentAxis, lip_error_s: heard.first ? null : lip,
    });
  }
}
