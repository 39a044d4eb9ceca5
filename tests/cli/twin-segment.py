#!/usr/bin/python3
"""Runs `bregma-cli segment` and compares every voxel with an independent implementation in numpy and scipy.
Usage: twin-segment.py BREGMA_CLI SCAN.nrrd; speaks TAP."""
import gzip
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from scipy import ndimage

CLI, SAMPLE = sys.argv[1:3]
TYPES = {"short": "<i2", "int16": "<i2", "uint8": "u1", "unsigned char": "u1"}


def read_nrrd(path):
    """Voxels indexed [x, y, z] in the order of the file, and its header fields."""
    header, data = pathlib.Path(path).read_bytes().split(b"\n\n", 1)
    fields = dict(line.split(": ", 1) for line in header.decode().split("\n")[1:] if ": " in line)
    if fields["encoding"] in ("gzip", "gz"):
        data = gzip.decompress(data)
    sizes = [int(n) for n in fields["sizes"].split()]
    return np.frombuffer(data, TYPES[fields["type"]]).reshape(sizes, order="F"), fields


def write_nrrd(path, volume, directions, origin, space):
    header = (f"NRRD0004\ntype: short\ndimension: 3\nspace: {space}\nsizes: {' '.join(map(str, volume.shape))}\n"
              f"space directions: {directions}\nendian: little\nencoding: raw\nspace origin: {origin}\n\n")
    pathlib.Path(path).write_bytes(header.encode() + volume.astype("<i2").tobytes(order="F"))


def spacing_of(fields):
    vectors = [v.strip("()").split(",") for v in fields["space directions"].split()]
    return [math.sqrt(sum(float(c) ** 2 for c in v)) for v in vectors]


def largest(mask, connectivity):
    order = {6: 1, 18: 2, 26: 3}[connectivity]
    labels, n = ndimage.label(mask, ndimage.generate_binary_structure(3, order))
    sizes = np.bincount(labels.ravel(order="F"))
    sizes[0] = 0
    best = np.flatnonzero(sizes == sizes.max())
    return labels == best[0] if n else mask


def median(mask, mm, spacing):
    """3D Slicer's: a box clipped at the border, out = 1 iff 2 * count > valid voxels."""
    count, valid = mask.astype(float), np.ones(mask.shape)
    for axis, step in enumerate(spacing):
        size = max(1, int(math.floor((mm / step + 1) / 2 + 0.5)) * 2 - 1)
        count = ndimage.correlate1d(count, np.ones(size), axis, mode="constant")
        valid = ndimage.correlate1d(valid, np.ones(size), axis, mode="constant")
    return 2 * count > valid


def fill(mask, limit, structure):
    """Background components that stay off the border and have at most `limit` voxels become foreground."""
    labels, _ = ndimage.label(~mask, structure)
    sizes = np.bincount(labels.ravel())
    edge = np.zeros(len(sizes), bool)
    for axis in range(mask.ndim):
        for end in (0, -1):
            edge[np.unique(labels.take(end, axis))] = True
    good = ~edge & (sizes <= limit)
    good[0] = False
    return mask | good[labels]


def fill_slices(mask, mm2, spacing):
    """Per axial slice; the third axis of the file is the axial one in what this is used on."""
    limit = mm2 / (spacing[0] * spacing[1])
    out = mask.copy()
    for k in range(mask.shape[2]):
        out[:, :, k] = fill(mask[:, :, k], limit, np.ones((3, 3)))
    return out


def close(mask, mm, spacing):
    pad = [int(mm / s) + 2 for s in spacing]
    wide = np.pad(mask, [(p, p) for p in pad])
    grown = ndimage.distance_transform_edt(~wide, spacing) <= mm * (1 + 1e-12)
    shrunk = ndimage.distance_transform_edt(grown, spacing) > mm * (1 + 1e-12)
    return shrunk[tuple(slice(p, -p) for p in pad)]


