// Text -> entities, as `annotate` finds them: words and sentences, pieces, windows, scores, the best valid tags, edges.
//
// Words and sentences come from plain rules, which are simpler than those of the command line (annotator/prepare/): they
// know few abbreviations, and nothing of marks such as HTML tags. All else follows annotator/prepare/encode.py,
// annotator/decode.py and annotator/edges.py. Offsets are UTF-16 units here, as everywhere in JavaScript.

const UNSPACED =
  "[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}" +
  "\\u3001-\\u3003\\u3008-\\u301F\\uFF01-\\uFF0F\\uFF1A-\\uFF20\\uFF3B-\\uFF40\\uFF5B-\\uFF65]";
const ELIDED =
  "(?<![\\p{L}\\p{M}])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|un|quest|quell|bell|sant|gl|[dn]ell|all|dall|sull|coll)" +
  "['’](?=\\p{L})";
const INNER = "(?<![\\p{L}\\p{N}])(?:\\p{L}{1,2}\\.){2,}"; // z.B., U.S., S.p.A.
const TITLES =
  "(?<![\\p{L}\\p{N}])(?:Dr|Prof|Mr|Mrs|Ms|St|Ste|Hr|Fr|Mme|Mlle|Inc|Ltd|Co|Corp|Jr|Sr|Nr|No|Mio|Mrd|ca|bzw|\\p{Lu})\\." +
  "(?=\\s+\\S)";
const EMOJI = "\\p{RI}\\p{RI}|\\p{Emoji_Presentation}[\\p{EMod}\\uFE0F]?(?:\\u200D\\p{Emoji}[\\p{EMod}\\uFE0F]?)*";
// The first alternative that matches is a word. Hyphens and apostrophes within words belong to them, as in PAN-X.
const NUMBER = `\\p{N}{1,2}\\.(?=\\s+\\p{L})|\\p{N}+(?:[.,:/]\\p{N}+)*(?:(?!${UNSPACED})[\\p{L}%])*`;
const LETTERS = `(?:(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}_])+`;
const WORD = new RegExp(
  [EMOJI, ELIDED, INNER, TITLES, "(?<=\\p{L})['’][sS](?![\\p{L}\\p{N}])", "\\.{2,}", `${UNSPACED}\\p{M}*`, NUMBER,
    `${LETTERS}(?:(?!['’][sS](?![\\p{L}\\p{N}]))[-‐'’&](?=[\\p{L}\\p{N}])${LETTERS})*`, "\\S"].join("|"),
  "giu",
);
const ENDS = /^(?:[.!?…。！？؟।]|\.{2,})$/u;
const CLOSES = /^[\p{Pe}\p{Pf}"'”’»」』]$/u;
const BLANK_LINE = /\n\s*\n/u;

/** The sentences of a text: lists of words, each {start, end, text}. */
export function sentences(text) {
  const found = [];
  let sentence = [];
  let ended = false;
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    const word = { start: match.index, end: match.index + match[0].length, text: match[0] };
    const gap = text.slice(end, word.start);
    const closes = ended && gap === "" && (CLOSES.test(word.text) || ENDS.test(word.text));
    const goesOn = ended && gap === " " && /^\p{Ll}/u.test(word.text) && sentence.at(-2)?.text.length <= 4;
    if (sentence.length && ((ended && !closes && !goesOn && !/^[,;:]$/u.test(word.text)) || BLANK_LINE.test(gap))) {
      found.push(sentence);
      sentence = [];
      ended = false;
    }
    sentence.push(word);
    ended = closes || ENDS.test(word.text);
    end = word.end;
  }
  if (sentence.length) found.push(sentence);
  return found;
}

// Roles of words: see annotator/prepare/roles.py.
const NOT_FIRST = 1, NOT_LAST = 2, OPENING = 4, CLOSING = 8, SEPARATOR = 16;
const QUOTE = OPENING | CLOSING;

