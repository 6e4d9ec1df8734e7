package org.spanmatch.kernel.cuda.driver;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.spanmatch.kernel.cuda.loading.LoadingProgram;

/**
 * Compiles the shipped code for GPUs, without one; in a JVM of its own, since JCuda would unpack
 * its compiler under a fixed name into the folder of temporary files.
 */
final class PtxCompilingProgram {
  private PtxCompilingProgram() {}

  /** The command that runs it. */
  static List<String> command(Path temporary, String... architectures) {
    List<String> command = LoadingProgram.command(temporary, temporary);
    command.set(command.size() - 1, PtxCompilingProgram.class.getName());
    command.addAll(List.of(architectures));
    return command;
  }

  /**
   * Prints the size of what it compiled for each module and architecture, or what the compiler
   * said.
   */
  public static void main(String[] architectures) {
    for (DeviceModule module : DeviceModule.values()) {
      for (String architecture : architectures) {
        System.out.println(
            module.source() + " " + architecture + ": " + compile(module, architecture));
      }
    }
  }

  private static String compile(DeviceModule module, String architecture) {
    byte[] ptx = DeviceImage.ptx(module);
    nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
    check(JNvPTXCompiler.nvPTXCompilerCreate(compiler, ptx.length, ptx));
    try {
      String[] options = {"--gpu-name=" + architecture};
      int result = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
      if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
        return nvPTXCompileResult.stringFor(result) + ", " + errors(compiler);
      }
      long[] size = {0};
      check(JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size));
      return size[0] + " bytes";
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    }
  }

  private static String errors(nvPTXCompilerHandle compiler) {
    long[] size = {0};
    check(JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size));
    byte[] log = new byte[(int) size[0] + 1];
    check(JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log));
    return new String(log, StandardCharsets.UTF_8);
  }

  private static void check(int result) {
    if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
      throw new IllegalStateException(nvPTXCompileResult.stringFor(result));
    }
  }
}
