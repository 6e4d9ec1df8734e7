package org.spanmatch.kernel.reference;

import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Both groups as the columns of one triangular factor; every question is answered by a fresh
 * factorisation of the columns that remain.
 */
final class ReferenceTable implements ProjectionTable {
  private final long samples;
  private final double[][] factor;
  private final double compressionError;
  private final double storageRoundoff;
  private final Map<Group, LivingNeurons> groups;

  private final Map<Group, BitSet> remains = new EnumMap<>(Group.class);
  private final Map<Group, Distances> known = new EnumMap<>(Group.class);

  /**
   * A table in which every living neuron remains.
   *
   * @param factor rows of the triangular factor of the living neurons' activation vectors, scaled
   *     to unit norm
   * @param compressionError relative backward error η of its columns
   */
  ReferenceTable(
      long samples,
      double[][] factor,
      double compressionError,
      double storageRoundoff,
      Map<Group, LivingNeurons> groups) {
    this.samples = samples;
    this.factor = factor;
    this.compressionError = compressionError;
    this.storageRoundoff = storageRoundoff;
    this.groups = groups;
    for (Group group : Group.values()) {
      BitSet living = new BitSet();
      living.set(0, neurons(group));
      dead(group).forEach(living::clear);
      remains.put(group, living);
    }
  }

  @Override
  public long samples() {
    return samples;
  }

  @Override
  public int neurons(Group group) {
    return groups.get(group).neurons();
  }

  @Override
  public List<Integer> dead(Group group) {
    return groups.get(group).dead();
  }

  @Override
  public int[] remaining(Group group) {
    return remains.get(group).stream().toArray();
  }

  @Override
  public Distances distances(Group group) {
    return known.computeIfAbsent(group, this::project);
  }

  private Distances project(Group group) {
    int[] projected = remaining(group);
    int[] spanning = remaining(group.other());
    int columns = spanning.length + projected.length;
    double[][] rows = new double[factor.length][columns];
    copyColumns(group.other(), spanning, rows, 0);
    copyColumns(group, projected, rows, spanning.length);
    double tolerance = rankTolerance();
    PivotedQr qr = new PivotedQr(rows, spanning.length, columns, tolerance);
    double[] distances = new double[projected.length];
    double[] errorBounds = new double[projected.length];
    double[] coefficientNorms = new double[projected.length];
    double vectorError = compressionError + qr.backwardError();
    for (int i = 0; i < projected.length; i++) {
      double coefficients = qr.coefficientNorm(i);
      // Moving every unit vector by at most η moves the distance by at most η(1 + ‖c‖₁); taking
      // another maximal independent subset moves it by at most τ‖c‖₁.
      double bound = vectorError * (1 + coefficients);
      if (qr.rank() < spanning.length) {
        bound += tolerance * coefficients;
      }
      distances[i] = Math.min(1, qr.distance(i));
      errorBounds[i] = Math.min(1, bound);
      coefficientNorms[i] = coefficients;
    }
    return new Distances(projected, distances, errorBounds, coefficientNorms, storageRoundoff);
  }

  private void copyColumns(Group group, int[] neurons, double[][] rows, int offset) {
    LivingNeurons living = groups.get(group);
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < neurons.length; j++) {
        rows[i][offset + j] = factor[i][living.column(neurons[j])];
      }
    }
  }

  /** τ of the orthogonal method: m·2⁻⁵²·8, m being the number of living neurons in both groups. */
  private double rankTolerance() {
    int living = groups.values().stream().mapToInt(LivingNeurons::count).sum();
    return living * 0x1p-52 * 8;
  }

  @Override
  public void remove(Group group, int... neurons) {
    if (neurons.length == 0) {
      return; // keeps what is known
    }
    BitSet left = (BitSet) remains.get(group).clone();
    for (int neuron : neurons) {
      if (neuron < 0 || !left.get(neuron)) {
        throw new IllegalArgumentException(
            "neuron " + neuron + " of " + group.label() + " is not among the remaining ones");
      }
      left.clear(neuron);
    }
    remains.put(group, left);
    known.clear();
  }

  @Override
  public Mark mark() {
    return new State(this, copy(remains));
  }

  @Override
  public void rollback(Mark mark) {
    if (!(mark instanceof State state) || state.owner() != this) {
      throw new IllegalArgumentException("the mark is another table's");
    }
    remains.putAll(copy(state.remains()));
    known.clear();
  }

  private static Map<Group, BitSet> copy(Map<Group, BitSet> sets) {
    Map<Group, BitSet> copy = new EnumMap<>(Group.class);
    sets.forEach((group, set) -> copy.put(group, (BitSet) set.clone()));
    return copy;
  }

  @Override
  public void close() {}

  private record State(ReferenceTable owner, Map<Group, BitSet> remains) implements Mark {}
}
