#!/usr/bin/python3
"""Runs `bregma-cli eval` on folders of random implants and compares every score with scipy's, by the definitions of
the AutoImplant challenges. Usage: twin-eval.py BREGMA_CLI; speaks TAP."""
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from scipy import ndimage

CLI = sys.argv[1]
CASES = 70
ROLES = "predicted", "true", "defective"


def write_nrrd(path, mask, spacing):
    directions = " ".join(str(tuple(s if a == b else 0 for b in range(3))).replace(" ", "")
                          for a, s in enumerate(spacing))
    header = (f"NRRD0004\ntype: uint8\ndimension: 3\nspace: left-posterior-superior\n"
              f"sizes: {' '.join(map(str, mask.shape))}\nspace directions: {directions}\nencoding: raw\n"
              f"space origin: (0,0,0)\n\n")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(header.encode() + mask.astype("u1").tobytes(order="F"))


def blob(rng, shape, centre, radius):
    """A noisy ellipsoid that may be cut by the border."""
    grid = np.indices(shape).transpose(1, 2, 3, 0)
    solid = (((grid - centre) / radius) ** 2).sum(-1) < 1
    return solid & (rng.random(shape) < 0.97) | (rng.random(shape) < 0.0003)


def triple(number):
    """Prediction, truth, defective skull and spacing of a case; the first ones are the hard ones."""
    rng = np.random.default_rng(number)
    shape = rng.integers(1 if number % 9 == 0 else 12, 70, 3)
    spacing = np.round(rng.uniform(0.3, 3, 3), 3) if number % 4 else np.full(3, 0.5)
    centre, radius = rng.uniform(0, shape), rng.uniform(2, 14, 3)
    truth = blob(rng, shape, centre, radius)
    predicted = blob(rng, shape, centre + rng.uniform(-3, 3, 3), radius * rng.uniform(0.7, 1.3, 3))
    skull = np.abs((np.indices(shape).transpose(1, 2, 3, 0) - shape / 2) / shape * 2).max(-1) > rng.uniform(0.5, 0.95)
    skull &= ~truth
    if number in (0, 1):
        predicted[:] = False
    if number in (1, 2):
        truth[:] = False
    if number == 3:
        predicted[:], truth[:] = False, False
        predicted[0, 0, 0] = truth[-1, -1, -1] = True
    if number == 4:
        predicted = truth
    if number == 5:
        predicted[:] = truth[:] = True
    skull.flat[rng.integers(skull.size)] = True
    return predicted, truth, skull, spacing


def dice(a, b):
    total = a.sum() + b.sum()
    return 2 * (a & b).sum() / total if total else 1.0


def surface(mask):
    return mask ^ ndimage.binary_erosion(mask, ndimage.generate_binary_structure(3, 1), 1)


def expected(predicted, truth, skull, spacing):
    near = ndimage.distance_transform_edt(~skull, spacing) <= 10 * (1 + 1e-9)
    scores = [dice(predicted, truth), dice(predicted & near, truth & near)]
    if not predicted.any() or not truth.any():
        return scores + [math.nan, math.nan]
    a, b = surface(predicted), surface(truth)
    there = ndimage.distance_transform_edt(~b, spacing)[a]
    back = ndimage.distance_transform_edt(~a, spacing)[b]
    return scores + [max(there.max(), back.max()), np.percentile(np.hstack((there, back)), 95)]


def same(got, want):
    return got == want or math.isnan(got) and math.isnan(want) or abs(got - want) <= 1e-9


def main():
    with tempfile.TemporaryDirectory() as folder:
        root, wanted, voxels = pathlib.Path(folder), [], 0
        for number in range(CASES):
            *masks, spacing = triple(number)
            for role, mask in zip(ROLES, masks):
                write_nrrd(root / role / f"{number}.nrrd", mask, spacing)
            wanted.append(expected(*masks, spacing))
            voxels += masks[0].size
        run = subprocess.run([CLI, "eval", *(root / r for r in ROLES), "-o", root / "scores.csv", "--json"], check=True,
                             capture_output=True, text=True)
        rows = list(csv.reader((root / "scores.csv").open()))
        summary = json.loads(run.stdout)
    got = [[float(n) for n in row[1:]] for row in rows[1:]]
    columns = np.array(wanted)
    tests = [("header", rows[0] == ["case", "DSC", "bDSC", "HD", "HD95"]),
             ("cases in natural order", [row[0] for row in rows[1:]] == [str(n) for n in range(CASES)])]
    for c, name in enumerate(rows[0][1:]):
        wrong = [n for n in range(CASES) if not same(got[n][c], wanted[n][c])]
        tests.append((f"{name} of {CASES} cases, {voxels} voxels, wrong in {wrong}", not wrong))
    for c, key in enumerate(["dsc", "bdsc", "hd_mm", "hd95_mm"]):
        told = summary[key]
        numpy = [np.nanmean(columns[:, c]), np.nanmedian(columns[:, c]), np.nanstd(columns[:, c])]
        tests.append((f"summary of {key}", all(same(told[k], n) for k, n in zip(["mean", "median", "std"], numpy))
                      and told["n"] == np.isfinite(columns[:, c]).sum()))
    print(f"1..{len(tests)}")
    for number, (text, good) in enumerate(tests, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {text}")
    sys.exit(not all(good for _, good in tests))


main()
