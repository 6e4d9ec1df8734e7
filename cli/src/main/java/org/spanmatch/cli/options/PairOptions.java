package org.spanmatch.cli.options;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.commons.cli.Option;
import org.spanmatch.compare.LayerPairs.Pairing;
import org.spanmatch.compare.LayerPairs.Pairing.Method;
import org.spanmatch.compare.LayerPairs.Pairing.Names;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.report.text.DisplayName;

/**
 * Which layers make pairs.
 *
 * @param method how pairs are found
 * @param chosen pairs as they were typed, "x=y"; none but for {@link Method#CHOSEN}
 */
public record PairOptions(Method method, List<String> chosen) {
  /** Layers of equal names. */
  public static final PairOptions SAME = new PairOptions(Method.SAME, List.of());

  /** How pairs are found. */
  public static final ChoiceOption<Method> PAIRS =
      ChoiceOption.one(
          "pairs",
          "same|order|all",
          "which layers are compared: same (default), those of equal names; order, the first of A with"
              + " the first of B, and so on; all, every one of A with every one of B that has the same"
              + " samples",
          List.of(Method.SAME, Method.ORDER, Method.ALL),
          Method::label);

  /** A pair. */
  public static final Option PAIR =
      CommonOptions.repeatable(
          "pair",
          "NAME=NAME",
          "only this layer of A with this one of B; may be given more than once");

  /**
   * Reads them.
   *
   * @throws UsageException if a value can't be understood, or both are given
   */
  public static PairOptions of(Arguments arguments) {
    List<String> chosen = arguments.values(PAIR);
    if (chosen.isEmpty()) {
      return arguments.choice(PAIRS).map(method -> new PairOptions(method, List.of())).orElse(SAME);
    }
    arguments.requireWithout(
        List.of(PAIRS, InputOptions.LAYERS, InputOptions.EXCLUDE),
        "can't be given with --pair, which names the layers");
    return new PairOptions(Method.CHOSEN, chosen);
  }

  /** Whether layers are paired by name, in which case nothing may be wrong with any. */
  public boolean isSame() {
    return method == Method.SAME;
  }

  /**
   * Returns how to pair the layers of two networks.
   *
   * @param x the names in the first network
   * @param y the names in the second network
   * @param called what messages call the networks
   * @throws UsageException if a pair does not name a layer of each, or can be read in several ways
   */
  public Pairing pairing(Collection<String> x, Collection<String> y, PerGroup<String> called) {
    return new Pairing(
        method, chosen.stream().map(text -> names(text, x, y, called)).distinct().toList());
  }

  /** A name may hold a '=' itself: the place counts where it parts the names of two layers. */
  private static Names names(
      String text, Collection<String> x, Collection<String> y, PerGroup<String> called) {
    List<Names> found = new ArrayList<>();
    for (int at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) {
      Names names = new Names(text.substring(0, at), text.substring(at + 1));
      if (x.contains(names.x()) && y.contains(names.y())) {
        found.add(names);
      }
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    int at = text.indexOf('=');
    if (at < 0) {
      throw Arguments.unexpected(PAIR, "two names with a '=' between them", text);
    }
    if (found.size() > 1) {
      throw new UsageException(
          "--pair: '" + text + "' names two layers in " + found.size() + " ways, by its '='");
    }
    boolean lacksX = !x.contains(text.substring(0, at));
    throw new UsageException(
        "--pair: no layer of "
            + (lacksX ? called.x() : called.y())
            + " is named '"
            + (lacksX ? text.substring(0, at) : text.substring(at + 1))
            + "'; there are "
            + DisplayName.list(lacksX ? x : y));
  }
}
