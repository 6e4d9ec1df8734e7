package org.spanmatch.compare;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.Layer;
import org.spanmatch.activations.Layers;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramException;
import org.spanmatch.gram.GramLayer;
import org.spanmatch.gram.GramMatrix;
import org.spanmatch.gram.GramOptions;
import org.spanmatch.gram.GramPair;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.kernel.backend.HeapMemory;
import org.spanmatch.similarity.Parts;
import org.spanmatch.similarity.Split;

/**
 * Two layers to compare: their activations ({@link OfActivations}), what a Gram matrix holds of
 * them ({@link OfGram}), or both ({@link AddedUp}).
 */
public sealed interface LayerPair {
  /** {@return the layer's name in results} */
  String name();

  /** {@return the names of both layers in their networks} */
  PerGroup<String> layers();

  /** {@return "file, layer 'name'" of the first network: the start of a message about the two} */
  String description();

  /** {@return number of neurons of both layers, dead ones included} */
  PerGroup<Integer> neurons();

  /** {@return number of samples} */
  long samples();

  /** {@return number of samples that a mask left out, beside those} */
  long masked();

  /**
   * {@return whether a table of at least some precision can be made of them}
   *
   * @param precision the least precision
   */
  boolean offers(Precision precision);

  /**
   * Returns the projection table of the two layers.
   *
   * @param kernel makes it
   * @param options how to add up activations; a Gram matrix keeps the dead threshold that it was
   *     added up with
   * @return the table, which the caller closes
   * @throws org.spanmatch.activations.ActivationsException if activations can't be read
   * @throws org.spanmatch.gram.GramException if the precision is not {@linkplain #offers offered}
   * @throws org.spanmatch.kernel.NotEnoughMemoryException if memory can't hold what it takes
   */
  ProjectionTable table(ProjectionKernel kernel, GramOptions options);

  /**
   * Returns the two layers as those of a Gram matrix, which adds up activations; layers of a Gram
   * matrix are returned as they are.
   *
   * @param kernel adds up
   * @param options how to add up activations
   * @return the pair, with the same name
   * @throws org.spanmatch.activations.ActivationsException if activations can't be read
   * @throws org.spanmatch.gram.GramException if the precision is not {@linkplain #offers offered}
   * @throws org.spanmatch.kernel.NotEnoughMemoryException if memory can't hold what it takes
   */
  OfGram gram(ProjectionKernel kernel, GramOptions options);

  /**
   * {@return whether two layers can be a pair, so that {@link OfActivations} takes them}
   *
   * @param x a layer of the first network
   * @param y a layer of the second network
   */
  static boolean isPossible(Layer x, Layer y) {
    return x.samples() == y.samples() && SampleAxes.agree(x.sampleAxes(), y.sampleAxes());
  }

  /**
   * {@return the name of a pair: that of both layers, or "x ~ y" where they differ}
   *
   * @param x the name of the first network's layer
   * @param y the name of the second network's layer
   */
  static String name(String x, String y) {
    return x.equals(y) ? x : x + " ~ " + y;
  }

  /**
   * Reads pairs of layers ahead, as {@link Layers#ahead} says: while one is compared, threads read
   * the next ones. Pairs of a Gram matrix stay as they are.
   *
   * @param pairs in the order in which they are compared
   * @param threads number of threads that compute, at least 1
   * @return the pairs to use in place of these; the caller closes them after the last comparison
   */
  static Ahead ahead(List<? extends LayerPair> pairs, int threads) {
    return new Ahead(pairs, threads);
  }

  /** Pairs that are {@linkplain LayerPair#ahead read ahead}, and the threads that do it. */
  final class Ahead implements AutoCloseable {
    private final Layers.Ahead layers;
    private final List<LayerPair> pairs;

    private Ahead(List<? extends LayerPair> pairs, int threads) {
      layers = Layers.ahead(pairs.stream().map(Ahead::layers).toList(), threads);
      this.pairs =
          IntStream.range(0, pairs.size())
              .mapToObj(i -> replaced(pairs.get(i), layers.steps().get(i)))
              .toList();
    }

    private static List<Layer> layers(LayerPair pair) {
      return pair instanceof OfActivations two ? List.of(two.x(), two.y()) : List.of();
    }

    private static LayerPair replaced(LayerPair pair, List<Layer> layers) {
      return layers.isEmpty() ? pair : new OfActivations(pair.name(), layers.get(0), layers.get(1));
    }

