package org.spanmatch.activations;

import java.util.Collection;
import java.util.Locale;

/**
 * The layout of a stored array: one axis counts neurons, and the others, in order, count samples.
 */
public enum Layout {
  /** {@code [N, F]}: a row is a sample, a column is a neuron (fully connected layers). */
  NF(2, 1),
  /** {@code [F, N]}: a row is a neuron. */
  FN(2, 0),
  /** {@code [N, T, F]}: token sequences; every (example, token) is a sample. */
  NTF(3, 2),
  /** {@code [N, C, H, W]}: a neuron is a channel; every (example, row, column) is a sample. */
  NCHW(4, 1),
  /** {@code [N, H, W, C]}: as {@link #NCHW}, with the channel last. */
  NHWC(4, 3),
  /**
   * {@code [N, C, D, H, W]}: a neuron is a channel of a volume or a video; every (example, depth or
   * frame, row, column) is a sample.
   */
  NCDHW(5, 1),
  /** {@code [N, D, H, W, C]}: as {@link #NCDHW}, with the channel last. */
  NDHWC(5, 4);

  private final int axes;
  private final int neuronAxis;

  Layout(int axes, int neuronAxis) {
    this.axes = axes;
    this.neuronAxis = neuronAxis;
  }

  /** {@return the number of axes} */
  public int axes() {
    return axes;
  }

  /** {@return the axis that counts neurons, from 0} */
  public int neuronAxis() {
    return neuronAxis;
  }

  /** {@return the name used on the command line, such as {@code nchw}} */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return the layout of an array with a number of axes: the chosen one that fits, or else the
   * usual one ({@code nf}, {@code ntf}, {@code nchw}, {@code ncdhw})}
   *
   * @param axes number of axes of the array
   * @param chosen layouts the user asked for; those with another number of axes are ignored
   * @throws ActivationsException if the array has fewer than 2 or more than 5 axes
   */
  public static Layout of(int axes, Collection<Layout> chosen) {
    for (Layout layout : chosen) {
      if (layout.axes == axes) {
        return layout;
      }
    }
    return switch (axes) {
      case 2 -> NF;
      case 3 -> NTF;
      case 4 -> NCHW;
      case 5 -> NCDHW;
      default ->
          throw new ActivationsException(
              "expected 2 axes [N, F], 3 axes [N, T, F], 4 axes [N, C, H, W] or 5 axes"
                  + " [N, C, D, H, W], found "
                  + axes);
    };
  }
}
