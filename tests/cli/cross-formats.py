#!/usr/bin/python3
"""Scans that VTK writes as NIfTI and MetaImage, read by `bregma-cli segment`: every voxel must be where VTK put it.
Usage: cross-formats.py BREGMA_CLI; speaks TAP; skipped where VTK for Python is not installed."""
import gzip
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

try:
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk
except ImportError:
    print("1..0 # SKIP no VTK for Python")
    sys.exit(0)

CLI = sys.argv[1]
SPACING, ORIGIN, LEVEL = (0.5, 0.75, 2.25), (-10.5, 20.25, 300.0), 60
TYPES = {"int16": vtk.VTK_SHORT, "uint8": vtk.VTK_UNSIGNED_CHAR, "int32": vtk.VTK_INT, "float32": vtk.VTK_FLOAT,
         "float64": vtk.VTK_DOUBLE, "uint16": vtk.VTK_UNSIGNED_SHORT}
# name, compressed, what the axes of the file do to x and y of LPS: NIfTI counts towards the right and the front
FILES = [("s.nii", False, -1), ("s.nii.gz", True, -1), ("s.hdr", False, -1), ("s.mha", False, 1), ("c.mha", True, 1),
         ("s.mhd", False, 1), ("c.mhd", True, 1)]


def image_of(volume, kind):
    image = vtk.vtkImageData()
    image.SetDimensions(*volume.shape)
    image.SetSpacing(*SPACING)
    image.SetOrigin(*ORIGIN)
    image.GetPointData().SetScalars(numpy_to_vtk(volume.ravel(order="F"), deep=1, array_type=kind))
    return image


def write(image, path, compressed):
    is_nifti = path.suffix not in (".mha", ".mhd")
    writer = vtk.vtkNIFTIImageWriter() if is_nifti else vtk.vtkMetaImageWriter()
    writer.SetFileName(str(path))
    if not is_nifti:
        writer.SetCompression(compressed)
    if path.suffix == ".mhd":
        writer.SetRAWFileName(str(path.with_suffix(".zraw" if compressed else ".raw")))
    writer.SetInputData(image)
    writer.Write()


def read_mask(path):
    """Voxels in the order of the file, the steps of its axes and its first voxel."""
    header, data = path.read_bytes().split(b"\n\n", 1)
    fields = dict(line.split(": ", 1) for line in header.decode().split("\n")[1:])
    vectors = [[float(c) for c in v.strip("()").split(",")] for v in
               fields["space directions"].split() + [fields["space origin"]]]
    sizes = [int(n) for n in fields["sizes"].split()]
    return np.frombuffer(gzip.decompress(data), "u1").reshape(sizes, order="F"), np.array(vectors)


def check(folder, volume, kind, name, compressed, sign):
    path, out = folder / name, folder / "mask.nrrd"
    write(image_of(volume, kind), path, compressed)
    subprocess.run([CLI, "segment", str(path), "-o", str(out), "--threshold", str(LEVEL), "--keep", "all", "-q"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    mask, vectors = read_mask(out)
    signs = np.array([sign, sign, 1])
    expected = np.vstack([np.diag(np.array(SPACING) * signs), np.array(ORIGIN) * signs])
    return (mask == (volume >= LEVEL)).all() and np.abs(vectors - expected).max() < 1e-4


def main():
    failed = 0
    random = np.random.default_rng(5)
    print(f"1..{len(TYPES) * len(FILES)}")
    with tempfile.TemporaryDirectory() as name:
        for t, (dtype, kind) in enumerate(TYPES.items()):
            volume = random.integers(0, 120, (7, 6, 5)).astype(dtype)
            for f, file in enumerate(FILES):
                good = check(pathlib.Path(name), volume, kind, *file)
                print(f"{'ok' if good else 'not ok'} {t * len(FILES) + f + 1} - {file[0]} of {dtype}")
                failed += not good
    sys.exit(bool(failed))


main()
