package org.spanmatch.compare;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.spanmatch.compare.Warning.Code;
import org.spanmatch.gram.Gram;
import org.spanmatch.gram.GramLayer.Repetition;
import org.spanmatch.gram.Moments;
import org.spanmatch.kernel.Distances;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionTable;

/**
 * Finds out whether the similarity of two layers can say anything.
 *
 * <p>It is near 1 for unrelated networks where samples are few, where all neurons share a constant
 * part, or where a few samples outweigh all others. All of this shows in what one pass over the
 * activations has added up; no activation is looked at again, and a table made from a Gram file has
 * the same warnings.
 */
final class LayerWarnings {
  /** The most dimensions per sample at which nearness to a span says something. */
  private static final double DIMENSIONS_PER_SAMPLE = 0.1;

  /**
   * Where the mean of x makes up a share κ of its squared norm, a span that contains the constant
   * vector is within √(1 − κ) of x; with more than this, nearer than 0.71.
   */
  private static final double MEAN_SHARE = 0.5;

  /**
   * A single sample that makes up the share p of a squared norm, the rest being spread, gives n_eff
   * = 1/p². Below this, p exceeds a half, and it alone brings neurons nearer than 0.71.
   */
  private static final double EFFECTIVE_SAMPLES = 4;

  private static final double USUAL_SHARE = 0.1;
  private static final int ACTIVE_SAMPLES = 10;
  private static final double RARE_SHARE = 0.1;
  private static final double STORAGE_ERROR = 0.01;
  private static final double SILENT_SHARE = 0.5;
  private static final double PADDING_SHARE = 0.2;
  private static final int LEAST_PADDING = 3;
  // A layer of which each third sample is there twice has three quarters of different ones.
  private static final double DISTINCT_SHARE = 0.75;
  // This many make an estimate of the number of different samples good to about a third.
  private static final int LEAST_REPEATED = 10;

  private static final String BOTH = "both networks";

  private final ProjectionTable table;
  private final long samples;
  private final PerGroup<int[]> living;
  private final List<Warning> found = new ArrayList<>();

  private LayerWarnings(ProjectionTable table) {
    this.table = table;
    this.samples = table.samples();
    this.living = PerGroup.from(this::livingNeurons);
  }

  private int[] livingNeurons(Group group) {
    List<Integer> dead = table.dead(group);
    boolean[] isDead = new boolean[table.neurons(group)];
    dead.forEach(neuron -> isDead[neuron] = true);
    return IntStream.range(0, isDead.length).filter(neuron -> !isDead[neuron]).toArray();
  }

  /** Returns what {@link Warning#of(ProjectionTable, PerGroup)} specifies. */
  static List<Warning> of(ProjectionTable table, PerGroup<Distances> distances) {
    Objects.requireNonNull(distances, "distances");
    LayerWarnings warnings = new LayerWarnings(table);
    warnings.filledSpace();
    warnings.fewSamples();
    warnings.commonMean();
    warnings.outliers();
    warnings.rarelyActive();
    warnings.storageRounding(distances);
    warnings.padding();
    warnings.repeatedSamples();
    return List.copyOf(warnings.found);
  }

  /**
   * Returns whether two layers of a Gram matrix, whatever their shifts, would deserve a warning of
   * a common mean as they are stored.
   */
  static boolean haveCommonMean(LayerPair.OfGram pair) {
    return hasCommonMean(pair.gram(), pair.x()) || hasCommonMean(pair.gram(), pair.y());
  }

  private static boolean hasCommonMean(Gram gram, int layer) {
    Moments moments = gram.layers().get(layer).moments();
    double[] shares =
        IntStream.range(0, moments.neurons())
            .mapToDouble(neuron -> moments.storedMeanShare(neuron, gram.samples()))
            .filter(share -> share > 0) // what is always 0 is dead
            .toArray();
    return median(shares) > MEAN_SHARE;
  }

  private void filledSpace() {
    networks(table::fillsSpace)
        .ifPresent(
            networks ->
                add(
                    Code.FILLS_SPACE,
                    "%s no more than the neurons of %s, whose span fills the space;"
                        + " distances to it are trivially 0: use more samples",
                    samplesAre(),
                    networks));
  }

  private String samplesAre() {
    return samples == 1 ? "1 sample is" : samples + " samples are";
  }

  /**
   * Number of samples at which any neuron is active, if most are silent, such as padding with
   * zeros: these add nothing to any distance. A few silent samples are common in small layers.
   */
  private double activeSamples(Group group) {
    return hasSilentSamples(group)
        ? samples * (1 - repetition(group).silentShare())
        : table.dimensions(group);
  }

  private boolean hasSilentSamples(Group group) {
    return repetition(group).silentShare() >= SILENT_SHARE;
  }

