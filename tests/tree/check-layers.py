#!/usr/bin/python3
"""Fails when a source file includes what its layer may not use. Usage: check-layers.py ROOT"""
import pathlib
import re
import sys

LIBC = """assert complex ctype errno fcntl float inttypes limits locale malloc math pthread signal stdalign stdarg stdatomic stdbool
stddef stdint stdio stdlib string strings sys/file sys/stat sys/statvfs sys/types sys/resource sys/mman sys/socket sys/wait poll time unistd""".split()
GLIB = ("glib.h", "glib-object.h", "gio/gio.h", "glib/gi18n.h", "glib/gstdio.h", "glib-unix.h")
# folder: (project folders, third-party headers) it may include
LAYERS = {
    "engine": (("engine",), ("meshoptimizer.h", "immintrin.h")),
    "io": (("engine", "io"), ("zlib.h", "png.h", "isa-l/crc.h", "isa-l/igzip_lib.h", "libdeflate.h", "emmintrin.h")),
    "case": (("engine", "io", "case"), GLIB + ("json-glib/json-glib.h", "sqlite3.h", "zip.h")),
    "render": (("engine", "render"), ("epoxy/gl.h", "epoxy/egl.h", "cglm/cglm.h")),
    "widgets": (("engine", "case", "render", "widgets"), GLIB + ("gtk/gtk.h", "epoxy/gl.h")),
    "app": (("engine", "io", "case", "render", "widgets", "app"), GLIB + ("gtk/gtk.h",)),
    "cli": (("engine", "io", "case", "cli"), GLIB + ("json-glib/json-glib.h",)),
}
# bregma-dicom, C++: nothing of ours but its own files
DICOM = re.compile(r"frames\.hpp|dcmtk/.*|openjpeg\.h|malloc\.h|sys/(prctl|resource|syscall)\.h|linux/(audit|filter|seccomp)\.h|c?[a-z]+")
NO_IO = re.compile(r"\b(fopen|fwrite|fread|v?f?printf|f?puts|f?putc|putchar|perror|open|read|write|getenv)\s*\(")


def check(path, layer, root):
    folders, third_party = LAYERS[layer]
    text = path.read_text()
    for name in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M):
        own = name.split("/")[0] in LAYERS
        allowed = name.split("/")[0] in folders if own else (
            name in third_party or name.removesuffix(".h") in LIBC or name == "brg-config.h")
        if not allowed:
            yield f"{path.relative_to(root)}: layer {layer} may not include {name}"
    if layer == "engine" and NO_IO.search(text):
        yield f"{path.relative_to(root)}: the engine does no input or output"


def check_dicom(path, root):
    for name in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.M):
        if not DICOM.fullmatch(name):
            yield f"{path.relative_to(root)}: bregma-dicom may not include {name}"


def main():
    root = pathlib.Path(sys.argv[1])
    faults = [fault for layer in LAYERS for path in sorted((root / "src" / layer).rglob("*.[ch]"))
              for fault in check(path, layer, root)]
    faults += [fault for path in sorted((root / "src" / "dicom").iterdir()) if path.name != "meson.build"
               for fault in check_dicom(path, root)]
    faults += [f"src/{p.name}: not a known layer" for p in sorted((root / "src").iterdir())
               if p.name not in LAYERS and p.name not in ("dicom", "meson.build")]
    print("\n".join(faults))
    sys.exit(bool(faults))


main()
