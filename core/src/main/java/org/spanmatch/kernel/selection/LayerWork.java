package org.spanmatch.kernel.selection;

/**
 * The work of matching a layer, by phase.
 *
 * <p>With d samples and m neurons in all, n of them in one network, the Gram matrix takes d·m²
 * operations (one triangle only) on d·m activations, and the match levels of one network's neurons
 * take about 8/3·n³ on a matrix of m² elements.
 *
 * @param compressFlops operations to compress
 * @param compressBytes bytes of activations to read
 * @param matchFlops operations to find all match levels
 * @param matchBytes bytes of the Gram matrix
 */
public record LayerWork(
    double compressFlops, double compressBytes, double matchFlops, double matchBytes) {
  /**
   * {@return the work of matching a layer}
   *
   * @param xNeurons number of neurons of the first network
   * @param yNeurons number of neurons of the second network
   * @param samples number of samples
   * @param elementBytes bytes per activation
   */
  public static LayerWork of(int xNeurons, int yNeurons, long samples, int elementBytes) {
    double x = xNeurons;
    double y = yNeurons;
    double all = x + y;
    return new LayerWork(
        samples * all * all,
        samples * all * elementBytes,
        8 / 3.0 * (x * x * x + y * y * y),
        Double.BYTES * all * all);
  }
}
