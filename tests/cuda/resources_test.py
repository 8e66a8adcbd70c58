"""resources.py finds what it is for."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).with_name("resources.py")


def report(registers=40, spill=0, shared="", architecture="sm_80", kernel="conv"):
    return (f"ptxas info    : Compiling entry function '{kernel}' for '{architecture}'\n"
            f"ptxas info    : Function properties for {kernel}\n"
            f"    0 bytes stack frame, {spill} bytes spill stores, {spill} bytes spill loads\n"
            f"ptxas info    : Used {registers} registers, used 1 barriers{shared}, 400 bytes cmem[0]\n")


class Resources(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.nvcc("13.0.88")
        self.assertEqual(self.run_script(report() + report(registers=64, architecture="sm_120"), "--update").returncode, 0)

    def nvcc(self, version):
        nvcc = self.folder / "nvcc"
        nvcc.write_text(f"#!/bin/sh\necho 'Cuda compilation tools, release 13.0, V{version}'\n")
        nvcc.chmod(0o755)

    def run_script(self, text, *flags):
        (self.folder / "a.ptxas").write_text(text)
        return subprocess.run([sys.executable, SCRIPT, *flags, "--table", self.folder / "table.txt", "--nvcc",
                               self.folder / "nvcc", self.folder / "a.ptxas"], capture_output=True, text=True, check=False)

    def expect(self, text, complaint):
        result = self.run_script(text + report(registers=64, architecture="sm_120"))
        self.assertEqual(result.returncode, 1 if complaint else 0, result.stdout + result.stderr)
        self.assertIn(complaint, result.stdout)

    def test_same(self):
        self.expect(report(), "")

    def test_margin(self):
        self.expect(report(registers=44), "")
        self.expect(report(registers=45), "conv on sm_80: 45 registers, the table says 40")
        self.expect(report(registers=35), "conv on sm_80: 35 registers, the table says 40")

    def test_spill(self):
        self.expect(report(spill=8), "8 bytes spill stores")
        result = self.run_script(report(spill=8) + report(registers=64, architecture="sm_120"), "--update")
        self.assertEqual(result.returncode, 1)

    def test_static_shared(self):
        self.expect(report(shared=", 512 bytes smem"), "512 bytes of static shared memory")

    def test_kernels_that_only_one_has(self):
        self.expect(report() + report(kernel="blend"), "blend on sm_80: not in the table")
        result = self.run_script(report())
        self.assertIn("conv on sm_120: not in the build", result.stdout)

    def test_another_compiler(self):
        self.nvcc("14.0.1")
        self.expect(report(registers=80), "")
        self.expect(report(spill=8), "8 bytes spill stores")


if __name__ == "__main__":
    unittest.main()
