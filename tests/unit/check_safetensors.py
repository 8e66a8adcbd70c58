"""Checks that files are safetensors as the format's own library defines it: check_safetensors.py FILE|FOLDER...

With the standard library only, so that the tests need no package; where the safetensors package is installed, it must
open the files too. https://huggingface.co/docs/safetensors describes the format.
"""
import json
import math
import pathlib
import struct
import sys

try:
    import safetensors
except ImportError:
    safetensors = None

SIZES = {"F16": 2, "F32": 4}


def check(path):
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    text = content[8 : 8 + length]
    assert len(text) == length and length % 8 == 0, "header length"
    header = json.loads(text.decode("utf-8"))
    metadata = header.pop("__metadata__")
    assert all(isinstance(value, str) for value in metadata.values()), "metadata values are strings"
    graph = json.loads(metadata["graph"])
    position = 0
    for name, tensor in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = tensor["data_offsets"]
        size = SIZES[tensor["dtype"]]
        assert begin == position and begin % size == 0, f"{name}: begins at {begin}"
        assert end - begin == math.prod(tensor["shape"]) * size, f"{name}: length"
        position = end
    assert position == len(content) - 8 - length, "the tensors fill the file"
    names = {op["name"] + part for op in graph["ops"] if op["op"] == "conv2d" for part in (".weight", ".bias")}
    assert names == set(header), "one weight and one bias for each conv2d"
    if safetensors is not None:
        opened = safetensors.deserialize(content)
        assert {name for name, _ in opened} == set(header), "safetensors sees other tensors"


def main():
    files = []
    for argument in map(pathlib.Path, sys.argv[1:]):
        files += sorted(argument.glob("*.safetensors")) if argument.is_dir() else [argument]
    for path in files:
        try:
            check(path)
        except Exception as error:
            sys.exit(f"{path}: {error!r}")
    print(f"{len(files)} files, {'also' if safetensors else 'not'} opened by the safetensors package")
    if not files:
        sys.exit("no files")


main()
