package org.spanmatch.gram;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * One layer of a {@link Gram}: its network and name, and the moments of each of its neurons.
 *
 * @param network number of its network, from 0
 * @param name the layer's name
 * @param sources origins of its activations, usually files; several if parts were added
 * @param sampleAxes the sizes of the axes that count samples, such as {@code [N]} or {@code [N, H,
 *     W]}
 * @param storageRoundoff u_data, the largest relative rounding of a stored activation
 * @param moments sums and norms per neuron
 * @param masked number of samples that a mask left out, beside those of the axes; at least 0
 */
public record GramLayer(
    int network,
    String name,
    List<String> sources,
    List<Long> sampleAxes,
    double storageRoundoff,
    Moments moments,
    long masked) {
  /**
   * Checks the arguments and copies the lists.
   *
   * @param network number of its network, from 0
   * @param name the layer's name
   * @param sources origins of its activations, usually files
   * @param sampleAxes the sizes of the axes that count samples, such as {@code [N]} or {@code [N,
   *     H, W]}
   * @param storageRoundoff u_data, the largest relative rounding of a stored activation
   * @param moments sums and norms per neuron
   * @param masked number of samples that a mask left out
   */
  public GramLayer {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(moments, "moments");
    sources = List.copyOf(Objects.requireNonNull(sources, "sources"));
    sampleAxes = List.copyOf(Objects.requireNonNull(sampleAxes, "sampleAxes"));
    if (sampleAxes.isEmpty()) {
      throw new IllegalArgumentException("expected at least one axis that counts samples");
    }
    if (network < 0) {
      throw new IllegalArgumentException("expected a network from 0 on, found " + network);
    }
    if (masked < 0) {
      throw new IllegalArgumentException("expected at least 0 masked samples, found " + masked);
    }
  }

  /**
   * Creates a layer without masked samples.
   *
   * @param network number of its network, from 0
   * @param name the layer's name
   * @param sources origins of its activations, usually files
   * @param sampleAxes the sizes of the axes that count samples
   * @param storageRoundoff u_data, the largest relative rounding of a stored activation
   * @param moments sums and norms per neuron
   */
  public GramLayer(
      int network,
      String name,
      List<String> sources,
      List<Long> sampleAxes,
      double storageRoundoff,
      Moments moments) {
    this(network, name, sources, sampleAxes, storageRoundoff, moments, 0);
  }

  /** {@return the number of neurons, dead ones included} */
  public int neurons() {
    return moments.neurons();
  }

  /** Number of samples: the product of the axes' sizes. */
  long samples() {
    return product(sampleAxes);
  }

  /** {@return "file, layer 'name'", the start of a message about this layer} */
  public String description() {
    return String.join(" + ", sources) + ", layer '" + name + "'";
  }

  /**
   * {@return this layer as one of network {@code number}}
   *
   * @param number the number of the network, from 0
   */
  public GramLayer ofNetwork(int number) {
    return new GramLayer(number, name, sources, sampleAxes, storageRoundoff, moments, masked);
  }

  /**
   * {@return the layer with another place where its activations came from}
   *
   * @param source usually a file
   */
  public GramLayer from(String source) {
    return new GramLayer(
        network, name, List.of(source), sampleAxes, storageRoundoff, moments, masked);
  }

  /**
   * Checks that another layer may be added to this one.
   *
   * @throws GramException if the network, name or neurons differ, or both have too many masked
   *     samples to count
   */
  void requireSame(GramLayer other) {
    if (network != other.network || !name.equals(other.name)) {
      throw new GramException(
          "expected layer '"
              + name
              + "' of network "
              + (network + 1)
              + ", found layer '"
              + other.name
              + "' of network "
              + (other.network + 1));
    }
    if (neurons() != other.neurons()) {
      throw new GramException(
          "layer '"
              + name
              + "' of network "
              + (network + 1)
              + ": expected "
              + neurons()
              + " neurons, found "
              + other.neurons());
    }
    if (masked > Long.MAX_VALUE - other.masked) {
      throw new GramException(
          "expected less than 2^63 masked samples in all, found "
              + masked
              + " and "
              + other.masked);
    }
  }

  /** Returns the layer with other moments. */
  GramLayer with(Moments other) {
    return new GramLayer(network, name, sources, sampleAxes, storageRoundoff, other, masked);
  }

  /**
   * {@return how far the rounding of stored activations may have moved a neuron's activation vector
   * less its shift, relative to its norm: u_data, or more where a shift is a large part of it}
   *
   * @param deadThreshold the norm up to which neurons are dead, which don't count
   */
  public double vectorRoundoff(double deadThreshold) {
    double largest = 1;
    for (int neuron = 0; neuron < neurons(); neuron++) {
      if (moments.shift(neuron) != 0 && moments.norm(neuron) > deadThreshold) {
        double stored = moments.storedSquare(neuron, samples());
        largest = Math.max(largest, Math.sqrt(stored / moments.scaledSquare(neuron)));
      }
    }
    return Math.min(1, storageRoundoff * largest);
  }

  /** Returns the layer on the samples of both. */
  GramLayer plus(GramLayer other) {
    List<String> both = Stream.concat(sources.stream(), other.sources.stream()).distinct().toList();
    return new GramLayer(
        network,
        name,
        both,
        joined(sampleAxes, other.sampleAxes),
        Math.max(storageRoundoff, other.storageRoundoff),
        moments.plus(other.moments),
        masked + other.masked);
  }

  /** Joins axes along the first; if the others differ, the result has a single axis. */
  private static List<Long> joined(List<Long> axes, List<Long> others) {
    if (axes.size() != others.size()
        || !axes.subList(1, axes.size()).equals(others.subList(1, others.size()))) {
      return List.of(Math.addExact(product(axes), product(others)));
    }
    List<Long> joined = new ArrayList<>(axes);
    joined.set(0, Math.addExact(axes.get(0), others.get(0)));
    return joined;
  }

  private static long product(List<Long> axes) {
    return axes.stream().reduce(1L, Math::multiplyExact);
  }

  /**
   * How often the samples of a layer repeat, from a look at some of them. Samples repeat if all
   * neurons have the same stored activations, as at the padding of a batch of sequences.
   *
   * <p>The samples looked at are all of a small layer, and about a thousand of a large one, drawn
   * at random positions that depend on the number of samples alone. A share of them is therefore
   * within about 0.03 of the layer's share.
   *
   * <p>Parts that were added up separately are joined without their samples, so that a repetition
   * across parts is only noticed of their most frequent sample, if it is stored in the same format:
   * repetitions are then at least as frequent as stated.
   *
   * @param looked number of samples looked at; 0 if none were
   * @param silent how many of these have no active neuron
   * @param commonest how many of the others equal the most frequent one of them; 0 if all are
   *     silent
   * @param key a 64-bit hash of that most frequent sample; 0 if all are silent
   * @param distinct number of different samples among those that are not silent
   */
  public record Repetition(long looked, long silent, long commonest, long key, long distinct) {
    private static final int MOST_HALVINGS = 60;
    private static final long SILENT_KEY = -1;

    /** No sample was looked at. */
    public static final Repetition UNKNOWN = new Repetition(0, 0, 0, 0, 0);

    /**
     * Checks that the numbers are possible.
     *
     * @param looked number of samples looked at; 0 if none were
     * @param silent how many of these have no active neuron
     * @param commonest how many of the others equal the most frequent one of them
     * @param key a 64-bit hash of that most frequent sample
     * @param distinct number of different samples among those that are not silent
     */
    public Repetition {
      long others = looked - silent;
      boolean fits =
          others == 0
              ? commonest == 0 && key == 0 && distinct == 0
              : commonest >= 1 && distinct >= 1 && commonest <= others - (distinct - 1);
      if (looked < 0 || silent < 0 || silent > looked || !fits) {
        throw new IllegalArgumentException(
            "impossible repetition of samples: "
                + looked
                + " looked at, "
                + silent
                + " silent, "
                + commonest
                + " equal, "
                + distinct
                + " distinct");
      }
    }

    /**
     * {@return the estimated share of samples that have no active neuron; 0 if none were looked at}
     */
    public double silentShare() {
      return looked == 0 ? 0 : (double) silent / looked;
    }

    /**
     * {@return the estimated share of samples that equal the most frequent one with an active
     * neuron; 0 if none were looked at}
     */
    public double commonestShare() {
      return looked == 0 ? 0 : (double) commonest / looked;
    }

    /**
     * {@return the estimated number of different samples in a layer, leaving out the silent ones
     * and those that equal the most frequent one}
     *
     * <p>It is the number u for which a look at the share f of k samples, k/u times u different
     * ones, meets as many different ones as were seen: u·(1 − (1 − f)^(k/u)). Exact if all samples
     * were looked at.
     *
     * @param samples number of samples of the layer
     */
    public double distinctOthers(long samples) {
      double all = samples * othersShare();
      double logUnseen = Math.log1p(-(double) looked / samples);
      double low = Math.max(0, distinct - 1);
      double seen = low;
      double high = Math.max(low, all);
      for (int i = 0; i < MOST_HALVINGS && low < high; i++) {
        double middle = 0.5 * (low + high);
        double met = -middle * Math.expm1(logUnseen * all / middle); // grows with the middle
        if (met < seen) {
          low = middle;
        } else {
          high = middle;
        }
      }
      return high;
    }

    /**
     * {@return the estimated share of samples that are neither silent nor equal to the most
     * frequent one}
     */
    public double othersShare() {
      return looked == 0 ? 0 : (double) (looked - silent - commonest) / looked;
    }

    /**
     * {@return the same, with samples that have no active neuron counted as others are: for
     * activations less a shift, where zeros are not 0}
     */
    public Repetition countingSilent() {
      if (silent == 0) {
        return this;
      }
      boolean more = silent > commonest;
      return new Repetition(
          looked, 0, more ? silent : commonest, more ? SILENT_KEY : key, distinct + 1);
    }

    /** Returns the repetition in the samples of both. */
    Repetition plus(Repetition other) {
      boolean same = commonest > 0 && other.commonest > 0 && key == other.key;
      // Of equally frequent ones the smaller hash, so that the order of parts does not matter.
      boolean own =
          commonest > other.commonest || (commonest == other.commonest && key <= other.key);
      Repetition more = own ? this : other;
      return new Repetition(
          looked + other.looked,
          silent + other.silent,
          same ? commonest + other.commonest : more.commonest,
          more.key,
          distinct + other.distinct - (same ? 1 : 0));
    }
  }
}
