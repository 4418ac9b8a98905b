// The page: loads the graph and the tokenizer that lie beside it, and shows what the tagger finds.

import * as ort from "./vendor/ort.wasm.min.mjs";
import { Tokenizer } from "./vendor/tokenizers.min.mjs";
import { Tagger } from "./tagger.js";

const text = document.getElementById("text");
const go = document.getElementById("go");
const status = document.getElementById("status");
const marked = document.getElementById("marked");

async function json(name) {
  const answer = await fetch(`model/${name}`);
  if (!answer.ok) throw new Error(`model/${name}: ${answer.status}. Build the page first: python web/build.py`);
  return answer.json();
}

async function load() {
  // Several threads need headers that a plain server of files does not send.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL("vendor/", location.href).href;
  const [tokenizer, settings, model] = await Promise.all(["tokenizer.json", "tokenizer_config.json", "model.json"].map(json));
  // ONNX Runtime's own fusions are slower here, as in the command line.
  const session = await ort.InferenceSession.create("model/graph.onnx", { graphOptimizationLevel: "basic" });
  return [new Tagger(ort, session, new Tokenizer(tokenizer, settings), model), model.colours];
}

function show(source, entities, colours) {
  marked.replaceChildren();
  let end = 0;
  for (const { start, end: stop, label, score } of entities) {
    const mark = document.createElement("mark");
    const name = document.createElement("b");
    name.textContent = label;
    mark.style.background = colours[label];
    mark.title = `${label}, score ${score.toFixed(4)}`;
    mark.append(source.slice(start, stop), "\u2060", name);
    marked.append(source.slice(end, start), mark);
    end = stop;
  }
  marked.append(source.slice(end));
}

try {
  const [tagger, colours] = await load();
  const annotate = async () => {
    go.disabled = true;
    const source = text.value;
    const began = performance.now();
    const progress = (share) => (status.textContent = `${Math.round(100 * share)} %`);
    const { entities, words } = await tagger.entities(source, progress);
    show(source, entities, colours);
    const seconds = (performance.now() - began) / 1000;
    status.textContent = `${words} words in ${seconds.toFixed(1)} s · ${Math.round(words / seconds)} words/s`;
    go.disabled = false;
  };
  window.tagger = tagger; // for tests and the curious
  go.addEventListener("click", annotate);
  await annotate();
} catch (error) {
  status.textContent = error.message;
  throw error;
}
