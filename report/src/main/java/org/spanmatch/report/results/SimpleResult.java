package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.compare.Warning;
import org.spanmatch.gram.Precision;
import org.spanmatch.kernel.Group;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;
import org.spanmatch.kernel.ProjectionTable;
import org.spanmatch.match.Match;
import org.spanmatch.match.Neuron;
import org.spanmatch.match.SimpleMatches;
import org.spanmatch.match.SimpleMatches.SimpleMatch;

/**
 * The result of {@code spanmatch simple}, in the shape of its JSON.
 *
 * @param version the program's version
 * @param backend the backend that computed it
 * @param x the first network's file
 * @param y the second network's file
 * @param centred whether each neuron's mean was subtracted
 * @param order the order in which neurons were tried
 * @param seed the seed of a random order, or null
 * @param limit largest number of minimal matches per neuron; null if the search was not exhaustive
 * @param layers one per common layer that was reached, in file order
 * @param complete whether all layers were reached and are complete
 * @param notReached the layers that were not reached
 * @param skipped layers that only one file has
 * @param leftOut what else the files hold, such as labels, and why it is not taken for a layer
 * @param pool how the samples of an example became one, "mean" or "max"; null if they did not
 */
public record SimpleResult(
    @JsonProperty("spanmatch") String version,
    ProjectionKernel.Info backend,
    String x,
    String y,
    boolean centred,
    String order,
    Long seed,
    Long limit,
    List<Layer> layers,
    boolean complete,
    List<String> notReached,
    PerGroup<List<String>> skipped,
    List<LeftOut> leftOut,
    @JsonInclude(JsonInclude.Include.NON_NULL) String pool) {
  /**
   * One layer.
   *
   * @param name the layer's name
   * @param samples number of samples used
   * @param masked number of samples that a mask left out, beside these
   * @param neurons number of neurons, dead ones included
   * @param dead the dead neurons, ascending
   * @param warnings reasons why the result may say little
   * @param precision how the activations were compressed
   * @param maximum the maximum match
   * @param matches the simple matches, the smallest first
   * @param complete whether the search ran to its end
   * @param coverage the share of the maximum match that is in at least one simple match
   * @param without requested neurons that have no minimal match
   * @param borderline neurons whose decisions the result rests on and were borderline
   * @param seconds elapsed time by step
   */
  public record Layer(
      String name,
      long samples,
      long masked,
      PerGroup<Integer> neurons,
      PerGroup<List<Integer>> dead,
      List<Warning> warnings,
      Precision precision,
      MatchResult maximum,
      @JsonProperty("simple") List<Simple> matches,
      boolean complete,
      double coverage,
      List<Without> without,
      PerGroup<List<Integer>> borderline,
      Seconds seconds) {
    /** Returns the result of a table's layer. */
    public static Layer of(
        String name,
        ProjectionTable table,
        long masked,
        List<Warning> warnings,
        SimpleMatches found,
        Seconds seconds) {
      Match maximum = found.maximum();
      return new Layer(
          name,
          table.samples(),
          masked,
          PerGroup.from(table::neurons),
          PerGroup.from(table::dead),
          warnings,
          table.precision(),
          MatchResult.of(maximum),
          found.matches().stream().map(Simple::of).toList(),
          found.complete(),
          found.coverage(),
          found.absent().entrySet().stream()
              .map(
                  absent ->
                      new Without(
                          absent.getKey().toString(),
                          absent.getValue().name().toLowerCase(Locale.ROOT).replace('_', ' ')))
              .toList(),
          PerGroup.of(found.borderlineX(), found.borderlineY()),
          seconds);
    }
  }

  /**
   * A simple match.
   *
   * @param x the match's neurons in the first network, ascending
   * @param y the match's neurons in the second network, ascending
   * @param size number of neurons of both networks
   * @param epsilon the largest distance in the match
   * @param minimalFor the neurons v for which it is v-minimal
   * @param minimumFor those for which it is known to be v-minimum, the only minimal one
   */
  public record Simple(
      List<Integer> x,
      List<Integer> y,
      int size,
      double epsilon,
      PerGroup<List<Integer>> minimalFor,
      PerGroup<List<Integer>> minimumFor) {
    private static Simple of(SimpleMatch match) {
      return new Simple(
          match.x(),
          match.y(),
          match.size(),
          match.epsilon(),
          positions(match.minimalFor()),
          positions(match.minimumFor()));
    }

    private static PerGroup<List<Integer>> positions(List<Neuron> neurons) {
      return PerGroup.from(group -> positions(neurons, group));
    }

    private static List<Integer> positions(List<Neuron> neurons, Group group) {
      return neurons.stream()
          .filter(neuron -> neuron.group() == group)
          .map(Neuron::position)
          .toList();
    }
  }

  /**
   * A neuron without a minimal match.
   *
   * @param neuron such as x:12
   * @param reason "no such neuron", "dead" or "unmatched"
   */
  public record Without(String neuron, String reason) {}

  /**
   * Elapsed time by step, in seconds; every moment counts once. If a layer was computed again at
   * high precision, both computations count.
   *
   * @param read while a file was being read or inflated
   * @param compress until the layer was compressed, without reading
   * @param simple finding the simple matches, and the order of trial
   */
  public record Seconds(double read, double compress, double simple) {}
}
