package org.spanmatch.cli.output;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.kernel.selection.CostProfile.Machine;
import org.spanmatch.tuning.Clocks;
import org.spanmatch.tuning.GridRun;

/**
 * What was measured with what, in the shape of {@code machine.json}.
 *
 * @param spanmatch the program's version
 * @param date the day, as 2026-11-20
 * @param machine where
 * @param memory bytes of memory there
 * @param load how many processes wanted to run before the first measurement; below 0 if unknown
 * @param threads with how many threads
 * @param effort "quick" or "full"
 * @param backends what was asked for, with what each runs on, in order
 * @param leftOut what was not measured, and why
 * @param before clocks before the first measurement; null in files of older versions
 * @param after clocks after the last one; null in files of older versions
 */
public record BenchSetup(
    String spanmatch,
    String date,
    Machine machine,
    long memory,
    double load,
    int threads,
    String effort,
    Map<String, String> backends,
    List<GridRun.LeftOut> leftOut,
    Clocks before,
    Clocks after) {
  /** The name of a field that a file lacks; empty if it has all. */
  Optional<String> missing() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("spanmatch", spanmatch);
    fields.put("date", date);
    fields.put("machine", machine);
    fields.put("effort", effort);
    fields.put("backends", backends);
    fields.put("leftOut", leftOut);
    return fields.entrySet().stream()
        .filter(field -> field.getValue() == null)
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