def margin(mask, mm, spacing):
    """What is off the grid counts as background."""
    wide = np.pad(mask, 1)
    if mm > 0:
        out = ndimage.distance_transform_edt(~wide, spacing) <= mm * (1 + 1e-12)
    else:
        out = ndimage.distance_transform_edt(wide, spacing) > -mm * (1 + 1e-12)
    return out[1:-1, 1:-1, 1:-1]


def open_by(mask, mm, spacing):
    return margin(margin(mask, -mm, spacing), mm, spacing)


def segment(scan, *options):
    with tempfile.TemporaryDirectory() as folder:
        out = folder + "/skull.nrrd"
        subprocess.run([CLI, "segment", scan, "-o", out, "--quiet", *options], check=True)
        return read_nrrd(out)


def cases(scan):
    """(options, expected mask) pairs; what is shared is computed once."""
    volume, fields = read_nrrd(scan)
    spacing = spacing_of(fields)
    bone = volume >= 150
    six = largest(bone, 6)
    yield [], six
    yield ["--keep", "all"], bone
    yield ["--connectivity", "18"], largest(bone, 18)
    yield ["--connectivity", "26"], largest(bone, 26)
    yield ["--threshold", "200:900"], largest((volume >= 200) & (volume <= 900), 6)
    yield ["--median", "2"], median(six, 2, spacing)
    four = median(six, 4, spacing)
    yield ["--median", "4"], four
    yield ["--median", "4", "--keep-again"], largest(four, 6)
    yield ["--fill-area", "60"], fill_slices(six, 60, spacing)
    yield ["--fill-volume", "500"], fill(six, 500 / np.prod(spacing), np.ones((3, 3, 3)))
    closed = close(six, 2, spacing)
    yield ["--close", "2"], closed
    yield ["--open", "1"], open_by(six, 1, spacing)
    yield ["--margin", "2.3"], margin(six, 2.3, spacing)
    yield ["--margin=-1"], margin(six, -1, spacing)
    yield ["--close", "2", "--open", "1.2", "--margin", "0.7"], margin(open_by(closed, 1.2, spacing), 0.7, spacing)
    lo, hi = [20, 10, 30], [190, 231, 140]
    box = tuple(slice(a, b) for a, b in zip(lo, hi))
    crop = ",".join(f"{a}:{b}" for a, b in zip(lo, hi))
    yield ["--crop", crop], largest(bone[box], 6)


def odd_scan(path):
    """A noisy phantom whose file axes are posterior-to-anterior, inferior, left, of three spacings."""
    rng = np.random.default_rng(3)
    shape = (37, 65, 50)
    grid = np.indices(shape)
    radius = np.sqrt(sum(((g - (n - 1) / 2) / (n * 0.4)) ** 2 for g, n in zip(grid, shape)))
    volume = np.where(np.abs(radius - 0.9) < 0.12, 400, -200) + rng.integers(-300, 300, shape)
    write_nrrd(path, volume, "(0,-1.5,0) (0,0,-0.75) (0.9,0,0)", "(-30,40,60)", "left-posterior-superior")


def odd_cases(path):
    volume, fields = read_nrrd(path)
    spacing = spacing_of(fields)
    bone = volume >= 150
    yield ["--keep", "all"], bone
    yield [], largest(bone, 6)
    yield ["--keep", "all", "--median", "4"], median(bone, 4, spacing)


def main():
    with tempfile.TemporaryDirectory() as folder:
        odd = folder + "/odd.nrrd"
        odd_scan(odd)
        tests = [(SAMPLE, *c) for c in cases(SAMPLE)] + [(odd, *c) for c in odd_cases(odd)]
        failed = 0
        print(f"1..{len(tests)}")
        for number, (scan, options, expected) in enumerate(tests, 1):
            mask, fields = segment(scan, *options)
            wrong = int((mask.astype(bool) != expected).sum()) if mask.shape == expected.shape else -1
            same_axes = "--crop" in options or fields["sizes"] == " ".join(map(str, expected.shape))
            good = wrong == 0 and same_axes and set(np.unique(mask)) <= {0, 1}
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {pathlib.Path(scan).stem} {' '.join(options)}: "
                  f"{int(expected.sum())} voxels, {wrong} differ", flush=True)
    sys.exit(bool(failed))


main()
