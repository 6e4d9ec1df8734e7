package org.spanmatch.kernel.backend;

import java.util.List;
import org.spanmatch.activations.Layer;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.kernel.NotEnoughMemoryException;

/** Checks before a long computation that it fits in the Java heap. */
public final class HeapMemory {
  // The parallel collector says that it has all but one of the survivor spaces as they are, a 24th
  // of the heap at first, but lets each grow to a third of the young objects' third of the heap. So
  // this part, as a divisor, of what it says may be gone when arrays need it: 1 − (8/9) / (23/24).
  private static final int SHRINKING = 13;

  private HeapMemory() {}

  /**
   * Checks that the Java heap can hold what adding up some layers needs, and makes the layers leave
   * it that room; see {@link Layer#makeRoom}.
   *
   * @param bytes the estimated need
   * @param layers the layers, at least one
   * @throws NotEnoughMemoryException if the heap may not have that size when it is needed
   */
  public static void require(long bytes, List<? extends Layer> layers) {
    require(
        bytes,
        layers.get(0).description(),
        layers.stream().map(layer -> Integer.toString(layer.neurons())).toList());
    layers.forEach(layer -> layer.makeRoom(bytes));
  }

  /**
   * Checks that the Java heap can hold the table of two layers of a Gram matrix.
   *
   * @param bytes the estimate
   * @param gram the Gram matrix
   * @param x position of the first group's layer in the Gram matrix
   * @param y position of the second group's layer in the Gram matrix
   */
  public static void require(long bytes, Gram gram, int x, int y) {
    GramLayer first = gram.layers().get(x);
    GramLayer second = gram.layers().get(y);
    require(
        bytes,
        first.description(),
        List.of(Integer.toString(first.neurons()), Integer.toString(second.neurons())));
  }

  /** {@return the bytes of the Java heap that a computation can count on} */
  public static long available() {
    long most = Runtime.getRuntime().maxMemory();
    return most - most / SHRINKING;
  }

  private static void require(long bytes, String description, List<String> neurons) {
    long heap = available();
    if (bytes > heap) {
      throw new NotEnoughMemoryException(
          description
              + ": "
              + String.join(" + ", neurons)
              + " neurons need about "
              + megabytes(bytes)
              + " of Java heap, but it may have only "
              + megabytes(heap),
          "-Xmx" + (bytes / 900_000_000 + 1) + "g");
    }
  }

  private static String megabytes(long bytes) {
    return bytes / 1_000_000 + " MB";
  }
}