    /** {@return the pairs, in place of those that were given} */
    public List<LayerPair> pairs() {
      return pairs;
    }

    /** See {@link Layers.Ahead#close}. */
    @Override
    public void close() {
      layers.close();
    }
  }

  /**
   * The activations of the same layer of two networks.
   *
   * @param name the layer's name in results
   * @param x the layer in the first network
   * @param y the layer in the second network, on the same samples
   */
  record OfActivations(String name, Layer x, Layer y) implements LayerPair {
    /**
     * Checks that both networks have the same samples.
     *
     * <p>If both arrays have several sample axes, these must agree one by one. An array with a
     * single one, such as a fully connected layer, must agree with the first of the other: the
     * number of examples. A convolutional layer of several positions may have as many samples by
     * accident.
     *
     * @param name the layer's name in results
     * @param x the layer in the first network
     * @param y the layer in the second network, on the same samples
     * @throws ActivationsException if they differ
     */
    public OfActivations {
      Layer.requireSameSamples(x, y);
      if (!SampleAxes.agree(x.sampleAxes(), y.sampleAxes())) {
        boolean sameExamples = x.sampleAxes().get(0).equals(y.sampleAxes().get(0));
        throw new ActivationsException(
            x.description()
                + " counts its samples as "
                + x.sampleAxes()
                + ", but "
                + y.description()
                + " as "
                + y.sampleAxes()
                + ", so they can't be paired"
                + (sameExamples ? "" : ": their examples, the first axis, differ"));
      }
    }

    /**
     * {@return the same layers with the examples of the second in another order, in which the two
     * have in common only what they have by chance; see {@link Layers#shuffled}}
     *
     * @param seed chooses the order
     */
    public OfActivations shuffled(long seed) {
      return new OfActivations(name, x, Layers.shuffled(y, seed));
    }

    /**
     * {@return both layers restricted to the same samples, at most {@code count} of them}
     *
     * @param count number of samples to keep, at least 1
     */
    public OfActivations sampled(long count) {
      return new OfActivations(name, Layers.sampled(x, count), Layers.sampled(y, count));
    }

    /**
     * {@return both layers without the samples that a mask leaves out}
     *
     * @param mask see {@link Layers#masked}
     * @throws ActivationsException if the mask has other axes than the samples
     */
    public OfActivations masked(Layers.Mask mask) {
      return new OfActivations(name, Layers.masked(x, mask), Layers.masked(y, mask));
    }

    /**
     * Checks that the examples can be divided.
     *
     * @param split how to divide them
     * @throws ActivationsException if there are too few
     */
    public void requireDivisible(Split split) {
      PartsPass.examples(this, split);
    }

    @Override
    public String description() {
      return x.description();
    }

    @Override
    public PerGroup<String> layers() {
      return PerGroup.of(x.name(), y.name());
    }

    @Override
    public PerGroup<Integer> neurons() {
      return PerGroup.of(x.neurons(), y.neurons());
    }

    @Override
    public long samples() {
      return x.samples();
    }

    @Override
    public long masked() {
      return x.masked();
    }

    @Override
    public boolean offers(Precision precision) {
      return true;
    }

    @Override
    public ProjectionTable table(ProjectionKernel kernel, GramOptions options) {
      return kernel.compress(x, y, options);
    }

    @Override
    public OfGram gram(ProjectionKernel kernel, GramOptions options) {
      // What the table takes shows here already, before the long pass and not after it.
      long bytes = kernel.heapBytes(x.neurons(), y.neurons(), x.samples(), options.precision());
      HeapMemory.require(bytes, List.of(x, y));
      return new OfGram(name, kernel.gram(List.of(x, y), GramPair.all(2), options), 0, 1);
    }
  }

  /**
   * Two layers of a Gram matrix, whose activations can be read again: for high precision.
   *
   * @param gram the two layers in the Gram matrix
   * @param activations the same two
   * @param share what adding them up took
   */
  record AddedUp(OfGram gram, OfActivations activations, Share share) implements LayerPair {
    /**
     * The share of a pair in a pass over several pairs.
     *
     * @param readSeconds its share of the time in which data was read
     * @param addingSeconds its share of the rest of the time
     * @param gramBytes what the Gram matrix of all the pairs takes, which is in memory meanwhile
     */
    public record Share(double readSeconds, double addingSeconds, long gramBytes) {}

    @Override
    public String name() {
      return activations.name();
    }

    @Override
    public PerGroup<String> layers() {
      return activations.layers();
    }

    @Override
    public String description() {
      return activations.description();
    }

