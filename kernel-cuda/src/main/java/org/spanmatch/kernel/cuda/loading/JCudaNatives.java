package org.spanmatch.kernel.cuda.loading;

import java.io.File;
import java.io.IOException;
import java.util.List;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;

/**
 * Initialises the two JCuda classes in use, which makes them load their native parts.
 *
 * <p>JCuda takes them from {@code java.library.path}, or else unpacks them into {@code
 * java.io.tmpdir} under a fixed name, where it takes any file that is already there. So the
 * property is set to a private folder in the meantime: JCuda reads it each time and has no other
 * setting.
 */
final class JCudaNatives {
  private static final String FORWARDER = "/org/spanmatch/kernel/cuda/linux-x86_64/libcublas.so.12";
  private static final String TEMPORARY_FOLDER = "java.io.tmpdir";
  private static final String SET_FOLDER =
      "set -D" + TEMPORARY_FOLDER + " to a folder that may hold executables";

  private JCudaNatives() {}

  /**
   * Loads the native parts. Call it from one thread at a time, after the driver and cuBLAS are
   * loaded.
   *
   * @param forwarded whether to load first the library that stands in for cuBLAS 12 and forwards
   *     calls to cuBLAS 13
   */
  static void load(boolean forwarded) throws CudaUnavailableException {
    try (PrivateFolder folder = new PrivateFolder()) {
      if (forwarded) {
        System.load(folder.unpack(FORWARDER).toString());
      }
      initialise(folder);
    } catch (IOException e) {
      throw new CudaUnavailableException(
          "JCuda's libraries can't be unpacked into "
              + System.getProperty(TEMPORARY_FOLDER)
              + ": "
              + e,
          SET_FOLDER,
          e);
    } catch (LinkageError e) {
      throw refused(e);
    } catch (ClassNotFoundException e) {
      throw new CudaUnavailableException(
          "JCuda is not on the class path", "add its jars to the class path", e);
    }
  }

  private static void initialise(PrivateFolder folder) throws IOException, ClassNotFoundException {
    // Java fixes the folder of its temporary files at their first use. Let that be now, or another
    // thread's first use may come while the property names the private folder.
    File.createTempFile("first", null, folder.path().toFile());
    String before = System.setProperty(TEMPORARY_FOLDER, folder.path().toString());
    try {
      ClassLoader loader = JCudaNatives.class.getClassLoader();
      Class.forName(JCudaDriver.class.getName(), true, loader);
      Class.forName(JCublas2.class.getName(), true, loader);
    } finally {
      if (before == null) {
        System.clearProperty(TEMPORARY_FOLDER);
      } else {
        System.setProperty(TEMPORARY_FOLDER, before);
      }
    }
  }

  static CudaUnavailableException refused(LinkageError e) {
    String why = why(e);
    String cure = "take the jars of JCuda that spanmatch came with";
    // The message of glibc's dynamic linker for a file system mounted noexec.
    if (why.contains("failed to map segment from shared object")) {
      cure = SET_FOLDER;
    } else if (why.contains("cannot open shared object file")) {
      cure = "install the library that is missing";
    }
    return new CudaUnavailableException("JCuda's libraries can't be loaded: " + why, cure, e);
  }

  /** Returns the dynamic linker's message in one line. */
  static String why(LinkageError e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    // JCuda puts whole stack traces into its message; the last one is of the relevant attempt.
    List<String> traces = message.lines().filter(line -> line.startsWith("java.")).toList();
    String said =
        traces.isEmpty() ? message : traces.get(traces.size() - 1).replaceFirst("^[^:]*: ", "");
    return said.lines().findFirst().orElse("").replaceFirst("^(.+: )\\1", "$1");
  }
}
