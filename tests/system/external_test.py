"""Firmware outside the tree, built with the commands of docs/porting.md against an installation.

AIMC_FREERTOS_KERNEL: the directory of a FreeRTOS kernel; without it the section about FreeRTOS is not run.
"""
import os
import pathlib
import re
import subprocess
import unittest

from platform_runner import BUILD, SOURCE, Workspace

DOCUMENT = SOURCE / "docs" / "porting.md"


def section(title):
    """One chapter of the document."""
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", DOCUMENT.read_text(), re.M | re.S).group(1)


def blocks(text, language):
    return [body for name, body in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S) if name == language]


class ExternalProjectTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = Workspace()
        cls.addClassCleanup(cls.workspace.close)
        first = cls.workspace.path / "first"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", first], check=True, stdout=subprocess.DEVNULL)
        # Nothing may remember where it was installed, or where it was built.
        cls.home = cls.workspace.path / "home"
        cls.home.mkdir()
        cls.prefix = first.rename(cls.home / "aimc")
        text = section("A project of your own")
        cls.program, = blocks(text, "c")
        cls.cmake_lists, = blocks(text, "cmake")
        cls.install, cls.with_gcc, cls.with_cmake = blocks(text, "")

    def project(self, name):
        directory = self.workspace.path / name
        directory.mkdir()
        (directory / "main.c").write_text(self.program)
        (directory / "CMakeLists.txt").write_text(self.cmake_lists)
        return directory

    def shell(self, directory, commands):
        """Runs lines as a user would, who has the installation's programs on the path."""
        environment = {"HOME": str(self.home), "PATH": f"{self.prefix / 'bin'}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        return subprocess.run(["sh", "-e", "-c", commands], cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300, check=False)

    def test_one_command(self):
        directory = self.project("gcc")
        run = self.shell(directory, self.with_gcc)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("16 tiles, first argument hello\n", run.stdout)
        self.assertNotIn("warning", run.stderr)

    def test_cmake_package(self):
        directory = self.project("cmake")
        run = self.shell(directory, self.with_cmake)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("16 tiles, first argument hello\n", run.stdout)
        again = self.shell(directory, "cmake --build build --target run_mine")
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertIn("16 tiles, first argument missing\n", again.stdout)

    @unittest.skipUnless(os.environ.get("AIMC_FREERTOS_KERNEL"), "AIMC_FREERTOS_KERNEL is not set")
    def test_freertos(self):
        text = section("FreeRTOS in ten minutes")
        directory = self.workspace.path / "freertos"
        directory.mkdir()
        (directory / "FreeRTOS-Kernel").symlink_to(pathlib.Path(os.environ["AIMC_FREERTOS_KERNEL"]).resolve())
        configuration, program = blocks(text, "c")
        (directory / "FreeRTOSConfig.h").write_text(configuration)
        (directory / "main.c").write_text(program)
        _, build_and_run = blocks(text, "")
        run = self.shell(directory, build_and_run)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertEqual([run.stdout], blocks(text, "text"))

    def test_the_documented_installation_is_this_one(self):
        self.assertEqual(self.install.splitlines()[0], "cmake --install build/release --prefix $HOME/aimc")
        self.assertEqual(self.prefix, self.home / "aimc")

    def test_without_the_tool_chain_file_the_package_says_what_to_do(self):
        run = self.shell(self.project("wrong"), f"cmake -S . -B build -DCMAKE_PREFIX_PATH={self.prefix}")
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("-DCMAKE_TOOLCHAIN_FILE=", run.stderr)

    def test_the_installed_program_finds_its_presets(self):
        run = self.shell(self.workspace.path, "aimc-vp platforms && aimc-vp describe --platform default")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r"(?m)^default +\S")
        presets = {path.stem for path in (self.prefix / "share" / "aimc-vp" / "presets").glob("*.yaml")}
        listed = set(re.findall(r"^(\S+)  ", run.stdout.split("\n\n")[0], re.M))
        self.assertTrue(presets)
        self.assertLessEqual(presets, listed)

    def test_flags(self):
        run = self.shell(self.workspace.path, "aimc-firmware-config --version --prefix")
        self.assertEqual(run.stdout.split()[1], str(self.prefix))
        self.assertEqual(self.shell(self.workspace.path, "aimc-firmware-config").returncode, 2)
        self.assertEqual(self.shell(self.workspace.path, "aimc-firmware-config --nonsense").returncode, 2)
        script = self.shell(self.workspace.path, "aimc-firmware-config --linker-script").stdout.strip()
        self.assertIn("ENTRY(_start)", pathlib.Path(script).read_text())

    def test_a_prefix_with_a_space_is_refused(self):
        spaced = self.workspace.path / "with space"
        (spaced / "bin").mkdir(parents=True)
        script = spaced / "bin" / "aimc-firmware-config"
        script.write_bytes((self.prefix / "bin" / "aimc-firmware-config").read_bytes())
        run = subprocess.run(["sh", script, "--cflags"], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("contains a space", run.stderr)


if __name__ == "__main__":
    unittest.main()
