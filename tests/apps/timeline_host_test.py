"""The sample host for backends outside the command buffer: whatever paints, the picture is the same.

usage: timeline_host_test.py PROGRAM STYLE FOLDER BACKEND...   (the first backend is what the others are compared with)

Exits with 77 where this machine's device has no such backend.
"""
import os
import subprocess
import sys


def paint(program, style, folder, backend):
    path = os.path.join(folder, backend + ".ppm")
    result = subprocess.run([program, style, path, backend], capture_output=True, text=True, timeout=200)
    if result.returncode == 1 and "this device cannot paint" in result.stderr:
        print(f"SKIPPED: {result.stderr.strip()}")
        sys.exit(77)
    if result.returncode != 0:
        sys.exit(f"{backend}: {result.returncode} {result.stderr}")
    with open(path, "rb") as file:
        data = file.read()
    assert data.startswith(b"P6 128 72 255\n"), backend
    pixels = data[len(b"P6 128 72 255\n"):]
    assert len(pixels) == 128 * 72 * 3, backend
    return pixels


program, style, folder, *backends = sys.argv[1:]
expected = paint(program, style, folder, backends[0])
if len(set(expected)) < 20:
    sys.exit("the picture is all but empty")
for backend in backends[1:]:
    painted = paint(program, style, folder, backend)
    # Painted in place six times over, in fp16 and in fp32: what differs grows from time to time, in some styles tenfold.
    mean = sum(abs(a - b) for a, b in zip(expected, painted)) / len(expected)
    print(f"{backend}: mean difference {mean:.3f} of 255")
    if mean > 1.5:
        sys.exit(f"{backend} paints another picture")
wrong = subprocess.run([program, style, os.path.join(folder, "none.ppm"), "brush"], capture_output=True, text=True)
assert wrong.returncode == 2 and wrong.stderr.startswith("usage:"), wrong
