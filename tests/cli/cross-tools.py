#!/usr/bin/python3
"""Makes a triple of the sample and reads it back with tools that are not ours: teem's unu must read every mask,
admesh must find every surface closed, outward and of the volume of its mask within 1 %.
Needs Debian's teem-apps and admesh. Usage: cross-tools.py BREGMA_CLI SCAN.nrrd; speaks TAP."""
import gzip
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

CLI, SAMPLE = sys.argv[1:3]
UNU, ADMESH = shutil.which("teem-unu") or "unu", "admesh"


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True, errors="replace").stdout


def voxels(path):
    header, data = path.read_bytes().split(b"\n\n", 1)
    return gzip.decompress(data) if b"encoding: gzip" in header else data


def check_mask(path, folder):
    """Voxels in the mask, or an error: unu must decode the same bytes as gzip does."""
    raw = folder / "raw.nrrd"
    run(UNU, "save", "-f", "nrrd", "-e", "raw", "-i", str(path), "-o", str(raw))
    head = run(UNU, "head", str(path))
    ours, theirs = voxels(path), voxels(raw)
    good = ours == theirs and "space: left-posterior-superior" in head and set(ours) <= {0, 1}
    return good, ours.count(1)


def number(text, label):
    return float(re.search(label + r"\s*:\s*(-?[\d.]+)", text).group(1))


def check_surface(path, mask_mm3):
    """admesh must have nothing to repair; its volume is signed by the winding."""
    text = run(ADMESH, str(path))
    repairs = ["Degenerate facets", "Edges fixed", "Facets removed", "Facets added", "Facets reversed",
               "Backwards edges", "Normals fixed"]
    before = re.search(r"Total disconnected facets\s*:\s*(\d+)\s+(\d+)", text)
    faults = [label for label in repairs if number(text, label) != 0]
    faults += [] if before and before.group(1) == "0" else ["open"]
    volume = number(text, "Volume")
    faults += [] if abs(volume - mask_mm3) <= 0.01 * mask_mm3 else [f"volume {volume} of {mask_mm3}"]
    return not faults, ", ".join(faults)


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run(CLI, "segment", SAMPLE, "-o", name + "/skull.nrrd", "-q")
        run(CLI, "defect", name + "/skull.nrrd", "-o", name + "/out", "-q")
        masks = sorted(path for path in (folder / "out").rglob("*.nrrd") if "edits" not in path.name)
        print(f"1..{2 * len(masks)}")
        for n, path in enumerate(masks):
            good, count = check_mask(path, folder)
            print(f"{'ok' if good else 'not ok'} {2 * n + 1} - unu reads {path.name}, {count} voxels")
            sound, faults = check_surface(path.with_suffix(".stl"), count)  # voxels of the sample are 1 mm3
            print(f"{'ok' if sound else 'not ok'} {2 * n + 2} - admesh on {path.stem}.stl {faults}")
            failed += (not good) + (not sound)
    sys.exit(bool(failed or not masks))


main()
