package org.spanmatch.tuning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.kernel.selection.CostModel;
import org.spanmatch.kernel.selection.LayerWork;

/** Makes models of what backends cost from what was measured. */
public final class CostModels {
  /** How many sizes a backend must have been measured at. */
  public static final int LEAST_SIZES = 4;

  private CostModels() {}

  /**
   * The models of those backends that were measured at enough sizes, with their phases.
   *
   * @return by the backends' names
   */
  public static Map<String, CostModel> of(List<LayerTime> times) {
    Map<String, CostModel> models = new LinkedHashMap<>();
    for (String backend : new TimeTable(times).backends()) {
      model(times.stream().filter(time -> time.backend().equals(backend)).toList())
          .ifPresent(model -> models.put(backend, model));
    }
    return models;
  }

  private static Optional<CostModel> model(List<LayerTime> times) {
    List<CostFit.Timing> compress = new ArrayList<>();
    List<CostFit.Timing> match = new ArrayList<>();
    for (LayerTime time : times) {
      if (time.compress() > 0 && time.match() > 0) {
        LayerWork work = time.point().work();
        compress.add(
            new CostFit.Timing(work.compressFlops(), work.compressBytes(), time.compress() / 1e3));
        match.add(new CostFit.Timing(work.matchFlops(), work.matchBytes(), time.match() / 1e3));
      }
    }
    return compress.size() < LEAST_SIZES
        ? Optional.empty()
        : Optional.of(new CostModel(CostFit.of(compress), CostFit.of(match)));
  }
}
