// Lines `time: value` of a text, as mien/systems/timeline.py reads them: 1.5, 1:30 or 1m30s, and # for a comment.

import { language } from "./frame.js";

const NUMBER = /^([0-9]*\.?[0-9]+|[0-9]+\.)\s*:\s*(?![0-9])(.+)$/;
const CLOCK = /^(?:([0-9]+):)?([0-9]+):([0-5][0-9](?:\.[0-9]*)?)\s*:\s*(.+)$/;
const UNITS = /^(?:([0-9]+)h)?(?:([0-9]+)m(?:in)?)?(?:([0-9]+(?:\.[0-9]*)?)s)?\s*:\s*(.+)$/;

/** The time in seconds of a line and what follows it; null where it has none. */
export function timed(line) {
  const plain = NUMBER.exec(line);
  if (plain) return { time: Number(plain[1]), rest: plain[2].trim() };
  const found = CLOCK.exec(line) ?? (/^[0-9]/.test(line) ? UNITS.exec(line) : null);
  if (!found) return null;
  const [, hours = 0, minutes = 0, seconds = 0, rest] = found;
  return { time: 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds), rest: rest.trim() };
}

/** The lines of a text that say something, with their number, from 1 on. */
export const linesOf = (text) =>
  text.split("\n").map((line, index) => ({ n: index + 1, text: line.split("#")[0].trim() })).filter((one) => one.text);

/** A time in seconds as the reader writes it. */
export const shown = (time) => time.toLocaleString(language, { maximumFractionDigits: 2 });
