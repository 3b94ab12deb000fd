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


def measure(name, series, make):
    symmetric = steps = scaled = scaled_count = root = root_count = error = demand = 0.0
    pinball = pinball_count = 0.0
    seconds = 0.0
    forecast(make(4), 10 + np.arange(40.0) % 4 + np.arange(40.0) % 3, 3)  # compile before the clock runs
    for one in series:
        train, test = np.array(one["train"]), np.array(one["test"])
        model = make(one["season_length"])
        start = time.process_time()
        bands = forecast(model, train, len(test))
        seconds += time.process_time() - start
        mean = bands["mean"]
        if name in ("retail", "carparts"):
            mean = np.maximum(mean, 0)
        both = np.abs(test) + np.abs(mean)
        symmetric += (200 * np.abs(test - mean)[both > 0] / both[both > 0]).sum()
        steps += len(test)
        error += (mean - test).sum()
        demand += test.sum()
        scale = mean_step(train, one["season_length"], np.abs)
        if scale:
            scaled += np.abs(test - mean).mean() / scale
            scaled_count += 1
        scale = mean_step(train, 1, np.square)
        if scale:
            root += math.sqrt(np.square(test - mean).mean() / scale)
            root_count += 1
            if "lo-95" in bands:
                loss = [
                    np.maximum(p * (test - np.maximum(bands[key], 0)), (p - 1) * (test - np.maximum(bands[key], 0))).mean()
                    for key, p in QUANTILES.items()
                ]
                pinball += np.mean(loss) / math.sqrt(scale)
                pinball_count += 1
    return {
        "smape": symmetric / steps,
        "mase": scaled / max(scaled_count, 1),
        "rmsse": root / max(root_count, 1),
        "bias_pct": 100 * error / demand,
        "pinball": pinball / pinball_count if pinball_count else None,
        "ms": 1000 * seconds / len(series),
    }


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
        count, theirs = measured[name, peer]
        own = ours[name, model]
        line(f"{name} ({count}) statsforecast {peer}", theirs, f"{theirs['ms'] / own['ms']:.1f}")
        line(f"{name} ({count}) {model}", own)


main()
