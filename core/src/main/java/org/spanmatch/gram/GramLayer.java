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
 */
public record GramLayer(
    int network,
    String name,
    List<String> sources,
    List<Long> sampleAxes,
    double storageRoundoff,
    Moments moments) {
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
    return new GramLayer(number, name, sources, sampleAxes, storageRoundoff, moments);
  }

  /**
   * {@return the layer with another place where its activations came from}
   *
   * @param source usually a file
   */
  public GramLayer from(String source) {
    return new GramLayer(network, name, List.of(source), sampleAxes, storageRoundoff, moments);
  }

  /**
   * Checks that another layer may be added to this one.
   *
   * @throws GramException if the network, name, neurons or shifts differ
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
    for (int neuron = 0; neuron < neurons(); neuron++) {
      if (moments.shift(neuron) != other.moments.shift(neuron)) {
        throw new GramException(
            "layer '"
                + name
                + "' of network "
                + (network + 1)
                + ", neuron "
                + neuron
                + ": expected a shift of "
                + moments.shift(neuron)
                + ", found "
                + other.moments.shift(neuron));
      }
    }
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
        moments.plus(other.moments));
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
}
