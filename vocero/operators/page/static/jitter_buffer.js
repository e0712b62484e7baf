// The few hundredths of a second of sound that wait to be played. Pure: no clock, no browser.
//
// Pieces of about 100 ms come in; single samples at 8 kHz go out at the speed that the caller asks
// `pace()` for. `spare` is what is left when the next piece arrives: the smaller it is kept, the
// nearer is what is heard to what is said; too small, and a late piece leaves a hole.

export const RATE = 8000;
const SPARE_MS = 45;
const LEAST_SPARE_MS = 35;
const MOST_SPARE_MS = 80;
const MORE_AFTER_HOLE_MS = 15;
const LESS_EACH_PIECE_MS = 0.2;
/** How much of a larger spare is believed with each piece: one early piece proves nothing. */
const BELIEF = 0.02;
/** More than this waiting is too far behind: the oldest is dropped. */
const MOST_WAITING_MS = 260;
/** What is too much is made up within about a second; a slightly higher voice is hardly heard. */
const HASTE_PER_MS = 0.001;
const MOST_HASTE = 0.05;
/** Slowing down only has to outdo sound cards that run fast. */
const MOST_DELAY = 0.01;
/** While nobody speaks time can be made up faster. */
const HASTE_IN_SILENCE = 0.25;
const WORTH_HASTE_MS = 12;
/** Sounds end and begin over so many samples (5 ms) where there is a hole or a skip. */
export const EDGE = 40;

const MS = RATE / 1000;

// µ-law (G.711) as floats from -1 to 1.
const DECODED = Float32Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const size = ((((code & 0x0f) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
  return (code & 0x80 ? -size : size) / 32768;
});

export class JitterBuffer {
  /** `size`: samples of each channel that are kept, a power of two. */
  constructor(size = 8192) {
    this.mask = size - 1;
    this.left = new Float32Array(size);
    this.right = new Float32Array(size);
    this.end = 0; // Absolute index of the next sample to be written.
    this.at = 0; // Absolute index of the next sample to be played, with a fraction.
    this.spare_ms = SPARE_MS;
    this.smallest_ms = Infinity;
    this.holes = 0;
    this.empty = true;
    this.marks = []; // { index, from_ms }: where in the call a piece begins.
  }

  get waiting_ms() {
    return (this.end - this.at) / MS;
  }

  /** One piece, planar: `left` and `right` as µ-law of the same length. `from_ms`: of the call. */
  push(left, right, from_ms) {
    if (this.empty) this.#begin();
    else this.#noticeSpare();
    const before = this.marks.at(-1);
    const gap = before && Math.abs(before.from_ms + (this.end - before.index) / MS - from_ms) > 1;
    this.marks.push({ index: this.end, from_ms });
    const first = this.end;
    for (let index = 0; index < left.length; index += 1, this.end += 1) {
      const place = this.end & this.mask;
      this.left[place] = DECODED[left[index]];
      this.right[place] = DECODED[right[index]];
    }
    if (gap) this.#fadeIn(first);
    if (this.waiting_ms > MOST_WAITING_MS) this.#skip();
    while (this.marks.length > 2 && this.marks[1].index <= this.at) this.marks.shift();
  }

  /** How fast to play: 1, or more or less to come to the spare that is wanted. */
  pace(isSilent) {
    if (this.smallest_ms === Infinity) return 1;
    const off_ms = this.smallest_ms - this.spare_ms;
    if (isSilent && off_ms > WORTH_HASTE_MS) return 1 + HASTE_IN_SILENCE;
    return 1 + Math.max(-MOST_DELAY, Math.min(MOST_HASTE, off_ms * HASTE_PER_MS));
  }

  /** The player ran out of sound. */
  ranOut() {
    if (this.empty) return;
    this.empty = true;
    this.holes += 1;
    this.spare_ms = Math.min(MOST_SPARE_MS, this.spare_ms + MORE_AFTER_HOLE_MS);
  }

  /** Where in the call the sample that is played now was heard, in ms; null before the first. */
  playing_ms() {
    let mark = null;
    for (const one of this.marks) if (one.index <= this.at) mark = one;
    return mark ? mark.from_ms + (this.at - mark.index) / MS : null;
  }

  #begin() {
    // Silence first, as long as the spare: the next piece then arrives before this one is over.
    const silence = Math.round(this.spare_ms * MS);
    this.at = this.end;
    for (let index = 0; index < silence; index += 1, this.end += 1) {
      this.left[this.end & this.mask] = 0;
      this.right[this.end & this.mask] = 0;
    }
    this.empty = false;
    this.smallest_ms = Infinity;
    this.marks = [];
  }

  #noticeSpare() {
    const spare = this.waiting_ms;
    this.spare_ms = Math.max(LEAST_SPARE_MS, this.spare_ms - LESS_EACH_PIECE_MS);
    // The least of late counts at once, more is believed slowly.
    const risen =
      this.smallest_ms === Infinity
        ? spare
        : this.smallest_ms + BELIEF * (spare - this.smallest_ms);
    this.smallest_ms = Math.min(spare, risen);
  }

  #skip() {
    this.at = this.end - Math.round((this.spare_ms + 100) * MS);
    this.smallest_ms = Infinity;
    this.#fadeIn(Math.floor(this.at));
  }

  #fadeIn(first) {
    for (let index = 0; index < EDGE; index += 1) {
      const place = (first + index) & this.mask;
      this.left[place] *= index / EDGE;
      this.right[place] *= index / EDGE;
    }
  }
}
