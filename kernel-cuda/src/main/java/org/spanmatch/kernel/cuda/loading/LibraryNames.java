package org.spanmatch.kernel.cuda.loading;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The file names of NVIDIA's libraries on one operating system.
 *
 * @param driver the driver's file
 * @param cublas the cuBLAS libraries that work with JCuda, best first
 */
record LibraryNames(String driver, List<Cublas> cublas) {
  /**
   * The two files of one release of cuBLAS.
   *
   * @param forwarded whether JCuda reaches it only through our own forwarding library
   */
  record Cublas(String library, String light, boolean forwarded) {}

  static final LibraryNames LINUX =
      new LibraryNames(
          "libcuda.so.1",
          List.of(
              new Cublas("libcublas.so.12", "libcublasLt.so.12", false),
              new Cublas("libcublas.so.13", "libcublasLt.so.13", true)));

  /** Without cublas64_13.dll, for which there is no forwarding library. */
  static final LibraryNames WINDOWS =
      new LibraryNames(
          "nvcuda.dll", List.of(new Cublas("cublas64_12.dll", "cublasLt64_12.dll", false)));

  /** Returns the names for the platform of some system properties, if JCuda supports it. */
  static Optional<LibraryNames> of(UnaryOperator<String> properties) {
    String system = properties.apply("os.name").toLowerCase(Locale.ROOT);
    String processor = properties.apply("os.arch");
    if (!processor.equals("amd64") && !processor.equals("x86_64")) {
      return Optional.empty();
    }
    if (system.startsWith("linux")) {
      return Optional.of(LINUX);
    }
    return system.startsWith("windows") ? Optional.of(WINDOWS) : Optional.empty();
  }

  /** Returns all files; a folder is useful if it has at least one of them. */
  List<String> files() {
    return Stream.concat(Stream.of(driver), cublas.stream().map(Cublas::library)).toList();
  }
}
