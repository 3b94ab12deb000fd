"""Measures statsforecast on series that `evaluate --export` wrote: the same errors, CPU seconds of one thread.

Arguments: the folder of the json lines, then SET:PEER:OURS pairs. The folder's file `ours` holds our own figures,
as `evaluate --summary` wrote them.
"""
import json
import math
import sys
import time
import warnings

import numpy as np
from statsforecast import models

warnings.filterwarnings("ignore")

MODELS = {
    "AutoETS": lambda m: models.AutoETS(season_length=m),
    "DynamicOptimizedTheta": lambda m: models.DynamicOptimizedTheta(season_length=m),
    "Theta": lambda m: models.Theta(season_length=m),
    "AutoARIMA": lambda m: models.AutoARIMA(season_length=m),
    "SESOpt": lambda m: models.SimpleExponentialSmoothingOptimized(),
    "HoltWinters": lambda m: models.HoltWinters(season_length=m),
    "CrostonSBA": lambda m: models.CrostonSBA(),
    "TSB": lambda m: models.TSB(alpha_d=0.1, alpha_p=0.1),
    "ADIDA": lambda m: models.ADIDA(),
    "IMAPA": lambda m: models.IMAPA(),
}
# Peers that this crate lacks: would a share of them make AUTO better?
MIXED = ("AutoARIMA",)
SHARE = 0.2
QUANTILES = {"lo-95": 0.025, "lo-80": 0.1, "hi-80": 0.9, "hi-95": 0.975}


def mean_step(values, lag, size):
    steps = size(values[lag:] - values[:-lag]) if len(values) > lag else np.array([])
    mean = steps.mean() if len(steps) else 0.0
    return mean if mean > 0 else None


def forecast(model, train, horizon):
    try:
        return model.forecast(train, h=horizon, level=[80, 95])
    except Exception:
        return model.forecast(train, h=horizon)


class Score:
    """Sums over series."""

    def __init__(self, name):
        self.is_demand = name in ("retail", "carparts")
        self.symmetric = self.steps = self.scaled = self.scaled_count = self.root = self.root_count = 0.0
        self.error = self.demand = self.pinball = self.pinball_count = 0.0

    def push(self, one, bands):
        train, test, mean = np.array(one["train"]), np.array(one["test"]), bands["mean"]
        if self.is_demand:
            mean = np.maximum(mean, 0)
        both = np.abs(test) + np.abs(mean)
        self.symmetric += (200 * np.abs(test - mean)[both > 0] / both[both > 0]).sum()
        self.steps += len(test)
        self.error += (mean - test).sum()
        self.demand += test.sum()
        scale = mean_step(train, one["season_length"], np.abs)
        if scale:
            self.scaled += np.abs(test - mean).mean() / scale
            self.scaled_count += 1
        scale = mean_step(train, 1, np.square)
        if scale:
            self.root += math.sqrt(np.square(test - mean).mean() / scale)
            self.root_count += 1
            if "lo-95" in bands:
                above = {p: test - np.maximum(bands[key], 0) for key, p in QUANTILES.items()}
                loss = [np.maximum(p * gap, (p - 1) * gap).mean() for p, gap in above.items()]
                self.pinball += np.mean(loss) / math.sqrt(scale)
                self.pinball_count += 1

    def figures(self):
        return {
            "smape": self.symmetric / self.steps,
            "mase": self.scaled / max(self.scaled_count, 1),
            "rmsse": self.root / max(self.root_count, 1),
            "bias_pct": 100 * self.error / self.demand,
            "pinball": self.pinball / self.pinball_count if self.pinball_count else None,
        }


def measure(name, series, make):
    """Figures of the peer, and of the mean of one part of the peer and four of AUTO."""
    alone, mixed, seconds = Score(name), Score(name), 0.0
    forecast(make(4), 10 + np.arange(40.0) % 4 + np.arange(40.0) % 3, 3)  # compile before the clock runs
    for one in series:
        train = np.array(one["train"])
        model = make(one["season_length"])
        start = time.process_time()
        bands = forecast(model, train, len(one["test"]))
        seconds += time.process_time() - start
        alone.push(one, bands)
        mixed.push(one, {"mean": SHARE * bands["mean"] + (1 - SHARE) * np.array(one["auto"])})
    ms = 1000 * seconds / len(series)
    return {**alone.figures(), "ms": ms}, {**mixed.figures(), "ms": ms}


def line(label, figures, ratio=""):
    loss = "-" if figures["pinball"] is None else f"{figures['pinball']:.4f}"
    print(
        f"{label:44} {figures['smape']:8.3f} {figures['mase']:8.4f} {figures['rmsse']:8.4f} "
        f"{figures['bias_pct']:8.2f} {loss:>8} {figures['ms']:9.4f} {ratio:>8}",
        flush=True,
    )


def main():
    folder, *pairs = sys.argv[1:]
    print(f"{'':44} {'sMAPE':>8} {'MASE':>8} {'RMSSE':>8} {'bias%':>8} {'pinball':>8} {'ms':>9} {'ratio':>8}")
    with open(f"{folder}/ours") as lines:
        ours = {(one["set"], one["model"]): one for one in map(json.loads, lines)}
    measured = {}
    for pair in pairs:
        name, peer, model = pair.split(":")
        if (name, peer) not in measured:
            with open(f"{folder}/{name}.jsonl") as lines:
                series = [json.loads(one) for one in lines]
            measured[name, peer] = len(series), measure(name, series, MODELS[peer])
        count, (theirs, mixed) = measured[name, peer]
        own = ours[name, model]
        line(f"{name} ({count}) statsforecast {peer}", theirs, f"{theirs['ms'] / own['ms']:.1f}")
        line(f"{name} ({count}) {model}", own)
        if peer in MIXED:
            line(f"{name} ({count}) a fifth of it, four of AUTO", mixed)


main()
