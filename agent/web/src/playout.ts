// When what is sent ahead is heard and seen. Pure: clocks are arguments.
//
// Stage time (the agent's axis) is laid onto the play axis (the audio clock) by one number,
// `shift`: play = stage + shift. Sound is scheduled by it and frames are looked up by it, so lips
// and sound meet whatever the network did. The ideal shift makes stage time "now" come out of the
// loudspeaker now. A chunk too late for its moment pushes the shift (sound and frames wait
// together); between utterances it goes back to the ideal.

export interface Stretch {
  generation: number;
  utterance: number;
  scoreS: number;
  /** Stage time of the first sample. */
  at: number;
  durationS: number;
  last: boolean;
}

interface Piece extends Stretch {
  startS: number;
}

export interface Heard {
  generation: number;
  utterance: number;
  scoreS: number;
  /** Play time at which score time `scoreS` came out. */
  playS: number;
  first: boolean;
  last: boolean;
}

export const REPORT_EVERY_S = 0.1;
/** Two stretches this near each other are one. */
export const SEAM_S = 0.003;
const SLEW = 0.1;
const ABANDONED_S = 2;

export class Playout {
  lateChunks = 0;
  /** By how much the newest stretch came early, seconds. */
  marginS = 0;
  /** Play time minus stage time; null: nothing was placed yet. */
  shift: number | null = null;
  private pieces: Piece[] = [];
  private begun = new Set<number>();
  private reportedS = 0;
  private shownAt = -Infinity;
  private generation = 0;

  /** Stage time to show when play time `playS` is heard; never runs back. */
  stageAt(playS: number): number | null {
    if (this.shift === null) return null;
    const stage = playS - this.shift;
    if (stage < this.shownAt - 2) this.shownAt = stage; // the clocks were set anew
    this.shownAt = Math.max(this.shownAt, stage);
    return this.shownAt;
  }

  /**
   * Let the shift drift to the ideal while nothing is being said. Call once a picture.
   *
   * What is being said was placed by the old shift, and its frames must be, too, however far the
   * clocks went apart; unless the rest of it has not come for long.
   */
  follow(ideal: number, playS: number, elapsedS: number): void {
    if (this.shift === null) this.shift = ideal;
    if (this.speaking(playS) && !this.abandoned(playS)) return;
    if (Math.abs(ideal - this.shift) > 1) this.shift = ideal;
    else {
      const step = SLEW * elapsedS;
      this.shift += Math.max(-step, Math.min(step, ideal - this.shift));
    }
  }

  /** Whether an utterance is under way or scheduled. */
  speaking(playS: number): boolean {
    const end = this.pieces.at(-1);
    return end !== undefined && (!end.last || end.startS + end.durationS > playS);
  }

  /** Whether the rest of an utterance has not come for `ABANDONED_S`. */
  private abandoned(playS: number): boolean {
    const end = this.pieces.at(-1);
    return end !== undefined && end.startS + end.durationS < playS - ABANDONED_S;
  }

  /**
   * Place a stretch of voice: the play time of its first sample, or null when it was cut.
   * `earliest` is the first play time that can still be scheduled.
   */
  place(stretch: Stretch, ideal: number, earliest: number): number | null {
    if (stretch.generation < this.generation) return null;
    const before = this.pieces.at(-1);
    const goesOn = before !== undefined && before.utterance === stretch.utterance && !before.last;
    if (this.shift === null || (!goesOn && !this.speaking(earliest))) this.shift = ideal;
    let start = stretch.at + this.shift;
    if (before !== undefined && goesOn) {
      const seam = before.startS + before.durationS;
      if (Math.abs(seam - start) < SEAM_S) start = seam;
    }
    this.marginS = start - earliest;
    if (this.marginS < 0) {
      if (goesOn) this.lateChunks++;
      this.shift -= this.marginS;
      start = earliest;
    }
    this.pieces.push({ ...stretch, startS: start });
    return start;
  }

  /** Show and report what was placed elsewhere. */
  follows(stretch: Stretch, startS: number, shift: number): void {
    if (stretch.generation < this.generation) return;
    this.shift = shift;
    this.pieces.push({ ...stretch, startS });
  }

  /** Score time heard at `playS`, null when nothing is. */
  scoreAt(playS: number): Heard | null {
    const piece = this.pieces.findLast((p) => p.startS <= playS);
    if (piece === undefined) return null;
    const into = Math.min(playS - piece.startS, piece.durationS);
    return {
      generation: piece.generation,
      utterance: piece.utterance,
      scoreS: piece.scoreS + into,
      playS: piece.startS + into,
      first: false,
      last: piece.last && into >= piece.durationS,
    };
  }

  /** What to report now: the first sample, a position every tenth of a second, the end. */
  reports(playS: number): Heard[] {
    const heard: Heard[] = [];
    for (const piece of this.pieces) {
      if (piece.startS > playS) break;
      if (!this.begun.has(piece.utterance)) {
        this.begun.add(piece.utterance);
        this.reportedS = piece.startS;
        heard.push({ ...this.head(piece), first: true });
      }
      if (piece.last && piece.startS + piece.durationS <= playS) heard.push(this.tail(piece));
    }
    const ended = new Set(heard.filter((h) => h.last).map((h) => h.utterance));
    this.pieces = this.pieces.filter((p) => !ended.has(p.utterance));
    const now = this.scoreAt(playS);
    if (now !== null && now.playS >= this.reportedS + REPORT_EVERY_S) {
      this.reportedS = now.playS;
      heard.push(now);
    }
    this.forget(playS);
    return heard;
  }

  /** Drop what is unplayed below `generation`; the last position heard, if it was cut short. */
  cut(generation: number, playS: number): Heard | null {
    this.generation = Math.max(this.generation, generation);
    const now = this.scoreAt(playS);
    const dropped = this.pieces.some((p) => p.generation < generation);
    this.pieces = this.pieces.filter((p) => p.generation >= generation);
    if (!dropped || now === null || now.generation >= generation) return null;
    return { ...now, last: true };
  }

  /** The agent may have been started anew: then it counts from `generation` again. */
  begin(generation: number): void {
    if (generation >= this.generation) return;
    this.generation = generation;
    this.begun.clear();
    this.reset();
  }

  /** The play axis was replaced (the loudspeaker came or went): begin anew. */
  reset(): void {
    this.shift = null;
    this.pieces = [];
  }

  private head(piece: Piece): Heard {
    const { generation, utterance, scoreS, startS } = piece;
    return { generation, utterance, scoreS, playS: startS, first: false, last: false };
  }

  private tail(piece: Piece): Heard {
    const { durationS, startS, scoreS } = piece;
    return {
      ...this.head(piece), scoreS: scoreS + durationS, playS: startS + durationS, last: true,
    };
  }

  get held(): number {
    return this.pieces.length;
  }

  /** Let go of what was over a second before `playS`. */
  forget(playS: number): void {
    while (this.pieces.length > 1) {
      const next = this.pieces[1];
      if (next === undefined || next.startS > playS - 1) break;
      this.pieces.shift();
    }
    if (this.begun.size > 64) this.begun = new Set([...this.begun].slice(-16));
  }
}
