"""Runs ONNX models in ONNX Runtime on one thread: run_onnx.py CASES.json

CASES.json: [{"model": path, "inputs": [{"name": ..., "shape": [...], "file": path}], "output": path}, ...]; files hold
float32, the output is written likewise.
"""
import json
import sys

import numpy
import onnxruntime


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sessions = {}
    for case in cases:
        path = case["model"]
        if path not in sessions:
            sessions[path] = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        inputs = {
            tensor["name"]: numpy.fromfile(tensor["file"], dtype=numpy.float32).reshape(tensor["shape"])
            for tensor in case["inputs"]
        }
        (painted,) = sessions[path].run(["painted"], inputs)
        painted.tofile(case["output"])


main()
