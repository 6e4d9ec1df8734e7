package org.spanmatch.kernel.selection;

/**
 * How much work it is to match a layer, by phase.
 *
 * <p>With d samples of m neurons in all, n of them in one network, the Gram matrix takes d·m²
 * operations (the symmetric half counted once) on d·m activations, and the match levels of the
 * neurons of one network about 8/3·n³ on a matrix of m² elements.
 *
 * @param compressFlops operations of compressing
 * @param compressBytes bytes of activations
 * @param matchFlops operations of finding all match levels
 * @param matchBytes bytes of the Gram matrix
 */
public record LayerWork(
    double compressFlops, double compressBytes, double matchFlops, double matchBytes) {
  /**
   * The work on a layer.
   *
   * @param xNeurons number of neurons of the first network
   * @param yNeurons the same of the second network
   * @param samples number of samples
   * @param elementBytes bytes of an activation
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
