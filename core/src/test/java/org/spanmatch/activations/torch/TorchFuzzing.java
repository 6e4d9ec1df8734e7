package org.spanmatch.activations.torch;

import org.spanmatch.activations.FileFuzzing;

/**
 * Targets for a coverage-guided fuzzer. Each takes any bytes, which the reader may refuse only with
 * the documented error. {@code docs/robustness.md} says how to run them.
 */
public final class TorchFuzzing {
  private static final FileFuzzing FILE = new FileFuzzing(".pt", 100_000);

  private TorchFuzzing() {}

  /** Takes the bytes as a file. */
  public static final class Torch {
    private Torch() {}

    /** Tests one input. */
    public static void fuzzerTestOneInput(byte[] data) {
      FILE.read(data);
    }
  }

  /** Takes the bytes as the pickle of an archive with correct checksums and some storages. */
  public static final class Pickled {
    private Pickled() {}

    /** Tests one input. */
    public static void fuzzerTestOneInput(byte[] data) {
      TorchBytes archive = TorchBytes.of(data);
      for (int key = 0; key < 4; key++) {
        archive.withStorage(Integer.toString(key), new byte[480]);
      }
      FILE.read(archive.bytes());
    }
  }
}
