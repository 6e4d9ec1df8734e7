package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.spanmatch.similarity.Jackknife;
import org.spanmatch.similarity.Split;

/**
 * How examples were divided, in the shape of the JSON result.
 *
 * @param folds number of folds, each held out once; null if there are none
 * @param heldOut the share of the examples that was held out; null if there are folds, or none was
 * @param blocks the least number of blocks for confidence intervals, fewer for a layer of fewer
 *     examples; null if none were asked for
 * @param level of the confidence intervals; null if none were asked for
 * @param seed chose who is in which part
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SplitResult(Integer folds, Double heldOut, Integer blocks, Double level, long seed) {
  /** Whether samples were held out. */
  public boolean holdsOut() {
    return folds != null || heldOut != null;
  }

  /** The result for a split. */
  public static SplitResult of(Split split) {
    boolean confidence = split.blocks() > 0;
    return new SplitResult(
        split.folds() > 0 ? split.folds() : null,
        split.heldOut() > 0 ? split.heldOut() : null,
        confidence ? split.blocks() : null,
        confidence ? Jackknife.LEVEL : null,
        split.seed());
  }
}
