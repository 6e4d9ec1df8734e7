package org.spanmatch.tuning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.kernel.selection.CostProfile.CostModel;
import org.spanmatch.kernel.selection.CostProfile.LayerWork;

/** Fits cost models of backends to measured times. */
public final class CostModels {
  /** The least number of sizes at which a backend must have been measured. */
  public static final int LEAST_SIZES = 4;

  private CostModels() {}

  /**
   * Returns the models of those backends whose phases were measured at enough sizes.
   *
   * @return models by backend name
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
