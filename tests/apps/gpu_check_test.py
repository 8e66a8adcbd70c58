"""scripts/gpu-check where there is no GPU: gpu_check_test.py SCRIPT BUILD-DIR"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT, BUILD = sys.argv[1:3]


def check(out, *arguments):
    result = subprocess.run(
        [SCRIPT, "--dry-run", "--build", BUILD, *arguments, out], capture_output=True, text=True, timeout=600
    )
    with open(os.path.join(out, "summary.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return result, {row[2]: row for row in rows}


class GpuCheck(unittest.TestCase):
    def test_dry_run(self):
        with tempfile.TemporaryDirectory() as out:
            result, rows = check(out)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertEqual({row[0] for row in rows.values()} - {"pass", "skip"}, set(), rows)
            for backend in ("vulkan", "reference"):
                self.assertIn(f"validation, {backend}", rows)
                with open(os.path.join(out, f"bench-{backend}.json"), encoding="utf-8") as file:
                    self.assertEqual(json.load(file)["backend"], backend)
            self.assertEqual(rows["validation, vulkan"][0], "pass")
            self.assertEqual(rows["test_api_versions"][0], "pass")
            self.assertIn("results in", result.stdout)
            # What is left behind is what was promised.
            self.assertEqual(
                set(os.listdir(out)), {"summary.tsv", "log.txt", "bench-vulkan.json", "bench-reference.json"}
            )

    def test_late_is_said(self):
        with tempfile.TemporaryDirectory() as out:
            result, rows = check(out, "--minutes", "0")
            self.assertEqual(result.returncode, 1)
            self.assertEqual(rows["machine"][0], "late")
            self.assertEqual(rows["test_api_versions"][0], "late")

    def test_failure_is_said(self):
        with tempfile.TemporaryDirectory() as out:
            build = os.path.join(out, "build")
            os.makedirs(os.path.join(build, "bin"))
            for name, status in (("impasto-bench", 3), ("test_api_versions", 1)):
                path = os.path.join(build, "bin", name)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(f"#!/bin/sh\necho 'error: broken on purpose'\nexit {status}\n")
                os.chmod(path, 0o755)
            result, rows = check(os.path.join(out, "results"), "--build", build)
            self.assertEqual(result.returncode, 1)
            self.assertEqual(rows["test_api_versions"][0], "FAIL")
            self.assertIn("broken on purpose", rows["test_api_versions"][3])
            self.assertEqual(rows["backend vulkan"][0], "skip")

    def test_misuse_is_one_line(self):
        for arguments in (["--minutes", "soon"], ["--build"], ["--nonsense"], ["--build", "a", "--packed", "b"]):
            result = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, timeout=60)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)


unittest.main(argv=sys.argv[:1])
