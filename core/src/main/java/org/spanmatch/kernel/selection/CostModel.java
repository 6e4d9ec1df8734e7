package org.spanmatch.kernel.selection;

/**
 * What matching a layer costs on a backend, at standard precision.
 *
 * @param compress reading the activations and compressing them
 * @param match finding the matches of the compressed layer
 */
public record CostModel(PhaseCost compress, PhaseCost match) {
  // The models are measured with float32, and other types take about as long.
  private static final int ELEMENT_BYTES = Float.BYTES;

  /** The seconds that matching such a layer is expected to take. */
  public double seconds(int xNeurons, int yNeurons, long samples) {
    LayerWork work = LayerWork.of(xNeurons, yNeurons, samples, ELEMENT_BYTES);
    return compress.seconds(work.compressFlops(), work.compressBytes())
        + match.seconds(work.matchFlops(), work.matchBytes());
  }
}
