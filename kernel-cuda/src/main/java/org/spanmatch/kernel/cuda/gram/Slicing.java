package org.spanmatch.kernel.cuda.gram;

import org.spanmatch.activations.ElementType;

/**
 * How many slices of eight bits stand for a sample, which of their products are added up, and how
 * exact the sums are; the idea is that of Ootomo, Ozaki and Yokota (DGEMM on integer matrix
 * multiplication unit, 2024). docs/accuracy.md derives the error bound.
 *
 * <p>The samples of a neuron and a chunk have a common exponent e, the least with all of them below
 * 127/128 of 2ᵉ. A sample is rounded to an integer times 2^(e + 1 − 8S), and the integer written
 * with S digits in [−128, 127] of base 256; digit s counts 2^(e + 1 − 8s). Products of digits s and
 * r with one sum s + r are a <em>group</em>: they count alike and are added up together.
 *
 * @param slices S, the number of digits, 1 to 7
 * @param exact whether S digits are as good as the numbers themselves
 */
record Slicing(int slices, boolean exact) {
  /** The most samples with one exponent: a group's sum then stays far below 2³¹. */
  static final int CHUNK = 2048;

  /** The largest number of slices. */
  static final int MOST_SLICES = 7;

  /** The largest number of groups. */
  static final int MOST_GROUPS = 8;

  // Digits whose numbers add up to more are not multiplied. The first group has the sum 2.
  private static final int LARGEST_SUM = MOST_GROUPS + 1;

  private static final double ROUNDOFF = 0x1p-53;
  private static final double BASE = 256;

  // 2ᵉ is at most this multiple of the largest sample.
  private static final double EXCESS = 256 / 127.0;

  /** {@return the slicing for layers, which depends on nothing but their element types} */
  static Slicing of(JointLayers layers) {
    return layers.layers().stream()
        .map(layer -> of(layer.layer().type()))
        .reduce((a, b) -> new Slicing(Math.max(a.slices, b.slices), a.exact && b.exact))
        .orElseThrow();
  }

  /**
   * The fewest slices that hold every number of a type exactly, and seven where none do. A number
   * is a multiple of its type's smallest one, and those of float16 are multiples of 2⁻²⁴. Those of
   * bfloat16 have fewer digits, but range as far as those of float32.
   */
  static Slicing of(ElementType type) {
    return switch (type) {
      case BOOL -> new Slicing(1, true);
      case INT8, UINT8 -> new Slicing(2, true);
      case INT16, UINT16 -> new Slicing(3, true);
      case INT32, UINT32 -> new Slicing(5, true);
      case FLOAT16 -> new Slicing(6, true);
      case BFLOAT16, FLOAT32, FLOAT64, INT64, UINT64 -> new Slicing(MOST_SLICES, false);
    };
  }

  /** The number of groups. */
  int groups() {
    return Math.min(2 * slices, LARGEST_SUM) - 1;
  }

  /**
   * The first digit of the first factor in a group; it goes with the last digit of the second one.
   * Digits count from 0.
   *
   * @param group from 0
   */
  int firstDigit(int group) {
    return Math.max(0, group + 1 - slices);
  }

  /** The number of products in a group. */
  int pairs(int group) {
    return group + 1 - 2 * firstDigit(group);
  }

  /** The number of products of slices for one of float64. */
  int products() {
    int sum = 0;
    for (int group = 0; group < groups(); group++) {
      sum += pairs(group);
    }
    return sum;
  }

  /**
   * Bounds the error of an inner product relative to the product of the norms.
   *
   * @param samples the number of samples
   * @param panelSamples the most samples of a panel
   */
  double error(long samples, int panelSamples) {
    long panel = Math.min(samples, panelSamples);
    double chunk = Math.min(panel, CHUNK);
    double chunks = Math.ceil((double) samples / panelSamples) * Math.ceil((double) panel / CHUNK);
    double rounding = exact ? 0 : EXCESS * Math.pow(BASE, -slices) * Math.sqrt(chunk);
    int dropped = Math.max(0, 2 * slices - LARGEST_SUM);
    double missing =
        dropped * BASE / (BASE - 1) * EXCESS * EXCESS * Math.pow(BASE, 1 - LARGEST_SUM) * chunk;
    return 2 * rounding + rounding * rounding + missing + (chunks + 1) * ROUNDOFF;
  }
}
