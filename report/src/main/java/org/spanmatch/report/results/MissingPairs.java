package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;
import org.spanmatch.compare.LayerArrays.LeftOut;

/**
 * What a result of pairs of layers lacks, as a part of the JSON; what is empty is not in it.
 *
 * @param unpaired layers that have no partner, and why
 * @param mismatched pairs of layers with other samples, both of which are in other pairs
 * @param failed pairs that could not be compared, and why
 */
@JsonInclude(Include.NON_EMPTY)
public record MissingPairs(
    List<LeftOut> unpaired, List<FailedPair> mismatched, List<FailedPair> failed) {
  /** Nothing. */
  public static final MissingPairs NONE = new MissingPairs(List.of(), List.of(), List.of());
}
