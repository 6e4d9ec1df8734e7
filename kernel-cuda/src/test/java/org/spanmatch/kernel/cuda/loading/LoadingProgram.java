package org.spanmatch.kernel.cuda.loading;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;

/** Loads the native libraries in a separate JVM, since a JVM does that only once. */
public final class LoadingProgram {
  private LoadingProgram() {}

  /** The command that runs it with these folders. */
  public static List<String> command(Path temporary, Path libraries) {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-Djava.io.tmpdir=" + temporary,
            "-D" + LibraryFolders.PROPERTY + "=" + libraries,
            "-cp",
            System.getProperty("java.class.path"),
            LoadingProgram.class.getName()));
  }

  /** Says what was loaded and calls one function of the driver and two of cuBLAS. */
  public static void main(String[] arguments) {
    String temporary = System.getProperty("java.io.tmpdir");
    try {
      System.out.println(NativeLibraries.load());
      System.out.println(NativeLibraries.load());
    } catch (CudaUnavailableException e) {
      System.out.println(e.problem());
      try {
        NativeLibraries.load();
      } catch (CudaUnavailableException again) {
        System.out.println(again.problem());
      }
      return;
    } finally {
      System.out.println("restored: " + temporary.equals(System.getProperty("java.io.tmpdir")));
    }
    int[] version = {-1};
    int status = JCudaDriver.cuDriverGetVersion(version);
    System.out.println("driver: " + status + ", " + version[0]);
    version[0] = -1;
    status = JCublas2.cublasGetVersion(new cublasHandle(), version);
    System.out.println("cublas: " + status + ", " + version[0]);
    if (arguments.length > 0) {
      System.out.println("destroy: " + JCublas2.cublasDestroy(new cublasHandle()));
    }
  }
}
