package org.spanmatch.kernel.selection;

/**
 * A model of the time that matching a layer takes on a backend, at standard precision.
 *
 * @param compress cost of reading and compressing the activations
 * @param match cost of finding the matches of the compressed layer
 */
public record CostModel(PhaseCost compress, PhaseCost match) {
  // Models are measured with float32; other types take about as long.
  private static final int ELEMENT_BYTES = Float.BYTES;

  /**
   * {@return the expected time of matching a layer of this size, in seconds}
   *
   * @param xNeurons number of neurons of the first group
   * @param yNeurons number of neurons of the second group
   * @param samples number of samples, at least 1
   */
  public double seconds(int xNeurons, int yNeurons, long samples) {
    LayerWork work = LayerWork.of(xNeurons, yNeurons, samples, ELEMENT_BYTES);
    return compress.seconds(work.compressFlops(), work.compressBytes())
        + match.seconds(work.matchFlops(), work.matchBytes());
  }
}
