package org.spanmatch.kernel.cuda.loading;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.spanmatch.kernel.KernelProvider.Unavailable;

/**
 * Loads the native libraries: the driver, cuBLASLt, cuBLAS, and JCuda's own, in this order.
 *
 * <p>NVIDIA's libraries are loaded by their full paths. JCuda's refer to them by name only, and the
 * dynamic linker then takes the ones already loaded under these names, so they may be in folders
 * that it would never search.
 */
public final class NativeLibraries {
  /**
   * The loaded libraries.
   *
   * @param driver the driver's library
   * @param cublas the library of cuBLAS
   * @param forwarded whether it is a cuBLAS 13, reached through our own forwarding library
   */
  public record Loaded(Path driver, Path cublas, boolean forwarded) {}

  /** The system property with the folders to search before all others. */
  public static final String PROPERTY = LibraryFolders.PROPERTY;

  private static final Logger LOGGER = System.getLogger("org.spanmatch.kernel");

  /** The outcome of loading: the libraries, or else the problem and its cause, if any. */
  private record Outcome(Loaded loaded, Unavailable problem, Throwable cause) {}

  private static Outcome outcome;

  private NativeLibraries() {}

  /**
   * Loads the libraries at the first call. Every later call has the same outcome, since a JVM can't
   * retry: a loaded library stays, and a JCuda class that failed once fails forever.
   *
   * @throws CudaUnavailableException if a library is missing or can't be loaded
   */
  public static synchronized Loaded load() throws CudaUnavailableException {
    if (outcome == null) {
      try {
        outcome = new Outcome(attempt(System.getenv(), System::getProperty), null, null);
        LOGGER.log(Level.DEBUG, "CUDA driver and cuBLAS: " + outcome.loaded());
      } catch (CudaUnavailableException e) {
        outcome = new Outcome(null, e.problem(), e.getCause());
        LOGGER.log(Level.DEBUG, "CUDA can't be used", e);
      }
    }
    if (outcome.loaded() == null) {
      throw new CudaUnavailableException(outcome.problem(), outcome.cause());
    }
    return outcome.loaded();
  }

  private static Loaded attempt(Map<String, String> env, UnaryOperator<String> properties)
      throws CudaUnavailableException {
    LibrarySearch search = search(env, properties);
    search.checkExplicitFolders();
    Path driver = search.driver();
    LibrarySearch.Cublas cublas = search.cublas();
    load(driver, "the NVIDIA driver", "install the NVIDIA driver again");
    String otherCublas = "name the folder of another cuBLAS with -D" + LibraryFolders.PROPERTY;
    if (cublas.light().isPresent()) {
      load(cublas.light().get(), "cuBLAS", otherCublas);
    }
    load(cublas.library(), "cuBLAS", otherCublas);
    JCudaNatives.load(cublas.forwarded());
    return new Loaded(driver, cublas.library(), cublas.forwarded());
  }

  static LibrarySearch search(Map<String, String> env, UnaryOperator<String> properties)
      throws CudaUnavailableException {
    LibraryNames names =
        LibraryNames.of(properties)
            .orElseThrow(
                () ->
                    new CudaUnavailableException(
                        "JCuda has no libraries for "
                            + properties.apply("os.name")
                            + " on "
                            + properties.apply("os.arch"),
                        "use Linux or Windows on an x86-64 processor"));
    LibraryFolders folders =
        names.equals(LibraryNames.LINUX)
            ? LibraryFolders.linux(env, properties, Path.of("/"))
            : LibraryFolders.windows(
                env, properties, Path.of(env.getOrDefault("SystemDrive", "C:") + "\\"));
    return new LibrarySearch(names, folders);
  }

  private static void load(Path library, String what, String cure) throws CudaUnavailableException {
    try {
      System.load(library.toString());
    } catch (UnsatisfiedLinkError e) {
      throw new CudaUnavailableException(
          what + " can't be loaded: " + JCudaNatives.why(e), cure, e);
    }
  }
}
