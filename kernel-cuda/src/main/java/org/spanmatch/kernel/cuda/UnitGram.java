package org.spanmatch.kernel.cuda;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The cosines of all pairs of living neurons' activation vectors, on a device. Vectors are named by
 * their row. Tables share it, and the last one that is closed frees it.
 */
final class UnitGram {
  private final Allocations owner;
  private final DeviceMemory values;
  private final int size;
  private final double error;
  private final double storageRoundoff;
  private final AtomicInteger users = new AtomicInteger(1);

  /**
   * For one user.
   *
   * @param owner of the values and of nothing else
   * @param values symmetric, {@code size × size}, with ones on the diagonal
   * @param size number of vectors
   * @param error bound on the absolute error of the elements
   * @param storageRoundoff u_data, the relative rounding of the stored activations
   */
  UnitGram(Allocations owner, DeviceMemory values, int size, double error, double storageRoundoff) {
    this.owner = owner;
    this.values = values;
    this.size = size;
    this.error = error;
    this.storageRoundoff = storageRoundoff;
  }

  /** The elements, row after row. */
  DeviceMemory values() {
    return values;
  }

  /** Number of vectors. */
  int size() {
    return size;
  }

  /** Bound on the absolute error of the elements. */
  double error() {
    return error;
  }

  /** The relative rounding of the stored activations. */
  double storageRoundoff() {
    return storageRoundoff;
  }

  /** Counts another user. */
  UnitGram share() {
    users.incrementAndGet();
    return this;
  }

  /** Counts one user less, and frees the elements after the last. */
  void release() {
    if (users.decrementAndGet() == 0) {
      owner.close();
    }
  }
}