    @Override
    public PerGroup<Integer> neurons() {
      return activations.neurons();
    }

    @Override
    public long samples() {
      return activations.samples();
    }

    @Override
    public long masked() {
      return activations.masked();
    }

    @Override
    public boolean offers(Precision precision) {
      return true;
    }

    @Override
    public ProjectionTable table(ProjectionKernel kernel, GramOptions options) {
      return of(options.precision()).table(kernel, options);
    }

    @Override
    public OfGram gram(ProjectionKernel kernel, GramOptions options) {
      return of(options.precision()).gram(kernel, options);
    }

    private LayerPair of(Precision precision) {
      return gram.offers(precision) ? gram : activations;
    }
  }

  /**
   * Two layers of one Gram matrix.
   *
   * @param name the layer's name in results
   * @param gram what holds both
   * @param x position of the first network's layer in it
   * @param y position of the second network's layer in it
   * @param parts the same two layers by parts of the samples, if a question asked for them; layer 0
   *     is of the first network
   */
  record OfGram(String name, Gram gram, int x, int y, Optional<Parts> parts) implements LayerPair {
    /**
     * Checks that the two were added up together, and count the same samples as {@link
     * OfActivations} does.
     *
     * @param name the layer's name in results
     * @param gram what holds both
     * @param x position of the first network's layer in it
     * @param y position of the second network's layer in it
     * @param parts the same two layers by parts of the samples, if a question asked for them
     * @throws GramException if not
     */
    public OfGram {
      try {
        gram.requirePair(x, y);
      } catch (IllegalArgumentException e) {
        throw new GramException(e.getMessage(), e);
      }
      GramLayer first = gram.layers().get(x);
      GramLayer second = gram.layers().get(y);
      if (!SampleAxes.agree(first.sampleAxes(), second.sampleAxes())) {
        throw new GramException(
            first.description()
                + " counts its samples as "
                + first.sampleAxes()
                + ", but "
                + second.description()
                + " as "
                + second.sampleAxes()
                + ", so they can't be paired");
      }
    }

    /**
     * {@return the two layers about the means of their neurons, as {@link Gram#centred} says} Its
     * parts are those of this pair, which know that they are about means.
     *
     * @throws GramException if the error would be too large to say anything
     */
    public OfGram centred() {
      if (!(gram instanceof GramMatrix matrix)) {
        return new OfGram(name, gram.centred(), x, y, parts);
      }
      // Other layers may have means that leave no digits.
      Gram two = matrix.restrictedTo(Math.min(x, y), Math.max(x, y)).centred();
      return new OfGram(name, two, x > y ? 1 : 0, y > x ? 1 : 0, parts);
    }

    /**
     * {@return the two layers as their activations are stored, as {@link Gram#unshifted} says}
     * Parts about means, which would not belong to them, are left out.
     */
    public OfGram unshifted() {
      return new OfGram(name, gram.unshifted(), x, y, parts.filter(those -> !those.centred()));
    }

    /**
     * Two layers without parts.
     *
     * @param name the layer's name in results
     * @param gram what holds both
     * @param x position of the first network's layer in it
     * @param y position of the second network's layer in it
     * @throws GramException if the two were not added up together, or count different samples
     */
    public OfGram(String name, Gram gram, int x, int y) {
      this(name, gram, x, y, Optional.empty());
    }

    private GramLayer first() {
      return gram.layers().get(x);
    }

    @Override
    public String description() {
      return first().description();
    }

    @Override
    public PerGroup<String> layers() {
      return PerGroup.of(first().name(), gram.layers().get(y).name());
    }

    @Override
    public PerGroup<Integer> neurons() {
      return PerGroup.of(first().neurons(), gram.layers().get(y).neurons());
    }

    @Override
    public long samples() {
      return gram.samples();
    }

    @Override
    public long masked() {
      return first().masked();
    }

    @Override
    public boolean offers(Precision precision) {
      return gram.precision().compareTo(precision) >= 0;
    }

    @Override
    public ProjectionTable table(ProjectionKernel kernel, GramOptions options) {
      OfGram pair = gram(kernel, options);
      return kernel.table(pair.gram(), pair.x(), pair.y());
    }

    @Override
    public OfGram gram(ProjectionKernel kernel, GramOptions options) {
      if (!offers(options.precision())) {
        throw new GramException(
            description()
                + ": expected "
                + options.precision()
                + " precision, but it was added up with "
                + gram.precision()
                + " precision");
      }
      return this;
    }
  }
}