  /**
   * The dimension of a group's span. As many dimensions as samples say nothing of those that more
   * samples would show, of which there may be one for each neuron.
   */
  private int dimension(Group group) {
    int rank = table.rank(group);
    return rank < activeSamples(group) ? rank : count(group);
  }

  private boolean hasFewSamples(Group group) {
    double most = DIMENSIONS_PER_SAMPLE * activeSamples(group);
    return count(group) > most && dimension(group) > most; // the count is known without a rank
  }

  private void fewSamples() {
    Optional<String> networks = networks(this::hasFewSamples);
    if (networks.isPresent()) {
      Group group = most(this::hasFewSamples, this::dimension);
      boolean both = networks.get().equals(BOTH);
      String neurons = both ? each(this::count) : Integer.toString(count(group));
      String dimensions = both ? each(this::dimension) : Integer.toString(dimension(group));
      double active = activeSamples(group);
      add(
          Code.FEW_SAMPLES,
          "%s few for the %s neurons of %s%s: unrelated neurons come within about %.2f of"
              + " their span; use at least %d samples%s",
          hasSilentSamples(group)
              ? "about "
                  + Math.round(active)
                  + " of "
                  + samples
                  + " samples with active neurons are"
              : samplesAre(),
          neurons,
          networks.get(),
          dimensions.equals(neurons) ? "" : ", which span " + dimensions + " dimensions",
          Math.sqrt(Math.max(0, 1 - dimension(group) / active)),
          Math.round(dimension(group) / DIMENSIONS_PER_SAMPLE),
          hasSilentSamples(group) ? " that are not all zeros" : "");
    }
  }

  /** A number for both networks, once if it is the same. */
  private static String each(ToIntFunction<Group> number) {
    int x = number.applyAsInt(Group.X);
    int y = number.applyAsInt(Group.Y);
    return x == y ? Integer.toString(x) : x + " and " + y;
  }

  private double meanShare(Group group) {
    Moments moments = table.moments(group);
    return median(group, neuron -> moments.meanShare(neuron, samples));
  }

  private void commonMean() {
    Predicate<Group> dominates = group -> meanShare(group) > MEAN_SHARE;
    networks(dominates)
        .ifPresent(
            networks -> {
              double share = meanShare(most(dominates, this::meanShare));
              add(
                  Code.COMMON_MEAN,
                  "the mean makes up %.0f %% of the squared norm of the median neuron of %s, so that"
                      + " unrelated neurons come within about %.2f: compare again with --center,"
                      + " which subtracts each neuron's mean",
                  100 * share,
                  networks,
                  Math.sqrt(1 - share));
            });
  }

  private double effectiveSamples(Group group) {
    return median(group, table.moments(group)::effectiveSamples);
  }

  /**
   * Half of the neurons rest on fewer samples than the other span has dimensions, so that it can
   * fit these samples whatever they mean. Where samples are few altogether, that says nothing new.
   * Activations without outliers stay above a tenth of the samples: normal ones have n_eff = d/3,
   * and d/6 after a ReLU.
   */
  private boolean hasOutliers(Group group) {
    double least = EFFECTIVE_SAMPLES;
    if (!hasFewSamples(group.other())) {
      least = Math.max(least, dimension(group.other()));
    }
    double usual = USUAL_SHARE * activeSamples(group);
    return count(group) > 0 && effectiveSamples(group) < Math.min(least, usual);
  }

  private void outliers() {
    networks(this::hasOutliers)
        .ifPresent(
            networks -> {
              Group group = most(this::hasOutliers, each -> -effectiveSamples(each));
              double effective = effectiveSamples(group);
              add(
                  Code.OUTLIER_SAMPLES,
                  "the squared norm of the median neuron of %s lies on about %s of the %d samples,"
                      + " which the %d neurons of %s can fit whatever they mean: look for outliers"
                      + " and leave them out",
                  networks,
                  effective < 1.5 ? "one" : Long.toString(Math.round(effective)),
                  samples,
                  count(group.other()),
                  networks.equals(BOTH) ? "the other" : group.other().label());
            });
  }

  private int rarelyActive(Group group) {
    Moments moments = table.moments(group);
    long least = samples < ACTIVE_SAMPLES ? samples : ACTIVE_SAMPLES;
    return (int)
        Arrays.stream(living.get(group))
            .filter(neuron -> moments.activeSamples(neuron) < least)
            .count();
  }

  private void rarelyActive() {
    Predicate<Group> many = group -> rarelyActive(group) > RARE_SHARE * count(group);
    networks(many)
        .ifPresent(
            networks -> {
              Group group = most(many, this::rarelyActive);
              add(
                  Code.RARELY_ACTIVE,
                  "%d of the %d living neurons of %s are active at fewer than %d samples, which"
                      + " alone decide their distances: use more samples, or leave these neurons"
                      + " out",
                  rarelyActive(group),
                  count(group),
                  networks.equals(BOTH)
                      ? group.label() + " (and many of the other network)"
                      : networks,
                  ACTIVE_SAMPLES);
            });
  }

