#!/usr/bin/env python3
"""What ptxas reports of the CUDA kernels, held to a table.

usage: resources.py [--update] --table resources.txt --nvcc NVCC REPORT.ptxas...

Fails on a spill or a stack frame in any kernel. Where the table was made by the same nvcc, it also fails when a kernel
uses more than MARGIN registers more or fewer than the table says, on any change of static shared memory, and on kernels
or architectures that only one of the two has. --update writes the table anew.
"""
import argparse
import re
import subprocess
import sys

MARGIN = 4  # registers: what small changes move about; 8 of them cost a block per multiprocessor at worst


def read_reports(paths):
    """{kernel: {architecture: (registers, static shared bytes)}}, and complaints."""
    kernels, complaints = {}, []
    for path in paths:
        kernel = architecture = None
        for line in open(path, encoding="utf-8"):
            if found := re.search(r"Compiling entry function '(\w+)' for '(sm_\w+)'", line):
                kernel, architecture = found.groups()
            elif found := re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", line):
                if any(int(number) for number in found.groups()):
                    complaints.append(f"{kernel} on {architecture}: {line.strip()}")
            elif found := re.search(r"Used (\d+) registers", line):
                shared = re.search(r"(\d+) bytes smem", line)
                kernels.setdefault(kernel, {})[architecture] = (
                    int(found.group(1)), int(shared.group(1)) if shared else 0)
    return kernels, complaints


def order(architecture):
    return int(re.search(r"\d+", architecture).group()), architecture


def write_table(kernels, version):
    architectures = sorted({a for uses in kernels.values() for a in uses}, key=order)
    width = max(len(kernel) for kernel in kernels)
    lines = [
        "# Registers of each CUDA kernel, by ptxas; +N: and N bytes of static shared memory. Made by",
        "#   tests/cuda/resources.py --update (docs/cuda.md); test CudaResources.",
        f"nvcc {version}",
        f"{'kernel':{width}} " + " ".join(f"{a:>7}" for a in architectures),
    ]
    for kernel in sorted(kernels):
        cells = []
        for architecture in architectures:
            use = kernels[kernel].get(architecture)
            cells.append("-" if use is None else f"{use[0]}" + (f"+{use[1]}" if use[1] else ""))
        lines.append(f"{kernel:{width}} " + " ".join(f"{cell:>7}" for cell in cells))
    return "\n".join(lines) + "\n"


def read_table(path):
    lines = [line for line in open(path, encoding="utf-8") if not line.startswith("#")]
    version = lines[0].split()[1]
    architectures = lines[1].split()[1:]
    kernels = {}
    for line in lines[2:]:
        kernel, *cells = line.split()
        for architecture, cell in zip(architectures, cells):
            if cell != "-":
                registers, _, shared = cell.partition("+")
                kernels.setdefault(kernel, {})[architecture] = (int(registers), int(shared or 0))
    return kernels, version


def compare(kernels, table):
    complaints = []
    for kernel in sorted(kernels.keys() | table.keys()):
        now, before = kernels.get(kernel, {}), table.get(kernel, {})
        for architecture in sorted(now.keys() | before.keys(), key=order):
            if architecture not in now or architecture not in before:
                where = "the table" if architecture not in before else "the build"
                complaints.append(f"{kernel} on {architecture}: not in {where}")
            elif abs(now[architecture][0] - before[architecture][0]) > MARGIN:
                complaints.append(f"{kernel} on {architecture}: {now[architecture][0]} registers, the table says "
                                  f"{before[architecture][0]}")
            elif now[architecture][1] != before[architecture][1]:
                complaints.append(f"{kernel} on {architecture}: {now[architecture][1]} bytes of static shared memory, the "
                                  f"table says {before[architecture][1]}")
    return complaints


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--table", required=True)
    parser.add_argument("--nvcc", required=True)
    parser.add_argument("reports", nargs="+")
    arguments = parser.parse_args()
    kernels, complaints = read_reports(arguments.reports)
    if not kernels:
        sys.exit("no kernels in the reports")
    answer = subprocess.run([arguments.nvcc, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"release [\d.]+, V([\d.]+)", answer).group(1)
    if arguments.update:
        with open(arguments.table, "w", encoding="utf-8") as file:
            file.write(write_table(kernels, version))
    table, table_version = read_table(arguments.table)
    if version == table_version:
        complaints += compare(kernels, table)
    else:
        print(f"nvcc is {version}, the table is of {table_version}: spills alone are looked for")
    for complaint in complaints:
        print(complaint)
    print(f"{len(kernels)} kernels, {sum(len(uses) for uses in kernels.values())} times compiled, "
          f"{len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
