// From 8 kHz to the sound card's rate. Pure.
//
// A windowed sinc: 32 neighbours of each output sample, weighed by a table of 64 positions between
// two samples, with straight lines between the positions. Up to 3.4 kHz (the telephone's band)
// passes unchanged; what mirrors above 4.6 kHz is 75 dB down or more. A straight line between
// samples would leave the mirrors some 20 dB down: a voice with sand in it.

export const TAPS = 32;
const HALF = TAPS / 2;
const POSITIONS = 64;
const BETA = 7.5;

function bessel(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 30; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function weight(distance) {
  const edge = distance / HALF;
  if (Math.abs(edge) >= 1) return 0;
  const sinc = distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
  return (sinc * bessel(BETA * Math.sqrt(1 - edge * edge))) / bessel(BETA);
}

// Row p holds the weights for a point p/64 after a sample; one row more for the line to the next.
const TABLE = Float32Array.from({ length: (POSITIONS + 1) * TAPS }, (_, index) => {
  const position = Math.floor(index / TAPS) / POSITIONS;
  return weight((index % TAPS) - (HALF - 1) - position);
});

/** Samples after a point that must be there before it can be worked out. */
export const AHEAD = HALF;

/** The value of `ring` (its length is mask + 1, a power of two) at the absolute index `at`. */
export function valueAt(ring, mask, at) {
  const whole = Math.floor(at);
  const place = (at - whole) * POSITIONS;
  const row = Math.floor(place);
  const rest = place - row;
  let sum = 0;
  let table = row * TAPS;
  let index = whole - (HALF - 1);
  for (let tap = 0; tap < TAPS; tap += 1, index += 1, table += 1) {
    const here = TABLE[table];
    sum += ring[index & mask] * (here + rest * (TABLE[table + TAPS] - here));
  }
  return sum;
}