  private void storageRounding(PerGroup<Distances> distances) {
    double[] errors =
        Arrays.stream(Group.values())
            .map(distances::get)
            .flatMapToDouble(of -> IntStream.range(0, of.size()).mapToDouble(of::storageError))
            .filter(error -> error > STORAGE_ERROR)
            .toArray();
    if (errors.length > 0) {
      add(
          Code.STORAGE_ROUNDING,
          "the rounding of the stored activations may move the distances of %d of %d neurons by more"
              + " than %s, the largest by %.2g: save with more digits, such as float32 in place of"
              + " float16",
          errors.length,
          count(Group.X) + count(Group.Y),
          STORAGE_ERROR,
          Arrays.stream(errors).max().getAsDouble());
    }
  }

  private void padding() {
    Predicate<Group> padded =
        group ->
            repetition(group).commonest() >= LEAST_PADDING
                && repetition(group).commonestShare() >= PADDING_SHARE;
    networks(padded)
        .ifPresent(
            networks -> {
              Group group = most(padded, each -> repetition(each).commonestShare());
              add(
                  Code.PADDING,
                  "%.0f %% of the %d samples%s are one and the same in %s: remove padding before"
                      + " saving, or leave it out with --mask",
                  100 * repetition(group).commonestShare(),
                  repetition(group).looked(),
                  lookedAt(group),
                  networks);
            });
  }

  private String lookedAt(Group group) {
    return repetition(group).looked() < samples ? " looked at" : "";
  }

  private boolean hasRepeatedSamples(Group group) {
    Repetition seen = repetition(group);
    long others = seen.looked() - seen.silent() - seen.commonest();
    double different = seen.distinctOthers(samples);
    return others - (seen.distinct() - 1) >= LEAST_REPEATED
        && different < DISTINCT_SHARE * samples * seen.othersShare();
  }

  private void repeatedSamples() {
    networks(this::hasRepeatedSamples)
        .ifPresent(
            networks -> {
              Group group = most(this::hasRepeatedSamples, each -> -different(each));
              boolean looksAtSome = repetition(group).looked() < samples;
              add(
                  Code.REPEATED_SAMPLES,
                  "only %s of the %d samples differ in %s%s: leave out repeated samples, and"
                      + " count on no more than these",
                  looksAtSome ? "about " + rounded(different(group)) : Math.round(different(group)),
                  samples,
                  networks,
                  looksAtSome ? ", to judge by " + repetition(group).looked() + " looked at" : "");
            });
  }

  private double different(Group group) {
    return repetition(group).distinctOthers(samples) + 1;
  }

  /** An estimate with two digits, since more would claim too much. */
  private static String rounded(double estimate) {
    return new BigDecimal(estimate).round(new MathContext(2)).toPlainString();
  }

  /** Zeros are a repetition like any other once their means are subtracted. */
  private Repetition repetition(Group group) {
    Repetition seen = table.moments(group).repetition();
    boolean counts = table.moments(group).areCentred() && seen.silentShare() >= SILENT_SHARE;
    return counts ? seen.countingSilent() : seen;
  }

  private int count(Group group) {
    return living.get(group).length;
  }

  /** The median of a number over a group's living neurons; NaN if there are none. */
  private double median(Group group, IntToDoubleFunction number) {
    return median(Arrays.stream(living.get(group)).mapToDouble(number).toArray());
  }

  private static double median(double[] numbers) {
    double[] sorted = Arrays.stream(numbers).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length == 0
        ? Double.NaN
        : sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The networks that a condition concerns, in words; empty if none. */
  private static Optional<String> networks(Predicate<Group> concerned) {
    boolean x = concerned.test(Group.X);
    boolean y = concerned.test(Group.Y);
    return x && y
        ? Optional.of(BOTH)
        : x ? Optional.of(Group.X.label()) : y ? Optional.of(Group.Y.label()) : Optional.empty();
  }

  /** Of the networks that a condition concerns, at least one, the one with the larger number. */
  private static Group most(Predicate<Group> concerned, ToDoubleFunction<Group> number) {
    boolean second =
        concerned.test(Group.Y)
            && !(concerned.test(Group.X)
                && number.applyAsDouble(Group.X) >= number.applyAsDouble(Group.Y));
    return second ? Group.Y : Group.X;
  }

  private void add(Code code, String message, Object... values) {
    found.add(new Warning(code, String.format(Locale.ROOT, message, values)));
  }
}