function role(word) {
  if (/^\p{L}/u.test(word)) return 0;
  if (/^(?:[|;¦‖│┃║；｜]+|[•‣▪●◦■►])$/u.test(word)) return SEPARATOR;
  if (/^(?:["'`´‘’‚‛“”„‟«»‹›＂＇]+|[「『」』])$/u.test(word)) return NOT_FIRST | NOT_LAST | QUOTE;
  if (/^\p{Ps}+$/u.test(word)) return NOT_FIRST | NOT_LAST | OPENING;
  if (/^\p{Pe}+$/u.test(word)) return NOT_FIRST | NOT_LAST | CLOSING;
  if (/^(?:[.!?…‽]+|[′″])$/u.test(word)) return NOT_FIRST;
  return /^[\p{P}<>=~^|·]+$/u.test(word) && !/[#@%‰§٪]/u.test(word) ? NOT_FIRST | NOT_LAST : 0;
}

function isPaired(roles, own, side) {
  const kind = own & QUOTE;
  const kinds = roles.map((one) => one & QUOTE);
  if (kind === QUOTE) return kinds.filter((one) => one === QUOTE).length % 2 === 0;
  if (kind !== side) return false;
  const count = (wanted) => kinds.filter((one) => one === wanted).length;
  return count(QUOTE - side) >= count(side);
}

/** The words [first, end) that are left of an entity once punctuation is taken off its edges. */
function withinEdges(roles) {
  let first = 0, end = roles.length;
  while (first < end) {
    const head = roles[first], last = roles[end - 1], own = roles.slice(first, end);
    if (head & NOT_FIRST && !(isPaired(own, head, OPENING) && !(last & CLOSING))) first += 1;
    else if (last & NOT_LAST && !isPaired(own, last, CLOSING)) end -= 1;
    else break;
  }
  return [first, end];
}

/** The most probable sequence of tags that the grammar of IOB2 allows (Viterbi), from rows of log-probabilities. */
export function bestTags(rows, tags) {
  const follows = (a, b) => !tags[b].startsWith("I-") || (a >= 0 && tags[a].slice(1) === tags[b].slice(1)) ||
    (a >= 0 && tags[a] === `B-${tags[b].slice(2)}`);
  let total = tags.map((_, b) => (follows(-1, b) ? rows[0][b] : -Infinity));
  const back = [];
  for (const row of rows.slice(1)) {
    const from = tags.map((_, b) => {
      let best = -1;
      for (let a = 0; a < tags.length; a++) if (follows(a, b) && (best < 0 || total[a] > total[best])) best = a;
      return best;
    });
    back.push(from);
    total = from.map((a, b) => total[a] + row[b]);
  }
  const path = [total.indexOf(Math.max(...total))];
  for (const from of back.reverse()) path.unshift(from[path[0]]);
  return path;
}

/** The probability that an entity of this label and score is right: see annotator/calibration.py. */
export function calibrated({ curves, common }, label, score) {
  const weights = (curves[label] ?? common)?.weights;
  if (!weights) return score;
  const [a, b, c] = weights;
  const within = Math.min(Math.max(score, 1e-4), 1 - 1e-4);
  return 1 / (1 + Math.exp(-(a * Math.log(within) - b * Math.log1p(-within) + c)));
}

/** The score of an entity before calibration, from the probabilities of its tags, and of its ending after them. */
function raw(kind, own, ends) {
  if (kind === "minimum") return Math.min(...own, ends);
  if (kind === "product") return own.reduce((product, one) => product * one, ends);
  return own.reduce((sum, one) => sum + one, 0) / own.length;
}

/** Finds entities with a graph of ONNX Runtime (`session`), a tokenizer and what `model.json` says of the model. */
export class Tagger {
  constructor(ort, session, tokenizer, { tags, pieces, calibration }) {
    Object.assign(this, { ort, session, tokenizer, tags, maxPieces: pieces, calibration, known: new Map() });
  }

  /** The entities of a text: {start, end, label, score}. */
  async entities(text, onProgress = () => {}) {
    const found = [];
    const all = sentences(text);
    for (const [number, sentence] of all.entries()) {
      found.push(...this.decode(sentence, await this.scores(sentence)));
      onProgress((number + 1) / all.length);
    }
    return { entities: found, words: all.reduce((sum, one) => sum + one.length, 0) };
  }

  pieces(word) {
    if (!this.known.has(word)) {
      const ids = this.tokenizer.encode(word.slice(0, 1000), { add_special_tokens: false }).ids;
      this.known.set(word, Array.from(ids, Number));
    }
    return this.known.get(word);
  }

  /** Log-probabilities of each word's tags; null for a word without pieces. Long sentences go through windows. */
  async scores(sentence) {
    const room = this.maxPieces - 2;
    const pieces = sentence.map(({ text }) => this.pieces(text).slice(0, room >> 2));
    const rows = sentence.map(() => null);
    const margins = sentence.map(() => -1);
    let first = 0;
    for (;;) {
      const ids = [0], heads = [], words = [];
      let end = first;
      for (; end < pieces.length && ids.length - 1 + pieces[end].length <= room; end++) {
        if (pieces[end].length) {
          heads.push(ids.length);
          words.push(end);
          ids.push(...pieces[end]);
        }
      }
      if (words.length) {
        const scores = await this.run([...ids, 2], heads);
        words.forEach((word, i) => {
          // A word is scored in the window where it is farthest from an edge.
          const margin = Math.min(first ? heads[i] : Infinity, end < pieces.length ? ids.length - heads[i] : Infinity);
          if (margin > margins[word]) {
            margins[word] = margin;
            rows[word] = scores[i];
          }
        });
      }
      if (end >= pieces.length) return rows;
      // The next window overlaps this one by a quarter.
      let overlap = 0;
      first = end;
      while (overlap + pieces[first - 1].length <= room >> 2) overlap += pieces[--first].length;
    }
  }

  async run(ids, heads) {
    const tensor = (values, shape) => new this.ort.Tensor("int64", BigInt64Array.from(values, BigInt), shape);
    const { scores } = await this.session.run({
      ids: tensor(ids, [1, ids.length]), lengths: tensor([ids.length], [1]), heads: tensor(heads, [1, heads.length]),
    });
    const width = this.tags.length;
    return heads.map((_, i) => Array.from(scores.data.subarray(i * width, (i + 1) * width)));
  }

  /** The entities of a sentence. Separators are outside any entity, and the best tags are sought on each side of them. */
  decode(sentence, scores) {
    const outside = this.tags.map((tag) => (tag === "O" ? 0 : -Infinity));
    const roles = sentence.map(({ text }) => role(text));
    const rows = scores.map((row, i) => (row && !(roles[i] & SEPARATOR) ? row : outside));
    const path = bestTags(rows, this.tags);
    const found = [];
    for (let i = 0; i < path.length; i++) {
      if (!this.tags[path[i]].startsWith("B-")) continue;
      let end = i + 1;
      while (end < path.length && this.tags[path[end]].startsWith("I-")) end++;
      const [first, stop] = withinEdges(roles.slice(i, end));
      if (first < stop) {
        const own = Array.from({ length: stop - first }, (_, k) => Math.exp(rows[i + first + k][path[i + first + k]]));
        const label = this.tags[path[i]].slice(2);
        const ends = end < path.length ? 1 - Math.exp(rows[end][this.tags.indexOf(`I-${label}`)]) : 1;
        const score = calibrated(this.calibration, label, raw(this.calibration.score, own, ends));
        found.push({ start: sentence[i + first].start, end: sentence[i + stop - 1].end, label, score });
      }
    }
    return found;
  }
}
