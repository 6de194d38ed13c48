"""How fast texts are tagged, beside what else could do it.

    python bench/tagging.py [--texts 256] [--peer-python PATH]

``--peer-python`` names a Python that has torch and transformers (and SnowNLP, if it shall be
measured); without it the peers that this Python lacks are left out. Every candidate reads the same
texts in a process of its own. Prints a table and writes bench/results/tagging.json.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results" / "tagging.json"
OURS = {"the tagger in use": None, "the linear tagger": "baseline"}
PEERS = {
    "BERT-base pipeline, one by one": "bert-1",
    "BERT-base pipeline, batches of 32": "bert-32",
    "SnowNLP": "snownlp",
}
ROUNDS = 3
"""Processes of ours; the middle one counts. Peers are slow and even: one is enough."""

Run = Callable[[Sequence[str]], Any]


def ours(model: str | None) -> Run:
    """All heads of a tagger of ours, as ``gongsheng tag`` calls it."""
    from nlp.tagger import open_tagger

    return open_tagger(model).tag


def bert(batch: int) -> Run:
    """A text-classification pipeline on a model shaped like BERT-base; its weights are random.

    Random weights cost what trained ones cost. The vocabulary is made of single characters, as that
    of Chinese BERT mostly is, so texts have as many pieces.
    """
    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        BertTokenizerFast,
        TextClassificationPipeline,
    )

    torch.manual_seed(0)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    characters = [chr(code) for code in [*range(33, 127), *range(0x3000, 0x3020),
                                         *range(0x4E00, 0x9FA6)]]  # fmt: skip
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters][:21_128]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vocab.txt"
        path.write_text("\n".join(vocabulary) + "\n", "utf-8")
        tokenizer = BertTokenizerFast(vocab_file=str(path), vocab=str(path), model_max_length=512)
    model = BertForSequenceClassification(BertConfig(vocab_size=21_128, num_labels=3)).eval()
    pipeline = TextClassificationPipeline(model=model, tokenizer=tokenizer, device="cpu")
    return lambda texts: pipeline(list(texts), batch_size=batch, truncation=True)


def snownlp() -> Run:
    """The sentiment of SnowNLP."""
    from snownlp import SnowNLP

    return lambda texts: [SnowNLP(text).sentiments for text in texts]


def candidate(name: str) -> Run:
    """Make a candidate ready."""
    if name == "snownlp":
        return snownlp()
    if name.startswith("bert-"):
        return bert(int(name.removeprefix("bert-")))
    return ours(None if name == "ours" else name)


def measure_here(name: str) -> None:
    """Measure a candidate in this process; texts come as JSON on stdin, figures go to stdout."""
    texts: list[str] = json.loads(sys.stdin.read())
    try:
        run = candidate(name)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    run(["工会的热线一直没人接,到底还管不管我们"])
    first = time.time()
    run(texts[:8])
    start, cpu = time.perf_counter(), time.process_time()
    said = run(texts)
    seconds = time.perf_counter() - start
    assert len(said) == len(texts)
    cpu = time.process_time() - cpu
    print(json.dumps({"first": first, "seconds": seconds, "cpu_seconds": cpu}))


def measure(name: str, python: str, texts: Sequence[str]) -> dict[str, Any] | None:
    """Measure a candidate in a process of its own; None where its package is missing."""
    start = time.time()
    command = [python, str(Path(__file__).resolve()), "--candidate", name]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(texts))
        child.stdin.close()
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{name} ended with {child.returncode}")
    found = json.loads(output.splitlines()[-1])
    if "missing" in found:
        print(f"{name}: left out ({found['missing']})", file=sys.stderr)
        return None
    return {
        "posts_per_second": round(len(texts) / found["seconds"], 1),
        "posts_per_cpu_second": round(len(texts) / found["cpu_seconds"], 1),
        "first_tag_seconds": round(found["first"] - start, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }


def middle(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The middle of several runs, figure by figure."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def sample(count: int) -> list[str]:
    """Texts to tag: those of the labelled examples, which are like members' comments."""
    from nlp.similar import examples

    return [example.text for example in examples()[:count]]


def main() -> None:
    """Measure every candidate."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--texts", type=int, default=256)
    said.add_argument("--peer-python", default=sys.executable)
    said.add_argument("--candidate", help=argparse.SUPPRESS)
    options = said.parse_args()
    if options.candidate:
        measure_here(options.candidate)
        return
    texts = sample(options.texts)
    found: dict[str, dict[str, Any]] = {}
    for label, model in OURS.items():
        runs = [measure(model or "ours", sys.executable, texts) for _ in range(ROUNDS)]
        found[label] = middle([run for run in runs if run is not None])
    for label, name in PEERS.items():
        peer = measure(name, options.peer_python, texts)
        if peer is not None:
            found[label] = peer
    slowest = found.get("BERT-base pipeline, one by one")
    for one in found.values():
        one["times_bert"] = (
            round(one["posts_per_second"] / slowest["posts_per_second"], 1) if slowest else None
        )
    result = {
        "texts": len(texts),
        "characters": sum(map(len, texts)),
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "candidates": found,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print("| tagger | posts/s | posts/CPU s | times BERT | first tag, s | peak MB |")
    print("|---|---|---|---|---|---|")
    for label, one in found.items():
        print(
            f"| {label} | {one['posts_per_second']:,} | {one['posts_per_cpu_second']:,} "
            f"| {one['times_bert'] or ''} | {one['first_tag_seconds']} | {one['peak_mb']} |"
        )


if __name__ == "__main__":
    main()
