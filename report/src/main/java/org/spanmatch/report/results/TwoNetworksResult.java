package org.spanmatch.report.results;

import java.util.List;
import org.spanmatch.compare.LayerArrays.LeftOut;
import org.spanmatch.kernel.PerGroup;
import org.spanmatch.kernel.ProjectionKernel;

/**
 * What the results of comparing two networks have in common, whatever was asked of the layers.
 *
 * @param <L> the result of a pair of layers
 */
public interface TwoNetworksResult<L> {
  /** The program's version. */
  String version();

  /** The backend that computed it. */
  ProjectionKernel.Info backend();

  /** One result per pair of layers, in file order. */
  List<L> layers();

  /** Layers that only one file has. */
  PerGroup<List<String>> skipped();

  /** What else the files hold, and why it is not taken for a layer. */
  List<LeftOut> leftOut();

  /** Layers without a partner, and pairs of layers that could not be compared. */
  MissingPairs missing();

  /** How the samples of an example became one; null if they did not. */
  String pool();
}
